package search

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"
	segment "github.com/blevesearch/scorch_segment_api/v2"

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
	version                  int64
	topic                    string // of a topic, its id
	of                       string // of a part of a topic, the topic's id
	part                     int    // and which one it is
}

// columns holds the rows of one snapshot, by bleve's document number. Segments never change, so their rows are
// read once and kept while a snapshot uses them: facets, filters and sorting cost an array access per hit.
type columns struct {
	rows                []*row    // deleted documents that still have a number included
	titleNorm, bodyNorm []float32 // BM25F's length factor
	machineNorm         []float32
	table
	live   int
	base   []int32                   // by segment: the number of its first document
	heads  []int32                   // what a document counts for: itself, the topic it is a part of, or -1 for nothing
	starts []int32                   // by document: where its parts begin in parts
	parts  []int32                   // the parts of topics, in order
	names  [len(facetNames)][]string // by facet: what its numbers mean
	sets   [][]uint32                // by number of a set of themes: its themes
	groups []access.Audience         // by number of an audience

	serials []uint64 // by segment: its number in this process
	kept    *keptLists
	lazy    lazyColumns
}

// table is what is looked at for every hit, a column at a time: a column of 100,000 fits into the processor's cache.
type table struct {
	values            [len(facetNames)][]uint32 // by facet; for themes the number of their set
	who               []uint32                  // the number of its audience; 0 for parts, which nobody sees by themselves
	at, version       []int64
	useful            []int32
	titleLen, bodyLen []float32
}

func (t *table) add(o table) {
	for i := range t.values {
		t.values[i] = append(t.values[i], o.values[i]...)
	}
	t.who, t.useful = append(t.who, o.who...), append(t.useful, o.useful...)
	t.at, t.version = append(t.at, o.at...), append(t.version, o.version...)
	t.titleLen, t.bodyLen = append(t.titleLen, o.titleLen...), append(t.bodyLen, o.bodyLen...)
}

// segmentColumns is what one segment brings.
type segmentColumns struct {
	rows []row
	table
	serial           uint64
	topics, parts    []int32  // which of them are that
	topicOf, topicIs []uint32 // the numbers of their topics
	latest           []int32  // all but parts, the latest first
}

// columnCache keeps rows by segment, by the segment itself: an index built anew counts its segments' ids from the
// start again, and rows of another index would let people see what is not for them.
type columnCache struct {
	mu       sync.Mutex
	segments map[segment.Segment]segmentColumns
	names    [len(facetNames)]numbered
	sets     numbered
	setOf    [][]uint32
	groups   numbered
	groupOf  []access.Audience
	topics   numbered
	epoch    *scorch.IndexSnapshot
	last     *columns
	serial   uint64
	kept     keptLists
}

// of gives the columns of a snapshot.
func (cc *columnCache) of(snapshot *scorch.IndexSnapshot) (*columns, error) {
	cc.mu.Lock()
	defer cc.mu.Unlock()
	if cc.epoch == snapshot && cc.last != nil {
		return cc.last, nil
	}
	used := make(map[segment.Segment]segmentColumns, len(snapshot.Segments()))
	c := &columns{kept: &cc.kept}
	var segments []segmentColumns
	for _, s := range snapshot.Segments() {
		part, ok := cc.segments[s.Segment()]
		if !ok {
			var err error
			if part, err = cc.read(snapshot, len(c.rows), int(s.FullSize())); err != nil {
				return nil, err
			}
		}
		used[s.Segment()] = part
		segments = append(segments, part)
		c.base, c.serials = append(c.base, int32(len(c.rows))), append(c.serials, part.serial)
		for i := range part.rows {
			c.rows = append(c.rows, &part.rows[i])
		}
		c.table.add(part.table)
	}
	c.join(snapshot, segments, max(len(cc.topics.list), 1))
	c.lazy.segments = segments
	live, err := snapshot.DocCount()
	if err != nil {
		return nil, err
	}
	c.live = int(live)
	c.measure()
	for i := range cc.names {
		c.names[i] = cc.names[i].list
	}
	c.sets, c.groups = cc.setOf, cc.groupOf
	cc.segments, cc.epoch, cc.last = used, snapshot, c
	return c, nil
}

