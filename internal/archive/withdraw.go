package archive

import (
	"context"
	"fmt"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/text"
)

// Tombstone is all that is left to see of a withdrawn entry.
type Tombstone struct {
	Kind         Kind      `json:"kind"`
	Municipality string    `json:"municipality"`
	Reason       string    `json:"reason"`
	At           time.Time `json:"withdrawn_at"`
}

// Withdraw takes an entry back. One that was never published goes without a trace; another leaves a tombstone with
// the reason, which may be empty.
func (s *Service) Withdraw(ctx context.Context, v access.Viewer, id, reason string) (Saved, error) {
	reason, err := text.OptionalBlock("reason", "理由", reason, text.MaxSummary)
	if err != nil {
		return Saved{}, err
	}
	var saved Saved
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		h, err := holdMine(ctx, tx, v, id)
		if err != nil {
			return err
		}
		e := &h.Entry
		if !e.Published() {
			if _, err := tx.NewRaw(`DELETE FROM entry WHERE id = ?`, id).Exec(ctx); err != nil {
				return fmt.Errorf("delete draft %s: %w", id, err)
			}
			saved = Saved{ID: id, Version: e.Version, State: access.Withdrawn}
			return nil
		}
		e.State, e.Reason, e.WithdrawnAt, e.UpdatedAt = access.Withdrawn, reason, &tx.Now, tx.Now
		e.Version++
		if err := store(ctx, tx, e); err != nil {
			return err
		}
		evs := []*event.Event{{Kind: event.EntryWithdrawn, Subject: id, Actor: v.Person}}
		more, err := followTopic(ctx, tx, e)
		if err != nil {
			return err
		}
		seq, err := appendEvents(ctx, tx, append(evs, more...))
		saved = Saved{id, e.URL(), e.Version, e.State, e.Topic, seq}
		return err
	})
	return saved, err
}

// gone is the answer to those who could read an entry that was withdrawn.
func gone(e *Entry) error {
	t := Tombstone{Kind: e.Kind, Municipality: e.Municipality, Reason: e.Reason}
	if e.WithdrawnAt != nil {
		t.At = *e.WithdrawnAt
	}
	return &apperr.Error{Kind: apperr.Gone, Data: t,
		Message: "このページは筆者が取り下げました。近い実践は、さがすページから見つけられます。"}
}
