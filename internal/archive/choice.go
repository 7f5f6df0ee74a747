package archive

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/municipality"
)

// TeamChoice is one of the viewer's teams, for a form.
type TeamChoice struct {
	ID           string        `bun:"id"`
	Name         string        `bun:"name"`
	Municipality string        `bun:"municipality"`
	Year         int           `bun:"year"`
	Course       cohort.Course `bun:"course"`
}

// Label tells teams apart: 2019年度 通常部会 みどり見本市 チーム名.
func (t TeamChoice) Label() string {
	label := fmt.Sprintf("%d年度 %s %s", t.Year, t.Course.Label(), municipality.Label(t.Municipality))
	if t.Name != "" {
		label += " " + t.Name
	}
	return label
}

// OwnTeams lists the teams that the viewer may publish for, the newest first.
func (s *Service) OwnTeams(ctx context.Context, v access.Viewer) ([]TeamChoice, error) {
	if len(v.Teams) == 0 {
		return nil, nil
	}
	var teams []TeamChoice
	err := s.DB.Read().NewSelect().TableExpr("team AS t").Join("JOIN cohort AS c ON c.id = t.cohort").
		ColumnExpr("t.id, t.name, t.municipality, c.year, c.course").
		Where("t.id IN (?)", bun.List(v.Teams)).Order("c.year DESC", "t.id").Scan(ctx, &teams)
	if err != nil {
		return nil, fmt.Errorf("list the teams of %s: %w", v.Person, err)
	}
	return teams, nil
}
