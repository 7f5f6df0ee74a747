package archive

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
)

// ImportIn makes and publishes an entry of a list inside the caller's transaction, as its last statements. It has no
// authors: whose it is says a claim. Whoever calls it has asked whether lists may be brought in.
func ImportIn(ctx context.Context, tx db.Tx, v access.Viewer, id, source string, kind Kind, c Change) error {
	r, err := c.prepare(tx.Now)
	if err != nil {
		return err
	}
	e := &Entry{ID: id, Kind: kind, State: access.Draft, Wanted: access.Members, Version: 1, Source: source, CreatedBy: v.Person,
		CreatedAt: tx.Now, UpdatedAt: tx.Now}
	r.apply(e)
	e.Audience = e.Wanted
	if _, err := tx.NewInsert().Model(e).Exec(ctx); err != nil {
		return fmt.Errorf("bring in entry %s: %w", source, err)
	}
	if err := r.writeParts(ctx, tx, e); err != nil {
		return err
	}
	_, err = publish(ctx, tx, v, e)
	return err
}

// takenBack is the reason that stands on the tombstone of what a list brought in.
const takenBack = "まとめて取りこんだときのまちがいのため、取り下げました。"

// TakeBackIn withdraws entries that a list brought in, with their files, inside the caller's transaction, as its last
// statements. Their key becomes free, so that a better list may bring them in again.
func TakeBackIn(ctx context.Context, tx db.Tx, v access.Viewer, ids []string) error {
	var entries []Entry
	if err := tx.NewSelect().Model(&entries).Where("e.id IN (?)", bun.List(ids)).Order("e.id").Scan(ctx); err != nil {
		return fmt.Errorf("read what is taken back: %w", err)
	}
	var evs []*event.Event
	for i := range entries {
		e := &entries[i]
		e.State, e.Reason, e.WithdrawnAt, e.UpdatedAt, e.Source = access.Withdrawn, takenBack, &tx.Now, tx.Now, ""
		e.Version++
		if err := store(ctx, tx, e); err != nil {
			return err
		}
		var files []string
		if err := tx.NewRaw("DELETE FROM file WHERE entry = ? RETURNING id", e.ID).Scan(ctx, &files); err != nil {
			return fmt.Errorf("take back the files of entry %s: %w", e.ID, err)
		}
		evs = append(evs, &event.Event{Kind: event.EntryWithdrawn, Subject: e.ID, Actor: v.Person})
		for _, f := range files {
			ev := event.Event{Kind: event.FileRemoved, Subject: f, Actor: v.Person}.With(map[string]string{"entry": e.ID})
			evs = append(evs, &ev)
		}
		more, err := followTopic(ctx, tx, e)
		if err != nil {
			return err
		}
		evs = append(evs, more...)
	}
	_, err := appendEvents(ctx, tx, evs)
	return err
}
