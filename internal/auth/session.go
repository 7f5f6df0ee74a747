package auth

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
)

// How long a session lives: without use, and at most.
const (
	sessionIdle = 14 * 24 * time.Hour
	sessionLife = 30 * 24 * time.Hour
	seenEvery   = time.Hour // a session's last use is noted to the hour: a read must not cost a write
)

// Who is the account behind a request.
type Who struct {
	Viewer  access.Viewer
	Session string // id of the session, if it is one
	Token   string // id of the token, if it is one
}

// newSessions sets scs up. Its own idle time-out would write at every request and believe the process's clock; both
// limits are the store's.
func newSessions(d *db.DB, cookie string, secure bool) *scs.SessionManager {
	m := scs.New()
	m.Store = store{d}
	m.Lifetime = sessionLife
	m.HashTokenInStore = true
	m.Cookie.Name = cookie
	m.Cookie.Secure = secure
	m.Cookie.HttpOnly = true
	m.Cookie.SameSite = http.SameSiteLaxMode
	m.Cookie.Persist = false // until RememberMe: on a shared machine the session ends with the browser
	return m
}

// FromCookie tells whose session the request carries; nobody's is a visitor's.
func (s *Service) FromCookie(r *http.Request) (Who, error) {
	c, err := r.Cookie(s.sessions.Cookie.Name)
	if err != nil || c.Value == "" {
		return Who{}, nil
	}
	ctx, err := s.sessions.Load(r.Context(), c.Value)
	if err != nil {
		return Who{}, fmt.Errorf("load session: %w", err)
	}
	v, err := s.members.Viewer(r.Context(), s.sessions.GetString(ctx, "person"))
	if err != nil || !v.SignedIn() {
		return Who{}, err
	}
	return Who{Viewer: v, Session: s.sessions.GetString(ctx, "id")}, nil
}

// Still asks again, for what lives longer than a request: whether the account behind an open socket is still there,
// and what it is now.
func (s *Service) Still(ctx context.Context, w Who) (access.Viewer, error) {
	table, id := "session", w.Session
	if w.Token != "" {
		table, id = "token", w.Token
	}
	ok, err := s.db.Read().NewSelect().Table(table).Where("id = ?", id).
		Where("expires_at IS NULL OR expires_at > ?", s.db.Now()).Exists(ctx)
	if err != nil {
		return access.Viewer{}, fmt.Errorf("ask for %s again: %w", table, err)
	}
	if !ok {
		return access.Viewer{}, nil
	}
	v, err := s.members.Viewer(ctx, w.Viewer.Person)
	if w.Token != "" {
		return narrowed(v, w.Viewer), err
	}
	return v, err
}

// SignIn gives the browser a new session, whatever it carried before.
func (s *Service) SignIn(w http.ResponseWriter, r *http.Request, person string, shared bool) error {
	ctx, err := s.sessions.Load(r.Context(), s.cookie(r))
	if err != nil {
		return fmt.Errorf("load session: %w", err)
	}
	if err := s.sessions.RenewToken(ctx); err != nil {
		return fmt.Errorf("renew session: %w", err)
	}
	s.sessions.Put(ctx, "person", person)
	s.sessions.Put(ctx, "id", db.NewID())
	s.sessions.Put(ctx, "agent", agentWords(r.UserAgent()))
	s.sessions.RememberMe(ctx, !shared)
	token, expiry, err := s.sessions.Commit(ctx)
	if err != nil {
		return fmt.Errorf("save session: %w", err)
	}
	s.sessions.WriteSessionCookie(ctx, w, token, expiry)
	return nil
}

// SignOut ends the browser's session.
func (s *Service) SignOut(w http.ResponseWriter, r *http.Request) error {
	who, err := s.FromCookie(r)
	if err != nil {
		return err
	}
	if who.Session != "" {
		if err := s.EndSession(r.Context(), who.Viewer, who.Session); err != nil {
			return err
		}
	}
	s.sessions.WriteSessionCookie(r.Context(), w, "", time.Time{})
	return nil
}

func (s *Service) cookie(r *http.Request) string {
	c, err := r.Cookie(s.sessions.Cookie.Name)
	if err != nil {
		return ""
	}
	return c.Value
}

// Session is a session as 設定 lists it.
type Session struct {
	bun.BaseModel `bun:"table:session,alias:s"`

	ID        string    `bun:"id"`
	Agent     string    `bun:"agent"`
	StartedAt time.Time `bun:"started_at"`
	SeenAt    time.Time `bun:"seen_at"`
}

