// Package settings is where people arrange the site for themselves (設定): how it looks, letters, ways to sign in,
// sessions, tokens, their data, and leaving. Each act is a small form of its own.
package settings

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/auth"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/member"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/signin"
)

const maxForm = 64 << 10

// Pages is the page of settings.
type Pages struct {
	Members *member.Service
	Auth    *auth.Service
	Secure  bool // the site is reached by https
}

// view is everything that the page shows.
type view struct {
	Me       *member.Profile
	Form     *page.Form // the one that came back, else an empty one
	Section  string     // which form came back
	Done     string
	Accounts []member.Account
	Ways     signin.Ways
	Sessions []auth.Session
	Here     string // id of this session
	Tokens   []auth.Token
	NewToken string // shown once
	Now      time.Time
	Asked    bool // wants to hear of questions near to what they wrote
	label    func(string) string
}

// form is the form of a section: what was typed if it came back, else empty with a fresh key.
func (v view) form(section string) *page.Form {
	if v.Section == section {
		return v.Form
	}
	return page.NewForm()
}

// Show is the page: GET /settings.
func (p Pages) Show(w http.ResponseWriter, r *http.Request) error {
	return p.show(w, r, http.StatusOK, view{Form: page.NewForm(), Done: done()[r.URL.Query().Get("done")]})
}

func done() map[string]string {
	return map[string]string{
		"look":    "見た目とメールの受け取り方を保存しました。",
		"asked":   "質問のお知らせの受け取り方を保存しました。",
		"self":    "自己紹介を保存しました。",
		"account": "ログイン方法を変えました。",
		"session": "ログインを終わらせました。",
		"token":   "トークンを消しました。",
	}
}

func (p Pages) show(w http.ResponseWriter, r *http.Request, status int, v view) error {
	who := page.Viewer(r.Context())
	if !who.SignedIn() {
		return apperr.SignIn()
	}
	var err error
	if v.Me, err = p.Members.Profile(r.Context(), who, who.Person); err != nil {
		return err
	}
	if v.Accounts, err = p.Members.Accounts(r.Context(), who); err != nil {
		return err
	}
	if v.Sessions, err = p.Auth.Sessions(r.Context(), who); err != nil {
		return err
	}
	if v.Asked, err = p.Members.Asked(r.Context(), who); err != nil {
		return err
	}
	if v.Tokens, err = p.Auth.Tokens(r.Context(), who); err != nil {
		return err
	}
	here, err := p.Auth.FromCookie(r)
	if err != nil {
		return err
	}
	v.Here, v.Now, v.label = here.Session, page.Now(r.Context()), p.Auth.Label
	v.Ways = signin.Ways{Choices: p.Auth.Choices(), Next: "/settings", Add: true}
	return page.Render(w, r, status, page.Frame{Title: "設定", ErrorPrefix: v.Section != ""}, settings(v))
}

// act reads a form, does one thing with it and comes back to the page.
func (p Pages) act(w http.ResponseWriter, r *http.Request, section string, do func(ctx context.Context, v access.Viewer, f *page.Form) error) error {
	f, err := page.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	v := page.Viewer(r.Context())
	if !v.SignedIn() {
		return apperr.SignIn()
	}
	if err := do(r.Context(), v, f); err != nil {
		if f.WithError(err) {
			return p.show(w, r, http.StatusUnprocessableEntity, view{Form: f, Section: section})
		}
		return err
	}
	http.Redirect(w, r, "/settings?done="+section+"#"+section, http.StatusSeeOther)
	return nil
}

// Look keeps how the site looks: POST /settings/look.
func (p Pages) Look(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, "look", func(ctx context.Context, v access.Viewer, f *page.Form) error {
		look := member.Look{Theme: f.Get("theme"), TextSize: f.Get("text_size"), Mail: f.Get("mail")}
		if err := p.Members.SetLook(ctx, v, look); err != nil {
			return err
		}
		page.SetCookie(w, p.Secure, "theme", look.Theme)
		page.SetCookie(w, p.Secure, "text", look.TextSize)
		return nil
	})
}

