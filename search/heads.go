package search

import (
	"cmp"
	"container/heap"
	"slices"

	"github.com/blevesearch/bleve/v2/index/scorch"
)

// join brings the parts of topics to their heads. The posts of a topic stand in the index in parts of their own, so that a
// post costs as much in a topic of three thousand as in a new one; for whoever searches they are the topic: what stands
// in a part counts for the head, and the head is as long, as late and as useful as all of them.
// topics is one more than the highest number of a topic. It is done for every snapshot, so it makes nothing but rows.
func (c *columns) join(snapshot *scorch.IndexSnapshot, segments []segmentColumns, topics int) {
	c.heads, c.starts = make([]int32, len(c.rows)), make([]int32, len(c.rows)+1)
	for i := range c.heads {
		c.heads[i] = int32(i)
	}
	head := make([]int32, topics) // by number of a topic
	for i := range head {
		head[i] = -1
	}
	for i, s := range snapshot.Segments() {
		if deleted := s.Deleted(); deleted != nil {
			for gone := deleted.Iterator(); gone.HasNext(); {
				c.heads[c.base[i]+int32(gone.Next())] = -1
			}
		}
		for j, local := range segments[i].topics {
			if doc := c.base[i] + local; c.heads[doc] >= 0 {
				head[segments[i].topicIs[j]] = doc
			}
		}
	}
	for i, s := range segments {
		for j, local := range s.parts {
			if doc := c.base[i] + local; c.heads[doc] >= 0 {
				c.count(doc, head[s.topicOf[j]])
			}
		}
	}
	for doc := range c.rows {
		c.starts[doc+1] += c.starts[doc]
	}
	c.parts = make([]int32, c.starts[len(c.rows)])
	free := slices.Clone(c.starts)
	for i, s := range segments {
		for _, local := range s.parts {
			doc := c.base[i] + local
			c.bodyLen[doc] = 0 // it is its topic's
			if to := c.heads[doc]; to >= 0 {
				c.parts[free[to]] = doc
				free[to]++
			}
		}
	}
	for doc := range c.rows {
		if parts := c.partsOf(int32(doc)); len(parts) > 1 {
			slices.SortFunc(parts, func(a, b int32) int { return cmp.Compare(c.rows[a].part, c.rows[b].part) })
		}
	}
}

// count adds what is known of a part to its head; -1 for one that has none.
func (c *columns) count(part, head int32) {
	c.heads[part] = head
	if head < 0 {
		return
	}
	c.starts[head+1]++
	if c.version[part] > c.version[head] {
		c.at[head], c.version[head] = c.at[part], c.version[part]
	}
	c.useful[head] += c.useful[part]
	c.bodyLen[head] += c.bodyLen[part]
}

// partsOf gives the parts of a topic in order, none of anything else.
func (c *columns) partsOf(doc int32) []int32 { return c.parts[c.starts[doc]:c.starts[doc+1]] }

func (c *columns) countParts() (n int) {
	for _, s := range c.lazy.segments {
		n += len(s.parts)
	}
	return n
}

// sort orders the documents of a segment by time.
func (s *segmentColumns) sort() {
	s.latest = make([]int32, 0, len(s.rows))
	for i := range s.rows {
		if s.rows[i].of == "" {
			s.latest = append(s.latest, int32(i))
		}
	}
	slices.SortFunc(s.latest, func(a, b int32) int { return cmp.Or(cmp.Compare(s.at[b], s.at[a]), int(b-a)) })
}

// grown gives the latest n topics that have parts and are wanted: their time is known only when the parts are, so no
// segment has them in its order.
func (c *columns) grown(n int, wanted func(doc int32) bool) []int32 {
	first := make(latestFirst, 0, n+1)
	for i, s := range c.lazy.segments {
		for _, local := range s.topics {
			doc := c.base[i] + local
			if c.heads[doc] != doc || len(c.partsOf(doc)) == 0 || !wanted(doc) {
				continue
			}
			switch p := (placeOf{hit: hit{scored{doc: doc}, 0}, at: c.at[doc]}); {
			case len(first) < n:
				heap.Push(&first, p)
			case p.before(first[0]):
				first[0] = p
				heap.Fix(&first, 0)
			}
		}
	}
	out := make([]int32, len(first))
	for i := len(first) - 1; i >= 0; i-- {
		out[i] = heap.Pop(&first).(placeOf).doc
	}
	return out
}
