package db_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/testkit"
)

func put(name string, seq int64) func(context.Context, db.Tx) error {
	return func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw("INSERT INTO checkpoint (follower, seq) VALUES (?, ?)", name, seq).Exec(ctx)
		return err
	}
}

func TestFailedWriteUndoesItselfAlone(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		var wg sync.WaitGroup
		for i := range 60 {
			wg.Go(func() {
				name := fmt.Sprintf("w%02d", i)
				err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
					if err := put(name, 1)(ctx, tx); err != nil {
						return err
					}
					switch i % 3 {
					case 1:
						return errors.New("refused")
					case 2:
						panic("fault")
					}
					return nil
				})
				if (err == nil) != (i%3 == 0) {
					t.Errorf("write %d answered %v", i, err)
				}
			})
		}
		wg.Wait()
		n, err := d.Read().NewSelect().Table("checkpoint").Count(t.Context())
		if err != nil || n != 20 {
			t.Errorf("%d rows stand, %v; want 20", n, err)
		}
	})
}

func TestDatabaseDecidesWhoIsFirst(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		var wg sync.WaitGroup
		won := make(chan bool, 10)
		for range 10 {
			wg.Go(func() {
				err := d.Write(t.Context(), put("one", 1))
				if err != nil && !db.IsDuplicate(err) {
					t.Error(err)
				}
				won <- err == nil
			})
		}
		wg.Wait()
		close(won)
		n := 0
		for w := range won {
			if w {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d writers won, want 1", n)
		}
	})
}

func TestCallerWhoLeftBeforeItsTurnIsNotWritten(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := d.Write(ctx, put("late", 1)); !errors.Is(err, context.Canceled) {
			t.Errorf("Write = %v, want context.Canceled", err)
		}
	})
}

func TestTimesAndFlagsComeBackAsTheyWere(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.NewRaw(`INSERT INTO person (id, name, member, created_at) VALUES ('p', '𠮷田 花子', ?, ?)`, true, tx.Now).Exec(ctx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var row struct {
			Name        string
			Member      bool
			SuspendedAt *any
		}
		if err := d.Read().NewSelect().Table("person").Column("name", "member").Where("id = 'p'").Scan(t.Context(), &row); err != nil {
			t.Fatal(err)
		}
		if row.Name != "𠮷田 花子" || !row.Member {
			t.Errorf("got %+v", row)
		}
	})
}

func TestReaderCannotWrite(t *testing.T) {
	d := testkit.SQLite(t)
	if _, err := d.Read().NewRaw("DELETE FROM checkpoint").Exec(t.Context()); err == nil {
		t.Error("a reader's statement changed the database")
	}
}

func TestMigrationsRunTwiceWithoutHarm(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), db.MigrateOptions{Dir: t.TempDir()}); err != nil {
			t.Error(err)
		}
	})
}
