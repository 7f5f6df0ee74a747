package bulk

import (
	"context"
	"fmt"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/audit"
	"github.com/manetomo/manetomo/internal/db"
)

// atOnce is how many entries one transaction withdraws: others write in between.
const atOnce = 20

// Undo withdraws everything that a list brought in and that nobody has claimed. It says how many entries went and how many
// stayed. Killed in the middle it is done again.
func (s *Service) Undo(ctx context.Context, v access.Viewer, id string) (gone, stayed int, err error) {
	if err := mayImport(v); err != nil {
		return 0, 0, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		var l List
		err := tx.NewRaw("UPDATE bulk SET state = ?, undone_by = ? WHERE id = ? AND state <> ? RETURNING *", Undoing, v.Person, id, Undone).Scan(ctx, &l)
		if db.IsMissing(err) {
			return apperr.New(apperr.Conflict, "この取りこみは、もう取り消されています。")
		}
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	for {
		var ids []string
		err := s.DB.Read().NewRaw(`SELECT r.entry FROM bulk_row r JOIN entry e ON e.id = r.entry WHERE r.bulk = ? AND r.entry <> ''
			AND r.state IN ('new', 'waiting') AND e.state <> 'withdrawn' AND NOT EXISTS (SELECT 1 FROM entry_author ea WHERE ea.entry = e.id)
			ORDER BY r.line LIMIT ?`, id, atOnce).Scan(ctx, &ids)
		if err != nil {
			return gone, 0, fmt.Errorf("read what list %s brought in: %w", id, err)
		}
		if len(ids) == 0 {
			break
		}
		err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error { return archive.TakeBackIn(ctx, tx, v, ids) })
		if err != nil {
			return gone, 0, err
		}
		gone += len(ids)
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		err := tx.NewRaw(`SELECT COUNT(*) FROM bulk_row r JOIN entry e ON e.id = r.entry WHERE r.bulk = ? AND r.state IN ('new', 'waiting')
			AND e.state <> 'withdrawn'`, id).Scan(ctx, &stayed)
		if err == nil {
			_, err = tx.NewRaw("UPDATE bulk SET state = ?, undone_at = ? WHERE id = ?", Undone, tx.Now, id).Exec(ctx)
		}
		if err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Act{Actor: v.Person, Act: "bulk.undo", Kind: "bulk", Subject: id,
			Detail: map[string]any{"gone": gone, "stayed": stayed}})
	})
	return gone, stayed, err
}

// UndoByOperator is Undo for the command line.
func (s *Service) UndoByOperator(ctx context.Context, id string) (gone, stayed int, err error) {
	return s.Undo(ctx, operator, id)
}
