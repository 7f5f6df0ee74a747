package search

import (
	"cmp"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

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
			e.within = e.places(lists[i])
		}
	}
	return e.all(lists...), nil // in the order of the parts, so that the sums are the same whichever is rare
}

// places gives the documents of a list by segment.
func (e *evaluator) places(docs []scored) []*roaring.Bitmap {
	numbers := make([]uint32, len(docs))
	for i, d := range docs {
		numbers[i] = uint32(d.doc)
	}
	slices.Sort(numbers)
	out := make([]*roaring.Bitmap, len(e.segments))
	for i, base := range e.base {
		end := len(numbers)
		if i+1 < len(out) {
			end, _ = slices.BinarySearch(numbers, uint32(e.base[i+1]))
		}
		here := numbers[:end]
		for j := range here {
			here[j] -= uint32(base)
		}
		out[i], numbers = roaring.BitmapOf(here...), numbers[end:]
	}
	return out
}

// narrow lets an iterator go only over the documents that are asked about, if that saves reading; false if it would
// give none of them.
func (l *lookups) narrow(at int, it segment.PostingsIterator, count int) bool {
	if l.within == nil {
		return true
	}
	few := l.within[at]
	n := int(few.GetCardinality())
	if n == 0 {
		return false
	}
	if o, ok := it.(segment.OptimizablePostingsIterator); ok && 2*n < count && o.ActualBitmap() != nil {
		both := roaring.And(few, o.ActualBitmap())
		o.ReplaceActual(both)
		return !both.IsEmpty()
	}
	return true
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
		return e.rarest(kindGram, p.grams)
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

// documents counts the documents that hold a term in any readable field.
func (e *evaluator) documents(kind, term string) (int, error) {
	n := 0
	for i := range e.segments {
		var lists []*roaring.Bitmap
		for _, part := range []string{partTitle, partBody} {
			for _, f := range e.fields {
				docs, err := e.bitmap(part+kind+"."+f.suffix, f.prefix+term, i)
				if err != nil {
					return 0, err
				}
				if docs != nil {
					lists = append(lists, docs)
				}
			}
		}
		n += int(roaring.FastOr(lists...).GetCardinality())
	}
	return n, nil
}

// bitmap gives the documents of one segment that hold a term; nil for none.
func (l *lookups) bitmap(field, term string, at int) (*roaring.Bitmap, error) {
	dicts, err := l.of(field)
	if err != nil {
		return nil, err
	}
	list, err := dicts[at].PostingsList([]byte(term), l.segments[at].Deleted(), nil)
	if err != nil || list.Count() == 0 {
		return nil, err
	}
	return docsOf(list.Iterator(false, false, false, nil)), nil
}
