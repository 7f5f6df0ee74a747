// Package signin shows the ways to sign in (ログイン). Signing in itself goes on at /auth/{provider}.
package signin

import (
	"net/http"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/auth"
	"github.com/manetomo/manetomo/internal/text"
	"github.com/manetomo/manetomo/web/page"
)

// Pages is the sign-in page.
type Pages struct {
	Auth *auth.Service
}

// Ways are the ways to sign in, with where they lead.
type Ways struct {
	Choices    []auth.Choice
	Next       string
	Invitation string // code of a one-use link that is used with the sign-in
	Add        bool   // the account is added to who is signed in
}

// Show is the sign-in page.
func (p Pages) Show(w http.ResponseWriter, r *http.Request) error {
	next := text.OwnPath(r.URL.Query().Get("next"))
	if page.Viewer(r.Context()).SignedIn() {
		http.Redirect(w, r, auth.Next(next), http.StatusSeeOther)
		return nil
	}
	return Render(w, r, http.StatusOK, Ways{Choices: p.Auth.Choices(), Next: next}, "")
}

// Failed shows the sign-in page again with what went wrong, and the other ways.
func Failed(w http.ResponseWriter, r *http.Request, ways Ways, err error) error {
	e := apperr.From(err)
	if e.Kind == apperr.Internal {
		return err
	}
	return Render(w, r, e.Kind.Status(), ways, e.Message)
}

// Render shows the ways in.
func Render(w http.ResponseWriter, r *http.Request, status int, ways Ways, problem string) error {
	return page.Render(w, r, status, page.Frame{Title: "ログイン", Bare: true, NoTabbar: true, ErrorPrefix: problem != ""},
		signinPage(ways, problem))
}

// icon and hint say who a way suits.
func icon(c auth.Choice) string {
	switch c.Kind {
	case "microsoft", "oidc":
		return "building"
	case "line":
		return "talk"
	}
	return "person"
}

func hint(c auth.Choice) string {
	switch {
	case c.Name == "demo":
		return "架空の8人から選んで、ためせます"
	case c.Kind == "microsoft":
		return "勤務先や学校のアカウントをお使いの方"
	case c.Kind == "google":
		return "個人のアカウントをお使いの方"
	case c.Kind == "line":
		return "スマートフォンから参加する方"
	case c.Kind == "github":
		return "GitHub のアカウントをお持ちの方"
	}
	return "このアカウントをお持ちの方"
}
