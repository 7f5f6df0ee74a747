package member

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/db"
)

// Cohort is a year of a course.
type Cohort struct {
	bun.BaseModel `bun:"table:cohort,alias:c"`

	ID     string        `bun:"id,pk"`
	Year   int           `bun:"year"`
	Course cohort.Course `bun:"course"`
}

// Name is what people call the cohort.
func (c Cohort) Name() string { return cohort.Name(c.Year, c.Course) }

// Team is the people that one municipality sent to one cohort.
type Team struct {
	bun.BaseModel `bun:"table:team,alias:t"`

	ID           string `bun:"id,pk"`
	Cohort       string `bun:"cohort"`
	Municipality string `bun:"municipality"`
	Name         string `bun:"name"`
}

// Participation is what a person was in one cohort.
type Participation struct {
	bun.BaseModel `bun:"table:participation,alias:t"`

	ID     string    `bun:"id,pk"`
	Person string    `bun:"person"`
	Cohort string    `bun:"cohort"`
	Team   string    `bun:"team,nullzero"`
	Role   string    `bun:"role"`
	Since  time.Time `bun:"since"`
	Until  time.Time `bun:"until,nullzero"`
}

// EnsureCohort makes the row of a year of a course when it is missing, inside the act that needs it, and returns its id.
// Other nouns call it too: a year × course without a row makes one (contract §1).
func EnsureCohort(ctx context.Context, tx db.Tx, year int, course cohort.Course) (string, error) {
	c := &Cohort{ID: cohort.ID(year, course), Year: year, Course: course}
	if _, err := tx.NewInsert().Model(c).On("CONFLICT DO NOTHING").Exec(ctx); err != nil {
		return "", fmt.Errorf("make cohort %s: %w", c.ID, err)
	}
	return c.ID, nil
}

// ensureTeam makes a team when it is missing and returns its id. Without a name it is the municipality's only one.
func ensureTeam(ctx context.Context, tx db.Tx, cohort, municipality, name string) (string, error) {
	t := &Team{ID: db.NewID(), Cohort: cohort, Municipality: municipality, Name: name}
	if _, err := tx.NewInsert().Model(t).On("CONFLICT DO NOTHING").Exec(ctx); err != nil {
		return "", fmt.Errorf("make team %s of %s: %w", name, cohort, err)
	}
	err := tx.NewSelect().Model(t).Where("cohort = ?", cohort).Where("municipality = ?", municipality).
		Where("name = ?", name).Scan(ctx)
	if err != nil {
		return "", fmt.Errorf("find team %s of %s: %w", name, cohort, err)
	}
	return t.ID, nil
}

// takePart records that a person has a role in a cohort; it may stand there already.
func takePart(ctx context.Context, tx db.Tx, p Participation) error {
	p.ID, p.Since = db.NewID(), tx.Now
	if _, err := tx.NewInsert().Model(&p).On("CONFLICT DO NOTHING").Exec(ctx); err != nil {
		return fmt.Errorf("let %s take part in %s: %w", p.Person, p.Cohort, err)
	}
	return nil
}