// Sessions lists a person's own sessions, the latest used first.
func (s *Service) Sessions(ctx context.Context, v access.Viewer) ([]Session, error) {
	var list []Session
	now := s.db.Now()
	err := s.db.Read().NewSelect().Model(&list).Where("person = ?", v.Person).Where("person <> ''").
		Where("expires_at > ?", now).Where("seen_at > ?", now.Add(-sessionIdle)).Order("seen_at DESC", "id").Limit(100).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return list, nil
}

// EndSession ends one of a person's own sessions; an empty id ends all of them.
func (s *Service) EndSession(ctx context.Context, v access.Viewer, id string) error {
	if !v.SignedIn() {
		return apperr.SignIn()
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		q := tx.NewDelete().Table("session").Where("person = ?", v.Person)
		if id != "" {
			q = q.Where("id = ?", id)
		}
		if _, err := q.Exec(ctx); err != nil {
			return fmt.Errorf("end session: %w", err)
		}
		return event.Append(ctx, tx, &event.Event{Kind: event.PersonSignedOut, Subject: v.Person, Actor: v.Person})
	})
}

// store keeps sessions in the database by the hash of their token. Sessions are no event: nobody else sees them.
type store struct{ db *db.DB }

type sessionRow struct {
	bun.BaseModel `bun:"table:session"`

	Token     string    `bun:"token,pk"`
	ID        string    `bun:"id"`
	Data      string    `bun:"data"`
	Person    string    `bun:"person"`
	Agent     string    `bun:"agent"`
	StartedAt time.Time `bun:"started_at"`
	SeenAt    time.Time `bun:"seen_at"`
	ExpiresAt time.Time `bun:"expires_at"`
}

// FindCtx returns a session that is within both limits, by the database's clock.
func (t store) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	var row sessionRow
	now := t.db.Now()
	err := t.db.Read().NewSelect().Model(&row).Where("token = ?", token).
		Where("expires_at > ?", now).Where("seen_at > ?", now.Add(-sessionIdle)).Scan(ctx)
	if db.IsMissing(err) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("find session: %w", err)
	}
	if now.Sub(row.SeenAt) > seenEvery {
		err := t.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			_, err := tx.NewUpdate().Model(&row).Set("seen_at = ?", tx.Now).WherePK().Exec(ctx)
			return err
		})
		if err != nil && !apperr.Is(err, apperr.Full) && !apperr.Is(err, apperr.Unavailable) {
			return nil, false, fmt.Errorf("note use of session: %w", err) // reading goes on where writing cannot
		}
	}
	b, err := base64.StdEncoding.DecodeString(row.Data)
	return b, err == nil, nil
}

// CommitCtx stores a session. Its limits begin when it is first stored.
func (t store) CommitCtx(ctx context.Context, token string, b []byte, _ time.Time) error {
	_, values, err := scs.GobCodec{}.Decode(b)
	if err != nil {
		return fmt.Errorf("read session: %w", err)
	}
	word := func(key string) string { s, _ := values[key].(string); return s }
	return t.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		row := &sessionRow{Token: token, ID: word("id"), Data: base64.StdEncoding.EncodeToString(b), Person: word("person"),
			Agent: word("agent"), StartedAt: tx.Now, SeenAt: tx.Now, ExpiresAt: tx.Now.Add(sessionLife)}
		_, err := tx.NewInsert().Model(row).On("CONFLICT (token) DO UPDATE").Set("data = EXCLUDED.data").Exec(ctx)
		if err != nil {
			return fmt.Errorf("store session: %w", err)
		}
		_, err = tx.NewDelete().Table("session").Where("expires_at < ?", tx.Now).Exec(ctx)
		return err
	})
}

// DeleteCtx removes a session.
func (t store) DeleteCtx(ctx context.Context, token string) error {
	return t.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewDelete().Table("session").Where("token = ?", token).Exec(ctx)
		return err
	})
}

// The three without a context are part of scs's interface; scs calls the others.

func (t store) Find(token string) ([]byte, bool, error) {
	return t.FindCtx(context.Background(), token)
}
func (t store) Commit(token string, b []byte, at time.Time) error {
	return t.CommitCtx(context.Background(), token, b, at)
}
func (t store) Delete(token string) error { return t.DeleteCtx(context.Background(), token) }
