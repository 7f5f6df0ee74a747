package admin

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/member"
	"github.com/manetomo/manetomo/web/page"
)

const perPage = 50

// Roles shows who has a role over all cohorts: GET /admin/roles.
func (p Pages) Roles(w http.ResponseWriter, r *http.Request) error { return p.roles(w, r, nil) }

func (p Pages) roles(w http.ResponseWriter, r *http.Request, f *page.Form) error {
	a, err := open(r, "/admin/roles", f)
	if err != nil {
		return err
	}
	list, err := p.Members.Staff(r.Context(), page.Viewer(r.Context()))
	if err != nil {
		return err
	}
	return page.Render(w, r, status(f), page.Frame{Title: "役割｜管理", Wide: true, ErrorPrefix: a.Form.Failed()}, rolesPage(a, list))
}

// Grant gives or takes a role: POST /admin/roles.
func (p Pages) Grant(w http.ResponseWriter, r *http.Request) error {
	return act(w, r, p.roles, func(ctx context.Context, v access.Viewer, f *page.Form) (string, int64, error) {
		person, off := f.Get("person"), f.Get("off") == "1"
		if person == "" {
			found, err := p.Members.ByEmail(ctx, f.Get("email"))
			if err != nil {
				return "", 0, err
			}
			person = found.ID
		}
		seq, err := p.Members.Grant(ctx, v, person, f.Get("role"), !off)
		if off {
			return "/admin/roles?done=revoke", seq, err
		}
		return "/admin/roles?done=grant", seq, err
	})
}

// people is the list of everybody with an account.
type people struct {
	admin
	Words string
	List  []member.Known
	More  string
	Now   time.Time
	Self  string
}

// People lists everybody with an account: GET /admin/people.
func (p Pages) People(w http.ResponseWriter, r *http.Request) error { return p.people(w, r, nil) }

func (p Pages) people(w http.ResponseWriter, r *http.Request, f *page.Form) error {
	a, err := open(r, "/admin/people", f)
	if err != nil {
		return err
	}
	q, v := r.URL.Query(), page.Viewer(r.Context())
	out := people{admin: a, Words: q.Get("q"), Now: page.Now(r.Context()), Self: v.Person}
	if out.List, err = p.Members.People(r.Context(), v, out.Words, q.Get("after"), perPage+1); err != nil {
		return err
	}
	if len(out.List) > perPage {
		out.List = out.List[:perPage]
		out.More = "/admin/people?" + url.Values{"q": {out.Words}, "after": {out.List[perPage-1].ID}}.Encode()
	}
	return page.Render(w, r, status(f), page.Frame{Title: "人｜管理", Wide: true, ErrorPrefix: a.Form.Failed()}, peoplePage(out))
}

// Suspend sets or lifts a suspension: POST /admin/people.
func (p Pages) Suspend(w http.ResponseWriter, r *http.Request) error {
	return act(w, r, p.people, func(ctx context.Context, v access.Viewer, f *page.Form) (string, int64, error) {
		if f.Get("lift") == "1" {
			seq, err := p.Members.Unsuspend(ctx, v, f.Get("person"))
			return "/admin/people?done=unsuspend", seq, err
		}
		var until time.Time
		if day := strings.TrimSpace(f.Get("until")); day != "" {
			var err error
			if until, err = time.ParseInLocation("2006-01-02", day, cohort.Japan); err != nil {
				return "", 0, apperr.At("until", "期限は 2027-03-31 のように書いてください。")
			}
		}
		seq, err := p.Members.Suspend(ctx, v, f.Get("person"), f.Get("reason"), until)
		return "/admin/people?done=suspend", seq, err
	})
}
