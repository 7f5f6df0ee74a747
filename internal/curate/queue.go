package curate

import (
	"context"
	"fmt"
	"time"

	"github.com/manetomo/manetomo/internal/access"
)

// Waiting is an entry that waits for a moderator: in review, or given back and not yet sent again.
type Waiting struct {
	ID           string
	Kind         string
	Title        string
	Summary      string
	Municipality string
	Year         int
	Course       string
	State        access.State
	Audience     access.Rung
	Wanted       access.Rung
	ClearedBy    string
	ClearedAt    *time.Time
	Notes        string
	Authors      int
	AuthorName   string
	Sections     int
	Files        int
	UpdatedAt    time.Time
}

// Counts is what the desk's menu shows beside its words.
type Counts struct {
	Review, Flags, Applications int
}

// Counts counts what waits.
func (s *Service) Counts(ctx context.Context, v access.Viewer) (c Counts, err error) {
	if !v.CanModerate() {
		return c, forbidden()
	}
	err = s.DB.Read().NewRaw(`SELECT
		(SELECT COUNT(*) FROM entry WHERE state = 'review') AS review,
		(SELECT COUNT(*) FROM flag WHERE state = 'open') AS flags,
		(SELECT COUNT(*) FROM application WHERE state = 'waiting') AS applications`).Scan(ctx, &c)
	if err != nil {
		return c, fmt.Errorf("count what waits: %w", err)
	}
	return c, nil
}

// Queue lists the entries in review, oldest first.
func (s *Service) Queue(ctx context.Context, v access.Viewer) ([]Waiting, error) {
	if !v.CanModerate() {
		return nil, forbidden()
	}
	var list []Waiting
	err := s.DB.Read().NewSelect().TableExpr("entry AS e").
		ColumnExpr("e.id, e.kind, e.title, e.summary, e.municipality, e.year, e.course, e.state, e.audience, e.wanted").
		ColumnExpr("e.cleared_by, e.cleared_at, e.notes, e.updated_at").
		ColumnExpr("(SELECT COUNT(*) FROM entry_author AS a WHERE a.entry = e.id) AS authors").
		ColumnExpr("(SELECT COUNT(*) FROM entry_section AS n WHERE n.entry = e.id AND n.body <> '') AS sections").
		ColumnExpr("(SELECT COUNT(*) FROM file AS f WHERE f.entry = e.id) AS files").
		ColumnExpr("COALESCE(p.name, '') AS author_name").
		Join("LEFT JOIN person AS p ON p.id = e.created_by").
		Where("e.state = 'review'").OrderExpr("e.updated_at, e.id").Limit(200).Scan(ctx, &list)
	if err != nil {
		return nil, fmt.Errorf("list what is in review: %w", err)
	}
	return list, nil
}
