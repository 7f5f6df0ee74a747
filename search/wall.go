package search

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
)

// WallPer is how many sheets one wall has at most: the posters of several years, of which a browser loads only the
// pictures that are near the window.
const WallPer = 500

// Sheet is what hangs on the wall: a title and, when there is one, the first page of its first file that was read.
type Sheet struct {
	ID           string
	Kind         string
	Title        string
	Municipality string
	Year         int
	File         string // empty without a picture
	Width        float64
	Height       float64
	Colour       string // #rrggbb, what most of the picture has
	Position     int    // of the file in its entry
}

// Wall finds like Find, but gives what hangs on a wall instead of hits with their texts: ids and facets from the index,
// and one query that asks the rows again who may see them and brings titles and pictures.
func (x *Index) Wall(ctx context.Context, d *db.DB, v access.Viewer, req Request, minSeq int64) (Result, []Sheet, error) {
	x.await(ctx, minSeq)
	req.wall, req.Like = true, false
	r, err := x.Search(ctx, v, req)
	if err != nil || len(r.Hits) == 0 {
		return r, nil, err
	}
	sheets, err := sheetsOf(ctx, d, v, idsOf(r.Hits))
	if err != nil {
		return r, nil, err
	}
	r.Total -= len(r.Hits) - len(sheets) // what is gone counts no more
	return r, sheets, nil
}

// sheetsOf reads the sheets of entries that the viewer may see, in the order of the ids.
func sheetsOf(ctx context.Context, d *db.DB, v access.Viewer, ids []string) ([]Sheet, error) {
	var rows []Sheet
	q := d.Read().NewSelect().TableExpr("entry AS e").
		ColumnExpr("e.id, e.kind, e.title, e.municipality, e.year, COALESCE(f.id, '') AS file, COALESCE(f.position, 0) AS position").
		ColumnExpr("COALESCE(f.cover_width, 0.0) AS width, COALESCE(f.cover_height, 0.0) AS height, COALESCE(f.colour, '') AS colour").
		Join("LEFT JOIN file AS f ON f.entry = e.id AND f.cover_width > 0").
		Where("e.id IN (?)", bun.List(ids)).Where("e.state IN ('published', 'review')")
	if err := v.Readable(q, entryColumns).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("read the sheets of a wall: %w", err)
	}
	byID := make(map[string]*Sheet, len(rows))
	for i := range rows {
		s := &rows[i]
		if first := byID[s.ID]; first == nil || s.Position < first.Position { // an entry with several files comes several times
			byID[s.ID] = s
		}
	}
	out := make([]Sheet, 0, len(ids))
	for _, id := range ids {
		if s := byID[id]; s != nil {
			out = append(out, *s)
		}
	}
	return out, nil
}
