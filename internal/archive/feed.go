package archive

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/text"
)

// Item is one thing that happened, as members see it on their front page.
type Item struct {
	Seq   int64
	Kind  event.Kind // entry.published, entry.followup, entry.adoption or topic.opened
	At    time.Time
	Entry *Summary // of the first three
	Word  Word     // of a follow-up, an adoption or a question
}

// Word is what somebody added beside an entry, or asked.
type Word struct {
	ID           string // of the follow-up or adoption; of a question, its topic
	Title        string // of a question
	Municipality string
	Excerpt      string
	Result       Result
	AuthorName   string
	Posts        int // in a question's discussion
}

// URL is where the item leads.
func (it *Item) URL() string {
	switch it.Kind {
	case event.FollowUpAdded:
		return it.Entry.URL() + "#after"
	case event.AdoptionAdded:
		return it.Entry.URL() + "#tried"
	case event.TopicOpened:
		return "/topics/" + it.Word.ID
	}
	return it.Entry.URL()
}

// FeedFilter picks a part of the feed.
type FeedFilter struct {
	Cohort bool // only what concerns the reader's own cohorts
	Asking bool // only questions that nobody has answered
	Before int64
	Limit  int // 20 when 0
}

// feedKinds is written as the index event_feed has it, so that both databases use it.
const feedKinds = "ev.kind IN ('entry.published', 'entry.followup', 'entry.adoption', 'topic.opened')"

// Feed reads what happened, the newest first, as far as the viewer may read it. It walks the log itself, so its order
// is the log's and no other. next is the position to go on from, 0 at the end.
func (s *Service) Feed(ctx context.Context, v access.Viewer, f FeedFilter) (items []Item, next int64, err error) {
	if !v.Member {
		return nil, 0, nil
	}
	if f.Limit <= 0 {
		f.Limit = 20
	}
	f.Limit = min(f.Limit, maxPage)
	err = s.DB.Snapshot(ctx, func(ctx context.Context, r bun.IDB) error {
		var rows []feedRow
		q := feed(r.NewSelect(), v).ColumnExpr("ev.seq, ev.kind, ev.subject, ev.data, ev.at").Order("ev.seq DESC").Limit(int64(f.Limit + 1))
		if err := f.where(q, v).Scan(ctx, &rows); err != nil {
			return fmt.Errorf("read the feed: %w", err)
		}
		if len(rows) > f.Limit {
			rows = rows[:f.Limit]
			next = rows[f.Limit-1].Seq
		}
		items, err = fillFeed(ctx, r, v, rows)
		return err
	})
	return items, next, err
}

// News is what has happened behind a position, by kind, and where the log stands now.
type News struct {
	Counts map[event.Kind]int
	Posts  int // in discussions that the reader may read
	Head   int64
}

// News counts what has happened since a position (none for a negative one), for the line "since your last visit". It looks at a thousand things
// of each sort at most.
func (s *Service) News(ctx context.Context, v access.Viewer, since int64) (News, error) {
	n := News{Counts: map[event.Kind]int{}}
	err := s.DB.Snapshot(ctx, func(ctx context.Context, r bun.IDB) (err error) {
		if n.Head, _, err = event.Head(ctx, r); err != nil || !v.Member || since < 0 {
			return err
		}
		var kinds []event.Kind
		err = feed(r.NewSelect(), v).ColumnExpr("ev.kind").Where("ev.seq > ?", since).Order("ev.seq DESC").Limit(1000).Scan(ctx, &kinds)
		if err != nil {
			return err
		}
		for _, k := range kinds {
			n.Counts[k]++
		}
		posts := r.NewSelect().TableExpr("event AS ev").ColumnExpr("ev.seq").Join("JOIN topic t ON t.id = ev.topic").
			Where("ev.kind = 'post'").Where("t.room <> ?", talk.PracticeKey).Where("ev.seq > ?", since).Order("ev.seq DESC").Limit(1000)
		count, err := r.NewSelect().TableExpr("(?) AS p", v.Readable(posts, access.Columns{Alias: "t", Authors: "t.author = ?"})).Count(ctx)
		n.Posts = int(count)
		return err
	})
	if err != nil {
		return n, fmt.Errorf("count the news since %d: %w", since, err)
	}
	return n, nil
}

