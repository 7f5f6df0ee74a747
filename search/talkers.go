package search

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	index "github.com/blevesearch/bleve_index_api"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
)

// Talker is a member who can talk about what was searched for, since they wrote of it.
type Talker struct {
	ID, Name, Municipality string
	Title, URL             string // of their entry that stands first among the hits
	Others                 int    // of their entries among the first hits beside it
}

// talkersFrom is how many of the first hits are looked at for who wrote them: they are what a search is about.
const talkersFrom = 30

// foundHit is one of the first hits.
type foundHit struct {
	id    string
	score float32
}

// first keeps the first hits by words, whatever page was asked for: who can talk of them is asked beside. What was found
// by a part of the words says nothing of its writer.
func (s *searching) first(hits []hit) ([]foundHit, error) {
	if !s.viewer.Member || len(s.plans) == 0 || s.req.Page > 1 {
		return nil, nil
	}
	var out []foundHit
	for _, h := range hits[:min(len(hits), talkersFrom)] {
		if h.stage > 1 {
			continue
		}
		id, err := s.snap.ExternalID(index.NewIndexInternalID(nil, uint64(h.doc)))
		if err != nil {
			return nil, fmt.Errorf("read id of hit: %w", err)
		}
		out = append(out, foundHit{id, h.score})
	}
	return out, nil
}

// Talkers gives the members who wrote what the search found first, who wrote most of it first. Only members see them, as
// the directory; only entries that the rows let the viewer read count; and nobody is told of themselves. One query.
func Talkers(ctx context.Context, d *db.DB, v access.Viewer, r Result, most int) ([]Talker, error) {
	if !v.Member || len(r.first) == 0 {
		return nil, nil
	}
	scores, ids := make(map[string]float32, len(r.first)), make([]string, len(r.first))
	for i, h := range r.first {
		ids[i], scores[h.id] = h.id, h.score
	}
	var rows []struct{ Person, Name, Municipality, Entry, Kind, Title string }
	q := d.Read().NewSelect().TableExpr("entry_author AS a").Join("JOIN entry AS e ON e.id = a.entry").
		Join("JOIN person AS p ON p.id = a.person").
		ColumnExpr("a.person, p.name, p.municipality, e.id AS entry, e.kind, e.title").
		Where("e.id IN (?)", bun.List(ids)).Where("e.state IN ('published', 'review')").
		Where("p.member").Where("p.suspended_at IS NULL").Where("p.id <> ?", v.Person)
	if err := v.Readable(q, entryColumns).OrderExpr("a.person, e.id").Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("read who wrote what was found: %w", err)
	}
	type writer struct {
		Talker
		sum, best float32
	}
	by := map[string]*writer{}
	for _, row := range rows {
		w := by[row.Person]
		if w == nil {
			w = &writer{Talker: Talker{ID: row.Person, Name: row.Name, Municipality: row.Municipality, Others: -1}, best: -1}
			by[row.Person] = w
		}
		w.Others++
		w.sum += scores[row.Entry]
		if scores[row.Entry] > w.best {
			w.best, w.Title, w.URL = scores[row.Entry], row.Title, "/"+row.Kind+"s/"+row.Entry
		}
	}
	writers := make([]*writer, 0, len(by))
	for _, w := range by {
		writers = append(writers, w)
	}
	slices.SortFunc(writers, func(a, b *writer) int { return cmp.Or(cmp.Compare(b.sum, a.sum), cmp.Compare(a.ID, b.ID)) })
	var out []Talker
	for _, w := range writers[:min(len(writers), most)] {
		out = append(out, w.Talker)
	}
	return out, nil
}
