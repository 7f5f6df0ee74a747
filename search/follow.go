package search

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
)

// Follow keeps the index up with the log until ctx ends. When there is no index that can be used, or somebody asks
// for it (Ask), it is built anew first; meanwhile the old one serves, if there is one.
func (x *Index) Follow(ctx context.Context, d *db.DB) error {
	rows := Rows{d}
	asked, err := lastAsked(ctx, d)
	if err != nil {
		return err
	}
	x.fillNames()
	for ctx.Err() == nil {
		_, epoch, err := rows.Head(ctx)
		if err == nil && x.Stale(epoch) {
			err = x.Rebuild(ctx, rows)
		}
		if err == nil {
			err = x.followFrom(ctx, d, &asked)
		}
		if ctx.Err() == nil && err != nil && !errors.Is(err, errAnew) {
			slog.ErrorContext(ctx, "search index cannot follow, will try again", "err", err)
			pause(ctx, 5*time.Second)
		}
	}
	return ctx.Err()
}

// errAnew ends following so that the index is built anew.
var errAnew = errors.New("the search index is to be built anew")

// followFrom follows from the index's own position until the index must be built anew.
func (x *Index) followFrom(ctx context.Context, d *db.DB, asked *string) error {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	watch := make(chan struct{})
	go func() {
		defer close(watch)
		x.watch(ctx, end, d, asked)
	}()
	err := event.Follow(ctx, d, "search", x.Seq(), func(ctx context.Context, events []event.Event) error {
		err := x.take(ctx, d, events)
		if x.damaged.Load() {
			end(errAnew)
		}
		return err
	})
	end(nil)
	<-watch
	if cause := context.Cause(ctx); errors.Is(cause, errAnew) {
		return errAnew
	}
	return err
}

// take brings what a batch of events is about into the index.
func (x *Index) take(ctx context.Context, d *db.DB, events []event.Event) error {
	began := time.Now()
	rows := Rows{d}
	t, err := rows.touched(ctx, events)
	if err != nil {
		return err
	}
	var docs []Document
	for _, kind := range []struct {
		ids  map[string]bool
		load func(context.Context, []string) ([]Document, error)
	}{{t.entries, rows.Entries}, {t.topics, rows.Topics}, {t.collections, rows.Collections}} {
		if len(kind.ids) == 0 {
			continue
		}
		more, err := kind.load(ctx, slices.Collect(maps.Keys(kind.ids)))
		if err != nil {
			return err
		}
		docs = append(docs, more...)
	}
	there := make(map[string]bool, len(docs))
	for _, doc := range docs {
		there[doc.ID] = true
	}
	var gone []string
	for _, ids := range []map[string]bool{t.entries, t.topics, t.collections} {
		for id := range ids {
			if !there[id] {
				gone = append(gone, id)
			}
		}
	}
	err = x.Apply(ctx, docs, gone, events[len(events)-1].Seq)
	if worked := time.Since(began); len(t.topics) > 0 && worked > busyFrom {
		pause(ctx, min(2*worked, busyMost))
	}
	return err
}

// A discussion in full flow would have its topic read anew for every post. Whoever reads and writes there comes first:
// after long work on topics the index rests, and what comes meanwhile is one batch.
const (
	busyFrom = 50 * time.Millisecond
	busyMost = 2 * time.Second
)

// touched is what a batch of events is about.
type touched struct{ entries, topics, collections map[string]bool }

// touched gives what events are about.
func (r Rows) touched(ctx context.Context, events []event.Event) (touched, error) {
	t := touched{map[string]bool{}, map[string]bool{}, map[string]bool{}}
	var people, moved []string
	for _, e := range events {
		switch e.Kind {
		case event.EntryPublished, event.EntryRevised, event.EntryAudience, event.EntryReturned, event.EntryHidden,
			event.EntryRestored, event.EntryWithdrawn:
			t.entries[e.Subject] = true
			moved = append(moved, e.Subject) // its readers may be others now
		case event.FollowUpAdded, event.AdoptionAdded, event.EntryReacted:
			t.entries[e.Subject] = true
		case event.FileAttached, event.FileReady, event.FileFailed, event.FileRemoved:
			var data struct{ Entry string }
			if err := json.Unmarshal(e.Data, &data); err != nil {
				return t, fmt.Errorf("event %d: %w", e.Seq, err)
			}
			t.entries[data.Entry] = true
		case event.TopicOpened, event.TopicChanged, event.TopicAudience, event.TopicHidden, event.TopicRestored:
			t.topics[e.Subject] = true
		case event.CollectionChanged:
			t.collections[e.Subject] = true
		case event.PersonChanged:
			people = append(people, e.Subject)
		}
		if e.Topic != "" {
			t.topics[e.Topic] = true
		}
	}
	// a person's name stands on what they wrote, and the word about an entry in a collection is for its readers
	if err := r.also(ctx, t.entries, "SELECT DISTINCT entry FROM entry_author WHERE person IN (?)", people); err != nil {
		return t, err
	}
	return t, r.also(ctx, t.collections, "SELECT DISTINCT collection FROM collection_item WHERE entry IN (?)", moved)
}

// also adds the ids that a query gives for others.
func (r Rows) also(ctx context.Context, to map[string]bool, query string, of []string) error {
	if len(of) == 0 {
		return nil
	}
	var ids []string
	if err := r.DB.Read().NewRaw(query, bun.List(of)).Scan(ctx, &ids); err != nil {
		return fmt.Errorf("read what a change touches: %w", err)
	}
	for _, id := range ids {
		to[id] = true
	}
	return nil
}

// requestKind is the word of a command to all running servers: build the index anew.
const requestKind = "reindex"

// Ask asks every running server to build its index anew.
func Ask(ctx context.Context, d *db.DB) error {
	return d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw("INSERT INTO request (id, kind, at) VALUES (?, ?, ?)", db.NewID(), requestKind, tx.Now).Exec(ctx)
		return err
	})
}

// lastAsked gives the id of the latest request.
func lastAsked(ctx context.Context, d *db.DB) (id string, err error) {
	err = d.Read().NewRaw("SELECT id FROM request WHERE kind = ? ORDER BY at DESC, id DESC LIMIT 1", requestKind).Scan(ctx, &id)
	if err != nil && !db.IsMissing(err) {
		return "", fmt.Errorf("read requests to reindex: %w", err)
	}
	return id, nil
}

// watch ends following when somebody asks for a new index.
func (x *Index) watch(ctx context.Context, end context.CancelCauseFunc, d *db.DB, asked *string) {
	const every = 2 * time.Second
	for ctx.Err() == nil {
		pause(ctx, every)
		id, err := lastAsked(ctx, d)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			slog.WarnContext(ctx, "look for requests to reindex", "err", err)
			continue
		}
		if id != *asked {
			*asked = id
			x.renew.Store(true)
			end(errAnew)
			return
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
