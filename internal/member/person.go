package member

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/text"
)

// Person is somebody with an account.
type Person struct {
	bun.BaseModel `bun:"table:person,alias:p"`

	ID             string    `bun:"id,pk"`
	Name           string    `bun:"name"`
	Kana           string    `bun:"kana"`
	Email          string    `bun:"email"` // where mail goes; shown to nobody but the person and the secretariat
	EmailKey       string    `bun:"email_key"`
	Municipality   string    `bun:"municipality"`
	Section        string    `bun:"section"`
	About          string    `bun:"about"`
	Member         bool      `bun:"member"`
	SuspendedAt    time.Time `bun:"suspended_at,nullzero"`
	SuspendedUntil time.Time `bun:"suspended_until,nullzero"`
	Suspension     string    `bun:"suspension"`
	Sample         bool      `bun:"sample"`
	Theme          string    `bun:"theme"`
	TextSize       string    `bun:"text_size"`
	Mail           string    `bun:"mail"`
	CreatedAt      time.Time `bun:"created_at"`
}

// Suspended tells whether the person is suspended at an instant.
func (p *Person) Suspended(now time.Time) bool {
	return !p.SuspendedAt.IsZero() && (p.SuspendedUntil.IsZero() || p.SuspendedUntil.After(now))
}

// Person returns somebody by id, whoever asks: for the person's own pages and for staff pages, which check first.
func (s *Service) Person(ctx context.Context, id string) (*Person, error) {
	p, err := find(ctx, s.db.Read(), id)
	if db.IsMissing(err) {
		return nil, apperr.Missing()
	}
	return p, err
}

func find(ctx context.Context, r interface{ NewSelect() *bun.SelectQuery }, id string) (*Person, error) {
	p := new(Person)
	if err := r.NewSelect().Model(p).Where("p.id = ?", id).Scan(ctx); err != nil {
		return nil, fmt.Errorf("find person %s: %w", id, err)
	}
	return p, nil
}

// ByEmail finds the one person whose mail goes to an address, for the command line and the desk. Members are preferred;
// two of them with one address are an error, never a guess.
func (s *Service) ByEmail(ctx context.Context, email string) (*Person, error) {
	var found []*Person
	err := s.db.Read().NewSelect().Model(&found).Where("p.email_key = ?", text.Key(email)).Where("p.email_key <> ''").
		Order("p.member DESC", "p.id").Limit(3).Scan(ctx)
	switch {
	case err != nil:
		return nil, fmt.Errorf("find person by address: %w", err)
	case len(found) == 0:
		return nil, apperr.At("email", "このメールアドレスの方は見つかりません。つづりを確かめてください。")
	case len(found) > 1 && found[0].Member == found[1].Member:
		return nil, apperr.At("email", "このメールアドレスの方が二人以上います。管理の「人」のページから選んでください。")
	}
	return found[0], nil
}

// Viewer tells what somebody is, for internal/access: one query, asked anew for each request, so that a change of roles
// or a suspension holds from the next request on. Nobody, somebody unknown and somebody suspended are visitors.
func (s *Service) Viewer(ctx context.Context, person string) (access.Viewer, error) {
	if person == "" {
		return access.Viewer{}, nil
	}
	var rows []struct {
		Person
		Cohort string `bun:"cohort"`
		Team   string `bun:"team"`
		Role   string `bun:"role"`
	}
	err := s.db.Read().NewRaw(`
		SELECT p.id, p.name, p.municipality, p.member, p.suspended_at, p.suspended_until,
		       COALESCE(t.cohort, '') AS cohort, COALESCE(t.team, '') AS team, '' AS role
		FROM person p LEFT JOIN participation t ON t.person = p.id AND (t.until IS NULL OR t.until > ?)
		WHERE p.id = ?
		UNION ALL
		SELECT p.id, p.name, p.municipality, p.member, p.suspended_at, p.suspended_until, '', '', r.role
		FROM person p JOIN staff_role r ON r.person = p.id WHERE p.id = ?`, s.db.Now(), person, person).Scan(ctx, &rows)
	if err != nil {
		return access.Viewer{}, fmt.Errorf("load viewer %s: %w", person, err)
	}
	if len(rows) == 0 {
		return access.Viewer{}, nil
	}
	p := rows[0].Person
	if p.Suspended(s.db.Now()) {
		return access.Viewer{}, nil
	}
	v := access.Viewer{Person: p.ID, Name: p.Name, Municipality: p.Municipality}
	if !p.Member {
		return v, nil
	}
	v.Member = true
	for _, r := range rows {
		v.Cohorts = appendNew(v.Cohorts, r.Cohort)
		v.Teams = appendNew(v.Teams, r.Team)
		v.Secretariat = v.Secretariat || r.Role == Secretariat
		v.Moderator = v.Moderator || r.Role == Moderator || r.Role == Secretariat
	}
	return v, nil
}

// appendNew adds s to a short list unless it is empty or there.
func appendNew(list []string, s string) []string {
	if s == "" {
		return list
	}
	for _, have := range list {
		if have == s {
			return list
		}
	}
	return append(list, s)
}
