package live

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// What the hub remembers of recent events, so that readers who return need not all ask the database.
const (
	rememberRoom = 128 << 10 // bytes of one topic
	rememberAll  = 32 << 20  // bytes of all topics
	emptyLasts   = time.Minute
)

// room is a topic that somebody follows, or followed a moment ago.
type room struct {
	id string
	// subs is read without a lock by whoever hands out events. Additions go behind its end, which readers of the older
	// slice do not see; a removal makes a new slice.
	subs atomic.Pointer[[]*sub]

	mu     sync.Mutex
	n      int64 // the last event handed out; 0 before the first
	recent []*batch
	bytes  int
	empty  time.Time // since when nobody follows

	typing map[string]time.Time
	here   int  // as last told
	typed  int  // as last told
	moved  bool // somebody came, went or types
}

// enter returns the topic's room, made when it is missing.
func (h *Hub) enter(topic string) *room {
	h.mu.Lock()
	defer h.mu.Unlock()
	rm := h.rooms[topic]
	if rm == nil {
		rm = &room{id: topic}
		rm.subs.Store(new([]*sub))
		h.rooms[topic] = rm
	}
	rm.mu.Lock()
	rm.empty = time.Time{}
	rm.mu.Unlock()
	return rm
}

// roomOf returns the topic's room, nil when nobody follows it.
func (h *Hub) roomOf(topic string) *room {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.rooms[topic]
}

// forget closes rooms that have long been empty. It holds the hub, so nobody enters meanwhile.
func (h *Hub) forget(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, rm := range h.rooms {
		rm.mu.Lock()
		if len(*rm.subs.Load()) == 0 {
			if rm.empty.IsZero() {
				rm.empty = now
			} else if now.Sub(rm.empty) > emptyLasts {
				h.remembered.Add(-int64(rm.bytes))
				delete(h.rooms, id)
			}
		}
		rm.mu.Unlock()
	}
}

// add lets a subscription in and tells the last event handed out before: every later one will come to it.
func (rm *room) add(s *sub) (n int64) {
	rm.mu.Lock()
	defer rm.mu.Unlock()
	all := append(*rm.subs.Load(), s)
	rm.subs.Store(&all)
	rm.moved = true
	return rm.n
}

func (rm *room) remove(s *sub) {
	rm.mu.Lock()
	defer rm.mu.Unlock()
	old := *rm.subs.Load()
	i := slices.Index(old, s)
	if i < 0 {
		return
	}
	all := make([]*sub, 0, len(old)-1)
	all = append(append(all, old[:i]...), old[i+1:]...)
	rm.subs.Store(&all)
	delete(rm.typing, s.reader.person)
	rm.moved = true
}

// remember keeps a batch for readers who return, and drops the oldest beyond the bound.
func (h *Hub) remember(rm *room, b *batch) {
	rm.mu.Lock()
	defer rm.mu.Unlock()
	if len(rm.recent) > 0 && rm.recent[len(rm.recent)-1].last()+1 != b.first {
		h.dropRecent(rm)
	}
	rm.n = b.last()
	if h.remembered.Load() > rememberAll {
		h.dropRecent(rm)
		return
	}
	rm.recent = append(rm.recent, b)
	rm.bytes += len(b.buf)
	h.remembered.Add(int64(len(b.buf)))
	for rm.bytes > rememberRoom && len(rm.recent) > 0 {
		gone := len(rm.recent[0].buf)
		rm.recent[0] = nil
		rm.recent = rm.recent[1:]
		rm.bytes -= gone
		h.remembered.Add(-int64(gone))
	}
}

// passed notes that the topic has come to n while nobody followed it, and tells whether nobody does. A subscription
// that comes in between sees either the old n, and gets the events, or the new one, and reads them from the log.
func (h *Hub) passed(rm *room, n int64) bool {
	rm.mu.Lock()
	defer rm.mu.Unlock()
	if len(*rm.subs.Load()) > 0 {
		return false
	}
	h.dropRecent(rm)
	rm.n = max(rm.n, n)
	return true
}

// dropRecent forgets the recent events of a room, whose mutex the caller holds.
func (h *Hub) dropRecent(rm *room) {
	h.remembered.Add(-int64(rm.bytes))
	rm.recent, rm.bytes = nil, 0
}

// since returns the batches behind n if all of them are remembered.
func (rm *room) since(n int64) (batches []*batch, ok bool) {
	rm.mu.Lock()
	defer rm.mu.Unlock()
	if len(rm.recent) == 0 || rm.recent[0].first > n+1 {
		return nil, false
	}
	for _, b := range rm.recent {
		if b.last() > n {
			batches = append(batches, b)
		}
	}
	return batches, true
}
