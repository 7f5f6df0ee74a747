package backup

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
)

// Move copies all rows, sign-ins included, into a database that has nothing yet, in one transaction, and compares the
// numbers. Files stay where they are. The site must not run meanwhile: what is written after the copy began stays behind.
func Move(ctx context.Context, from, to *db.DB, said func(done, total int)) (rows int, err error) {
	if !to.Fresh(ctx) {
		return 0, ErrNotEmpty
	}
	if err := to.Migrate(ctx, db.MigrateOptions{}); err != nil {
		return 0, err
	}
	err = from.Snapshot(ctx, func(ctx context.Context, r bun.IDB) error {
		list, err := tables(ctx, r, from.Postgres())
		if err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(t table) bool { return t.Name == "migration" })
		return to.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			rows = 0
			if err := empty(ctx, tx, list); err != nil {
				return err
			}
			for i, t := range list {
				n, err := moveTable(ctx, r, tx, t)
				if err != nil {
					return err
				}
				rows += n
				said(i+1, len(list))
			}
			return nil
		})
	})
	if err != nil {
		return 0, err
	}
	return rows, event.NewEpoch(ctx, to, true)
}

func moveTable(ctx context.Context, r bun.IDB, tx db.Tx, t table) (n int, err error) {
	b := &batch{table: t}
	err = t.read(ctx, r, func(values []any) error {
		n++
		return b.add(ctx, tx, values)
	})
	if err == nil {
		err = b.flush(ctx, tx)
	}
	if err != nil {
		return 0, err
	}
	there, err := tx.NewSelect().Table(t.Name).Count(ctx)
	if err != nil || int(there) != n {
		return 0, fmt.Errorf("table %s has %d rows of %d: %w", t.Name, there, n, err)
	}
	return n, nil
}
