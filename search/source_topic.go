package search

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
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

// Topics gives the documents of those of the topics that can be found: published, with posts, and not the
// practice room.
func (r Rows) Topics(ctx context.Context, ids []string) ([]Document, error) {
	var rows []topicRow
	q := r.DB.Read().NewRaw(`SELECT t.id, t.title, t.themes, t.audience, t.cohort, t.team, t.last_at,
			COALESCE(e.municipality, '') AS municipality, COALESCE(e.course, '') AS course, COALESCE(e.year, 0) AS year,
			COALESCE(h.n, 0) AS n
		FROM topic t
		LEFT JOIN entry e ON e.id = t.entry
		LEFT JOIN topic_head h ON h.topic = t.id
		WHERE t.id IN (?) AND t.state = 'published' AND t.posts > 0 AND t.room <> 'practice'`, bun.List(ids))
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("read topics for the index: %w", err)
	}
	docs := make([]Document, len(rows))
	at := make(map[string]*Document, len(rows))
	for i, row := range rows {
		docs[i] = row.document()
		at[row.ID] = &docs[i]
	}
	if err := r.addPosts(ctx, ids, at); err != nil {
		return nil, err
	}
	return docs, nil
}

func (row topicRow) document() Document {
	d := Document{ID: row.ID, Kind: "topic", URL: "/topics/" + row.ID, Version: row.N, Title: row.Title,
		Audience: access.Audience{Rung: access.Rung(row.Audience), Cohort: row.Cohort, Team: row.Team},
		Year:     row.Year, Course: row.Course, At: row.LastAt}
	if d.Audience.Rung == access.Public { // a topic is never wider than members, whatever its row says
		d.Audience.Rung = access.Members
	}
	if m, ok := municipality.Get(row.Municipality); ok {
		d.Municipality, d.MunicipalityName, d.MunicipalityKana = m.Code, m.Name, m.Kana
		d.Prefecture, d.Region, d.Band = m.Prefecture, m.Region, string(municipality.BandOf(m))
	}
	for id := range strings.SplitSeq(row.Themes, ",") {
		d.addTheme(id)
	}
	return d
}

func (r Rows) addPosts(ctx context.Context, ids []string, docs map[string]*Document) error {
	var rows []struct {
		Topic, Body string
		Number      int64
		Useful      int
	}
	err := r.DB.Read().NewRaw(`SELECT topic, number, body, useful FROM post
		WHERE topic IN (?) AND state = 'published' ORDER BY topic, number`, bun.List(ids)).Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("read posts for the index: %w", err)
	}
	for _, row := range rows {
		if d := docs[row.Topic]; d != nil {
			d.add(fmt.Sprint("post-", row.Number), "話し合い", text.Plain(row.Body), "")
			d.Useful += row.Useful
		}
	}
	return nil
}
