package event_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/testkit"
)

func append1(ctx context.Context, d *db.DB, topic string) error {
	return d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		return event.Append(ctx, tx, &event.Event{Kind: event.PostAdded, Subject: "x", Topic: topic})
	})
}

func TestLogIsGaplessInOrderOfCommits(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		const writers, each = 8, 40
		refused := errors.New("refused")
		var seen []event.Event
		done := make(chan error, 1)
		go func() {
			done <- event.Follow(ctx, d, "test", 0, func(_ context.Context, evs []event.Event) error {
				if seen = append(seen, evs...); len(seen) >= writers*each {
					stop()
				}
				return nil
			})
		}()
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for i := range each {
					if err := append1(context.Background(), d, fmt.Sprintf("topic%d", i%3)); err != nil {
						t.Error(err)
					}
					err := d.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
						if err := event.Append(ctx, tx, &event.Event{Kind: event.PostAdded, Subject: "y", Topic: "topic0"}); err != nil {
							return err
						}
						return refused
					})
					if !errors.Is(err, refused) {
						t.Errorf("writer %d: a refused write answered %v", w, err)
					}
				}
			})
		}
		wg.Wait()
		<-done
		if len(seen) != writers*each {
			t.Fatalf("follower saw %d events, want %d", len(seen), writers*each)
		}
		n := map[string]int64{}
		for i, e := range seen {
			if e.Seq != int64(i+1) {
				t.Fatalf("event %d has seq %d", i+1, e.Seq)
			}
			if n[e.Topic]++; e.N != n[e.Topic] {
				t.Fatalf("event %d of %s has n %d, want %d", e.Seq, e.Topic, e.N, n[e.Topic])
			}
		}
	})
}

func TestActOverSeveralTopicsDoesNotDeadlock(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		var wg sync.WaitGroup
		for _, order := range [][]string{{"a", "b"}, {"b", "a"}, {"b", "a", "c"}} {
			wg.Go(func() {
				for range 30 {
					err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
						var evs []*event.Event
						for _, topic := range order {
							evs = append(evs, &event.Event{Kind: event.PostAdded, Subject: "x", Topic: topic})
						}
						return event.Append(ctx, tx, evs...)
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
	})
}

func TestStoredFollowerMakesEachThingOnceAcrossFailures(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		for range 5 {
			if err := append1(t.Context(), d, "a"); err != nil {
				t.Fatal(err)
			}
		}
		ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
		defer stop()
		fails := 2
		_ = event.FollowStored(ctx, d, "test", func(ctx context.Context, tx db.Tx, evs []event.Event) error {
			for _, e := range evs {
				// checkpoint rows serve as the thing made: a second making would be a duplicate
				if _, err := tx.NewRaw("INSERT INTO checkpoint (follower, seq) VALUES (?, ?)",
					fmt.Sprintf("made%d", e.Seq), e.Seq).Exec(ctx); err != nil {
					return err
				}
			}
			if fails--; fails >= 0 {
				return errors.New("fails after writing")
			}
			stop()
			return nil
		})
		seq, err := event.Checkpoint(t.Context(), d, "test")
		if err != nil || seq != 5 {
			t.Errorf("checkpoint = %d, %v; want 5", seq, err)
		}
		var made []string
		if err := d.Read().NewSelect().Table("checkpoint").Column("follower").
			Where("follower LIKE 'made%'").Order("follower").Scan(t.Context(), &made); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(made, " "); got != "made1 made2 made3 made4 made5" {
			t.Errorf("made %q", got)
		}
	})
}
