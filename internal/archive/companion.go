package archive

import (
	"context"
	"fmt"
	"slices"

	"github.com/manetomo/manetomo/internal/access"
)

// Companion is another entry of the same work: a team's report beside its poster.
type Companion struct {
	ID    string
	Kind  Kind
	Title string
	Team  string
}

// URL is the companion's page.
func (c Companion) URL() string { return c.Kind.URL(c.ID) }

const mostCompanions = 8

// companionOrder is what a reader wants beside a sheet first.
var companionOrder = []Kind{Report, Paper, Poster, Material}

// Companions lists what the viewer may read of the same municipality's work in the same cohort, the same team's before
// others, reports first. Where two teams are named and differ it is not the same work.
func (s *Service) Companions(ctx context.Context, v access.Viewer, e *Entry) ([]Companion, error) {
	if e.Municipality == "" || e.Cohort == "" {
		return nil, nil
	}
	var list []Companion
	q := s.DB.Read().NewSelect().TableExpr("entry AS e").Column("e.id", "e.kind", "e.title", "e.team").
		Where("e.municipality = ?", e.Municipality).Where("e.cohort = ?", e.Cohort).Where("e.id <> ?", e.ID).
		Where("(e.team = ? OR e.team = '' OR ? = '')", e.Team, e.Team).Where("e.published_seq > 0")
	if err := v.Readable(q, readable).Order("e.published_seq").Limit(100).Scan(ctx, &list); err != nil {
		return nil, fmt.Errorf("read what stands beside entry %s: %w", e.ID, err)
	}
	slices.SortStableFunc(list, func(a, b Companion) int { return rank(a, e.Team) - rank(b, e.Team) })
	return list[:min(len(list), mostCompanions)], nil
}

func rank(c Companion, team string) int {
	at := slices.Index(companionOrder, c.Kind)
	if c.Team != team {
		at += len(companionOrder)
	}
	return at
}
