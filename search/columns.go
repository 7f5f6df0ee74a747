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
	kind, prefecture, region, municipality, band, course, stage string
	themes                                                      []string
	year                                                        string
	files                                                       string
	audience                                                    access.Audience
	at                                                          int64
	useful, adopted                                             int32
	titleLen, bodyLen                                           float32
}

// columns holds the rows of one snapshot, by bleve's document number. Segments never change, so their rows are
// read once and kept while a snapshot uses them: facets, filters and sorting cost an array access per hit.
type columns struct {
	segments          [][]row
	offsets           []int
	total             int // documents, deleted ones that still have a number included
	live              int
	avgTitle, avgBody float32
}

// at gives the row of document n.
func (c *columns) at(n int) *row {
	lo, hi := 0, len(c.offsets)
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; c.offsets[mid] <= n {
			lo = mid
		} else {
			hi = mid
		}
	}
	return &c.segments[lo][n-c.offsets[lo]]
}

// columnCache keeps rows by segment.
type columnCache struct {
	mu       sync.Mutex
	segments map[uint64][]row
	intern   map[string]string
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
	used := make(map[uint64][]row, len(snapshot.Segments()))
	c := &columns{}
	var title, body float64
	for _, s := range snapshot.Segments() {
		rows, ok := cc.segments[s.Id()]
		if !ok {
			var err error
			if rows, err = cc.read(snapshot, c.total, int(s.FullSize())); err != nil {
				return nil, err
			}
		}
		used[s.Id()] = rows
		c.segments = append(c.segments, rows)
		c.offsets = append(c.offsets, c.total)
		c.total += len(rows)
		for i := range rows {
			title += float64(rows[i].titleLen)
			body += float64(rows[i].bodyLen)
		}
	}
	live, err := snapshot.DocCount()
	if err != nil {
		return nil, err
	}
	c.live = int(live)
	c.avgTitle = float32(title/float64(max(c.total, 1))) + 1
	c.avgBody = float32(body/float64(max(c.total, 1))) + 1
	cc.segments, cc.epoch, cc.last = used, snapshot, c
	return c, nil
}

// read reads the rows of the segment whose documents begin at offset.
func (cc *columnCache) read(snapshot *scorch.IndexSnapshot, offset, size int) ([]row, error) {
	if cc.intern == nil || len(cc.intern) > 100_000 {
		cc.intern = map[string]string{}
	}
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
	for i := range 13 {
		f[i] = cc.same(f[i])
	}
	r := row{kind: f[0], prefecture: f[2], region: f[3], municipality: f[4], band: f[5], year: f[6], course: f[7],
		stage: f[8], files: f[10], audience: access.Audience{Rung: access.Rung(f[9]), Cohort: f[11], Team: f[12]}}
	if f[1] != "" {
		for theme := range strings.SplitSeq(f[1], unit) {
			r.themes = append(r.themes, cc.same(theme))
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

// same keeps one copy of values that many documents share.
func (cc *columnCache) same(s string) string {
	if kept, ok := cc.intern[s]; ok {
		return kept
	}
	cc.intern[s] = s
	return s
}
