// Package cohorts shows the years of the courses (期): who took part in which team. It is for members only.
package cohorts

import (
	"net/http"
	"strconv"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/member"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/web/page"
)

// Pages are the pages of cohorts.
type Pages struct {
	Members *member.Service
}

// List shows all cohorts: GET /cohorts.
func (p Pages) List(w http.ResponseWriter, r *http.Request) error {
	v := page.Viewer(r.Context())
	if !v.SignedIn() {
		return apperr.SignIn()
	}
	all, err := p.Members.Cohorts(r.Context(), v)
	if err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, page.Frame{Title: "年度とコース", Section: "members"}, list(all))
}

// Show is one cohort: GET /cohorts/{year}/{course}.
func (p Pages) Show(w http.ResponseWriter, r *http.Request) error {
	v := page.Viewer(r.Context())
	if !v.SignedIn() {
		return apperr.SignIn()
	}
	year, err := strconv.Atoi(r.PathValue("year"))
	if err != nil {
		return apperr.Missing()
	}
	c, err := p.Members.Cohort(r.Context(), v, year, cohort.Course(r.PathValue("course")))
	if err != nil {
		return err
	}
	inside := v.InAudience(access.Audience{Rung: access.Cohort, Cohort: c.Cohort.ID})
	return page.Render(w, r, http.StatusOK, page.Frame{Title: c.Name(), Section: "members"}, show(c, inside))
}

func search(c member.Cohort, kind string) string {
	return "/archive?kind=" + kind + "&year=" + strconv.Itoa(c.Year) + "&course=" + string(c.Course)
}

// teamName is what a team is called: its name, or its municipality's.
func teamName(t member.TeamListed) string {
	if m, ok := municipality.Get(t.Municipality); ok {
		return m.Name
	}
	return t.Name
}
