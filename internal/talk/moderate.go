package talk

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
)

// Ref names a topic or a post that moderators decide about.
type Ref struct {
	Kind string // topic, post
	ID   string
}

// Hide takes a topic or a post out of sight, in the act of the moderator by, who was asked for the right to. The
// author sees the reason. What is hidden already answers no event.
func Hide(ctx context.Context, tx db.Tx, ref Ref, by, reason string) ([]*event.Event, error) {
	return moderate(ctx, tx, ref, by, access.Published, access.Hidden, reason)
}

// Restore puts back what Hide took out.
func Restore(ctx context.Context, tx db.Tx, ref Ref, by string) ([]*event.Event, error) {
	return moderate(ctx, tx, ref, by, access.Hidden, access.Published, "")
}

func moderate(ctx context.Context, tx db.Tx, ref Ref, by string, from, to access.State, reason string) ([]*event.Event, error) {
	p, t, err := look(ctx, tx, ref)
	if err != nil {
		return nil, err
	}
	e := &event.Event{Subject: ref.ID, Topic: t.ID, Actor: by}
	var q interface{ RowsAffected() (int64, error) }
	if p != nil {
		q, err = tx.NewRaw("UPDATE post SET state = ?, reason = ? WHERE id = ? AND state = ?", to, reason, p.ID, from).Exec(ctx)
		e.Kind = event.PostRestored
		if to == access.Hidden {
			*e = event.Event{Kind: event.PostRemoved, Subject: ref.ID, Topic: t.ID, Actor: by}.
				With(map[string]string{"by": "moderator", "reason": reason})
		}
	} else {
		q, err = tx.NewRaw("UPDATE topic SET state = ? WHERE id = ? AND state = ?", to, t.ID, from).Exec(ctx)
		e.Kind = event.TopicRestored
		if to == access.Hidden {
			*e = event.Event{Kind: event.TopicHidden, Subject: ref.ID, Topic: t.ID, Actor: by}.With(map[string]string{"reason": reason})
		}
	}
	if err != nil {
		return nil, fmt.Errorf("moderate %s %s: %w", ref.Kind, ref.ID, err)
	}
	if n, err := q.RowsAffected(); err != nil || n == 0 {
		return nil, err
	}
	events := []*event.Event{e}
	if p != nil {
		also, err := touched(ctx, tx, t.ID, p.ID)
		if err != nil {
			return nil, err
		}
		events = append(events, also...)
	}
	return events, nil
}

// Flag sets or clears the mark that lets moderators read what somebody asked them to look at.
func Flag(ctx context.Context, tx db.Tx, ref Ref, by string, on bool) ([]*event.Event, error) {
	p, t, err := look(ctx, tx, ref)
	if err != nil {
		return nil, err
	}
	table, kind := "topic", event.TopicAudience
	if p != nil {
		table, kind = "post", event.PostFlagged
	}
	_, err = tx.NewRaw("UPDATE ? SET flagged = ? WHERE id = ?", bun.Ident(table), on, ref.ID).Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("flag %s %s: %w", ref.Kind, ref.ID, err)
	}
	e := &event.Event{Kind: kind, Subject: ref.ID, Topic: t.ID, Actor: by}
	if p != nil {
		e.Topic = "" // the topic's readers are not told that a post was reported
	}
	return []*event.Event{e}, nil
}

// look finds what ref names and holds its topic. A post comes with its topic; p is nil for a topic.
func look(ctx context.Context, tx db.Tx, ref Ref) (p *Post, t *Topic, err error) {
	t = &Topic{ID: ref.ID}
	if ref.Kind == "post" {
		p = &Post{ID: ref.ID}
		if err = tx.NewSelect().Model(p).WherePK().Scan(ctx); err == nil {
			t.ID = p.Topic
		}
	}
	if err == nil {
		if _, err = hold(ctx, tx, t.ID); err == nil {
			err = tx.NewSelect().Model(t).WherePK().Scan(ctx)
		}
	}
	if db.IsMissing(err) {
		return nil, nil, apperr.Missing()
	}
	return p, t, err
}