// Asked keeps whether one hears of questions near to what one wrote: POST /settings/asked.
func (p Pages) Asked(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, "asked", func(ctx context.Context, v access.Viewer, f *page.Form) error {
		return p.Members.SetAsked(ctx, v, f.Has("asked", "1"))
	})
}

// Self keeps what one says about oneself: POST /settings/self.
func (p Pages) Self(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, "self", func(ctx context.Context, v access.Viewer, f *page.Form) error {
		seq, err := p.Members.SetSelf(ctx, v, member.Self{Name: f.Get("name"), Kana: f.Get("kana"), Section: f.Get("section"),
			About: f.Get("about"), Municipality: f.Get("municipality")})
		if err == nil {
			page.Wrote(w, seq)
		}
		return err
	})
}

// RemoveAccount takes a way to sign in away: POST /settings/accounts/remove.
func (p Pages) RemoveAccount(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, "account", func(ctx context.Context, v access.Viewer, f *page.Form) error {
		return p.Members.RemoveAccount(ctx, v, f.Get("provider"), f.Get("subject"))
	})
}

// EndSession ends a session, or all: POST /settings/sessions/end.
func (p Pages) EndSession(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, "session", func(ctx context.Context, v access.Viewer, f *page.Form) error {
		if f.Get("id") == "" && f.Get("all") == "" {
			return apperr.New(apperr.Invalid, "終わらせるログインを選んでください。")
		}
		return p.Auth.EndSession(ctx, v, f.Get("id"))
	})
}

// NewToken makes a token and shows it once: POST /settings/tokens. Its form has no key, so that no answer with a
// secret is kept.
func (p Pages) NewToken(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	v := page.Viewer(r.Context())
	if !v.SignedIn() {
		return apperr.SignIn()
	}
	n := auth.NewToken{Label: f.Get("label"), Scopes: f.All("scopes")}
	if day := strings.TrimSpace(f.Get("expires")); day != "" {
		if n.Expires, err = time.ParseInLocation("2006-01-02", day, cohort.Japan); err != nil {
			f.WithError(apperr.At("expires", "期限は 2027-03-31 のように書いてください。"))
			return p.show(w, r, http.StatusUnprocessableEntity, view{Form: f, Section: "token"})
		}
	}
	token, err := p.Auth.CreateToken(r.Context(), v.Person, n)
	if err != nil {
		if f.WithError(err) {
			return p.show(w, r, http.StatusUnprocessableEntity, view{Form: f, Section: "token"})
		}
		return err
	}
	return p.show(w, r, http.StatusOK, view{Form: page.NewForm(), NewToken: token})
}

// RevokeToken ends a token: POST /settings/tokens/revoke.
func (p Pages) RevokeToken(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, "token", func(ctx context.Context, v access.Viewer, f *page.Form) error {
		return p.Auth.RevokeToken(ctx, v, f.Get("id"))
	})
}

// Export hands out what is kept about oneself: GET /settings/export.
func (p Pages) Export(w http.ResponseWriter, r *http.Request) error {
	v := page.Viewer(r.Context())
	out, err := p.Members.Export(r.Context(), v)
	if err != nil {
		return err
	}
	body, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="manetomo-`+v.Person+`.json"`)
	w.Header().Set("Cache-Control", "no-store")
	w.Write(append(body, '\n')) // a reader who has gone away is not our error
	return nil
}

// Leave takes oneself out: POST /settings/leave. It needs the word that says so, since it cannot be undone.
func (p Pages) Leave(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	v := page.Viewer(r.Context())
	if strings.TrimSpace(f.Get("word")) != "退会" {
		err = apperr.At("word", "退会するときは「退会」と書いてください。")
	} else {
		err = p.Members.Leave(r.Context(), v)
	}
	if err != nil {
		if f.WithError(err) {
			return p.show(w, r, http.StatusUnprocessableEntity, view{Form: f, Section: "leave"})
		}
		return err
	}
	if err := p.Auth.SignOut(w, r); err != nil {
		return err
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

func place(code string) string {
	if code == "" {
		return ""
	}
	return municipality.Label(code)
}