// measure fills in the length factors.
func (c *columns) measure() {
	var title, body float64
	for i := range c.rows {
		title += float64(c.titleLen[i])
		body += float64(c.bodyLen[i])
	}
	n := float64(max(len(c.rows)-c.countParts(), 1))
	avgTitle, avgBody := float32(title/n)+1, float32(body/n)+1
	c.titleNorm, c.bodyNorm, c.machineNorm = make([]float32, len(c.rows)), make([]float32, len(c.rows)), make([]float32, len(c.rows))
	for i := range c.rows {
		c.titleNorm[i] = titleWeight / (1 - titleB + titleB*c.titleLen[i]/avgTitle)
		c.bodyNorm[i] = 1 / (1 - bodyB + bodyB*c.bodyLen[i]/avgBody)
		c.machineNorm[i] = machineWeight * c.bodyNorm[i]
	}
}

// readable tells for each audience whether a viewer is in it.
func (c *columns) readable(v access.Viewer) []bool {
	out := make([]bool, len(c.groups))
	for i, a := range c.groups {
		out[i] = i > 0 && v.InAudience(a)
	}
	return out
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
func (cc *columnCache) read(snapshot *scorch.IndexSnapshot, offset, size int) (segmentColumns, error) {
	reader, err := snapshot.DocValueReader([]string{fieldRow})
	if err != nil {
		return segmentColumns{}, err
	}
	cc.serial++
	out := segmentColumns{rows: make([]row, size), serial: cc.serial}
	for n := range out.rows {
		r := &out.rows[n]
		var parseErr error
		err := reader.VisitDocValues(index.NewIndexInternalID(nil, uint64(offset+n)), func(_ string, term []byte) {
			*r, parseErr = cc.parse(string(term))
		})
		if err != nil {
			return segmentColumns{}, err
		}
		if parseErr != nil {
			return segmentColumns{}, parseErr
		}
		for i, v := range r.values {
			out.values[i] = append(out.values[i], v)
		}
		switch {
		case r.of != "":
			out.who, out.parts, out.topicOf = append(out.who, 0), append(out.parts, int32(n)), append(out.topicOf, cc.topics.of(r.of))
		case r.topic != "":
			out.who, out.topics = append(out.who, cc.group(r.audience)), append(out.topics, int32(n))
			out.topicIs = append(out.topicIs, cc.topics.of(r.topic))
		default:
			out.who = append(out.who, cc.group(r.audience))
		}
		out.at, out.version, out.useful = append(out.at, r.at), append(out.version, r.version), append(out.useful, r.useful)
		out.titleLen, out.bodyLen = append(out.titleLen, r.titleLen), append(out.bodyLen, r.bodyLen)
	}
	out.sort()
	return out, nil
}

// group numbers an audience.
func (cc *columnCache) group(a access.Audience) uint32 {
	n := cc.groups.of(string(a.Rung) + unit + a.Cohort + unit + a.Team)
	for int(n) >= len(cc.groupOf) {
		cc.groupOf = append(cc.groupOf, a)
	}
	return n
}

// set numbers a set of themes.
func (cc *columnCache) set(joined string, themes []uint32) uint32 {
	n := cc.sets.of(joined)
	for int(n) >= len(cc.setOf) {
		cc.setOf = append(cc.setOf, themes)
	}
	return n
}

// parse reads what rowOf packed.
func (cc *columnCache) parse(value string) (row, error) {
	f := strings.Split(value, "\x1e")
	if len(f) != 22 {
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
		r.values[themeFacet] = cc.set(f[1], r.themes)
	}
	var n [7]int64
	for i := range n {
		v, err := strconv.ParseInt(f[13+i], 10, 64)
		if err != nil {
			return row{}, fmt.Errorf("index row: %w", err)
		}
		n[i] = v
	}
	r.at, r.useful, r.adopted = n[0], int32(n[1]), int32(n[2])
	r.titleLen, r.bodyLen, r.version, r.part = float32(n[3]), float32(n[4]), n[5], int(n[6])
	r.topic, r.of = f[20], f[21]
	return r, nil
}
