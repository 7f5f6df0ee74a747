package search

import (
	"context"
	"errors"
	"fmt"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/mapping"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/search/japanese"
	"github.com/manetomo/manetomo/search/query"
)

// Matcher tells which of a few documents a search finds, by an index of these documents alone, in memory: what it
// costs to ask a thousand searches about one new report does not depend on how much the archive holds.
type Matcher struct {
	index *Index // whose options hold
	gen   *generation
	snap  *scorch.IndexSnapshot
	cols  *columns
}

// Matcher makes one. Close it after use.
func (x *Index) Matcher(ctx context.Context, docs []Document) (*Matcher, error) {
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-japanese.Load():
	}
	encoded := encodeAll(docs)
	b, err := bleve.NewUsing("", mapping.NewIndexMapping(), scorch.Name, scorch.Name, nil)
	if err != nil {
		return nil, fmt.Errorf("make an index in memory: %w", err)
	}
	g, err := wrap("", b)
	if err != nil {
		return nil, err
	}
	m := &Matcher{index: x, gen: g}
	if err := m.fill(encoded); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	return m, nil
}

func (m *Matcher) fill(encoded []*document.Document) error {
	if err := m.gen.write(encoded, nil, mark{}); err != nil {
		return err
	}
	r, err := m.gen.inner.Reader()
	if err != nil {
		return err
	}
	snap, ok := r.(*scorch.IndexSnapshot)
	if !ok {
		return errors.Join(fmt.Errorf("search index gives %T", r), r.Close())
	}
	m.snap = snap
	m.cols, err = new(columnCache).of(snap)
	return err
}

// Close gives the memory back.
func (m *Matcher) Close() error {
	var err error
	if m.snap != nil {
		err = m.snap.Close()
	}
	return errors.Join(err, m.gen.bleve.Close())
}

// Matches gives the ids of the documents that the viewer's search finds by its words: what only shares letters with
// them is no news.
func (m *Matcher) Matches(ctx context.Context, v access.Viewer, req Request) ([]string, error) {
	return m.matches(ctx, v, req, false)
}

// Any tells whether the search could find any of the documents for somebody who may read everything: where it says
// no, nobody in particular needs to be asked for.
func (m *Matcher) Any(ctx context.Context, req Request) (bool, error) {
	everybody := access.Viewer{Person: "everybody", Member: true, Moderator: true, Secretariat: true}
	// An excluded word may stand where somebody in particular cannot read it, and then excludes nothing for them.
	ids, err := m.matches(ctx, everybody, req, true)
	return len(ids) > 0, err
}

func (m *Matcher) matches(ctx context.Context, v access.Viewer, req Request, withExcluded bool) ([]string, error) {
	e := newEvaluator(ctx, m.snap, m.cols, readableFields(v))
	defer e.close()
	s := searching{evaluator: e, viewer: v, req: req.normal(), strict: true}
	q := query.Parse(req.Text)
	for _, p := range m.index.plan(q) {
		if !withExcluded || !p.Exclude {
			s.plans = append(s.plans, p)
		}
	}
	found, err := s.run(q)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, h := range newTally(m.cols, s.req.Filters).sift(found, false) {
		var d Document
		if err := loadStored(m.snap, h.doc, &d); err != nil {
			return nil, err
		}
		ids = append(ids, d.ID)
	}
	return ids, nil
}
