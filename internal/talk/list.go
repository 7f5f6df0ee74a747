package talk

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
)

// Which narrows the list of topics.
type Which string

// The lists of the page. Waiting are questions that nobody has answered yet.
const (
	AllTopics Which = ""
	Unread    Which = "unread"
	Waiting   Which = "question"
	MyCohorts Which = "cohort"
	Watched   Which = "watch"
)

// Filter chooses topics.
type Filter struct {
	Which Which
	Theme string
	Room  Room   // only what gathers there
	After string // the cursor that the list before gave
}

// Row is a topic in a list.
type Row struct {
	Topic      `bun:",extend"`
	EntryKind  string `bun:"entry_kind,scanonly"`
	Read       int64  `bun:"read_number,scanonly"`
	Level      Level  `bun:"level,scanonly"`
	LastAuthor string `bun:"last_author,scanonly"` // who wrote the last post, if it stands
	LastPlace  string `bun:"last_place,scanonly"`
	Solved     bool   `bun:"solved,scanonly"` // a post that stands here is the accepted answer
}

// Unread is how many posts the viewer has not read.
func (r *Row) Unread() int64 { return max(0, r.Posts-r.Read) }

// List reads topics by their last post, newest first, and the cursor of the next list, empty at the end. Discussions
// of entries appear with their first post.
func (s *Service) List(ctx context.Context, v access.Viewer, f Filter) (rows []Row, next string, err error) {
	q := s.DB.Read().NewSelect().Model(&rows).
		ColumnExpr("t.*, COALESCE(e.kind, '') AS entry_kind, COALESCE(m.number, 0) AS read_number, COALESCE(l.level, 'normal') AS level").
		ColumnExpr("COALESCE(a.name, '') AS last_author, COALESCE(a.municipality, '') AS last_place").
		Join("LEFT JOIN entry e ON e.id = t.entry AND t.entry <> ''").
		Join("LEFT JOIN read_mark m ON m.topic = t.id AND m.person = ?", v.Person).
		Join("LEFT JOIN topic_level l ON l.topic = t.id AND l.person = ?", v.Person).
		Join("LEFT JOIN post p ON p.topic = t.id AND p.number = t.posts AND p.state = 'published'").
		Join("LEFT JOIN person a ON a.id = p.author").
		ColumnExpr("(t.question AND s.id IS NOT NULL) AS solved").
		Join("LEFT JOIN post s ON s.id = t.answer AND s.topic = t.id AND s.state = 'published'").
		OrderExpr("t.last_seq DESC, t.id DESC").Limit(topicsPerPage + 1)
	q = f.narrow(v, q)
	if seq, id, ok := f.cursor(); ok {
		q = q.Where("(t.last_seq < ? OR (t.last_seq = ? AND t.id < ?))", seq, seq, id)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, "", fmt.Errorf("list topics: %w", err)
	}
	if len(rows) > topicsPerPage {
		rows = rows[:topicsPerPage]
		last := rows[len(rows)-1]
		next = fmt.Sprintf("%d-%s", last.LastSeq, last.ID)
	}
	return rows, next, nil
}

// CountUnread counts the topics with posts that the viewer has not read, up to most: what a badge can show.
func (s *Service) CountUnread(ctx context.Context, v access.Viewer, most int64) (int, error) {
	r := s.DB.Read()
	q := r.NewSelect().Model((*Topic)(nil)).ColumnExpr("1").
		Join("LEFT JOIN read_mark m ON m.topic = t.id AND m.person = ?", v.Person).
		Join("LEFT JOIN topic_level l ON l.topic = t.id AND l.person = ?", v.Person)
	q = Filter{Which: Unread}.narrow(v, q).Limit(most)
	var n int
	if err := r.NewRaw("SELECT COUNT(*) FROM (?) AS unread", q).Scan(ctx, &n); err != nil {
		return 0, fmt.Errorf("count unread topics: %w", err)
	}
	return n, nil
}

// narrow adds the filter's conditions to a query over topic t with read_mark m and topic_level l.
func (f Filter) narrow(v access.Viewer, q *bun.SelectQuery) *bun.SelectQuery {
	q = readable(v, q).Where("t.state = 'published'").Where("t.posts > 0").Where("t.merged = ''").Where("t.room <> ?", PracticeKey)
	if f.Room.Key != "" {
		q = f.Room.gathered(q)
	}
	switch f.Which {
	case Unread:
		q = q.Where("t.posts > COALESCE(m.number, 0)").Where("COALESCE(l.level, '') <> 'mute'")
	case Watched:
		q = q.Where("l.level = 'watch'")
	case Waiting:
		q = q.Where("t.question AND t.posts = 1")
	case MyCohorts:
		if len(v.Cohorts) == 0 {
			return q.Where("1 = 0")
		}
		q = q.Where("(t.cohort IN (?) OR EXISTS (SELECT 1 FROM entry c WHERE c.id = t.entry AND c.cohort IN (?)))",
			bun.List(v.Cohorts), bun.List(v.Cohorts))
	}
	if f.Theme != "" {
		q = q.Where("',' || t.themes || ',' LIKE ?", "%,"+likeText(f.Theme)+",%")
	}
	return q
}

// likeText takes out of a word what LIKE would understand as a pattern: ids of themes have none of it.
func likeText(s string) string { return strings.NewReplacer("%", "", "_", "", `\`, "").Replace(s) }

func (f Filter) cursor() (seq int64, id string, ok bool) {
	head, id, ok := strings.Cut(f.After, "-")
	if !ok {
		return 0, "", false
	}
	seq, err := strconv.ParseInt(head, 10, 64)
	return seq, id, err == nil
}
