package search

import (
	"slices"
	"strconv"

	segment "github.com/blevesearch/scorch_segment_api/v2"
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
	key := kind
	for _, p := range places {
		key += "\x1e" + p.term + "\x1e" + strconv.Itoa(p.offset)
	}
	if l, ok := e.cache[key]; ok {
		return l, nil
	}
	if err := e.ctx.Err(); err != nil {
		return list{}, err
	}
	touched := e.touched[:0]
	for _, part := range e.parts {
		norms := e.norms(part)
		fields, err := e.holding(part, kind, places[0].term)
		if err != nil {
			return list{}, err
		}
		for _, f := range fields {
			field := fieldName(part, kind, f.suffix)
			for at := range e.segments {
				o, err := e.phraseIn(at, field, f.prefix, key, places)
				if err != nil {
					return list{}, err
				}
				touched = e.sum(at, o, norms, touched)
			}
		}
	}
	out := list{docs: e.drain(touched)}
	if len(out.docs) > 0 {
		for _, p := range places {
			df, err := e.frequency(kind, p.term)
			if err != nil {
				return list{}, err
			}
			out.idf = max(out.idf, idf(e.cols.live, max(df, 1)))
		}
		// a phrase is rarer than its rarest term, by how much nobody knows; the same for all viewers
		out.idf *= min(1+0.15*float32(len(places)-1), 1.6)
		saturate(out.docs, out.idf)
	}
	if e.within == nil {
		e.cache[key] = out
	}
	return out, nil
}

// phraseIn gives the documents of one segment in which the phrase stands in a field, with how often. key names it.
func (l *lookups) phraseIn(at int, field, prefix, key string, places []place) (occurrences, error) {
	name := keptKey{l.cols.serials[at], field, prefix, key}
	if k := l.cols.kept.get(name); k != nil {
		return k.occurrences, nil
	}
	found := &keptList{read: true}
	cursors, docs, err := l.together(field, prefix, places, at)
	if err != nil {
		return occurrences{}, err
	}
	if docs != nil {
		for candidates := docs.Iterator(); candidates.HasNext(); {
			local := candidates.Next()
			if ok, err := atAll(cursors, uint64(local)); err != nil {
				return occurrences{}, err
			} else if !ok {
				continue
			}
			if n := len(common(cursors)); n > 0 {
				found.add(local, uint64(n))
			}
		}
	}
	if l.within == nil { // else it may lack some
		found.count = len(found.docs)
		l.cols.kept.put(name, found)
	}
	return found.occurrences, nil
}

// sortSpots sorts where it must: most lists are sorted.
func sortSpots(spots []uint64) {
	if !slices.IsSorted(spots) {
		slices.Sort(spots)
	}
}

// spot is the place of an occurrence: which text, which position.
func spot(v segment.Location) uint64 {
	text := uint64(0)
	if at := v.ArrayPositions(); len(at) > 0 {
		text = at[0]
	}
	return text<<32 + 1<<24 + v.Pos()
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
func atAll(cursors []cursor, doc uint64) (bool, error) {
	for i := range cursors {
		if ok, err := cursors[i].to(doc); err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}
