package archive

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
)

// CountIn tells how many published entries of each kind the viewer may read, for each of a few municipalities: one
// query, by the index of municipalities.
func (s *Service) CountIn(ctx context.Context, v access.Viewer, codes ...string) (map[string]map[Kind]int, error) {
	counts := make(map[string]map[Kind]int, len(codes))
	if len(codes) == 0 {
		return counts, nil
	}
	var rows []struct {
		Municipality string
		Kind         Kind
		N            int
	}
	q := s.DB.Read().NewSelect().Model((*Entry)(nil)).Column("e.municipality", "e.kind").ColumnExpr("COUNT(*) AS n").
		Where("e.municipality IN (?)", bun.List(codes)).Where("e.published_seq > 0").Group("e.municipality", "e.kind")
	if err := v.Readable(q, readable).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("count the entries of municipalities: %w", err)
	}
	for _, r := range rows {
		if counts[r.Municipality] == nil {
			counts[r.Municipality] = map[Kind]int{}
		}
		counts[r.Municipality][r.Kind] = r.N
	}
	return counts, nil
}
