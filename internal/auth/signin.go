package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"time"

	"github.com/uptrace/bun"
	"golang.org/x/oauth2"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/member"
)

// signinTime is how long somebody may take at the provider.
const signinTime = 10 * time.Minute

// signinRow is one sign-in under way: one row, one use. It is no event: nobody sees it.
type signinRow struct {
	bun.BaseModel `bun:"table:signin"`

	State      string    `bun:"state,pk"` // hash of the state in the address
	Browser    string    `bun:"browser"`  // hash of the short cookie
	Provider   string    `bun:"provider"`
	Nonce      string    `bun:"nonce"`
	Verifier   string    `bun:"verifier"`
	Next       string    `bun:"next"`
	Shared     bool      `bun:"shared"`
	Invitation string    `bun:"invitation"`
	Link       string    `bun:"link"`
	ExpiresAt  time.Time `bun:"expires_at"`
}

// Start says how a sign-in begins.
type Start struct {
	Provider   string
	Next       string // where to go afterwards; anything but an own path becomes /home
	Shared     bool   // この端末は共用です
	Invitation string // code of a one-use link
	Link       string // the signed-in person whom the account is added to
	Browser    string // value of the short cookie; see Browser
	Network    string // address that the request came from
}

// Begin notes a sign-in and returns the provider's address to go on at.
func (s *Service) Begin(ctx context.Context, st Start) (string, error) {
	p := s.provider(st.Provider)
	if p == nil {
		return "", apperr.Missing()
	}
	if err := s.attempts.allow("browser "+st.Browser, st.Network, s.db.Now()); err != nil {
		return "", err
	}
	d, err := p.open(ctx)
	if err != nil {
		slog.WarnContext(ctx, "sign-in provider cannot be reached", "provider", p.Name, "err", err)
		return "", apperr.New(apperr.Unavailable, p.Label+"につながりません。少し待ってから、もう一度お試しください。ほかのアカウントでもログインできます。")
	}
	state, row := db.NewSecret(), &signinRow{Browser: member.Hash(st.Browser), Provider: p.Name, Nonce: db.NewSecret(),
		Verifier: oauth2.GenerateVerifier(), Next: Next(st.Next), Shared: st.Shared, Link: st.Link}
	row.State = member.Hash(state)
	if st.Invitation != "" {
		row.Invitation = member.Hash(st.Invitation)
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		row.ExpiresAt = tx.Now.Add(signinTime)
		if _, err := tx.NewInsert().Model(row).Exec(ctx); err != nil {
			return fmt.Errorf("note sign-in: %w", err)
		}
		_, err := tx.NewDelete().Model((*signinRow)(nil)).Where("expires_at < ?", tx.Now).Exec(ctx)
		return err
	})
	if err != nil {
		return "", err
	}
	return d.address(state, row.Nonce, row.Verifier)
}

// Callback is what the provider sends back through the browser.
type Callback struct {
	Provider, State, Code string
	Error                 string // the provider's word for what went wrong
	Browser               string // value of the short cookie
	Network               string
	Person                string // who is signed in already
}

// Finished is a sign-in that came to its end.
type Finished struct {
	member.Entered
	Next   string
	Shared bool
	Linked bool // an account was added to the signed-in person: their session goes on
}

// Finish ends a sign-in: it spends the row, checks the provider's word and lets the person in. The caller gives the
// browser a session (SignIn) unless Linked.
func (s *Service) Finish(ctx context.Context, cb Callback) (Finished, error) {
	row, err := s.spend(ctx, cb)
	if err != nil {
		return Finished{}, err
	}
	if cb.Error != "" || cb.Code == "" {
		slog.InfoContext(ctx, "sign-in was refused by the provider", "provider", row.Provider, "error", printable(cb.Error))
		return Finished{}, apperr.New(apperr.Invalid, "ログインが途中で取り消されました。もう一度、アカウントを選んでください。")
	}
	id, err := s.identify(ctx, row, cb.Code)
	if err != nil {
		return Finished{}, err
	}
	if err := s.attempts.allow("account "+id.Provider+" "+id.Subject, cb.Network, s.db.Now()); err != nil {
		return Finished{}, err
	}
	entered, err := s.members.Enter(ctx, id, member.Way{Invitation: row.Invitation, Link: row.Link})
	if err != nil {
		return Finished{}, err
	}
	return Finished{Entered: entered, Next: row.Next, Shared: row.Shared, Linked: row.Link != ""}, nil
}

