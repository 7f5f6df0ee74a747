package search

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// docSet is some of the documents, by their heads.
type docSet struct {
	bits []uint64
	size int
	all  []*roaring.Bitmap // by segment, when it was asked for: these documents and their parts
}

func (s *docSet) has(doc int32) bool { return s.bits[doc>>6]&(1<<(doc&63)) != 0 }

// in gives the documents of one segment, with all parts of topics.
func (s *docSet) in(cols *columns, at int) *roaring.Bitmap {
	if s.all == nil {
		s.all = s.bySegment(cols)
	}
	return s.all[at]
}

func (s *docSet) bySegment(cols *columns) []*roaring.Bitmap {
	numbers := make([]uint32, 0, s.size)
	for i, word := range s.bits {
		for ; word != 0; word &= word - 1 {
			doc := int32(i<<6 + bits.TrailingZeros64(word))
			numbers = append(numbers, uint32(doc))
			for _, part := range cols.partsOf(doc) {
				numbers = append(numbers, uint32(part))
			}
		}
	}
	slices.Sort(numbers) // nearly in order
	out := make([]*roaring.Bitmap, len(cols.base))
	for i, base := range cols.base {
		end := len(numbers)
		if i+1 < len(out) {
			end, _ = slices.BinarySearch(numbers, uint32(cols.base[i+1]))
		}
		here := numbers[:end]
		for j := range here {
			here[j] -= uint32(base)
		}
		out[i], numbers = roaring.BitmapOf(here...), numbers[end:]
	}
	return out
}

// setOf gives the documents of lists.
func (e *evaluator) setOf(lists ...[]scored) *docSet {
	s := &docSet{bits: make([]uint64, len(e.cols.rows)/64+1)}
	for _, docs := range lists {
		for _, d := range docs {
			if bit := uint64(1) << (d.doc & 63); s.bits[d.doc>>6]&bit == 0 {
				s.bits[d.doc>>6] |= bit
				s.size++
			}
		}
	}
	return s
}

// allOf gives the documents that all of n parts hold, with the sum of their scores. The rarest is read first, and of
// the others only what they say of its documents: of 塩尻市 the long list of 市 is read where 塩尻 stands. A part may say
// more than that, since what is not in all of them falls out here; the lists it gives are not to be used otherwise.
func (e *evaluator) allOf(n int, rare func(i int) (int, error), part func(i int) ([]scored, error)) ([]scored, error) {
	lists, counts, order := make([][]scored, n), make([]int, n), make([]int, n)
	for i := range n {
		order[i] = i
		if n == 1 {
			break
		}
		var err error
		if counts[i], err = rare(i); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(counts[a], counts[b]) })
	outer := e.within
	defer func() { e.within = outer }()
	for turn, i := range order {
		var err error
		if lists[i], err = part(i); err != nil {
			return nil, err
		}
		if turn < n-1 {
			e.within = e.setOf(lists[i])
		}
	}
	return e.all(lists...), nil // in the order of the parts, so that the sums are the same whichever is rare
}

// rarest bounds how many documents hold a part of a word as it is written.
func (e *evaluator) rarest(kind string, places []place) (int, error) {
	least := e.cols.live
	for _, p := range places {
		df, err := e.frequency(kind, p.term)
		if err != nil {
			return 0, err
		}
		least = min(least, df)
	}
	return least, nil
}

// unitCount guesses how many documents a part of a word matches. Only which is read first depends on it.
func (e *evaluator) unitCount(u unitPlan) (int, error) {
	sum, err := e.rarest(kindWord, u.places)
	for _, near := range u.near {
		n, nearErr := e.rarest(kindWord, near)
		if nearErr != nil {
			return 0, nearErr
		}
		sum += n
	}
	return sum, err
}

// wordCount guesses how many documents a word matches.
func (e *evaluator) wordCount(p *wordPlan) (int, error) {
	if len(p.units) == 0 {
		return e.rarest(gramKind(p.grams), p.grams)
	}
	least := e.cols.live
	for _, u := range p.units {
		n, err := e.unitCount(u)
		if err != nil {
			return 0, err
		}
		least = min(least, n)
	}
	return least, nil
}

// readable is about how many documents hold a term where the viewer may read.
func (e *evaluator) readable(kind, term string) (most int, err error) {
	for _, part := range e.parts {
		sum := 0
		fields, err := e.holding(part, kind, term)
		if err != nil {
			return 0, err
		}
		for _, f := range fields {
			n, err := e.howMany(fieldName(part, kind, f.suffix), f.prefix, term)
			if err != nil {
				return 0, err
			}
			sum += n
		}
		most = max(most, sum)
	}
	return most, nil
}
