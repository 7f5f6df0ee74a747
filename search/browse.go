package search

import (
	"slices"
	"strings"
	"sync"
)

// lazyColumns are views of the columns that are made when somebody first needs them, once for a snapshot.
type lazyColumns struct {
	segments []segmentColumns
	mu       sync.Mutex
	numbers  [len(facetNames)]map[string]uint32
	ranks    [len(facetNames)][]uint32 // by number of a value: where it stands in the alphabet
	ranked   [len(facetNames)][]uint32 // and the other way round
	having   [len(facetNames)]*byNumber
	groups   *byNumber
	counts   map[uint32]*groupCounts
}

// byNumber gives the documents by the number of a value, in one row.
type byNumber struct{ starts, docs []int32 }

func (b *byNumber) of(number uint32) []int32 {
	if int(number)+1 >= len(b.starts) {
		return nil
	}
	return b.docs[b.starts[number]:b.starts[number+1]]
}

// groupCounts are how often each value of a facet stands with the documents of one audience.
type groupCounts [len(facetNames)][]int32

// gather sorts documents by the numbers of a column; parts and what was deleted are in none.
func (c *columns) gather(numbers []uint32, most int) *byNumber {
	b := &byNumber{starts: make([]int32, most+2)}
	for doc, n := range numbers {
		if c.heads[doc] == int32(doc) {
			b.starts[n+1]++
		}
	}
	for i := 1; i < len(b.starts); i++ {
		b.starts[i] += b.starts[i-1]
	}
	b.docs = make([]int32, b.starts[len(b.starts)-1])
	at := append([]int32{}, b.starts...)
	for doc, n := range numbers {
		if c.heads[doc] == int32(doc) {
			b.docs[at[n]] = int32(doc)
			at[n]++
		}
	}
	return b
}

// having gives the documents that have a facet's value.
func (c *columns) having(facet int, number uint32) []int32 {
	c.lazy.mu.Lock()
	defer c.lazy.mu.Unlock()
	if c.lazy.having[facet] == nil {
		c.lazy.having[facet] = c.gather(c.values[facet], len(c.names[facet]))
	}
	return c.lazy.having[facet].of(number)
}

// number gives the number of a facet's value, 0 for one that nothing has.
func (c *columns) number(facet int, value string) uint32 {
	c.lazy.mu.Lock()
	defer c.lazy.mu.Unlock()
	if c.lazy.numbers[facet] == nil {
		c.lazy.numbers[facet] = make(map[string]uint32, len(c.names[facet]))
		for i, name := range c.names[facet] {
			c.lazy.numbers[facet][name] = uint32(i)
		}
	}
	if value == "" {
		return 0
	}
	return c.lazy.numbers[facet][value]
}

// ranks tells where each value of a facet stands in the alphabet.
func (c *columns) ranks(facet int) []uint32 {
	c.lazy.mu.Lock()
	defer c.lazy.mu.Unlock()
	if c.lazy.ranks[facet] == nil {
		names := c.names[facet]
		ranked, ranks := make([]uint32, len(names)), make([]uint32, len(names))
		for i := range ranked {
			ranked[i] = uint32(i)
		}
		slices.SortFunc(ranked, func(a, b uint32) int { return strings.Compare(names[a], names[b]) })
		for rank, n := range ranked {
			ranks[n] = uint32(rank)
		}
		c.lazy.ranked[facet], c.lazy.ranks[facet] = ranked, ranks
	}
	return c.lazy.ranks[facet]
}

// group gives the documents of an audience, and their counts when they are many.
func (c *columns) group(number uint32) ([]int32, *groupCounts) {
	const many = 500
	c.lazy.mu.Lock()
	defer c.lazy.mu.Unlock()
	if c.lazy.groups == nil {
		c.lazy.groups, c.lazy.counts = c.gather(c.who, len(c.groups)), map[uint32]*groupCounts{}
	}
	docs := c.lazy.groups.of(number)
	if len(docs) < many {
		return docs, nil
	}
	counts := c.lazy.counts[number]
	if counts == nil {
		counts = &groupCounts{}
		for facet := range facetNames {
			counts[facet] = make([]int32, c.howManyValues(facet))
			for _, doc := range docs {
				counts[facet][c.values[facet][doc]]++
			}
		}
		c.lazy.counts[number] = counts
	}
	return docs, counts
}

// howManyValues is one more than the highest number of a facet's column.
func (c *columns) howManyValues(facet int) int {
	if facet == themeFacet {
		return max(len(c.sets), 1)
	}
	return max(len(c.names[facet]), 1)
}

// latest gives the first n documents that are wanted, the latest first: each segment is in that order already.
func (c *columns) latest(n int, wanted func(doc int32) bool) []hit {
	lists := make([][]int32, len(c.lazy.segments)+1)
	for i, s := range c.lazy.segments {
		lists[i] = s.latest
	}
	lists[len(c.base)] = c.grown(n, wanted)
	base := append(append([]int32{}, c.base...), 0)
	own := func(i int, doc int32) bool { // in this list, alive and wanted
		return c.heads[doc] == doc && (i == len(c.base) || len(c.partsOf(doc)) == 0) && wanted(doc)
	}
	var out []hit
	for len(out) < n {
		best, from := int32(-1), 0
		for i := range lists {
			for len(lists[i]) > 0 && !own(i, base[i]+lists[i][0]) {
				lists[i] = lists[i][1:]
			}
			if len(lists[i]) == 0 {
				continue
			}
			if doc := base[i] + lists[i][0]; best < 0 || c.at[doc] > c.at[best] || c.at[doc] == c.at[best] && doc > best {
				best, from = doc, i
			}
		}
		if best < 0 {
			break
		}
		lists[from] = lists[from][1:]
		out = append(out, hit{scored{doc: best}, 0})
	}
	return out
}

// everythingOf answers who browses without words and filters: counts and order are known beforehand.
func (s *searching) everythingOf() (Result, error) {
	t := newTally(s.cols, nil)
	readable := s.cols.readable(s.viewer)
	var r Result
	for group := 1; group < len(readable); group++ {
		if !readable[group] {
			continue
		}
		docs, counts := s.cols.group(uint32(group))
		r.Total += len(docs)
		if !s.req.Plain {
			t.addGroup(docs, counts)
		}
	}
	if !s.req.Plain {
		r.Facets = t.facets()
	}
	from := (s.req.Page - 1) * s.req.Per
	if s.req.Page > MaxDepth/s.req.Per || from >= r.Total {
		return r, nil
	}
	hits := s.cols.latest(from+s.req.Per, func(doc int32) bool { return readable[s.cols.who[doc]] })
	var err error
	r.Hits, err = s.page(hits[min(from, len(hits)):])
	return r, err
}

// addGroup counts the documents of an audience.
func (t *tally) addGroup(docs []int32, counts *groupCounts) {
	for facet := range facetNames {
		if counts != nil {
			for value, n := range counts[facet] {
				t.counts[facet][value] += int(n)
			}
			continue
		}
		for _, doc := range docs {
			t.counts[facet][t.cols.values[facet][doc]]++
		}
	}
}

// justEverything tells whether there is nothing to look for, to leave out, or to rank by.
func (s *searching) justEverything() bool {
	for _, values := range s.req.Filters {
		if len(values) > 0 {
			return false
		}
	}
	return len(s.plans) == 0 && s.req.reader == nil && (s.req.Sort == Relevance || s.req.Sort == New)
}