// spend deletes the sign-in's row before anything is done with it, and checks that it is this browser's.
func (s *Service) spend(ctx context.Context, cb Callback) (*signinRow, error) {
	row := new(signinRow)
	var now time.Time
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		*row, now = signinRow{}, tx.Now
		err := tx.NewRaw(`DELETE FROM signin WHERE state = ? RETURNING *`, member.Hash(cb.State)).Scan(ctx, row)
		if err != nil && !db.IsMissing(err) {
			return fmt.Errorf("spend sign-in: %w", err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	again := apperr.New(apperr.Invalid, "このログインの手続きは使えません。時間がたったか、すでに使われています。もう一度、アカウントを選んでください。")
	browser := member.Hash(cb.Browser)
	switch {
	case row.State == "" || !row.ExpiresAt.After(now) || row.Provider != cb.Provider:
		return nil, again
	case cb.Browser == "" || subtle.ConstantTimeCompare([]byte(browser), []byte(row.Browser)) != 1:
		return nil, apperr.New(apperr.Invalid, "別のブラウザーで始めたログインです。はじめたブラウザーで、もう一度アカウントを選んでください。")
	case row.Link != "" && row.Link != cb.Person:
		return nil, apperr.New(apperr.Invalid, "ログインしている人が途中で変わりました。設定からもう一度やり直してください。")
	}
	return row, nil
}

// identify exchanges the code and checks who it stands for.
func (s *Service) identify(ctx context.Context, row *signinRow, code string) (member.Identity, error) {
	p := s.provider(row.Provider)
	if p == nil {
		return member.Identity{}, apperr.Missing()
	}
	failed := func(doing string, err error) (member.Identity, error) {
		slog.WarnContext(ctx, "sign-in failed", "provider", p.Name, "doing", doing, "err", err)
		return member.Identity{}, apperr.New(apperr.Invalid,
			p.Label+"でのログインを確かめられませんでした。もう一度お試しください。続くときは、ほかのアカウントを選ぶか、事務局に知らせてください。")
	}
	d, err := p.open(ctx)
	if err != nil {
		return failed("open", err)
	}
	token, idToken, err := d.exchange(ctx, code, row.Verifier)
	if err != nil {
		return failed("exchange the code", hideBody(err))
	}
	id, verified, err := d.identify(ctx, token, idToken, row.Nonce)
	if err != nil {
		return failed("check who it is", err)
	}
	id.Trusted = verified && slices.Contains(s.trusted, p.Name)
	return id, nil
}

var browserValue = regexp.MustCompile(`^[0-9a-z]{52}$`)

// Browser returns the value of the short cookie that binds a sign-in to this browser, and sets it when it is missing.
// Several sign-ins in several tabs share it.
func (s *Service) Browser(w http.ResponseWriter, r *http.Request) string {
	value := s.browser(r)
	if value == "" {
		value = db.NewSecret()
	}
	http.SetCookie(w, &http.Cookie{Name: s.cookieName("manetomo-signin"), Value: value, Path: "/",
		MaxAge: int(signinTime / time.Second), HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode})
	return value
}

func (s *Service) browser(r *http.Request) string {
	c, err := r.Cookie(s.cookieName("manetomo-signin"))
	if err != nil || !browserValue.MatchString(c.Value) {
		return ""
	}
	return c.Value
}

// FromRequest reads the provider's answer out of the browser's request.
func (s *Service) FromRequest(r *http.Request, provider, network, person string) Callback {
	q := r.URL.Query()
	return Callback{Provider: provider, State: q.Get("state"), Code: q.Get("code"), Error: q.Get("error"),
		Browser: s.browser(r), Network: network, Person: person}
}

// printable cuts a word from outside for the log.
func printable(s string) string { return fmt.Sprintf("%.80q", s) }

// hideBody drops the provider's answer from an error: it may hold a token.
func hideBody(err error) error {
	var re *oauth2.RetrieveError
	if asRetrieve(err, &re) {
		return fmt.Errorf("provider answered %s (%s)", re.Response.Status, printable(re.ErrorCode))
	}
	return err
}

func asRetrieve(err error, target **oauth2.RetrieveError) bool {
	return errors.As(err, target) && (*target).Response != nil
}