// feed walks the log's feed events whose entry or question the viewer may read.
func feed(q *bun.SelectQuery, v access.Viewer) *bun.SelectQuery {
	return q.TableExpr("event AS ev").
		Join("LEFT JOIN entry e ON e.id = ev.subject AND ev.kind <> 'topic.opened' AND e.state IN ('published', 'review')").
		Join("LEFT JOIN topic t ON t.id = ev.subject AND ev.kind = 'topic.opened' AND t.entry = '' AND t.question AND t.state = 'published'").
		Where(feedKinds).
		Where("(ev.kind <> 'entry.published' OR e.published_seq = ev.seq)"). // published again after a return: not news
		WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.WhereGroup(" OR ", func(q *bun.SelectQuery) *bun.SelectQuery {
				return v.Readable(q.Where("e.id IS NOT NULL"), readable)
			}).WhereGroup(" OR ", func(q *bun.SelectQuery) *bun.SelectQuery {
				return v.Readable(q.Where("t.id IS NOT NULL"), access.Columns{Alias: "t", Authors: "t.author = ?"})
			})
		})
}

func (f FeedFilter) where(q *bun.SelectQuery, v access.Viewer) *bun.SelectQuery {
	if f.Before > 0 {
		q = q.Where("ev.seq < ?", f.Before)
	}
	if f.Asking {
		q = q.Where("t.posts <= 1")
	}
	switch {
	case f.Cohort && len(v.Cohorts) == 0:
		q = q.Where("1 = 0")
	case f.Cohort:
		q = q.Where("(e.cohort IN (?) OR t.cohort IN (?))", bun.List(v.Cohorts), bun.List(v.Cohorts))
	}
	return q
}

// fillFeed reads what the rows tell of: the entries as in any list, the words in one query each.
func fillFeed(ctx context.Context, r bun.IDB, v access.Viewer, rows []feedRow) ([]Item, error) {
	entries, words, err := named(rows)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	list := []Summary{}
	if len(entries) > 0 {
		var found []Entry
		if err := r.NewSelect().Model(&found).Where("e.id IN (?)", bun.List(entries)).Scan(ctx); err != nil {
			return nil, fmt.Errorf("read the feed's entries: %w", err)
		}
		for _, e := range found {
			list = append(list, Summary{Entry: e, Themes: []string{}, Authors: []Author{}})
		}
		if err := fill(ctx, r, v, list); err != nil {
			return nil, err
		}
	}
	byID := map[string]*Summary{}
	for i := range list {
		byID[list[i].ID] = &list[i]
	}
	said, err := wordsOf(ctx, r, words)
	if err != nil {
		return nil, err
	}
	items := []Item{}
	for _, row := range rows {
		it := Item{Seq: row.Seq, Kind: row.Kind, At: row.At, Entry: byID[row.Subject], Word: said[row.word()]}
		it.Word.Excerpt = text.Cut(text.Plain(it.Word.Excerpt), excerptLength)
		items = append(items, it)
	}
	return items, nil
}

// wordsOf reads follow-ups, adoptions and questions by their ids, which never meet.
func wordsOf(ctx context.Context, r bun.IDB, ids []string) (map[string]Word, error) {
	said := map[string]Word{}
	if len(ids) == 0 {
		return said, nil
	}
	var rows []Word
	err := r.NewRaw(`
		SELECT f.id, '' AS title, p.municipality, SUBSTR(f.body, 1, 400) AS excerpt, f.result, p.name AS author_name, 0 AS posts
		FROM follow_up f JOIN person p ON p.id = f.author WHERE f.id IN (?)
		UNION ALL
		SELECT a.id, '', a.municipality, SUBSTR(a.body, 1, 400), a.result, p.name, 0
		FROM adoption a JOIN person p ON p.id = a.author WHERE a.id IN (?)
		UNION ALL
		SELECT t.id, t.title, p.municipality, COALESCE(SUBSTR(o.body, 1, 400), ''), '', p.name, t.posts
		FROM topic t JOIN person p ON p.id = t.author
		LEFT JOIN post o ON o.topic = t.id AND o.number = 1 AND o.state = 'published' WHERE t.id IN (?)`,
		bun.List(ids), bun.List(ids), bun.List(ids)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read the feed's words: %w", err)
	}
	for _, w := range rows {
		said[w.ID] = w
	}
	return said, nil
}
