package search

import (
	"slices"

	index "github.com/blevesearch/bleve_index_api"
)

// place is a term of a phrase and how far it stands from the first.
type place struct {
	term   string
	offset int
}

// phrase gives the documents in which the terms stand at their distances within one text. Which documents hold all
// terms is found without positions; only those are looked at closely.
func (e *evaluator) phrase(kind string, places []place) (list, error) {
	if len(places) == 1 {
		return e.term(kind, places[0].term)
	}
	lists := make([][]scored, len(places))
	var out list
	for i, p := range places {
		l, err := e.term(kind, p.term)
		if err != nil || len(l.docs) == 0 {
			return list{}, err
		}
		lists[i] = l.docs
		out.idf = max(out.idf, l.idf)
	}
	// a phrase is rarer than its rarest term, by how much nobody knows; the same for all viewers
	out.idf *= min(1+0.15*float32(len(places)-1), 1.6)
	candidates := e.all(lists...)
	slices.SortFunc(candidates, func(a, b scored) int { return int(a.doc - b.doc) })
	var touched []int32
	for _, part := range []string{partTitle, partBody} {
		for _, f := range e.fields {
			var err error
			if touched, err = e.phraseIn(part, kind, f, places, candidates, touched); err != nil {
				return list{}, err
			}
		}
	}
	out.docs = e.drain(touched)
	saturate(out.docs, out.idf)
	return out, nil
}

// phraseIn counts the phrase in one field of the candidates.
func (e *evaluator) phraseIn(part, kind string, f rungField, places []place, candidates []scored, touched []int32) ([]int32, error) {
	if len(candidates) == 0 {
		return touched, nil
	}
	cursors := make([]cursor, len(places))
	defer closeCursors(cursors)
	for i, p := range places {
		r, err := e.snap.TermFieldReader(e.ctx, []byte(f.prefix+p.term), part+kind+"."+f.suffix, true, false, true)
		if err != nil {
			return touched, err
		}
		cursors[i] = cursor{reader: r, offset: p.offset}
		if r.Count() == 0 {
			return touched, nil
		}
	}
	for _, c := range candidates {
		ok, err := atAll(cursors, c.doc)
		if err != nil {
			return touched, err
		}
		if !ok {
			continue
		}
		if n := len(common(cursors)); n > 0 {
			if e.acc[c.doc] == 0 {
				touched = append(touched, c.doc)
			}
			e.acc[c.doc] += e.weight(part, c.doc, float32(n))
		}
	}
	return touched, nil
}

// cursor walks over the postings of one term of a phrase.
type cursor struct {
	reader index.TermFieldReader
	offset int
	doc    index.TermFieldDoc
	at     *index.TermFieldDoc
	ended  bool
	spots  []uint64
}

// to moves to a document; false if the term is not in it.
func (c *cursor) to(id index.IndexInternalID, doc uint64) (bool, error) {
	if c.ended {
		return false, nil
	}
	if c.at == nil || c.at.ID.Value() < doc {
		at, err := c.reader.Advance(id, &c.doc)
		if err != nil {
			return false, err
		}
		if at == nil {
			c.ended = true
			return false, nil
		}
		c.at = at
		c.spots = c.spots[:0]
		for _, v := range at.Vectors {
			c.spots = append(c.spots, spot(v)-uint64(c.offset))
		}
		slices.Sort(c.spots)
	}
	return c.at.ID.Value() == doc, nil
}

// spot is the place of an occurrence: which text, which position.
func spot(v *index.TermFieldVector) uint64 {
	text := uint64(0)
	if len(v.ArrayPositions) > 0 {
		text = v.ArrayPositions[0]
	}
	return text<<32 + 1<<24 + v.Pos
}

// common gives the places where all cursors agree.
func common(cursors []cursor) []uint64 {
	if len(cursors) == 1 {
		return cursors[0].spots
	}
	var out []uint64
next:
	for _, s := range cursors[0].spots {
		for _, c := range cursors[1:] {
			if _, ok := slices.BinarySearch(c.spots, s); !ok {
				continue next
			}
		}
		out = append(out, s)
	}
	return out
}

// atAll moves all cursors to a document; false if one of the terms is not in it.
func atAll(cursors []cursor, doc int32) (bool, error) {
	id := index.NewIndexInternalID(nil, uint64(doc))
	for i := range cursors {
		if ok, err := cursors[i].to(id, uint64(doc)); err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}

func closeCursors(cursors []cursor) {
	for _, c := range cursors {
		if c.reader != nil {
			_ = c.reader.Close()
		}
	}
}
