// Package archive keeps what alumni leave for the next cohort: practice reports (実践レポート), posters, joint papers
// and materials. All four are entries: one permission, one discussion, one history.
//
// An entry is a draft, which only its authors see, until it is published; from then on every change of its text keeps
// the old one, and a change must name the version it read: of two that named the same, one is answered with a
// conflict and both texts. It stands at one rung, and each section may stand at a narrower one. The authors of a team
// publish to members, cohort or team by themselves; public waits for the sending office's word (派遣元確認) or a
// moderator's, and stands at members until then. A withdrawn entry answers with a tombstone, only to those whom its
// audience let in.
//
// Every method asks internal/access. What a viewer may not read is as if it were not there: the answer is
// apperr.Missing, and lists and counts leave it out. Each act is one transaction that ends with its events.
package archive

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/talk"
)

// Service is the archive.
type Service struct{ DB *db.DB }

// Entry is the row of one entry, without its text.
type Entry struct {
	bun.BaseModel `bun:"table:entry,alias:e"`

	ID           string        `bun:"id,pk"`
	Kind         Kind          `bun:"kind"`
	Title        string        `bun:"title"`
	Summary      string        `bun:"summary"`
	Municipality string        `bun:"municipality"` // code
	Year         int           `bun:"year"`
	Course       cohort.Course `bun:"course"`
	Cohort       string        `bun:"cohort"` // 2019-regular
	Team         string        `bun:"team"`
	Stage        Stage         `bun:"stage"`
	State        access.State  `bun:"state"`
	Audience     access.Rung   `bun:"audience"` // where it stands
	Wanted       access.Rung   `bun:"wanted"`   // where its authors want it
	ClearedBy    string        `bun:"cleared_by"`
	ClearedAt    *time.Time    `bun:"cleared_at"`
	Flagged      bool          `bun:"flagged"`
	Version      int64         `bun:"version"`
	Topic        string        `bun:"topic"`
	Useful       int           `bun:"useful"`
	Adopted      int           `bun:"adopted"`
	Notes        string        `bun:"notes"`
	Source       string        `bun:"source"`
	Sample       bool          `bun:"sample"`
	CreatedBy    string        `bun:"created_by"`
	CreatedAt    time.Time     `bun:"created_at"`
	UpdatedAt    time.Time     `bun:"updated_at"`
	PublishedAt  *time.Time    `bun:"published_at"`
	PublishedSeq int64         `bun:"published_seq"`
	WithdrawnAt  *time.Time    `bun:"withdrawn_at"`
	Reason       string        `bun:"reason"`
}

// URL is the entry's page.
func (e *Entry) URL() string { return e.Kind.URL(e.ID) }

// Published tells whether the entry has ever been published: from then on its text is kept at every change.
func (e *Entry) Published() bool { return e.PublishedAt != nil }

// Stands is the audience the entry stands at.
func (e *Entry) Stands() access.Audience {
	return access.Audience{Rung: e.Audience, Cohort: e.Cohort, Team: e.Team}
}

// Thing is what access looks at.
func (e *Entry) Thing(author bool) access.Thing {
	return access.Thing{State: e.State, Audience: e.Stands(), Author: author, Flagged: e.Flagged}
}

// part is the access thing of a section: the entry at the narrower of both rungs.
func (e *Entry) part(rung access.Rung, author bool) access.Thing {
	t := e.Thing(author)
	if rung != "" {
		t.Audience.Rung = access.Narrower(e.Audience, rung)
	}
	return t
}

// authorship is true, in a query about entry e, for the entries of the person it is given.
const authorship = "EXISTS (SELECT 1 FROM entry_author ea WHERE ea.entry = e.id AND ea.person = ?)"

// readable is access's condition for rows of entry e.
var readable = access.Columns{Alias: "e", Authors: authorship}

// held is an entry inside a transaction that changes it, with what access needs.
type held struct {
	Entry
	author bool
}

// hold reads the entry for a change: nobody else changes it before the transaction ends. An entry that the viewer may
// not read is missing.
func hold(ctx context.Context, tx db.Tx, v access.Viewer, id string) (*held, error) {
	h := &held{}
	q := tx.NewSelect().Model(&h.Entry).Where("e.id = ?", id)
	if tx.Postgres {
		q = q.For("UPDATE")
	}
	if err := q.Scan(ctx); db.IsMissing(err) {
		return nil, apperr.Missing()
	} else if err != nil {
		return nil, fmt.Errorf("read entry %s: %w", id, err)
	}
	var err error
	if v.SignedIn() {
		h.author, err = tx.NewSelect().Table("entry_author").
			Where("entry = ?", id).Where("person = ?", v.Person).Exists(ctx)
		if err != nil {
			return nil, fmt.Errorf("ask who wrote entry %s: %w", id, err)
		}
	}
	if t := h.Thing(h.author); v.CouldRead(t) {
		return nil, gone(&h.Entry)
	} else if !v.CanRead(t) {
		return nil, apperr.Missing()
	}
	return h, nil
}

// holdMine is hold for a change by an author.
func holdMine(ctx context.Context, tx db.Tx, v access.Viewer, id string) (*held, error) {
	h, err := hold(ctx, tx, v, id)
	if err != nil {
		return nil, err
	}
	if !v.CanEdit(h.Thing(h.author)) {
		return nil, apperr.New(apperr.Forbidden, "直せるのは筆者だけです。気づいたことは、下の話し合いで伝えられます。")
	}
	return h, nil
}

// store writes the entry's row back.
func store(ctx context.Context, tx db.Tx, e *Entry) error {
	if _, err := tx.NewUpdate().Model(e).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("store entry %s: %w", e.ID, err)
	}
	return nil
}

// topicOf is the entry as its discussion sees it.
func topicOf(e *Entry, themes []string) talk.EntryTopic {
	return talk.EntryTopic{Entry: e.ID, Title: e.Title, Themes: themes, State: e.State, Audience: e.Stands(),
		Flagged: e.Flagged, Author: e.CreatedBy, Sample: e.Sample}
}

// followTopic lets the discussion follow a changed entry and returns the events that tell of it.
func followTopic(ctx context.Context, tx db.Tx, e *Entry) ([]*event.Event, error) {
	if e.Topic == "" {
		return nil, nil
	}
	themes, err := themesOf(ctx, tx, e.ID)
	if err != nil {
		return nil, err
	}
	return talk.FollowEntry(ctx, tx, topicOf(e, themes))
}
