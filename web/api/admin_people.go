package api

import (
	"net/http"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/member"
	"github.com/manetomo/manetomo/web/page"
)

// staffOnly is the answer to somebody who may not do what staff do.
func staffOnly(v access.Viewer) error {
	if !v.SignedIn() {
		return apperr.New(apperr.Unauthenticated, "ログインするか、トークンを送ってください。")
	}
	return apperr.New(apperr.Forbidden, "この操作はできません。運営・事務局の役割と、トークンの admin が要ります。")
}

// Invite answers POST /api/v1/admin/invitations. The address stands in this one answer and nowhere else.
func (a People) Invite(w http.ResponseWriter, r *http.Request) error {
	v := page.Viewer(r.Context())
	if !v.CanAdminister() {
		return staffOnly(v)
	}
	var in struct {
		Role         string        `json:"role"`
		Year         int           `json:"year"`
		Course       cohort.Course `json:"course"`
		Municipality string        `json:"municipality"`
		Team         string        `json:"team"`
		Person       string        `json:"person"`
		Note         string        `json:"note"`
	}
	if err := Read(w, r, &in); err != nil {
		return err
	}
	code, inv, err := a.Members.Invite(r.Context(), v, member.Invite{Role: in.Role, Year: in.Year, Course: in.Course,
		Municipality: in.Municipality, Team: in.Team, Person: in.Person, Note: in.Note})
	if err != nil {
		return err
	}
	return Write(w, http.StatusCreated, map[string]any{"id": inv.ID, "url": a.BaseURL + "/invite/" + code, "role": inv.Role,
		"expires_at": inv.ExpiresAt.Format(time.RFC3339)})
}

type application struct {
	ID           string        `json:"id"`
	Person       string        `json:"person"`
	Name         string        `json:"name"`
	Kana         string        `json:"kana,omitempty"`
	Municipality string        `json:"municipality"`
	Year         int           `json:"year"`
	Course       cohort.Course `json:"course"`
	Note         string        `json:"note,omitempty"`
	OnRoster     bool          `json:"on_roster"` // 名簿と一致
	State        string        `json:"state"`
	Reason       string        `json:"reason,omitempty"`
	At           string        `json:"at"`
}

// Applications answers GET /api/v1/admin/applications?state=&cursor=&limit=.
func (a People) Applications(w http.ResponseWriter, r *http.Request) error {
	v := page.Viewer(r.Context())
	if !v.Moderator {
		return staffOnly(v)
	}
	limit, err := number(r, "limit", 50, 1, 100)
	if err != nil {
		return err
	}
	state := r.URL.Query().Get("state")
	if state == "" {
		state = member.Waiting
	}
	list, err := a.Members.Applications(r.Context(), v, state, r.URL.Query().Get("cursor"), int(limit)+1)
	if err != nil {
		return err
	}
	out := struct {
		Applications []application `json:"applications"`
		Next         string        `json:"next,omitempty"`
	}{Applications: []application{}}
	if len(list) > int(limit) {
		list = list[:limit]
		out.Next = list[limit-1].ID
	}
	for _, p := range list {
		out.Applications = append(out.Applications, application{p.ID, p.Person, p.Name, p.Kana, p.Municipality, p.Year, p.Course,
			p.Note, p.Roster != "", p.State, p.Reason, p.CreatedAt.Format(time.RFC3339)})
	}
	return Write(w, http.StatusOK, out)
}

// DecideApplication answers POST /api/v1/admin/applications/{id}/decision.
func (a People) DecideApplication(w http.ResponseWriter, r *http.Request) error {
	v := page.Viewer(r.Context())
	if !v.CanAdmit() {
		return staffOnly(v)
	}
	var in struct {
		Decision string `json:"decision"`
		Reason   string `json:"reason"`
		Team     string `json:"team"`
	}
	if err := Read(w, r, &in); err != nil {
		return err
	}
	if in.Decision != "admit" && in.Decision != "refuse" {
		return apperr.At("decision", "decision は admit か refuse です。")
	}
	seq, err := a.Members.Decide(r.Context(), v, r.PathValue("id"), member.Decision{Admit: in.Decision == "admit", Reason: in.Reason, Team: in.Team})
	if err != nil {
		return err
	}
	return Write(w, http.StatusOK, map[string]any{"id": r.PathValue("id"), "decision": in.Decision, "seq": seq})
}

// Suspend answers POST /api/v1/admin/people/{id}/suspension.
func (a People) Suspend(w http.ResponseWriter, r *http.Request) error {
	v := page.Viewer(r.Context())
	if !v.CanAdminister() {
		return staffOnly(v)
	}
	var in struct {
		Until  *time.Time `json:"until"`
		Reason string     `json:"reason"`
	}
	if err := Read(w, r, &in); err != nil {
		return err
	}
	var until time.Time
	if in.Until != nil {
		until = *in.Until
	}
	seq, err := a.Members.Suspend(r.Context(), v, r.PathValue("id"), in.Reason, until)
	if err != nil {
		return err
	}
	return Write(w, http.StatusOK, map[string]any{"id": r.PathValue("id"), "suspended": true, "seq": seq})
}

// Unsuspend answers DELETE /api/v1/admin/people/{id}/suspension.
func (a People) Unsuspend(w http.ResponseWriter, r *http.Request) error {
	v := page.Viewer(r.Context())
	if !v.CanAdminister() {
		return staffOnly(v)
	}
	seq, err := a.Members.Unsuspend(r.Context(), v, r.PathValue("id"))
	if err != nil {
		return err
	}
	return Write(w, http.StatusOK, map[string]any{"id": r.PathValue("id"), "suspended": false, "seq": seq})
}
