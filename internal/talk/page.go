package talk

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
)

// Page is a window of a topic, read at one moment: every event behind N is not in it, every event up to N is.
type Page struct {
	Topic      *Topic
	AuthorName string
	EntryKind  string // report, poster, …; empty for a topic of its own
	N          int64
	Seq        int64
	Epoch      string
	Read       int64 // number of the last post the viewer had read
	Level      Level // how closely the viewer follows it
	Posts      []View
	Answer     *View // the post that answers the question, if one does
}

// Unread is how many posts the viewer had not read.
func (p *Page) Unread() int64 { return max(0, p.Topic.Posts-p.Read) }

// FirstUnread is the number of the first unread post, 0 when there is none or the viewer never read any.
func (p *Page) FirstUnread() int64 {
	if p.Read == 0 || p.Unread() == 0 {
		return 0
	}
	return p.Read + 1
}

// Earlier and Later are the numbers to open the windows beside this one from; 0 when there is none.
func (p *Page) Earlier() int64 {
	if len(p.Posts) == 0 || p.Posts[0].Number <= p.Topic.Swept+1 {
		return 0
	}
	return max(p.Topic.Swept+1, p.Posts[0].Number-postsPerPage)
}

// Later is the number of the first post behind the window, 0 when it reaches the end.
func (p *Page) Later() int64 {
	if len(p.Posts) == 0 || p.Posts[len(p.Posts)-1].Number >= p.Topic.Posts {
		return 0
	}
	return p.Posts[len(p.Posts)-1].Number + 1
}

// Page reads the window of a topic that begins at the post numbered from; 0 lets it begin where the viewer goes on
// reading.
func (s *Service) Page(ctx context.Context, v access.Viewer, topic string, from int64) (*Page, error) {
	return s.page(ctx, v, from, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("t.id = ?", topic) })
}

// PageOfEntry is Page for the discussion beside an entry.
func (s *Service) PageOfEntry(ctx context.Context, v access.Viewer, entry string, from int64) (*Page, error) {
	return s.page(ctx, v, from, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("t.entry = ?", entry).Where("t.entry <> ''")
	})
}

type pageRow struct {
	Topic      `bun:",extend"`
	AuthorName string `bun:"author_name,scanonly"`
	EntryKind  string `bun:"entry_kind,scanonly"`
	ReadNumber int64  `bun:"read_number,scanonly"`
	Level      Level  `bun:"level,scanonly"`
}

func (s *Service) page(ctx context.Context, v access.Viewer, from int64, which func(*bun.SelectQuery) *bun.SelectQuery) (*Page, error) {
	var page *Page
	err := s.DB.Snapshot(ctx, func(ctx context.Context, r bun.IDB) error {
		var row pageRow
		q := r.NewSelect().Model(&row).
			ColumnExpr("t.*, COALESCE(a.name, '') AS author_name, COALESCE(e.kind, '') AS entry_kind").
			ColumnExpr("COALESCE(m.number, 0) AS read_number, COALESCE(l.level, 'normal') AS level").
			Join("LEFT JOIN person a ON a.id = t.author").
			Join("LEFT JOIN entry e ON e.id = t.entry AND t.entry <> ''").
			Join("LEFT JOIN read_mark m ON m.topic = t.id AND m.person = ?", v.Person).
			Join("LEFT JOIN topic_level l ON l.topic = t.id AND l.person = ?", v.Person)
		err := readable(v, which(q)).Scan(ctx)
		if db.IsMissing(err) {
			return apperr.Missing()
		}
		if err != nil {
			return fmt.Errorf("read topic: %w", err)
		}
		page = &Page{Topic: &row.Topic, AuthorName: row.AuthorName, EntryKind: row.EntryKind, Read: row.ReadNumber, Level: row.Level}
		if page.N, err = event.TopicHead(ctx, r, row.ID); err != nil {
			return err
		}
		if page.Seq, page.Epoch, err = event.Head(ctx, r); err != nil {
			return err
		}
		if page.Answer, err = s.answerOf(ctx, r, v, &row.Topic); err != nil {
			return err
		}
		page.Posts, err = s.window(ctx, r, v, row.ID, start(from, row.ReadNumber, row.Topic.Posts), postsPerPage)
		return err
	})
	return page, err
}

// start is where a window begins: as asked, else a little before the first unread post, and never so late that the
// window is half empty.
func start(from, read, posts int64) int64 {
	if from > 0 {
		return min(from, max(posts, 1))
	}
	last := max(1, posts-postsPerPage+1)
	if read == 0 || read >= posts {
		return last
	}
	const context = 2 // posts before the first unread one
	return max(1, min(last, read+1-context))
}

func (s *Service) window(ctx context.Context, r selector, v access.Viewer, topic string, from, limit int64) ([]View, error) {
	return s.views(ctx, r, v, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("p.topic = ?", topic).Where("p.number >= ?", from).Limit(limit)
	})
}

// Posts reads up to limit posts of a topic behind the number after.
func (s *Service) Posts(ctx context.Context, v access.Viewer, topic string, after, limit int64) (*Topic, []View, error) {
	t, err := s.Find(ctx, v, topic)
	if err != nil {
		return nil, nil, err
	}
	posts, err := s.window(ctx, s.DB.Read(), v, topic, after+1, limit)
	return t, posts, err
}

// PostOf reads one post that the viewer may read, with its topic.
func (s *Service) PostOf(ctx context.Context, v access.Viewer, id string) (*Topic, *View, error) {
	r := s.DB.Read()
	posts, err := s.views(ctx, r, v, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("p.id = ?", id) })
	if err != nil {
		return nil, nil, err
	}
	if len(posts) == 0 {
		return nil, nil, apperr.Missing()
	}
	t, err := find(ctx, r, v, posts[0].Topic)
	if err != nil {
		return nil, nil, err
	}
	return t, &posts[0], nil
}
