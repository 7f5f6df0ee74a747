// Package auth carries people to their sign-in provider and back, and out again.
//
// Going there is a page of its own that goes on by itself, never a redirect: browsers apply form-action to redirects
// after a form. What the provider says is checked in internal/auth; here are only the browser's ends.
package auth

import (
	"net/http"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/auth"
	"github.com/manetomo/manetomo/internal/member"
	"github.com/manetomo/manetomo/internal/text"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/signin"
)

const maxForm = 16 << 10

// Pages are the ends of a sign-in.
type Pages struct {
	Auth    *auth.Service
	Members *member.Service
	Network func(*http.Request) string // address that a request comes from
	Secure  bool                       // the site is reached by https
}

// Start goes to a provider: POST /auth/{provider}.
func (p Pages) Start(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	st := auth.Start{Provider: r.PathValue("provider"), Next: f.Get("next"), Shared: f.Get("shared") == "1",
		Invitation: f.Get("invitation"), Network: p.Network(r), Browser: p.Auth.Browser(w, r)}
	ways := signin.Ways{Choices: p.Auth.Choices(), Next: text.OwnPath(st.Next), Invitation: st.Invitation}
	if f.Get("add") == "1" {
		if st.Link = page.Viewer(r.Context()).Person; st.Link == "" {
			return apperr.SignIn()
		}
		ways.Add = true
	}
	to, err := p.Auth.Begin(r.Context(), st)
	if err != nil {
		if apperr.Is(err, apperr.NotFound) {
			return err
		}
		return signin.Failed(w, r, ways, err)
	}
	w.Header().Set("Cache-Control", "no-store")
	return page.Render(w, r, http.StatusOK, page.Frame{Title: "ログイン先へ移動します", Bare: true, NoTabbar: true, Refresh: to},
		going(p.Auth.Label(st.Provider), to))
}

// Callback comes back from a provider: GET /auth/{provider}/callback.
func (p Pages) Callback(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-store")
	now := page.Viewer(r.Context()).Person
	f, err := p.Auth.Finish(r.Context(), p.Auth.FromRequest(r, r.PathValue("provider"), p.Network(r), now))
	if err != nil {
		return signin.Failed(w, r, signin.Ways{Choices: p.Auth.Choices(), Add: now != ""}, err)
	}
	if f.Linked {
		page.Wrote(w, f.Seq)
		http.Redirect(w, r, "/settings?done=account#accounts", http.StatusSeeOther)
		return nil
	}
	person, err := p.Members.Person(r.Context(), f.Person)
	if err != nil {
		return err
	}
	if err := p.Auth.SignIn(w, r, f.Person, f.Shared); err != nil {
		return err
	}
	Look(w, person, p.Secure)
	page.SetCookie(w, p.Secure, "shared", map[bool]string{true: "1"}[f.Shared])
	next := f.Next
	if f.Admitted || !person.Member && next == "/home" {
		next = "/join" // welcome, or what to do to become a member
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

// SignOut ends the session: POST /signout.
func (p Pages) SignOut(w http.ResponseWriter, r *http.Request) error {
	if err := p.Auth.SignOut(w, r); err != nil {
		return err
	}
	page.SetCookie(w, p.Secure, "shared", "")
	w.Header().Set("Clear-Site-Data", `"cache"`)
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

// Look tells the browser how the site looks to a person, so that pages need not ask the database for it.
func Look(w http.ResponseWriter, p *member.Person, secure bool) {
	page.SetCookie(w, secure, "theme", p.Theme)
	page.SetCookie(w, secure, "text", p.TextSize)
}
