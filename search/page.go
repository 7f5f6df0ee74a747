package search

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/blevesearch/bleve/v2/index/scorch"

	"github.com/manetomo/manetomo/internal/access"
)

// page loads the hits that are shown and marks them.
func (s *searching) page(hits []hit) ([]Hit, error) {
	if s.req.Plain || s.req.wall {
		return s.plain(hits)
	}
	docs := make([]int32, len(hits))
	for i, h := range hits {
		docs[i] = h.doc
	}
	marks, parts, err := s.marks(docs)
	if err != nil {
		return nil, err
	}
	out := make([]Hit, len(hits))
	for i, h := range hits {
		out[i] = Hit{Score: float64(h.score), Loose: h.stage > 1}
		texts, err := s.load(&out[i].Document, h.doc, parts[h.doc])
		if err != nil {
			return nil, err
		}
		s.show(&out[i], h.doc, texts, marks)
		out[i].Like, out[i].LikeWhy = s.alike(h.doc)
		out[i].hide(s.viewer)
	}
	return out, nil
}

// load reads a document, of a topic with some of its parts, and names the texts of its sections.
func (s *searching) load(to *Document, doc int32, parts []int32) (texts []textKey, err error) {
	if err := loadStored(s.snap, doc, to); err != nil {
		return nil, err
	}
	for i := range to.Sections {
		texts = append(texts, textKey{doc, i})
	}
	if len(s.cols.partsOf(doc)) == 0 {
		return texts, nil
	}
	// what its parts know better
	to.Version, to.Useful, to.At = s.cols.version[doc], int(s.cols.useful[doc]), time.Unix(s.cols.at[doc], 0).UTC()
	for _, part := range parts {
		var d Document
		if err := loadStored(s.snap, part, &d); err != nil {
			return nil, err
		}
		for i := range d.Sections {
			texts = append(texts, textKey{part, i})
		}
		to.Sections = append(to.Sections, d.Sections...)
	}
	return texts, nil
}

// hide takes out of a hit what the viewer may not read, so that nobody shows it by mistake.
func (h *Hit) hide(v access.Viewer) {
	h.Sections = slices.DeleteFunc(h.Sections, func(s Section) bool { return !v.InAudience(s.Audience) })
}

// plain gives ids and scores only.
func (s *searching) plain(hits []hit) ([]Hit, error) {
	out := make([]Hit, len(hits))
	for i, h := range hits {
		segment, n, err := segmentOf(s.snap, h.doc)
		if err != nil {
			return nil, err
		}
		id, err := segment.DocID(n)
		if err != nil {
			return nil, err
		}
		out[i] = Hit{Document: Document{ID: string(id)}, Score: float64(h.score), Loose: h.stage > 1}
	}
	return out, nil
}

// loadStored reads the stored document of number doc.
func loadStored(snap *scorch.IndexSnapshot, doc int32, to *Document) error {
	segment, n, err := segmentOf(snap, doc)
	if err != nil {
		return err
	}
	visitErr := segment.VisitDocument(n, func(field string, _ byte, value []byte, _ []uint64) bool {
		if field != fieldStored {
			return true
		}
		*to, err = unpack(value)
		return false
	})
	return errors.Join(visitErr, err)
}

// segmentOf gives the segment that holds a document, and its number there.
func segmentOf(snap *scorch.IndexSnapshot, doc int32) (*scorch.SegmentSnapshot, uint64, error) {
	n := uint64(doc)
	for _, segment := range snap.Segments() {
		size := uint64(segment.FullSize())
		if n < size {
			return segment, n, nil
		}
		n -= size
	}
	return nil, 0, fmt.Errorf("index has no document %d", doc)
}
