package web

import (
	"strings"

	"github.com/manetomo/manetomo/internal/notify"
	"github.com/manetomo/manetomo/web/admin"
	"github.com/manetomo/manetomo/web/api"
	"github.com/manetomo/manetomo/web/auth"
	"github.com/manetomo/manetomo/web/cohorts"
	"github.com/manetomo/manetomo/web/invite"
	"github.com/manetomo/manetomo/web/join"
	"github.com/manetomo/manetomo/web/members"
	"github.com/manetomo/manetomo/web/settings"
	"github.com/manetomo/manetomo/web/signin"
)

// door is how people get in and out, and what they arrange for themselves.
func (t router) door() {
	s := t.s
	secure := strings.HasPrefix(s.BaseURL, "https://")
	t.on("GET /signin", signin.Pages{Auth: s.Auth}.Show)
	a := auth.Pages{Auth: s.Auth, Members: s.Members, Network: s.network, Secure: secure}
	t.on("POST /auth/{provider}", a.Start)
	t.on("GET /auth/{provider}/callback", a.Callback)
	t.on("POST /signout", a.SignOut)
	i := invite.Pages{Auth: s.Auth, Members: s.Members}
	t.on("GET /invite/{code}", i.Show)
	t.on("POST /invite/{code}", i.Use)
	j := join.Pages{Members: s.Members}
	t.leads("GET /join", notify.OfApplication, "", j.Show)
	t.on("POST /join", j.Apply)
	p := settings.Pages{Members: s.Members, Auth: s.Auth, Secure: secure}
	t.on("GET /settings", p.Show)
	t.on("POST /settings/look", p.Look)
	t.on("POST /settings/asked", p.Asked)
	t.on("POST /settings/self", p.Self)
	t.on("POST /settings/accounts/remove", p.RemoveAccount)
	t.on("POST /settings/sessions/end", p.EndSession)
	t.on("POST /settings/tokens", p.NewToken)
	t.on("POST /settings/tokens/revoke", p.RevokeToken)
	t.on("GET /settings/export", p.Export)
	t.on("POST /settings/leave", p.Leave)
}

// people is who the members are, and the secretariat's place.
func (t router) people() {
	m := members.Pages{Members: t.s.Members, Archive: t.s.Archive}
	t.on("GET /members", m.List)
	t.on("GET /members/{id}", m.Show)
	c := cohorts.Pages{Members: t.s.Members}
	t.on("GET /cohorts", c.List)
	t.on("GET /cohorts/{year}/{course}", c.Show)
	a := admin.Pages{Members: t.s.Members, BaseURL: t.s.BaseURL}
	t.on("GET /admin", a.Roster)
	t.on("GET /admin/roster", a.Roster)
	t.on("POST /admin/roster", a.Preview)
	t.on("POST /admin/roster/import", a.Import)
	t.on("GET /admin/invite", a.Invitations)
	t.on("POST /admin/invite", a.Invite)
	t.on("POST /admin/invite/back", a.Uninvite)
	t.on("GET /admin/roles", a.Roles)
	t.on("POST /admin/roles", a.Grant)
	t.on("GET /admin/people", a.People)
	t.on("POST /admin/people", a.Suspend)
	p := api.People{Members: t.s.Members, BaseURL: t.s.BaseURL}
	t.on("GET /api/v1/me", p.Me)
	t.on("POST /api/v1/admin/roster", p.Roster)
	t.on("POST /api/v1/admin/invitations", p.Invite)
	t.on("GET /api/v1/admin/applications", p.Applications)
	t.on("POST /api/v1/admin/applications/{id}/decision", p.DecideApplication)
	t.on("POST /api/v1/admin/people/{id}/suspension", p.Suspend)
	t.on("DELETE /api/v1/admin/people/{id}/suspension", p.Unsuspend)
}
