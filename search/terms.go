package search

import (
	"strings"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// lookups finds terms in the segments of one snapshot. bleve's own reader opens the dictionaries of all segments for
// every term and makes a value per posting; a search asks for hundreds of terms and reads tens of thousands of
// postings, so here dictionaries and iterators are kept for the time of one search, and what was read for longer.
type lookups struct {
	segments []*scorch.SegmentSnapshot
	cols     *columns
	parts    []string // of documents, in which there is text at all
	dicts    map[string][]segment.TermDictionary
	list     segment.PostingsList
	iterator segment.PostingsIterator
	within   *docSet // the only documents that are asked about; nil for all
}

func newLookups(snap *scorch.IndexSnapshot, cols *columns) *lookups {
	l := &lookups{segments: snap.Segments(), cols: cols, dicts: map[string][]segment.TermDictionary{}}
	l.parts = l.partsWithText()
	return l
}

// partsWithText leaves out what machines read where there is nothing of it: looking there costs as much as elsewhere.
func (l *lookups) partsWithText() []string {
	for _, s := range l.segments {
		for _, field := range s.Segment().Fields() {
			if strings.HasPrefix(field, partMachine+kindWord+".") {
				return []string{partTitle, partBody, partMachine}
			}
		}
	}
	return []string{partTitle, partBody}
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

// open gives the postings of a term in one segment, valid until the next is opened. Deleted documents are among them:
// the columns tell which these are.
func (l *lookups) open(at int, field, term string) (segment.PostingsList, error) {
	dicts, err := l.of(field)
	if err != nil {
		return nil, err
	}
	l.list, err = dicts[at].PostingsList([]byte(term), nil, l.list)
	return l.list, err
}

// fewPostings are read at once when they are counted.
const fewPostings = 16

// known gives what is kept of a term in one segment: at least how many documents hold it.
func (l *lookups) known(at int, field, prefix, term string) (*keptList, error) {
	key := keptKey{l.cols.serials[at], field, prefix, term}
	if k := l.cols.kept.get(key); k != nil {
		return k, nil
	}
	list, err := l.open(at, field, prefix+term)
	if err != nil {
		return nil, err
	}
	k := &keptList{count: int(list.Count())}
	if k.read = k.count <= fewPostings; k.read && k.count > 0 {
		l.iterator = list.Iterator(true, false, false, l.iterator)
		if k.occurrences, err = decode(l.iterator, k.count); err != nil {
			return nil, err
		}
	}
	l.cols.kept.put(key, k)
	return k, nil
}

// read gives the documents of one segment that hold a term. Where only some documents are asked about it may leave
// others out: a long list is then read in these places alone, unless it was asked for before.
func (l *lookups) read(at int, field, prefix, term string) (occurrences, error) {
	if l.within != nil && l.within.size == 0 {
		return occurrences{}, nil
	}
	k, err := l.known(at, field, prefix, term)
	if err != nil || k.read {
		return k.occurrences, err
	}
	list, err := l.open(at, field, prefix+term)
	if err != nil {
		return occurrences{}, err
	}
	l.iterator = list.Iterator(true, false, false, l.iterator)
	if l.within != nil && 2*l.within.size < k.count && k.asked.Add(1) < 2 {
		if o, ok := l.iterator.(segment.OptimizablePostingsIterator); ok && o.ActualBitmap() != nil {
			both := roaring.And(l.within.in(l.cols, at), o.ActualBitmap())
			if both.IsEmpty() {
				return occurrences{}, nil
			}
			o.ReplaceActual(both)
			return decode(l.iterator, int(both.GetCardinality()))
		}
	}
	whole := &keptList{count: k.count, read: true}
	if whole.occurrences, err = decode(l.iterator, k.count); err != nil {
		return occurrences{}, err
	}
	l.cols.kept.put(keptKey{l.cols.serials[at], field, prefix, term}, whole)
	return whole.occurrences, nil
}

// decode reads an iterator to its end.
func decode(it segment.PostingsIterator, count int) (o occurrences, err error) {
	o = occurrences{make([]uint32, 0, count), make([]uint16, 0, count)}
	for {
		posting, err := it.Next()
		if err != nil || posting == nil {
			return o, err
		}
		o.add(uint32(posting.Number()), posting.Frequency())
	}
}

// howMany is in how many documents and parts of documents a term stands; some of them may be gone already, as long as
// their segments are not merged.
func (l *lookups) howMany(field, prefix, term string) (n int, err error) {
	for at := range l.segments {
		k, err := l.known(at, field, prefix, term)
		if err != nil {
			return 0, err
		}
		n += k.count
	}
	return n, nil
}

// together gives cursors over the places of all terms in one segment, and the documents there that hold all of them;
// no cursors if there are none.
func (l *lookups) together(field, prefix string, places []place, at int) ([]cursor, *roaring.Bitmap, error) {
	if l.within != nil && l.within.size == 0 {
		return nil, nil, nil
	}
	for _, p := range places {
		if k, err := l.known(at, field, prefix, p.term); err != nil || k.count == 0 {
			return nil, nil, err
		}
	}
	dicts, err := l.of(field)
	if err != nil {
		return nil, nil, err
	}
	cursors := make([]cursor, len(places))
	docs := make([]*roaring.Bitmap, len(places))
	for i, p := range places {
		list, err := dicts[at].PostingsList([]byte(prefix+p.term), nil, nil)
		if err != nil {
			return nil, nil, err
		}
		cursors[i] = cursor{iterator: list.Iterator(true, false, true, nil), offset: p.offset}
		docs[i] = docsOf(cursors[i].iterator)
	}
	if l.within != nil {
		docs = append(docs, l.within.in(l.cols, at))
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
