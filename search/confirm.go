package search

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
)

// Confirm asks the rows again which hits the viewer may read, since the index follows a moment behind: what was
// narrowed, hidden or withdrawn is dropped, and what has been rewritten is shown without its old text.
func Confirm(ctx context.Context, d *db.DB, v access.Viewer, hits []Hit) ([]Hit, error) {
	if len(hits) == 0 {
		return nil, nil
	}
	ids := make([]string, len(hits))
	for i, h := range hits {
		ids[i] = h.ID
	}
	var rows []struct {
		ID      string
		Version int64
	}
	q := d.Read().NewSelect().TableExpr("entry AS e").Column("e.id", "e.version").
		Where("e.id IN (?)", bun.List(ids)).Where("e.state IN ('published', 'review')")
	q = v.Readable(q, access.Columns{Alias: "e",
		Authors: "EXISTS (SELECT 1 FROM entry_author ea WHERE ea.entry = e.id AND ea.person = ?)"})
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("ask entries of hits again: %w", err)
	}
	now := make(map[string]int64, len(hits))
	for _, r := range rows {
		now[r.ID] = r.Version
	}
	if v.CanTalk() {
		rows = nil
		q := d.Read().NewSelect().TableExpr("topic AS t").Join("LEFT JOIN topic_head AS h ON h.topic = t.id").
			ColumnExpr("t.id, COALESCE(h.n, 0) AS version").
			Where("t.id IN (?)", bun.List(ids)).Where("t.state = 'published'")
		q = v.Readable(q, access.Columns{Alias: "t", Authors: "t.author = ?"})
		if err := q.Scan(ctx, &rows); err != nil {
			return nil, fmt.Errorf("ask topics of hits again: %w", err)
		}
		for _, r := range rows {
			now[r.ID] = r.Version
		}
	}
	kept := hits[:0]
	for _, h := range hits {
		version, ok := now[h.ID]
		if !ok {
			continue
		}
		if version != h.Version {
			h.Snippets, h.Sections = nil, nil
		}
		kept = append(kept, h)
	}
	return kept, nil
}
