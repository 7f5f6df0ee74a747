package talk

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
)

const (
	practiceLasts = 7 * 24 * time.Hour
	sweepEvery    = time.Hour
)

// SweepPractice deletes what has stood in the practice room for a week, for good: the posts with their old texts and
// reactions. It was never in the index, in a notice or in a count. A post that somebody asked the moderators to look at
// stays until they have decided. Any number of nodes may sweep: a post that is gone is not there to be deleted again.
func (s *Service) SweepPractice(ctx context.Context) (removed int64, err error) {
	var topic string
	old := s.DB.Now().Add(-practiceLasts)
	err = s.DB.Read().NewRaw(`SELECT t.id FROM topic t WHERE t.room = ? AND EXISTS
		(SELECT 1 FROM post p WHERE p.topic = t.id AND p.created_at < ? AND NOT p.flagged)`, PracticeKey, old).Scan(ctx, &topic)
	if db.IsMissing(err) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("look into the practice room: %w", err)
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := hold(ctx, tx, topic); err != nil {
			return err
		}
		res, err := tx.NewRaw("DELETE FROM post WHERE topic = ? AND created_at < ? AND NOT flagged", topic, old).Exec(ctx)
		if err != nil {
			return fmt.Errorf("clear the practice room: %w", err)
		}
		if removed, err = res.RowsAffected(); err != nil || removed == 0 {
			return err
		}
		var swept int64
		err = tx.NewRaw(`UPDATE topic SET swept = COALESCE((SELECT MIN(number) - 1 FROM post WHERE topic = ?), posts)
			WHERE id = ? RETURNING swept`, topic, topic).Scan(ctx, &swept)
		if err != nil {
			return fmt.Errorf("clear the practice room: %w", err)
		}
		e := event.Event{Kind: event.PostsCleared, Subject: topic, Topic: topic}.With(map[string]int64{"number": swept})
		return event.Append(ctx, tx, &e)
	})
	return removed, err
}

// SweepHourly clears the practice room, and lets go of the files of posts that were taken back, now and every hour until
// ctx ends.
func (s *Service) SweepHourly(ctx context.Context) error {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if n, err := s.SweepPractice(ctx); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "clearing the practice room failed", "err", err)
		} else if n > 0 {
			slog.InfoContext(ctx, "posts of the practice room were cleared away", "posts", n)
		}
		if err := s.SweepTakenBack(ctx); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "files of posts that were taken back are still there", "err", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
