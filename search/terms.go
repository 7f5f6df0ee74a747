package search

import (
	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// lookups finds terms in the segments of one snapshot. bleve's own reader opens the dictionaries of all segments for
// every term and makes a value per posting; a search asks for hundreds of terms and reads tens of thousands of
// postings, so here dictionaries, lists and iterators are kept for the time of one search.
type lookups struct {
	segments []*scorch.SegmentSnapshot
	base     []int32 // by segment: the number of its first document
	dicts    map[string][]segment.TermDictionary
	list     segment.PostingsList
	iterator segment.PostingsIterator
	within   []*roaring.Bitmap // by segment: the only documents that are asked about; nil for all
}

func newLookups(snap *scorch.IndexSnapshot) *lookups {
	l := &lookups{segments: snap.Segments(), dicts: map[string][]segment.TermDictionary{}}
	base := int32(0)
	for _, s := range l.segments {
		l.base = append(l.base, base)
		base += int32(s.FullSize())
	}
	return l
}

// segmentOf gives which segment holds a document.
func (l *lookups) segmentOf(doc int32) int {
	i := len(l.base) - 1
	for l.base[i] > doc {
		i--
	}
	return i
}

// of gives the dictionaries of a field, by segment.
func (l *lookups) of(field string) ([]segment.TermDictionary, error) {
	if dicts, ok := l.dicts[field]; ok {
		return dicts, nil
	}
	dicts := make([]segment.TermDictionary, len(l.segments))
	for i, s := range l.segments {
		var err error
		if dicts[i], err = s.Segment().Dictionary(field); err != nil {
			return nil, err
		}
	}
	l.dicts[field] = dicts
	return dicts, nil
}

// howMany is how many documents hold a term.
func (l *lookups) howMany(field, term string) (int, error) {
	n := 0
	dicts, err := l.of(field)
	if err != nil {
		return 0, err
	}
	for i, d := range dicts {
		if l.list, err = d.PostingsList([]byte(term), l.segments[i].Deleted(), l.list); err != nil {
			return 0, err
		}
		n += int(l.list.Count())
	}
	return n, nil
}

// holds tells whether a field holds a term at all.
func (l *lookups) holds(field, term string) (bool, error) {
	dicts, err := l.of(field)
	if err != nil {
		return false, err
	}
	for _, d := range dicts {
		if ok, err := d.Contains([]byte(term)); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// each hands over the documents that hold a term with how often, and gives the number of all of them. Where only some
// documents are asked about it may leave the others out.
func (l *lookups) each(field, term string, use func(doc int32, freq uint64)) (int, error) {
	n := 0
	dicts, err := l.of(field)
	if err != nil {
		return 0, err
	}
	for i, d := range dicts {
		if l.list, err = d.PostingsList([]byte(term), l.segments[i].Deleted(), l.list); err != nil {
			return 0, err
		}
		count := int(l.list.Count())
		if count == 0 {
			continue
		}
		n += count
		l.iterator = l.list.Iterator(true, false, false, l.iterator)
		if !l.narrow(i, l.iterator, count) {
			continue
		}
		for {
			posting, err := l.iterator.Next()
			if err != nil {
				return 0, err
			}
			if posting == nil {
				break
			}
			use(l.base[i]+int32(posting.Number()), posting.Frequency())
		}
	}
	return n, nil
}

// together gives cursors over the places of all terms in one segment, and the documents there that hold all of them;
// no cursors if there are none.
func (l *lookups) together(field, prefix string, places []place, at int) ([]cursor, *roaring.Bitmap, error) {
	if l.within != nil && l.within[at].IsEmpty() {
		return nil, nil, nil
	}
	dicts, err := l.of(field)
	if err != nil {
		return nil, nil, err
	}
	lists := make([]segment.PostingsList, len(places))
	for i, p := range places {
		if lists[i], err = dicts[at].PostingsList([]byte(prefix+p.term), l.segments[at].Deleted(), nil); err != nil {
			return nil, nil, err
		}
		if lists[i].Count() == 0 {
			return nil, nil, nil
		}
	}
	cursors := make([]cursor, len(places))
	docs := make([]*roaring.Bitmap, len(places))
	for i, p := range places {
		cursors[i] = cursor{iterator: lists[i].Iterator(true, false, true, nil), offset: p.offset}
		docs[i] = docsOf(cursors[i].iterator)
	}
	if l.within != nil {
		docs = append(docs, l.within[at])
	}
	both := roaring.FastAnd(docs...)
	if both.IsEmpty() {
		return nil, nil, nil
	}
	return cursors, both, nil
}

// docsOf gives the documents that an iterator will go over.
func docsOf(it segment.PostingsIterator) *roaring.Bitmap {
	o, ok := it.(segment.OptimizablePostingsIterator)
	if !ok {
		return roaring.New()
	}
	if doc, one := o.DocNum1Hit(); one {
		return roaring.BitmapOf(uint32(doc))
	}
	if docs := o.ActualBitmap(); docs != nil {
		return docs
	}
	return roaring.New()
}

// cursor walks over the places of one term of a phrase.
type cursor struct {
	iterator segment.PostingsIterator
	offset   int
	at       segment.Posting
	ended    bool
	spots    []uint64
}

// to moves to a document of the segment; false if the term is not in it.
func (c *cursor) to(doc uint64) (bool, error) {
	if c.ended {
		return false, nil
	}
	if c.at == nil || c.at.Number() < doc {
		at, err := c.iterator.Advance(doc)
		if err != nil {
			return false, err
		}
		if at == nil {
			c.ended = true
			return false, nil
		}
		c.at = at
		c.spots = c.spots[:0]
		for _, v := range at.Locations() {
			c.spots = append(c.spots, spot(v)-uint64(c.offset))
		}
		sortSpots(c.spots)
	}
	return c.at.Number() == doc, nil
}
