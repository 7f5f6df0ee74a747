// Package members shows who the members are (なかま): the directory and each one's page. It is for members only.
package members

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/member"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

const (
	perPage = 30
	written = 20 // entries on a member's page
)

// Pages are the pages of members.
type Pages struct {
	Members *member.Service
	Archive *archive.Service
}

// directory is what the list shows.
type directory struct {
	Form    *page.Form
	Years   []ui.Option
	Courses []ui.Option
	List    []member.Listed
	Problem string
	More    string
}

// narrowed tells whether the list shows a part by place, year or course.
func (d directory) narrowed() bool {
	return d.Form.Get("municipality") != "" || d.Form.Get("year") != "" || d.Form.Get("course") != ""
}

// List is the directory: GET /members.
func (p Pages) List(w http.ResponseWriter, r *http.Request) error {
	v := page.Viewer(r.Context())
	if !v.SignedIn() {
		return apperr.SignIn()
	}
	q := r.URL.Query()
	d := directory{Form: &page.Form{Values: q}, Years: []ui.Option{{Value: "", Text: "すべての年度"}}, Courses: []ui.Option{{Value: "", Text: "すべてのコース"}}}
	for _, y := range cohort.Years(page.Now(r.Context())) {
		d.Years = append(d.Years, ui.Option{Value: strconv.Itoa(y), Text: page.FiscalYear(y)})
	}
	for _, c := range cohort.Courses() {
		d.Courses = append(d.Courses, ui.Option{Value: string(c), Text: c.Name()})
	}
	year, _ := strconv.Atoi(q.Get("year")) // 0 is every year
	f := member.Filter{Words: q.Get("q"), Year: year, Course: cohort.Course(q.Get("course")), After: q.Get("after"), Limit: perPage + 1}
	if place := strings.TrimSpace(q.Get("municipality")); place != "" {
		var m municipality.Municipality
		m, d.Problem = municipality.Choose(place)
		f.Municipality = m.Code
	}
	var err error
	if d.List, err = p.Members.Members(r.Context(), v, f); err != nil {
		return err
	}
	if len(d.List) > perPage {
		d.List = d.List[:perPage]
		next := url.Values{}
		for _, name := range []string{"q", "municipality", "year", "course"} {
			if q.Get(name) != "" {
				next.Set(name, q.Get(name))
			}
		}
		next.Set("after", d.List[perPage-1].ID)
		d.More = "/members?" + next.Encode()
	}
	return page.Render(w, r, http.StatusOK, page.Frame{Title: "なかま", Section: "members"}, list(d))
}

// Show is one member's page: GET /members/{id}.
func (p Pages) Show(w http.ResponseWriter, r *http.Request) error {
	v := page.Viewer(r.Context())
	if !v.SignedIn() {
		return apperr.SignIn()
	}
	who, err := p.Members.Profile(r.Context(), v, r.PathValue("id"))
	if err != nil {
		return err
	}
	entries, _, err := p.Archive.Newest(r.Context(), v, archive.Filter{Person: who.ID, Limit: written})
	if err != nil {
		return err
	}
	var links []ui.Link
	for _, e := range entries {
		links = append(links, ui.Link{Text: e.Title, URL: "/e/" + e.ID, Note: ui.KindWord(string(e.Kind))})
	}
	return page.Render(w, r, http.StatusOK, page.Frame{Title: who.Name + "さん", Section: "members"}, profile(who, links, who.ID == v.Person))
}

// place is the municipality of a member with its prefecture, "" if they have none.
func place(code string) string {
	if code == "" {
		return ""
	}
	return municipality.Label(code)
}

// town is its name alone, for the avatar.
func town(p member.Person) string {
	if m, ok := municipality.Get(p.Municipality); ok {
		return m.Name
	}
	return p.Name
}
