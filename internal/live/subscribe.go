package live

import (
	"context"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/event"
)

// catchUpStep is how many events are read from the log at once for a reader who comes back.
const catchUpStep = 100

// subscribe lets a reader follow a topic from where it stands, or from since when given. What it may not read is
// refused like what does not exist. It runs on the reader's own goroutine and may wait for it to take what it is sent.
func (h *Hub) subscribe(ctx context.Context, r *reader, topic string, since int64, given, valid bool) {
	refuse := func(code string) { r.push(item{buf: appendFrame(nil, refusal{"error", topic, code}), tells: true}) }
	if !r.hasRoomFor(topic) {
		refuse(tooMany)
		return
	}
	gate, err := h.talk.Gate(ctx, topic)
	switch {
	case apperr.Is(err, apperr.NotFound), err == nil && !gate.LetsIn(r.viewer()):
		refuse(notFound)
		return
	case err != nil:
		h.log(ctx, "ask who may read a topic", err)
		r.end(closeFault, restart)
		return
	case !valid, given && since > gate.N:
		refuse(badSince)
		return
	}
	h.unsubscribe(r, topic)
	first, far := position{"subd", topic, gate.N, 1}, given && gate.N-since > furthestBehind
	s := &sub{reader: r, room: h.enter(topic), n: gate.N, behind: true}
	switch {
	case far:
		first = position{T: "gap", Topic: topic, N: gate.N}
	case given:
		s.n = since
	}
	r.push(item{buf: appendFrame(nil, first), tells: far})
	if !r.follow(s) {
		return
	}
	dispatched := s.room.add(s)
	if r.socket != nil {
		r.push(s.room.whoNow())
	}
	if dispatched > 0 && dispatched <= s.n && r.live(s) {
		return // every later event will be handed to it
	}
	h.catchUp(ctx, s)
}

// hasRoomFor tells whether the reader may follow one more topic, or follows this one already.
func (r *reader) hasRoomFor(topic string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.subs) < maxTopics || r.subs[topic] != nil
}

// follow notes a subscription with the reader, unless it has gone.
func (r *reader) follow(s *sub) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return false
	}
	if r.subs == nil {
		r.subs = map[string]*sub{}
	}
	r.subs[s.room.id] = s
	return true
}

// live lets a subscription take events as they come, unless one came while it was behind.
func (r *reader) live(s *sub) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s.missed > s.n {
		return s.over
	}
	s.behind = false
	return true
}

func (h *Hub) unsubscribe(r *reader, topic string) {
	r.mu.Lock()
	s := r.subs[topic]
	if s != nil {
		s.over = true
		delete(r.subs, topic)
	}
	r.mu.Unlock()
	if s != nil {
		s.room.remove(s)
	}
}

// catchUp sends what a subscription lacks, from memory or from the log, in steps that the reader can take, until it
// stands at the head and takes events as they come.
func (h *Hub) catchUp(ctx context.Context, s *sub) {
	for {
		n, over := s.at()
		if over {
			return
		}
		batches, ok := s.room.since(n)
		if !ok {
			b, err := h.load(ctx, s, n)
			if err != nil {
				h.log(ctx, "read the log for a reader", err)
				s.reader.end(closeFault, restart)
				return
			}
			if b != nil {
				batches = []*batch{b}
			}
		}
		if len(batches) == 0 && s.reader.live(s) {
			return
		}
		for _, b := range batches {
			if !s.reader.settled() {
				return
			}
			s.take(b, true)
		}
	}
}

func (s *sub) at() (n int64, over bool) {
	s.reader.mu.Lock()
	defer s.reader.mu.Unlock()
	return s.n, s.over || s.reader.ended
}

// load reads the next events of a subscription from the log, nil when there are none. Where they say that the topic's
// readers have changed, it is asked again whether this one still belongs.
func (h *Hub) load(ctx context.Context, s *sub, n int64) (*batch, error) {
	events, err := event.OfTopic(ctx, h.db, s.room.id, n, catchUpStep)
	if err != nil || len(events) == 0 {
		return nil, err
	}
	for _, e := range events {
		if asksAgain(e.Kind) {
			h.askReaders(ctx, s.room.id, []*sub{s})
			break
		}
	}
	now, err := h.talk.Current(ctx, events)
	if err != nil {
		return nil, err
	}
	b := &batch{}
	for _, e := range events {
		b.add(evOf(e, now))
	}
	return b, nil
}

// take sends a batch to a subscription if it is what comes next. Live events wait while it reads the log.
func (s *sub) take(b *batch, fromLog bool) (hole bool) {
	r := s.reader
	r.mu.Lock()
	switch {
	case s.over || b.last() <= s.n:
	case s.behind && !fromLog:
		s.missed = b.last()
	case b.first > s.n+1:
		s.behind, s.missed = true, b.last()
		r.mu.Unlock()
		return true
	default:
		it := b.after(s.n)
		s.n = b.last()
		r.hub.stats.Deliveries.Add(int64(it.frames))
		r.pushLocked(it)
		return false
	}
	r.mu.Unlock()
	return false
}
