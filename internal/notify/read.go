package notify

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/text"
	"github.com/manetomo/manetomo/internal/watch"
)

// shown is how many unread notices are counted; more are shown as 99+.
const shown = 100

// Filter chooses notices.
type Filter struct {
	Before int64 // seq of the last one seen; 0 for the newest
	Limit  int
	Mine   bool // addressed to the person: no comments on their entries and topics
	Staff  bool // from the moderators
	Found  bool // new to saved searches
}

// List returns a person's notices, newest first, without those whose thing is no longer for them.
func (s *Service) List(ctx context.Context, v access.Viewer, f Filter) ([]Item, error) {
	if !v.SignedIn() {
		return nil, apperr.SignIn()
	}
	if f.Limit < 1 || f.Limit > 100 {
		f.Limit = 30
	}
	var items []Item
	q := s.DB.Read().NewSelect().TableExpr("notice AS n").
		ColumnExpr("n.*").
		ColumnExpr("COALESCE(a.name, '') AS actor_name, COALESCE(a.municipality, '') AS actor_municipality").
		ColumnExpr("COALESCE(e.title, t.title, s.name, '') AS title, COALESCE(e.kind, '') AS entry_kind").
		ColumnExpr("COALESCE(p.number, 0) AS number, CASE WHEN p.state <> 'published' THEN '' WHEN p.body <> '' THEN p.body"+
			" ELSE (SELECT MIN(name) FROM attachment WHERE post = p.id) END AS excerpt").
		Join("LEFT JOIN person AS a ON a.id = n.actor").
		ColumnExpr("CASE WHEN n.search = '' THEN 0 ELSE (?) END AS hits", s.hits(v).ColumnExpr("COUNT(*)")).
		Join("LEFT JOIN saved_search AS s ON s.id = n.search")
	q = s.readable(q, v).Where("n.person = ?", v.Person).OrderExpr("n.seq DESC").Limit(int64(f.Limit))
	if f.Before > 0 {
		q = q.Where("n.seq < ?", f.Before)
	}
	staff := []Kind{Application, Returned, Hidden, Restored, Published, FlagDone, Corrected, Declined, Relocated, Given, NotGiven}
	if f.Mine {
		q = q.Where("n.kind IN (?)", bun.List(append([]Kind{Reply, Mention, Asked, Accepted, Consent, Consented, Questioned, Answered, Proposed, Claimed, Taken}, staff...)))
	}
	if f.Staff {
		q = q.Where("n.kind IN (?)", bun.List(staff))
	}
	if f.Found {
		q = q.Where("n.kind = ?", Found)
	}
	if err := q.Scan(ctx, &items); err != nil {
		return nil, fmt.Errorf("list notices of %s: %w", v.Person, err)
	}
	for i := range items {
		items[i].Excerpt = text.Cut(text.Plain(text.Cut(items[i].Excerpt, 400)), 80)
	}
	return items, nil
}

// hits are what a notice of a saved search tells of, as far as the viewer may read it now.
func (s *Service) hits(v access.Viewer) *bun.SelectQuery {
	return watch.Hits(s.DB, v).Where("h.notice = n.id")
}

// readable keeps the notices whose entry and topic the viewer may read now, or something of what was found.
func (s *Service) readable(q *bun.SelectQuery, v access.Viewer) *bun.SelectQuery {
	return q.
		Join("LEFT JOIN entry AS e ON e.id = n.entry").
		Join("LEFT JOIN post AS p ON p.id = n.post").
		Join("LEFT JOIN topic AS t ON t.id = COALESCE(p.topic, n.topic)"). // a post may have been moved since
		Where("(n.search = '' OR EXISTS (?))", s.hits(v).ColumnExpr("1")).
		WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
			q = q.Where("n.entry = ''")
			return q.WhereGroup(" OR ", func(q *bun.SelectQuery) *bun.SelectQuery {
				return v.Readable(q, access.Columns{Alias: "e",
					Authors: "EXISTS (SELECT 1 FROM entry_author AS w WHERE w.entry = e.id AND w.person = ?)"})
			})
		}).
		WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
			q = q.Where("n.topic = ''")
			return q.WhereGroup(" OR ", func(q *bun.SelectQuery) *bun.SelectQuery {
				return v.Readable(q, access.Columns{Alias: "t", Authors: "t.author = ?"})
			})
		})
}

// Unread counts a person's unread notices that they may still read, up to 100.
func (s *Service) Unread(ctx context.Context, v access.Viewer) (int, error) {
	if !v.SignedIn() {
		return 0, nil
	}
	some := s.readable(s.DB.Read().NewSelect().TableExpr("notice AS n").ColumnExpr("1"), v).
		Where("n.person = ?", v.Person).Where("n.read_at IS NULL").Limit(shown)
	var n int
	if err := s.DB.Read().NewSelect().TableExpr("(?) AS counted", some).ColumnExpr("COUNT(*)").Scan(ctx, &n); err != nil {
		return 0, fmt.Errorf("count notices of %s: %w", v.Person, err)
	}
	return n, nil
}

// Told lists who has notices of the events behind after, up to upTo.
func (s *Service) Told(ctx context.Context, after, upTo int64) (people []string, err error) {
	err = s.DB.Read().NewSelect().Table("notice").ColumnExpr("DISTINCT person").
		Where("seq > ?", after).Where("seq <= ?", upTo).Scan(ctx, &people)
	if err != nil {
		return nil, fmt.Errorf("list who was told: %w", err)
	}
	return people, nil
}

// MarkRead marks all of a person's notices up to seq as read. It appends no event: nobody else sees it.
func (s *Service) MarkRead(ctx context.Context, v access.Viewer, seq int64) error {
	return s.markRead(ctx, v, "seq <= ?", seq)
}

// MarkSearchRead marks what a person was told of a saved search as read, when they look at what is new.
func (s *Service) MarkSearchRead(ctx context.Context, v access.Viewer, search string) error {
	return s.markRead(ctx, v, "search = ?", search)
}

func (s *Service) markRead(ctx context.Context, v access.Viewer, which string, args ...any) error {
	if !v.SignedIn() {
		return apperr.SignIn()
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewUpdate().Table("notice").Set("read_at = ?", tx.Now).
			Where("person = ? AND read_at IS NULL", v.Person).Where(which, args...).Exec(ctx)
		return err
	})
}
