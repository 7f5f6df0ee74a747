package search

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/internal/text"
)

type topicRow struct {
	ID, Title, Themes, Audience, Cohort, Team string
	Municipality, Course, Stage               string
	Year                                      int
	N                                         int64
	LastAt                                    time.Time
}

// postsPerPart is how many posts stand in one part of a topic: the most that a post makes the index read and write again.
const postsPerPart = 50

// postsBefore are shown before a post that is opened from a hit, so that one sees what it answers.
const postsBefore = 10

// partOf is the part in which a post stands, from 1.
func partOf(number int64) int { return int((max(number, 1)-1)/postsPerPart) + 1 }

// Topics gives the documents of those of the topics that can be found, published, with posts, and not the
// practice room: each with all its parts.
func (r Rows) Topics(ctx context.Context, ids []string) ([]Document, error) {
	rows, err := r.topics(ctx, ids)
	if err != nil {
		return nil, err
	}
	posts, err := r.posts(ctx, r.DB.Read().NewSelect().Where("topic IN (?)", bun.List(ids)))
	if err != nil {
		return nil, err
	}
	var docs []Document
	for _, row := range rows {
		docs = append(docs, row.document())
		for len(posts[row.ID]) > 0 {
			all := posts[row.ID]
			part, n := partOf(all[0].Number), 1
			for n < len(all) && partOf(all[n].Number) == part {
				n++
			}
			docs = append(docs, row.part(part, row.N, all[:n]))
			posts[row.ID] = all[n:]
		}
	}
	return docs, nil
}

// topicParts gives some parts of topics as they stand now, also those in which nothing is left; n is the topic's event
// that they are read for. Topics that cannot be found have none.
func (r Rows) topicParts(ctx context.Context, wanted map[string]touchedParts) ([]Document, error) {
	if len(wanted) == 0 {
		return nil, nil
	}
	rows, err := r.topics(ctx, slices.Collect(maps.Keys(wanted)))
	if err != nil {
		return nil, err
	}
	q := r.DB.Read().NewSelect().WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
		for topic, t := range wanted {
			for part := range t.parts {
				q = q.WhereOr("topic = ? AND number BETWEEN ? AND ?", topic, (part-1)*postsPerPart+1, part*postsPerPart)
			}
		}
		return q
	})
	posts, err := r.posts(ctx, q)
	if err != nil {
		return nil, err
	}
	var docs []Document
	for _, row := range rows {
		for part := range wanted[row.ID].parts {
			var here []postRow
			for _, p := range posts[row.ID] {
				if partOf(p.Number) == part {
					here = append(here, p)
				}
			}
			docs = append(docs, row.part(part, wanted[row.ID].n, here))
		}
	}
	return docs, nil
}

// Talk gives the topics that events are about: each with those of its parts in which something happened, and with all where
// something happened to the topic itself.
func (r Rows) Talk(ctx context.Context, events []event.Event) ([]Document, error) {
	t := touched{topics: map[string]bool{}, parts: map[string]touchedParts{}}
	if err := r.talked(ctx, t, events); err != nil {
		return nil, err
	}
	for topic := range t.topics {
		delete(t.parts, topic)
	}
	var docs []Document
	if len(t.topics) > 0 {
		whole, err := r.Topics(ctx, slices.Collect(maps.Keys(t.topics)))
		if err != nil {
			return nil, err
		}
		docs = whole
	}
	if len(t.parts) == 0 {
		return docs, nil
	}
	heads, err := r.topics(ctx, slices.Collect(maps.Keys(t.parts)))
	if err != nil {
		return nil, err
	}
	for _, row := range heads {
		docs = append(docs, row.document())
	}
	parts, err := r.topicParts(ctx, t.parts)
	return append(docs, parts...), err
}

