package member

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/text"
)

// Limits of what stands about people, in characters.
const (
	maxName    = 100
	maxTeam    = 100
	maxSection = 100
	maxReason  = 500
	maxAbout   = 2_000
)

// rosterRow is one line of the secretariat's list: a person in one cohort. It is claimed by the person it admits.
type rosterRow struct {
	bun.BaseModel `bun:"table:roster_entry,alias:r"`

	ID           string        `bun:"id,pk"`
	Email        string        `bun:"email"`
	EmailKey     string        `bun:"email_key"`
	Name         string        `bun:"name"`
	Kana         string        `bun:"kana"`
	Municipality string        `bun:"municipality"`
	Year         int           `bun:"year"`
	Course       cohort.Course `bun:"course"`
	Team         string        `bun:"team"`
	Role         string        `bun:"role"`
	Section      string        `bun:"section"`
	Person       string        `bun:"person,nullzero"`
	Import       string        `bun:"import"`
	CreatedAt    time.Time     `bun:"created_at"`
}

// part makes the cohort and the team of the row when they are missing and returns the participation that it stands for.
func (r rosterRow) part(ctx context.Context, tx db.Tx, person string) (Participation, error) {
	p := Participation{Person: person, Role: r.Role}
	var err error
	if p.Cohort, err = EnsureCohort(ctx, tx, r.Year, r.Course); err != nil {
		return p, err
	}
	if r.Team == "" && (r.Role == Adviser || r.Role == Steward) {
		return p, nil // they stand beside the teams
	}
	p.Team, err = ensureTeam(ctx, tx, p.Cohort, r.Municipality, r.Team)
	return p, err
}

// claimRow gives the row to a person and lets them take part as it says.
func claimRow(ctx context.Context, tx db.Tx, r rosterRow, person string) error {
	if _, err := tx.NewUpdate().Model((*rosterRow)(nil)).Set("person = ?", person).
		Where("id = ?", r.ID).Where("person IS NULL").Exec(ctx); err != nil {
		return fmt.Errorf("claim roster row %s: %w", r.ID, err)
	}
	p, err := r.part(ctx, tx, person)
	if err != nil {
		return err
	}
	return takePart(ctx, tx, p)
}

// adopt fills what the person has not said about themselves from a roster row that is certainly theirs.
func adopt(ctx context.Context, tx db.Tx, p *Person, r rosterRow) error {
	p.Name, p.Kana, p.Municipality, p.Section = r.Name, r.Kana, r.Municipality, r.Section
	if p.EmailKey == "" {
		p.Email, p.EmailKey = r.Email, text.Key(r.Email)
	}
	_, err := tx.NewUpdate().Model(p).Column("name", "kana", "municipality", "section", "email", "email_key").WherePK().Exec(ctx)
	if err != nil {
		return fmt.Errorf("adopt roster row %s: %w", r.ID, err)
	}
	return nil
}

// nameKey is what names are compared by: without blanks, selectors of variants, widths and letter case.
func nameKey(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Variation_Selector, r) {
			return -1
		}
		return r
	}, text.Key(name))
}
