package talk

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
)

// Notes lists the notes on an entry in the order in which they were written, for who may read its discussion; to
// anybody else there are none.
func (s *Service) Notes(ctx context.Context, v access.Viewer, entry string) ([]NoteView, error) {
	return s.notes(ctx, v, notesOfEntry, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("no.entry = ?", entry) })
}

// NotesOfSession lists what was pinned during a poster session, as far as the viewer may read it.
func (s *Service) NotesOfSession(ctx context.Context, v access.Viewer, session string) ([]NoteView, error) {
	return s.notes(ctx, v, notesOfSession, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("no.session = ?", session).Where("no.session <> ''")
	})
}

// NoteOf reads one note that the viewer may read.
func (s *Service) NoteOf(ctx context.Context, v access.Viewer, id string) (*NoteView, error) {
	list, err := s.notes(ctx, v, 1, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("no.id = ?", id) })
	if err == nil && len(list) == 0 {
		err = apperr.Missing()
	}
	if err != nil {
		return nil, err
	}
	return &list[0], nil
}

func (s *Service) notes(ctx context.Context, v access.Viewer, most int64, which func(*bun.SelectQuery) *bun.SelectQuery) ([]NoteView, error) {
	var list []NoteView
	q := s.DB.Read().NewSelect().Model(&list).
		ColumnExpr("no.*, a.name AS author_name, a.municipality AS author_place, COALESCE(an.name, '') AS answer_name").
		Join("JOIN topic t ON t.id = no.topic").Join("JOIN person a ON a.id = no.author").
		Join("LEFT JOIN person an ON an.id = no.answered_by").
		Where("no.state = 'published'").Where("t.state = 'published'").OrderExpr("no.entry, no.n, no.id").Limit(most)
	if err := which(readable(v, q)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read notes: %w", err)
	}
	return list, nil
}

// OfEntry finds the discussion beside an entry that the viewer may read.
func (s *Service) OfEntry(ctx context.Context, v access.Viewer, entry string) (*Topic, error) {
	id, err := topicOfEntry(ctx, s.DB.Read(), entry)
	if err != nil {
		return nil, err
	}
	return s.Find(ctx, v, id)
}
