package curate

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/manetomo/manetomo/internal/access"
)

// Act is one line of the record (記録).
type Act struct {
	ID        string
	Seq       int64
	Actor     string
	ActorName string
	Act       string
	Kind      string
	Subject   string
	Title     string // of the thing, when it is an entry, topic, collection or person
	Detail    json.RawMessage
	At        time.Time
}

// Record lists what staff did, newest first, before the line with the given seq and id.
func (s *Service) Record(ctx context.Context, v access.Viewer, beforeSeq int64, beforeID string, limit int) ([]Act, error) {
	if !v.CanModerate() && !v.CanAdminister() {
		return nil, forbidden()
	}
	if limit < 1 || limit > 200 {
		limit = 50
	}
	q := s.DB.Read().NewSelect().TableExpr("audit AS a").
		ColumnExpr("a.*, COALESCE(p.name, '') AS actor_name").
		ColumnExpr("COALESCE(e.title, t.title, c.title, o.name, w.term, '') AS title").
		Join("LEFT JOIN person AS p ON p.id = a.actor").
		Join("LEFT JOIN entry AS e ON a.kind = 'entry' AND e.id = a.subject AND e.state <> 'draft'").
		Join("LEFT JOIN topic AS t ON a.kind = 'topic' AND t.id = a.subject").
		Join("LEFT JOIN collection AS c ON a.kind = 'collection' AND c.id = a.subject").
		Join("LEFT JOIN person AS o ON a.kind = 'person' AND o.id = a.subject").
		Join("LEFT JOIN near_word AS w ON a.kind = 'vocabulary' AND w.id = a.subject").
		OrderExpr("a.seq DESC, a.id DESC").Limit(int64(limit))
	if beforeSeq > 0 {
		q = q.Where("(a.seq < ? OR (a.seq = ? AND a.id < ?))", beforeSeq, beforeSeq, beforeID)
	}
	var acts []Act
	if err := q.Scan(ctx, &acts); err != nil {
		return nil, fmt.Errorf("read the record: %w", err)
	}
	return acts, nil
}
