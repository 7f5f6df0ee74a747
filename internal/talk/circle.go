package talk

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/municipality"
)

// Circle is a cohort or a team that somebody may open a topic for.
type Circle struct {
	Audience     access.Audience
	Team         string // its name; may be empty
	Municipality string // of a team
}

// Circles lists the viewer's own cohorts and teams, the latest first.
func (s *Service) Circles(ctx context.Context, v access.Viewer) ([]Circle, error) {
	var circles []Circle
	for i := range v.Cohorts {
		circles = append(circles, Circle{Audience: access.Audience{Rung: access.Cohort, Cohort: v.Cohorts[len(v.Cohorts)-1-i]}})
	}
	if len(v.Teams) == 0 {
		return circles, nil
	}
	var teams []struct{ ID, Cohort, Municipality, Name string }
	err := s.DB.Read().NewSelect().Table("team").Column("id", "cohort", "municipality", "name").
		Where("id IN (?)", bun.List(v.Teams)).Order("cohort DESC", "id").Scan(ctx, &teams)
	if err != nil {
		return nil, fmt.Errorf("read one's teams: %w", err)
	}
	for _, t := range teams {
		circles = append(circles, Circle{access.Audience{Rung: access.Team, Cohort: t.Cohort, Team: t.ID}, t.Name, Place(t.Municipality)})
	}
	return circles, nil
}

// Place is how a discussion writes somebody's municipality: its name alone, as people say it.
func Place(code string) string {
	if m, ok := municipality.Get(code); ok {
		return m.Name
	}
	return ""
}

// dropDraft forgets the text that was kept while a post was written: it stands in the topic now.
func dropDraft(ctx context.Context, tx db.Tx, person, place string) error {
	if _, err := tx.NewRaw("DELETE FROM draft WHERE person = ? AND place = ?", person, place).Exec(ctx); err != nil {
		return fmt.Errorf("drop draft of %s: %w", place, err)
	}
	return nil
}
