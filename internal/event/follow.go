package event

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/manetomo/manetomo/internal/db"
)

// Batch is how many events are handed over at once: fewer mean that no more wait.
const Batch = 256

const (
	safetyPoll = 2 * time.Second  // a follower looks by itself this often, should a signal be lost
	maxPause   = 30 * time.Second // between tries of a follower that fails
)

// Follow hands every event behind from to handle, in order, in batches, until ctx ends. When handle fails, the same
// batch comes again after a pause that grows to half a minute: a follower never skips. handle keeps the checkpoint with
// what it makes.
func Follow(ctx context.Context, d *db.DB, name string, from int64, handle func(context.Context, []Event) error) error {
	pause := time.Duration(0)
	for ctx.Err() == nil {
		written := d.Written()
		events, err := After(ctx, d, from, Batch)
		if err == nil && len(events) > 0 {
			err = handle(ctx, events)
		}
		switch {
		case ctx.Err() != nil:
		case err != nil:
			pause = min(max(2*pause, 100*time.Millisecond), maxPause)
			slog.ErrorContext(ctx, "follower failed, will try again", "follower", name, "after", from, "pause", pause, "err", err)
			rest(ctx, nil, pause)
		case len(events) > 0:
			pause, from = 0, events[len(events)-1].Seq
		default:
			rest(ctx, written, safetyPoll)
		}
	}
	return ctx.Err()
}

// FollowStored is Follow for one node at a time, with the checkpoint in the database: handle's rows and the checkpoint
// are one transaction, so that what it makes is made once.
func FollowStored(ctx context.Context, d *db.DB, name string, handle func(context.Context, db.Tx, []Event) error) error {
	return FollowPrepared(ctx, d, name, func(_ context.Context, events []Event) (Make, error) {
		return func(ctx context.Context, tx db.Tx) error { return handle(ctx, tx, events) }, nil
	})
}

// Make writes what events lead to.
type Make func(context.Context, db.Tx) error

// FollowPrepared is FollowStored for a follower that has much to look up first: prepare runs outside of the
// transaction, so that nobody's write waits for it, and what it returns runs inside.
func FollowPrepared(ctx context.Context, d *db.DB, name string, prepare func(context.Context, []Event) (Make, error)) error {
	for ctx.Err() == nil {
		err := d.Lead(ctx, "follower:"+name, func(ctx context.Context) error {
			from, err := Checkpoint(ctx, d, name)
			if err != nil {
				return err
			}
			return Follow(ctx, d, name, from, func(ctx context.Context, events []Event) error {
				write, err := prepare(ctx, events)
				if err != nil {
					return err
				}
				return d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
					// first, since the events that a follower appends are a transaction's last statement
					if err := saveCheckpoint(ctx, tx, name, events[len(events)-1].Seq); err != nil {
						return err
					}
					return write(ctx, tx)
				})
			})
		})
		if ctx.Err() == nil {
			slog.ErrorContext(ctx, "follower lost its lead", "follower", name, "err", err)
			rest(ctx, nil, time.Second)
		}
	}
	return ctx.Err()
}

// Checkpoint returns how far the named follower has come, 0 before its first event.
func Checkpoint(ctx context.Context, d *db.DB, name string) (seq int64, err error) {
	err = d.Read().NewSelect().Table("checkpoint").Column("seq").Where("follower = ?", name).Scan(ctx, &seq)
	if db.IsMissing(err) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read checkpoint of %s: %w", name, err)
	}
	return seq, nil
}

func saveCheckpoint(ctx context.Context, tx db.Tx, name string, seq int64) error {
	_, err := tx.NewRaw(`INSERT INTO checkpoint (follower, seq) VALUES (?, ?)
		ON CONFLICT (follower) DO UPDATE SET seq = excluded.seq WHERE excluded.seq > checkpoint.seq`, name, seq).Exec(ctx)
	return err
}

// rest waits for the signal, the time or the end, whichever is first.
func rest(ctx context.Context, signal <-chan struct{}, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-signal:
	case <-t.C:
	}
}
