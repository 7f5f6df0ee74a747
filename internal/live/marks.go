package live

import (
	"context"
	"sync"

	"github.com/manetomo/manetomo/internal/talk"
)

// marks gathers how far people have read, so that reading costs one write every few seconds.
type marks struct {
	mu   sync.Mutex
	upTo map[mark]int64
}

type mark struct{ person, topic string }

// reads notes that a reader has read a topic, which it follows, up to n.
func (r *reader) reads(topic string, n int64) {
	r.mu.Lock()
	follows := r.subs[topic] != nil
	r.mu.Unlock()
	if !follows || n < 1 {
		return
	}
	m := &r.hub.marks
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.upTo == nil {
		m.upTo = map[mark]int64{}
	}
	key := mark{r.person, topic}
	m.upTo[key] = max(m.upTo[key], n)
}

// keepMarks stores what was gathered. On failure it is kept for the next time.
func (h *Hub) keepMarks(ctx context.Context) {
	m := &h.marks
	m.mu.Lock()
	upTo := m.upTo
	m.upTo = nil
	m.mu.Unlock()
	if len(upTo) == 0 {
		return
	}
	reads := make([]talk.Read, 0, len(upTo))
	for k, n := range upTo {
		reads = append(reads, talk.Read{Person: k.person, Topic: k.topic, N: n})
	}
	err := h.talk.KeepReads(ctx, reads)
	if err == nil {
		return
	}
	h.log(ctx, "keep read marks", err)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.upTo == nil {
		m.upTo = map[mark]int64{}
	}
	for k, n := range upTo {
		m.upTo[k] = max(m.upTo[k], n)
	}
}
