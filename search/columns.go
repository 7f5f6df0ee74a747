package search

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"

	"github.com/manetomo/manetomo/internal/access"
)

// row is what is known of a document without its text.
type row struct {
	values                   [len(facetNames)]uint32 // by facet: the number of its value, 0 for none
	themes                   []uint32                // the facet that has several
	municipality, prefecture string
	year                     string
	audience                 access.Audience
	at                       int64
	useful, adopted          int32
	titleLen, bodyLen        float32
}

// columns holds the rows of one snapshot, by bleve's document number. Segments never change, so their rows are
// read once and kept while a snapshot uses them: facets, filters and sorting cost an array access per hit.
type columns struct {
	rows                []*row    // deleted documents that still have a number included
	titleNorm, bodyNorm []float32 // BM25F's length factor
	live                int
	names               [len(facetNames)][]string // by facet: what its numbers mean
}

// columnCache keeps rows by segment, by the segment itself: an index built anew counts its segments' ids from the
// start again, and rows of another index would let people see what is not for them.
type columnCache struct {
	mu       sync.Mutex
	segments map[any][]row
	names    [len(facetNames)]numbered
	epoch    *scorch.IndexSnapshot
	last     *columns
}

// of gives the columns of a snapshot.
func (cc *columnCache) of(snapshot *scorch.IndexSnapshot) (*columns, error) {
	cc.mu.Lock()
	defer cc.mu.Unlock()
	if cc.epoch == snapshot && cc.last != nil {
		return cc.last, nil
	}
	used := make(map[any][]row, len(snapshot.Segments()))
	c := &columns{}
	for _, s := range snapshot.Segments() {
		rows, ok := cc.segments[s.Segment()]
		if !ok {
			var err error
			if rows, err = cc.read(snapshot, len(c.rows), int(s.FullSize())); err != nil {
				return nil, err
			}
		}
		used[s.Segment()] = rows
		for i := range rows {
			c.rows = append(c.rows, &rows[i])
		}
	}
	live, err := snapshot.DocCount()
	if err != nil {
		return nil, err
	}
	c.live = int(live)
	c.measure()
	for i := range cc.names {
		c.names[i] = cc.names[i].list
	}
	cc.segments, cc.epoch, cc.last = used, snapshot, c
	return c, nil
}

// measure fills in the length factors.
func (c *columns) measure() {
	var title, body float64
	for _, r := range c.rows {
		title += float64(r.titleLen)
		body += float64(r.bodyLen)
	}
	n := float64(max(len(c.rows), 1))
	avgTitle, avgBody := float32(title/n)+1, float32(body/n)+1
	c.titleNorm, c.bodyNorm = make([]float32, len(c.rows)), make([]float32, len(c.rows))
	for i, r := range c.rows {
		c.titleNorm[i] = titleWeight / (1 - titleB + titleB*r.titleLen/avgTitle)
		c.bodyNorm[i] = 1 / (1 - bodyB + bodyB*r.bodyLen/avgBody)
	}
}

// numbered gives the values of a facet numbers from 1 on. It only grows: there are few thousand at most.
type numbered struct {
	list []string
	by   map[string]uint32
}

func (n *numbered) of(value string) uint32 {
	if value == "" {
		return 0
	}
	if i, ok := n.by[value]; ok {
		return i
	}
	if n.by == nil {
		n.by, n.list = map[string]uint32{}, []string{""}
	}
	i := uint32(len(n.list))
	n.by[value], n.list = i, append(n.list, value)
	return i
}

// read reads the rows of the segment whose documents begin at offset.
func (cc *columnCache) read(snapshot *scorch.IndexSnapshot, offset, size int) ([]row, error) {
	reader, err := snapshot.DocValueReader([]string{fieldRow})
	if err != nil {
		return nil, err
	}
	rows := make([]row, size)
	for i := range rows {
		var parseErr error
		err := reader.VisitDocValues(index.NewIndexInternalID(nil, uint64(offset+i)), func(_ string, term []byte) {
			rows[i], parseErr = cc.parse(string(term))
		})
		if err != nil {
			return nil, err
		}
		if parseErr != nil {
			return nil, parseErr
		}
	}
	return rows, nil
}

// parse reads what rowOf packed.
func (cc *columnCache) parse(value string) (row, error) {
	f := strings.Split(value, "\x1e")
	if len(f) != 18 {
		return row{}, fmt.Errorf("index row has %d parts", len(f))
	}
	if f[6] == "0" {
		f[6] = ""
	}
	r := row{prefecture: f[2], municipality: f[4], year: f[6],
		audience: access.Audience{Rung: access.Rung(f[9]), Cohort: f[11], Team: f[12]}}
	for i, value := range []string{f[0], "", f[2], f[3], f[4], f[5], f[6], f[7], f[8], f[9], f[10]} {
		r.values[i] = cc.names[i].of(value)
	}
	if f[1] != "" {
		for theme := range strings.SplitSeq(f[1], unit) {
			r.themes = append(r.themes, cc.names[themeFacet].of(theme))
		}
	}
	var n [5]int64
	for i := range n {
		v, err := strconv.ParseInt(f[13+i], 10, 64)
		if err != nil {
			return row{}, fmt.Errorf("index row: %w", err)
		}
		n[i] = v
	}
	r.at, r.useful, r.adopted = n[0], int32(n[1]), int32(n[2])
	r.titleLen, r.bodyLen = float32(n[3]), float32(n[4])
	return r, nil
}
