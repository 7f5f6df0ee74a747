package search

import (
	"cmp"
	"slices"

	"github.com/blevesearch/bleve/v2/index/scorch"
)

// join brings the parts of topics to their heads. The posts of a topic stand in the index in parts of their own, so that a
// post costs as much in a topic of three thousand as in a new one; for whoever searches they are the topic: what stands
// in a part counts for the head, and the head is as long, as late and as useful as all of them.
func (c *columns) join(snapshot *scorch.IndexSnapshot, segments []segmentColumns) {
	c.heads = make([]int32, len(c.rows))
	for i := range c.heads {
		c.heads[i] = int32(i)
	}
	some := 0
	for i, s := range snapshot.Segments() {
		some += len(segments[i].parts)
		if deleted := s.Deleted(); deleted != nil {
			for gone := deleted.Iterator(); gone.HasNext(); {
				c.heads[c.base[i]+int32(gone.Next())] = -1
			}
		}
	}
	c.parts = make(map[int32][]int32)
	if some == 0 {
		return
	}
	topics := map[string]int32{}
	for i, s := range segments {
		for _, local := range s.topics {
			if doc := c.base[i] + local; c.heads[doc] >= 0 {
				topics[c.rows[doc].topic] = doc
			}
		}
	}
	for i, s := range segments {
		for _, local := range s.parts {
			doc := c.base[i] + local
			length := c.bodyLen[doc]
			c.bodyLen[doc] = 0
			if c.heads[doc] < 0 {
				continue
			}
			head, ok := topics[c.rows[doc].of]
			if !ok {
				c.heads[doc] = -1
				continue
			}
			c.heads[doc] = head
			c.parts[head] = append(c.parts[head], doc)
			c.bodyLen[head] += length
		}
	}
	for head, parts := range c.parts {
		whole := *c.rows[head]
		for _, doc := range parts {
			part := c.rows[doc]
			if part.version > whole.version {
				whole.at, whole.version = part.at, part.version
			}
			whole.useful += part.useful
		}
		c.rows[head], c.at[head] = &whole, whole.at
		slices.SortFunc(parts, func(a, b int32) int { return cmp.Compare(c.rows[a].part, c.rows[b].part) })
	}
}

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

// grown gives the topics that have parts, the latest first: their time is known only when the parts are.
func (c *columns) grown() []int32 {
	c.lazy.mu.Lock()
	defer c.lazy.mu.Unlock()
	if c.lazy.topics == nil && len(c.parts) > 0 {
		for head := range c.parts {
			c.lazy.topics = append(c.lazy.topics, head)
		}
		slices.SortFunc(c.lazy.topics, func(a, b int32) int { return cmp.Or(cmp.Compare(c.at[b], c.at[a]), int(b-a)) })
	}
	return c.lazy.topics
}
