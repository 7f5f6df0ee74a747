package archive

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/db"
)

// fitTeam checks the team that an entry names, and takes from it what the entry does not say itself. The team it had
// before needs no leave: an author who has left it may still mend the text.
func fitTeam(ctx context.Context, tx db.Tx, v access.Viewer, e *Entry, before string) error {
	if e.Team == "" {
		return nil
	}
	var t struct {
		Municipality string
		Year         int
		Course       cohort.Course
	}
	err := tx.NewRaw(`SELECT t.municipality, c.year, c.course FROM team t JOIN cohort c ON c.id = t.cohort WHERE t.id = ?`,
		e.Team).Scan(ctx, &t)
	if err != nil && !db.IsMissing(err) {
		return fmt.Errorf("read team %s: %w", e.Team, err)
	}
	if err != nil || e.Team != before && !v.Moderator && !slices.Contains(v.Teams, e.Team) {
		return apperr.At("team", "自分のチームから選んでください。")
	}
	if e.Municipality == "" {
		e.Municipality = t.Municipality
	}
	if e.Year == 0 {
		e.Year = t.Year
	}
	if e.Course == "" {
		e.Course = t.Course
	}
	e.Cohort = cohort.ID(e.Year, e.Course)
	if e.Municipality != t.Municipality || e.Cohort != cohort.ID(t.Year, t.Course) {
		return apperr.At("team", "チームと、自治体・年度・コースが合っていません。どちらかを直してください。")
	}
	return nil
}

// ownTeams lists the viewer's teams that fit the entry's municipality and cohort.
func ownTeams(ctx context.Context, tx db.Tx, v access.Viewer, e *Entry) ([]string, error) {
	if len(v.Teams) == 0 {
		return nil, nil
	}
	var ids []string
	err := tx.NewSelect().Table("team").Column("id").Where("id IN (?)", bun.List(v.Teams)).
		Where("municipality = ?", e.Municipality).Where("cohort = ?", e.Cohort).Order("id").Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("read the teams of %s: %w", v.Person, err)
	}
	return ids, nil
}

// setAuthors writes who the authors are: the creator first, then the people of the team in the order they joined it.
// Advisers and stewards stand beside a team and are no authors of its entries.
func setAuthors(ctx context.Context, tx db.Tx, e *Entry) error {
	people := []string{e.CreatedBy}
	if e.Team != "" {
		var team []string
		err := tx.NewRaw(`SELECT person FROM participation WHERE team = ? AND role IN ('fellow', 'alumnus')
			GROUP BY person ORDER BY MIN(since), MIN(id)`, e.Team).Scan(ctx, &team)
		if err != nil {
			return fmt.Errorf("read the people of team %s: %w", e.Team, err)
		}
		for _, p := range team {
			if p != e.CreatedBy {
				people = append(people, p)
			}
		}
	}
	if _, err := tx.NewRaw(`DELETE FROM entry_author WHERE entry = ?`, e.ID).Exec(ctx); err != nil {
		return fmt.Errorf("set the authors of entry %s: %w", e.ID, err)
	}
	for i, p := range people {
		_, err := tx.NewRaw(`INSERT INTO entry_author (entry, person, position) VALUES (?, ?, ?)`, e.ID, p, i).Exec(ctx)
		if err != nil {
			return fmt.Errorf("set the authors of entry %s: %w", e.ID, err)
		}
	}
	return nil
}

// Team is a team of the viewer, to choose from.
type Team struct {
	ID           string
	Name         string
	Municipality string
	Year         int
	Course       cohort.Course
}

// Teams lists the viewer's own teams, the newest first.
func (s *Service) Teams(ctx context.Context, v access.Viewer) ([]Team, error) {
	if len(v.Teams) == 0 {
		return nil, nil
	}
	var teams []Team
	err := s.DB.Read().NewRaw(`SELECT t.id, t.name, t.municipality, c.year, c.course FROM team t JOIN cohort c ON c.id = t.cohort
		WHERE t.id IN (?) ORDER BY c.year DESC, c.course, t.name`, bun.List(v.Teams)).Scan(ctx, &teams)
	if err != nil {
		return nil, fmt.Errorf("read the teams of %s: %w", v.Person, err)
	}
	return teams, nil
}
