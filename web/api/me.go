package api

import (
	"net/http"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/member"
	"github.com/manetomo/manetomo/web/page"
)

// People answers for who one is, and for what the secretariat does about people.
type People struct {
	Members *member.Service
	BaseURL string
}

type part struct {
	Year         int           `json:"year"`
	Course       cohort.Course `json:"course"`
	Role         string        `json:"role"`
	Cohort       string        `json:"cohort"`
	Team         string        `json:"team,omitempty"`
	TeamName     string        `json:"team_name,omitempty"`
	Municipality string        `json:"municipality,omitempty"`
}

type me struct {
	ID           string        `json:"id"`
	Name         string        `json:"name"`
	Kana         string        `json:"kana,omitempty"`
	Municipality string        `json:"municipality,omitempty"`
	Section      string        `json:"section,omitempty"`
	Member       bool          `json:"member"`
	Roles        []string      `json:"roles"`
	Audiences    []access.Rung `json:"audiences"` // rungs of which the caller reads at least something
	Scopes       []string      `json:"scopes"`
	Parts        []part        `json:"participations"`
	URL          string        `json:"url"`
	Application  string        `json:"application,omitempty"` // state of the latest one, without membership
}

// Me answers GET /api/v1/me.
func (a People) Me(w http.ResponseWriter, r *http.Request) error {
	v := page.Viewer(r.Context())
	if !v.SignedIn() {
		return apperr.New(apperr.Unauthenticated, "ログインするか、トークンを送ってください。")
	}
	p, err := a.Members.Profile(r.Context(), v, v.Person)
	if err != nil {
		return err
	}
	out := me{ID: p.ID, Name: p.Name, Kana: p.Kana, Municipality: p.Municipality, Section: p.Section, Member: v.Member,
		Roles: []string{}, Audiences: audiences(v), Scopes: scopesOf(v), Parts: []part{}, URL: a.BaseURL + "/members/" + p.ID}
	seen := map[string]bool{}
	for _, t := range p.Parts {
		if !seen[t.Role] {
			out.Roles, seen[t.Role] = append(out.Roles, t.Role), true
		}
		out.Parts = append(out.Parts, part{t.Year, t.Course, t.Role, t.Cohort, t.Team, t.TeamName, t.Municipality})
	}
	out.Roles = append(out.Roles, p.Staff...)
	if !v.Member {
		application, err := a.Members.MyApplication(r.Context(), v)
		if err != nil {
			return err
		}
		if application != nil {
			out.Application = application.State
		}
	}
	return Write(w, http.StatusOK, out)
}

func audiences(v access.Viewer) []access.Rung {
	list := []access.Rung{access.Public}
	if !v.Member {
		return list
	}
	list = append(list, access.Members)
	if v.Secretariat || len(v.Cohorts) > 0 {
		list = append(list, access.Cohort)
	}
	if v.Secretariat || len(v.Teams) > 0 {
		list = append(list, access.Team)
	}
	if v.Moderator {
		list = append(list, access.Staff)
	}
	return list
}

func scopesOf(v access.Viewer) []string {
	list := []string{"read"}
	if !v.ReadOnly {
		list = append(list, "write")
	}
	if v.Moderator && !v.ReadOnly {
		list = append(list, "admin")
	}
	return list
}
