package search

import "container/heap"

// placeOf is where a hit stands: smaller is earlier. Loose hits come after the others whatever the order.
type placeOf struct {
	hit
	loose bool
	by    float64 // what the order asks for, higher first
	at    int64
}

// order gives the first n hits in the order that was asked for.
func (s *searching) order(hits []hit, n int) []hit {
	n = min(n, len(hits))
	first := make(latestFirst, 0, n+1)
	for _, h := range hits {
		p := s.place(h)
		switch {
		case len(first) < n:
			heap.Push(&first, p)
		case p.before(first[0]):
			first[0] = p
			heap.Fix(&first, 0)
		}
	}
	out := make([]hit, len(first))
	for i := len(first) - 1; i >= 0; i-- {
		out[i] = heap.Pop(&first).(placeOf).hit
	}
	return out
}

func (s *searching) place(h hit) placeOf {
	p := placeOf{hit: h, loose: h.stage > 1, at: s.cols.at[h.doc]}
	switch s.req.Sort {
	case Useful:
		p.by = float64(s.cols.useful[h.doc])
	case Adopted:
		p.by = float64(s.cols.rows[h.doc].adopted)
	case Relevance:
		if s.req.reader != nil && len(s.plans) == 0 {
			p.by = s.townLikeness(s.cols.rows[h.doc]) // without words every document is alike: the towns decide from the start
			break
		}
		p.by = float64(h.score) - 1e6*float64(h.stage) // a later stage stands behind an earlier one
	}
	return p
}

func (p placeOf) before(o placeOf) bool {
	switch {
	case p.loose != o.loose:
		return o.loose
	case p.by != o.by:
		return p.by > o.by
	case p.at != o.at:
		return p.at > o.at
	}
	return p.doc > o.doc
}

// latestFirst is a heap with the last of its hits on top.
type latestFirst []placeOf

func (l latestFirst) Len() int           { return len(l) }
func (l latestFirst) Less(i, j int) bool { return l[j].before(l[i]) }
func (l latestFirst) Swap(i, j int)      { l[i], l[j] = l[j], l[i] }

// Push adds a hit.
func (l *latestFirst) Push(p any) { *l = append(*l, p.(placeOf)) }

// Pop takes the last one.
func (l *latestFirst) Pop() any {
	old := *l
	p := old[len(old)-1]
	*l = old[:len(old)-1]
	return p
}
