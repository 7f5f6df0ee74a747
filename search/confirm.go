package search

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
)

// entryColumns tells access where entries keep what it looks at.
var entryColumns = access.Columns{Alias: "e",
	Authors: "EXISTS (SELECT 1 FROM entry_author ea WHERE ea.entry = e.id AND ea.person = ?)"}

// Confirm asks the rows again which hits the viewer may read, since the index follows a moment behind: what was
// narrowed, hidden or withdrawn is dropped, and what has been rewritten is shown without its old text.
func Confirm(ctx context.Context, d *db.DB, v access.Viewer, hits []Hit) ([]Hit, error) {
	if len(hits) == 0 {
		return nil, nil
	}
	c := confirming{db: d, viewer: v, now: make(map[string]int64, len(hits))}
	for _, ask := range []func(context.Context, []Hit) error{c.entries, c.topics, c.collections} {
		if err := ask(ctx, hits); err != nil {
			return nil, err
		}
	}
	kept := hits[:0]
	for _, h := range hits {
		version, ok := c.now[h.ID]
		if !ok {
			continue
		}
		if version != h.Version {
			h.Snippets, h.Sections, h.At = nil, nil, ""
		}
		kept = append(kept, h)
	}
	return kept, nil
}

// confirming asks the rows about the hits of one answer.
type confirming struct {
	db     *db.DB
	viewer access.Viewer
	now    map[string]int64 // the versions of what may be read
}

// read adds the versions that a query gives.
func (c *confirming) read(ctx context.Context, q *bun.SelectQuery) error {
	var rows []struct {
		ID      string
		Version int64
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return err
	}
	for _, r := range rows {
		c.now[r.ID] = r.Version
	}
	return nil
}

func (c *confirming) entries(ctx context.Context, hits []Hit) error {
	q := c.db.Read().NewSelect().TableExpr("entry AS e").Column("e.id", "e.version").
		Where("e.id IN (?)", bun.List(idsOf(hits))).Where("e.state IN ('published', 'review')")
	if err := c.read(ctx, c.viewer.Readable(q, entryColumns)); err != nil {
		return fmt.Errorf("ask entries of hits again: %w", err)
	}
	return nil
}

func (c *confirming) topics(ctx context.Context, hits []Hit) error {
	if !c.viewer.CanTalk() {
		return nil
	}
	q := c.db.Read().NewSelect().TableExpr("topic AS t").Join("LEFT JOIN topic_head AS h ON h.topic = t.id").
		ColumnExpr("t.id, COALESCE(h.n, 0) AS version").
		Where("t.id IN (?)", bun.List(idsOf(hits))).Where("t.state = 'published'")
	q = c.viewer.Readable(q, access.Columns{Alias: "t", Authors: "t.author = ?"})
	if err := c.read(ctx, q); err != nil {
		return fmt.Errorf("ask topics of hits again: %w", err)
	}
	return nil
}

func idsOf(hits []Hit) []string {
	ids := make([]string, len(hits))
	for i, h := range hits {
		ids[i] = h.ID
	}
	return ids
}

// keep takes out of a hit what stands in sections that may not be shown.
func (h *Hit) keep(may func(section string) bool) {
	h.Snippets = slices.DeleteFunc(h.Snippets, func(s Snippet) bool { return !may(s.Section) })
	h.Sections = slices.DeleteFunc(h.Sections, func(s Section) bool { return !may(s.Key) })
}