// topics reads topics, with the number of their last event: what is read of them afterwards is at least as new.
func (r Rows) topics(ctx context.Context, ids []string) (rows []topicRow, err error) {
	q := r.DB.Read().NewRaw(`SELECT t.id, t.title, t.themes, t.audience, t.cohort, t.team, t.last_at,
			COALESCE(e.municipality, '') AS municipality, COALESCE(e.course, '') AS course, COALESCE(e.year, 0) AS year,
			COALESCE(h.n, 0) AS n
		FROM topic t
		LEFT JOIN entry e ON e.id = t.entry
		LEFT JOIN topic_head h ON h.topic = t.id
		WHERE t.id IN (?) AND t.state = 'published' AND t.posts > 0 AND t.merged = '' AND t.room <> 'practice'`, bun.List(ids))
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("read topics for the index: %w", err)
	}
	return rows, nil
}

type postRow struct {
	ID, Topic, Body string
	Files           string // names and descriptions
	Number          int64
	Useful          int
}

// posts reads the posts of a query that can be seen, in order, by topic.
func (r Rows) posts(ctx context.Context, q *bun.SelectQuery) (map[string][]postRow, error) {
	var rows []postRow
	q = q.TableExpr("post").Column("id", "topic", "number", "body", "useful").Where("state = 'published'").OrderExpr("topic, number")
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("read posts for the index: %w", err)
	}
	if err := r.addFiles(ctx, rows); err != nil {
		return nil, err
	}
	by := map[string][]postRow{}
	for _, row := range rows {
		by[row.Topic] = append(by[row.Topic], row)
	}
	return by, nil
}

// addFiles lets posts be found by the names and descriptions of their files.
func (r Rows) addFiles(ctx context.Context, posts []postRow) error {
	at := map[string]*postRow{}
	for i := range posts {
		at[posts[i].ID] = &posts[i]
	}
	if len(at) == 0 {
		return nil
	}
	var files []struct{ Post, Name, Alt string }
	err := r.DB.Read().NewRaw("SELECT post, name, alt FROM attachment WHERE post IN (?) ORDER BY post, position",
		bun.List(slices.Collect(maps.Keys(at)))).Scan(ctx, &files)
	if err != nil {
		return fmt.Errorf("read files of posts for the index: %w", err)
	}
	for _, f := range files {
		at[f.Post].Files += f.Name + "\n" + f.Alt + "\n"
	}
	return nil
}

func (row topicRow) audience() access.Audience {
	a := access.Audience{Rung: access.Rung(row.Audience), Cohort: row.Cohort, Team: row.Team}
	if a.Rung == access.Public { // a topic is never wider than members, whatever its row says
		a.Rung = access.Members
	}
	return a
}

// part is a part of the topic with some of its posts.
func (row topicRow) part(number int, n int64, posts []postRow) Document {
	d := Document{ID: row.ID + "~" + strconv.Itoa(number), Kind: topicKind, Of: row.ID, Part: number, Version: n,
		Audience: row.audience(), At: row.LastAt}
	for _, p := range posts {
		number := strconv.FormatInt(p.Number, 10)
		from := strconv.FormatInt(max(1, p.Number-postsBefore), 10)
		d.addAt("from="+from+"#p"+number, "post-"+number, "話し合い", strings.TrimSpace(text.Plain(p.Body)+"\n"+p.Files))
		d.Useful += p.Useful
	}
	return d
}

func (row topicRow) document() Document {
	d := Document{ID: row.ID, Kind: topicKind, URL: "/topics/" + row.ID, Version: row.N, Title: row.Title,
		Audience: row.audience(), Year: row.Year, Course: row.Course, At: row.LastAt}
	if m, ok := municipality.Get(row.Municipality); ok {
		d.Municipality, d.MunicipalityName, d.MunicipalityKana = m.Code, m.Name, m.Kana
		d.Prefecture, d.Region, d.Band = m.Prefecture, m.Region, string(municipality.BandOf(m))
	}
	for id := range strings.SplitSeq(row.Themes, ",") {
		d.addTheme(id)
	}
	return d
}
