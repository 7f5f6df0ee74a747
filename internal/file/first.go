package file

import (
	"context"
	"fmt"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
)

// First returns the first page of a file, with its words, for a viewer who may read its entry.
func (s *Service) First(ctx context.Context, v access.Viewer, id string) (*Page, error) {
	p := &Page{}
	q := s.DB.Read().NewSelect().Model(p).Column("p.number", "p.text", "p.words").
		Join("JOIN file AS f ON f.id = p.file").Join("JOIN entry AS e ON e.id = f.entry").
		Where("p.file = ?", id).Where("p.number = 1")
	err := v.Readable(q, readable).Scan(ctx)
	if db.IsMissing(err) {
		return nil, apperr.Missing()
	}
	if err != nil {
		return nil, fmt.Errorf("read the first page of file %s: %w", id, err)
	}
	return p, nil
}
