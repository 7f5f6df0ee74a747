package search

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
)

// Follow keeps the index up with the log until ctx ends. When there is none that can be used, or somebody asks for it
// (Ask), it is built anew; meanwhile the old one serves and is followed, if there is one.
func (x *Index) Follow(ctx context.Context, d *db.DB) error {
	rows := Rows{d}
	asked, err := lastAsked(ctx, d)
	if err != nil {
		return err
	}
	x.fillNames()
	var beside sync.WaitGroup
	defer beside.Wait()
	var building atomic.Bool
	for ctx.Err() == nil {
		_, epoch, err := rows.Head(ctx)
		switch {
		case err != nil || !x.Stale(epoch):
		case !x.follows(epoch):
			err = x.Rebuild(ctx, rows)
		case building.CompareAndSwap(false, true):
			beside.Go(func() {
				defer building.Store(false)
				if err := x.Rebuild(ctx, rows); err != nil && ctx.Err() == nil {
					slog.ErrorContext(ctx, "search index cannot be built anew, goes on with the old one", "err", err)
					x.renew.Store(false) // until it is asked again, or the next start
				}
			})
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

// follows tells whether there is an index that is good enough to be kept up with the log while a new one is built.
func (x *Index) follows(epoch string) bool {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.cur != nil && !x.damaged.Load() && x.cur.mark.Epoch == epoch
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
	var p pace
	err := event.Follow(ctx, d, "search", x.Seq(), func(ctx context.Context, events []event.Event) error {
		begun := time.Now()
		err := x.take(ctx, d, events)
		if x.damaged.Load() {
			end(errAnew)
		}
		if err == nil {
			pause(ctx, p.after(events, begun, time.Since(begun)))
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
	c, err := Rows{d}.changes(ctx, events)
	if err != nil {
		return err
	}
	return x.change(ctx, c)
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
