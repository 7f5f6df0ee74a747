// Package invite opens one-use links (招待). Opening shows a button and changes nothing: mail gateways open links too.
package invite

import (
	"net/http"

	"github.com/manetomo/manetomo/internal/auth"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/member"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/signin"
)

// Pages is the page of a link.
type Pages struct {
	Auth    *auth.Service
	Members *member.Service
}

// Show asks before the link is used: GET /invite/{code}.
func (p Pages) Show(w http.ResponseWriter, r *http.Request) error {
	inv, err := p.Members.Invitation(r.Context(), r.PathValue("code"))
	if err != nil {
		return failed(w, r, err)
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer") // the address is the secret
	v := page.Viewer(r.Context())
	ways := signin.Ways{Choices: p.Auth.Choices(), Next: "/home", Invitation: r.PathValue("code")}
	return page.Render(w, r, http.StatusOK, page.Frame{Title: "招待", Bare: true, NoTabbar: true},
		invitePage(words(inv), v.Name, v.SignedIn() && inv.Role != "", inv.Role == "", ways))
}

// Use spends the link for who is signed in: POST /invite/{code}. Others use it by signing in.
func (p Pages) Use(w http.ResponseWriter, r *http.Request) error {
	if _, err := page.ReadForm(w, r, 16<<10); err != nil {
		return err
	}
	v := page.Viewer(r.Context())
	if !v.SignedIn() {
		return p.Show(w, r)
	}
	e, err := p.Members.AcceptInvitation(r.Context(), v.Person, r.PathValue("code"))
	if err != nil {
		return failed(w, r, err)
	}
	page.Wrote(w, e.Seq)
	http.Redirect(w, r, "/join", http.StatusSeeOther)
	return nil
}

// words says what the link gives.
func words(inv member.Invitation) string {
	switch {
	case inv.Role == "":
		return "あなたのマネ友に、新しいログイン方法を加えます。"
	case inv.Cohort == "":
		return "マネ友の「" + member.RoleName(inv.Role) + "」として招待されています。"
	}
	return cohort.NameOf(inv.Cohort) + "の" + member.RoleName(inv.Role) + "として招待されています。"
}
