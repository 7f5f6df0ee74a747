// Package admin is where the secretariat decides who is in (管理): the roster, one-use links, roles, people. For everybody
// else there is no such place.
package admin

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/member"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

const (
	maxForm   = 64 << 10
	maxRoster = member.MaxRosterBytes*4/3 + maxForm // as it travels from the preview to the import
)

// Pages are the pages of the secretariat.
type Pages struct {
	Members *member.Service
	BaseURL string
}

// admin is what each of the pages has.
type admin struct {
	Menu []ui.Tab
	Form *page.Form
	Done string
}

// open asks for the right to be here and makes the menu.
func open(r *http.Request, here string, f *page.Form) (admin, error) {
	v := page.Viewer(r.Context())
	if !v.SignedIn() {
		return admin{}, apperr.SignIn()
	}
	if !v.CanAdminister() {
		return admin{}, apperr.Missing()
	}
	a := admin{Form: f, Done: doneWords()[r.URL.Query().Get("done")], Menu: []ui.Tab{
		{Text: "名簿の取りこみ", URL: "/admin", Icon: "people"},
		{Text: "招待", URL: "/admin/invite", Icon: "mail"},
		{Text: "役割", URL: "/admin/roles", Icon: "shield"},
		{Text: "人", URL: "/admin/people", Icon: "person"},
	}}
	for i := range a.Menu {
		a.Menu[i].Current = a.Menu[i].URL == here
	}
	if f == nil {
		a.Form = page.NewForm()
	}
	return a, nil
}

func doneWords() map[string]string {
	return map[string]string{
		"uninvite":  "招待を取り消しました。",
		"grant":     "役割を付けました。",
		"revoke":    "役割をはずしました。",
		"suspend":   "利用を停止しました。いまのログインもすべて終わらせました。",
		"unsuspend": "利用停止を解きました。",
	}
}

func status(f *page.Form) int {
	if f != nil && f.Failed() {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// act reads a form, does one thing and goes on; a form that is not accepted comes back through show.
func act(w http.ResponseWriter, r *http.Request, show func(http.ResponseWriter, *http.Request, *page.Form) error,
	do func(ctx context.Context, v access.Viewer, f *page.Form) (to string, seq int64, err error)) error {
	f, err := page.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	v := page.Viewer(r.Context())
	if !v.CanAdminister() {
		_, err := open(r, "", nil)
		return err
	}
	to, seq, err := do(r.Context(), v, f)
	if err != nil {
		if f.WithError(err) {
			return show(w, r, f)
		}
		return err
	}
	if seq > 0 {
		page.Wrote(w, seq)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// Invitations shows open links and the form for a new one: GET /admin/invite.
func (p Pages) Invitations(w http.ResponseWriter, r *http.Request) error {
	return p.invitations(w, r, nil, "")
}

func (p Pages) invitations(w http.ResponseWriter, r *http.Request, f *page.Form, link string) error {
	a, err := open(r, "/admin/invite", f)
	if err != nil {
		return err
	}
	list, err := p.Members.Invitations(r.Context(), page.Viewer(r.Context()))
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return page.Render(w, r, status(f), page.Frame{Title: "招待｜管理", Wide: true, ErrorPrefix: a.Form.Failed()},
		invitePage(a, list, link, years(page.Now(r.Context())), page.Now(r.Context())))
}

// Invite makes a link and shows it once: POST /admin/invite. Its form has no key, so that no answer with a secret is kept.
func (p Pages) Invite(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	if _, err := open(r, "", f); err != nil {
		return err
	}
	in := member.Invite{Role: f.Get("role"), Course: cohort.Course(f.Get("course")), Team: f.Get("team"), Note: f.Get("note"), Person: f.Get("person")}
	in.Year, _ = strconv.Atoi(f.Get("year")) // 0 is refused where a year is needed
	if place := f.Get("municipality"); place != "" {
		m, ask := municipality.Choose(place)
		if in.Municipality = m.Code; ask != "" {
			f.WithError(apperr.At("municipality", ask))
			return p.invitations(w, r, f, "")
		}
	}
	code, _, err := p.Members.Invite(r.Context(), page.Viewer(r.Context()), in)
	if err != nil {
		if f.WithError(err) {
			return p.invitations(w, r, f, "")
		}
		return err
	}
	return p.invitations(w, r, nil, p.BaseURL+"/invite/"+code)
}

// Uninvite calls a link back: POST /admin/invite/back.
func (p Pages) Uninvite(w http.ResponseWriter, r *http.Request) error {
	show := func(w http.ResponseWriter, r *http.Request, f *page.Form) error { return p.invitations(w, r, f, "") }
	return act(w, r, show, func(ctx context.Context, v access.Viewer, f *page.Form) (string, int64, error) {
		return "/admin/invite?done=uninvite", 0, p.Members.Uninvite(ctx, v, f.Get("id"))
	})
}

func years(now time.Time) []ui.Option {
	list := []ui.Option{{Value: "", Text: "選んでください"}}
	for _, y := range cohort.Years(now) {
		list = append(list, ui.Option{Value: strconv.Itoa(y), Text: page.FiscalYearEra(y)})
	}
	return list
}

func roleOptions() []ui.Option {
	var list []ui.Option
	for _, role := range append(member.CohortRoles(), member.StaffRoles()...) {
		list = append(list, ui.Option{Value: role, Text: member.RoleName(role)})
	}
	return list
}

func courseOptions() []ui.Option {
	list := []ui.Option{{Value: "", Text: "選んでください"}}
	for _, c := range cohort.Courses() {
		list = append(list, ui.Option{Value: string(c), Text: c.Name()})
	}
	return list
}
