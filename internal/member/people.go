package member

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/text"
)

// Known is somebody with an account as the secretariat sees them: member or not, with address and roles.
type Known struct {
	Person
	Staff []string
}

// People lists everybody with an account, the newest first. words look into names and find an address as a whole.
func (s *Service) People(ctx context.Context, v access.Viewer, words, after string, limit int) ([]Known, error) {
	if !v.CanAdminister() {
		return nil, notYours()
	}
	var found []Person
	q := s.db.Read().NewSelect().Model(&found)
	if w := strings.TrimSpace(words); w != "" && text.Storable(w) {
		like := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(text.Cut(w, 50)) + "%"
		q = q.Where(`(p.name LIKE ? ESCAPE '\' OR p.kana LIKE ? ESCAPE '\' OR p.email_key = ?)`, like, like, text.Key(w))
	}
	if after != "" {
		q = q.Where("(p.created_at, p.id) < (SELECT o.created_at, o.id FROM person o WHERE o.id = ?)", after)
	}
	if err := q.Order("p.created_at DESC", "p.id DESC").Limit(int64(limit)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	list := make([]Known, len(found))
	ids := make([]string, len(found))
	at := map[string]int{}
	for i, p := range found {
		list[i].Person, ids[i], at[p.ID] = p, p.ID, i
	}
	if len(ids) == 0 {
		return list, nil
	}
	var roles []staffRow
	if err := s.db.Read().NewSelect().Model(&roles).Where("person IN (?)", bun.List(ids)).Order("role").Scan(ctx); err != nil {
		return nil, fmt.Errorf("list roles: %w", err)
	}
	for _, r := range roles {
		list[at[r.Person]].Staff = append(list[at[r.Person]].Staff, r.Role)
	}
	return list, nil
}

// Staff lists who has a role over all cohorts.
func (s *Service) Staff(ctx context.Context, v access.Viewer) ([]Named, error) {
	if !v.CanAdminister() {
		return nil, notYours()
	}
	var list []Named
	err := s.db.Read().NewRaw(`SELECT p.id, p.name, r.role FROM staff_role r JOIN person p ON p.id = r.person
		ORDER BY r.role DESC, p.kana, p.id`).Scan(ctx, &list)
	if err != nil {
		return nil, fmt.Errorf("list staff: %w", err)
	}
	return list, nil
}
