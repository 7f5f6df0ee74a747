package archive

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/text"
)

// Unsent is text that somebody has typed somewhere and not sent yet. Only they see it; it makes no event.
type Unsent struct {
	bun.BaseModel `bun:"table:draft,alias:u"`

	Person    string    `bun:"person,pk"`
	Place     string    `bun:"place,pk"` // topic:ID, entry:ID:practice
	Body      string    `bun:"body"`
	UpdatedAt time.Time `bun:"updated_at"`
}

const maxUnsent = 200 // places a person may have text lying in

var place = regexp.MustCompile(`^[a-z]+(:[A-Za-z0-9._-]{1,40}){0,3}$`)

// KeepUnsent keeps text for a place; an empty text clears it.
func (s *Service) KeepUnsent(ctx context.Context, v access.Viewer, at, body string) (time.Time, error) {
	if !v.SignedIn() || v.ReadOnly {
		return time.Time{}, cannotWrite(v)
	}
	if !place.MatchString(at) {
		return time.Time{}, apperr.Missing()
	}
	body, err := text.OptionalBlock("body", "下書き", body, text.MaxSection)
	if err != nil {
		return time.Time{}, err
	}
	var when time.Time
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		when = tx.Now
		if body == "" {
			_, err := tx.NewRaw(`DELETE FROM draft WHERE person = ? AND place = ?`, v.Person, at).Exec(ctx)
			return err
		}
		n, err := tx.NewSelect().Table("draft").Where("person = ?", v.Person).Where("place <> ?", at).Count(ctx)
		if err != nil {
			return fmt.Errorf("keep text for %s: %w", at, err)
		}
		if n >= maxUnsent {
			return apperr.New(apperr.Full, "書きかけの文が多すぎて、これ以上は残せません。下書きのページで、いらないものを消してください。")
		}
		_, err = tx.NewRaw(`INSERT INTO draft (person, place, body, updated_at) VALUES (?, ?, ?, ?)
			ON CONFLICT (person, place) DO UPDATE SET body = EXCLUDED.body, updated_at = EXCLUDED.updated_at`,
			v.Person, at, body, tx.Now).Exec(ctx)
		return err
	})
	return when, err
}

// Unsent reads the text kept for a place, the zero value when there is none.
func (s *Service) Unsent(ctx context.Context, v access.Viewer, at string) (Unsent, error) {
	var u Unsent
	err := s.DB.Read().NewSelect().Model(&u).Where("person = ?", v.Person).Where("place = ?", at).Scan(ctx)
	if db.IsMissing(err) {
		return Unsent{}, nil
	}
	return u, err
}

// AllUnsent lists the viewer's texts that are not sent, the last first.
func (s *Service) AllUnsent(ctx context.Context, v access.Viewer) ([]Unsent, error) {
	var list []Unsent
	if !v.SignedIn() {
		return nil, nil
	}
	err := s.DB.Read().NewSelect().Model(&list).Where("person = ?", v.Person).Order("updated_at DESC", "place").
		Limit(maxUnsent).Scan(ctx)
	return list, err
}
