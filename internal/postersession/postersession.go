// Package postersession keeps poster sessions (発表会): a walk from poster to poster at a set pace, with a bell.
//
// What stays true: where a session stands at any moment follows from its row and the clock alone, so every node and
// every page knows it without being told; only what a host does (begin, pause, go on, next, back, end) is a write and
// an event. A session is for members or for one cohort, and shows only posters that all of these may read. Notes,
// questions and talk belong to the posters and stay there; the session's own topic carries its events and the talk
// before and after. Moderators and the secretariat plan it and lead it, and so do whom they name of those who may come.
package postersession

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
)

// Limits of a session.
const (
	MaxPosters     = 60
	MaxMinutes     = 120
	DefaultMinutes = 10
	MaxAbout       = 1_000
	mostListed     = 100
)

// Service is the way in.
type Service struct{ DB *db.DB }

// Session is a planned, running or past session.
type Session struct {
	bun.BaseModel `bun:"table:poster_session,alias:ps"`

	ID        string      `bun:"id,pk"`
	Topic     string      `bun:"topic"`
	Title     string      `bun:"title"`
	About     string      `bun:"about"`
	Audience  access.Rung `bun:"audience"`
	Cohort    string      `bun:"cohort"`
	StartsAt  time.Time   `bun:"starts_at"`
	Minutes   int         `bun:"minutes"`
	Position  int         `bun:"position"`
	Since     time.Time   `bun:"since"`
	PausedAt  *time.Time  `bun:"paused_at"`
	EndedAt   *time.Time  `bun:"ended_at"`
	Version   int64       `bun:"version"`
	Sample    bool        `bun:"sample"`
	CreatedBy string      `bun:"created_by"`
	CreatedAt time.Time   `bun:"created_at"`

	Posters int  `bun:"posters,scanonly"` // how many it shows
	Leads   bool `bun:"leads,scanonly"`   // the viewer was named to lead it
}

// URL is the address of the session's page.
func (s *Session) URL() string { return "/sessions/" + s.ID }

// Phase is where a session is in its life.
type Phase string

// The phases.
const (
	Waiting Phase = "waiting" // it has not begun
	Running Phase = "running"
	Paused  Phase = "paused"
	Over    Phase = "over"
)

// Moment is where a session stands.
type Moment struct {
	Phase    Phase
	Position int           // of the poster whose turn it is, from 0
	Left     time.Duration // of its turn; before the beginning, until that
}

// At is where the session stands at now. Nothing needs to happen for it to go on.
func (s *Session) At(now time.Time) Moment {
	turn := time.Duration(s.Minutes) * time.Minute
	if s.PausedAt != nil {
		now = *s.PausedAt
	}
	passed := now.Sub(s.Since)
	switch {
	case s.EndedAt != nil:
		return Moment{Phase: Over}
	case passed < 0:
		return Moment{Phase: Waiting, Left: -passed}
	}
	gone := int(passed / turn)
	if s.Position+gone >= s.Posters {
		return Moment{Phase: Over}
	}
	m := Moment{Phase: Running, Position: s.Position + gone, Left: turn - passed%turn}
	if s.PausedAt != nil {
		m.Phase = Paused
	}
	return m
}

// CalledOff tells whether a host ended it before it began.
func (s *Session) CalledOff() bool { return s.EndedAt != nil && s.EndedAt.Before(s.Since) }

// Item is one poster of the programme. One that the reader may not see is only a place in the order.
type Item struct {
	Position     int
	Entry        string `bun:"entry"` // empty when it is not for the reader
	Kind         string
	Title        string
	Municipality string
	Notes        int
	Questions    int
}

// URL is the address of the poster's own page.
func (i Item) URL() string { return "/" + i.Kind + "s/" + i.Entry }

// Page is a session with its programme, read at one moment: every event of its topic behind N is not in it.
type Page struct {
	*Session
	Items   []Item
	Leaders []Leader
	Now     time.Time
	N       int64
	Epoch   string
}

// readable adds the condition under which the viewer may take part: the rule of the session's topic.
func readable(v access.Viewer, q *bun.SelectQuery) *bun.SelectQuery {
	q = q.Join("JOIN topic t ON t.id = ps.topic").
		ColumnExpr("ps.*, (SELECT COUNT(*) FROM poster_session_entry n WHERE n.session = ps.id) AS posters").
		ColumnExpr("EXISTS (SELECT 1 FROM poster_session_host h WHERE h.session = ps.id AND h.person = ?) AS leads", v.Person)
	if !v.CanTalk() {
		return q.Where("1 = 0")
	}
	return v.Readable(q, access.Columns{Alias: "t", Authors: "t.author = ?"})
}

// List reads the sessions that the viewer may take part in, the latest first.
func (s *Service) List(ctx context.Context, v access.Viewer) ([]Session, error) {
	var list []Session
	q := s.DB.Read().NewSelect().Model(&list).OrderExpr("ps.starts_at DESC, ps.id DESC").Limit(mostListed)
	if err := readable(v, q).Scan(ctx); err != nil {
		return nil, fmt.Errorf("list poster sessions: %w", err)
	}
	return list, nil
}

// Near is the session to tell members of: one that runs, or else the next within a week; nil when there is none.
func (s *Service) Near(ctx context.Context, v access.Viewer) (*Session, error) {
	const before, ahead = 24 * time.Hour, 7 * 24 * time.Hour
	now := s.DB.Now()
	var list []Session
	q := s.DB.Read().NewSelect().Model(&list).Where("ps.ended_at IS NULL").
		Where("ps.starts_at > ?", now.Add(-before)).Where("ps.starts_at < ?", now.Add(ahead)).
		OrderExpr("ps.starts_at, ps.id").Limit(mostListed)
	if err := readable(v, q).Scan(ctx); err != nil {
		return nil, fmt.Errorf("look for a poster session: %w", err)
	}
	for i := range list {
		if list[i].At(now).Phase != Over {
			return &list[i], nil
		}
	}
	return nil, nil
}

// Get reads a session with its programme, for who may take part.
func (s *Service) Get(ctx context.Context, v access.Viewer, id string) (*Page, error) {
	p := &Page{Session: &Session{}, Now: s.DB.Now()}
	err := s.DB.Snapshot(ctx, func(ctx context.Context, r bun.IDB) error {
		err := readable(v, r.NewSelect().Model(p.Session).Where("ps.id = ?", id)).Scan(ctx)
		if db.IsMissing(err) {
			return apperr.Missing()
		}
		if err != nil {
			return fmt.Errorf("read poster session %s: %w", id, err)
		}
		if p.N, err = event.TopicHead(ctx, r, p.Topic); err != nil {
			return err
		}
		if _, p.Epoch, err = event.Head(ctx, r); err != nil {
			return err
		}
		if p.Leaders, err = leadersOf(ctx, r, id); err != nil {
			return err
		}
		p.Items, err = items(ctx, r, v, id)
		return err
	})
	return p, err
}

const entryAuthors = "EXISTS (SELECT 1 FROM entry_author a WHERE a.entry = e.id AND a.person = ?)"

func items(ctx context.Context, r bun.IDB, v access.Viewer, id string) ([]Item, error) {
	var all []struct{ Position int }
	if err := r.NewSelect().Table("poster_session_entry").Column("position").Where("session = ?", id).Order("position").Scan(ctx, &all); err != nil {
		return nil, fmt.Errorf("read the programme of session %s: %w", id, err)
	}
	var shown []Item
	q := r.NewSelect().TableExpr("poster_session_entry AS pe").Join("JOIN entry e ON e.id = pe.entry").
		ColumnExpr("pe.position, e.id AS entry, e.kind, e.title, e.municipality").
		ColumnExpr("(SELECT COUNT(*) FROM note n WHERE n.session = pe.session AND n.entry = e.id AND n.state = 'published' AND NOT n.question) AS notes").
		ColumnExpr("(SELECT COUNT(*) FROM note n WHERE n.session = pe.session AND n.entry = e.id AND n.state = 'published' AND n.question) AS questions").
		Where("pe.session = ?", id)
	if err := v.Readable(q, access.Columns{Alias: "e", Authors: entryAuthors}).Scan(ctx, &shown); err != nil {
		return nil, fmt.Errorf("read the programme of session %s: %w", id, err)
	}
	list := make([]Item, len(all))
	at := map[int]int{}
	for i, row := range all {
		list[i].Position, at[row.Position] = i, i
	}
	for _, item := range shown {
		i := at[item.Position]
		list[i] = item
		list[i].Position = i
	}
	return list, nil
}
