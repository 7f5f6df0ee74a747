package live

import (
	"math/rand/v2"
	"sync"
	"time"
)

// Close codes of RFC 6455 that the hub uses.
const (
	closeNormal    = 1000
	closeProtocol  = 1002
	closeKind      = 1003 // binary where text is spoken
	closeData      = 1007 // not UTF-8, not JSON, wrong types
	closePolicy    = 1008 // no session, too much asked, too slow
	closeTooLarge  = 1009
	closeFault     = 1011
	closeRestart   = 1012
	mostRestartsIn = 5 * time.Second // readers come back over this time
)

// item is what waits to be sent: one or more whole messages.
type item struct {
	buf    []byte
	frames int  // events in it; an answer or a ping counts none
	small  bool // typing and presence: the first to go when there is no room
	tells  bool // a poll answers at once for it, as for an event
}

// sub is one reader's place in one topic. Its fields belong to the reader's mutex.
type sub struct {
	reader *reader
	room   *room
	n      int64 // sent up to here
	behind bool  // reading the log; live events wait
	missed int64 // the last live event that came while behind
	over   bool
}

// reader is one connection: a socket, or a long poll while it waits.
type reader struct {
	hub     *Hub
	person  string
	session Session // Viewer belongs to mu
	socket  *socket // nil for a poll
	pinged  time.Time
	checked time.Time // both belong to the hub's mutex
	done    chan struct{}
	room    chan struct{} // has a token when the queue has become shorter

	counting sync.Mutex // held while notices are counted and told

	mu      sync.Mutex
	mine    bool // hears of its person's notices
	wall    bool // hears of the wall
	wallSeq int64
	subs    map[string]*sub
	queue   []item
	frames  int // waiting, with what is being written
	bytes   int
	writing bool // somebody is sending from the queue, or the connection is not open yet
	news    bool // something came that a poll answers for
	ended   bool
	typed   time.Time
}

func (h *Hub) newReader(s Session, sock *socket) *reader {
	now := time.Now()
	// The first ping comes at a random time, so that connections made together do not beat together.
	return &reader{hub: h, person: s.Viewer.Person, session: s, socket: sock, done: make(chan struct{}),
		pinged: now.Add(-rand.N(pingEvery)), checked: now, room: make(chan struct{}, 1), writing: sock != nil}
}

// push queues an item and sends it if nobody is sending. A reader that has not taken enough of what it was sent before
// is cut.
func (r *reader) push(it item) {
	r.mu.Lock()
	r.pushLocked(it)
}

// pushLocked is push for who holds r.mu; it unlocks it.
func (r *reader) pushLocked(it item) {
	if r.ended || it.buf == nil {
		r.mu.Unlock()
		return
	}
	if r.bytes > 0 && (r.frames+it.frames > maxQueueFrames || r.bytes+len(it.buf) > maxQueueBytes) && !r.squeeze(it) {
		r.mu.Unlock()
		return
	}
	r.frames += it.frames
	r.bytes += len(it.buf)
	r.news = r.news || it.tells || it.frames > 0
	if r.writing || r.socket == nil {
		r.queue = append(r.queue, it)
		r.mu.Unlock()
		r.signal()
		return
	}
	r.writing = true
	r.mu.Unlock()
	r.write(it)
}

// squeeze makes room for an item and tells whether it may be queued. Presence goes first; then the reader itself.
func (r *reader) squeeze(it item) bool {
	if it.small {
		return false
	}
	kept := r.queue[:0]
	for _, q := range r.queue {
		if q.small {
			r.bytes -= len(q.buf)
			continue
		}
		kept = append(kept, q)
	}
	r.queue = kept
	if r.frames+it.frames <= maxQueueFrames && r.bytes+len(it.buf) <= maxQueueBytes {
		return true
	}
	if r.socket != nil {
		r.hub.stats.Slow.Add(1)
	}
	r.endLocked(closePolicy, slow)
	return false
}

// end asks the reader to go: why, if it is worth a frame, then the close code. What waits is dropped, since the reader
// comes back with its n.
func (r *reader) end(code int, why string) {
	r.mu.Lock()
	started := r.endLocked(code, why)
	r.mu.Unlock()
	if started {
		go r.drain(nil, 0, 0)
	}
}

// endLocked queues the last frames and tells whether the caller must start sending them. From squeeze somebody is
// sending already: a queue that is too long has a writer.
func (r *reader) endLocked(code int, why string) (start bool) {
	if r.ended {
		return false
	}
	r.ended = true
	close(r.done)
	if r.socket == nil && why == slow {
		return false // a poll that is full answers with what it has
	}
	for _, q := range r.queue {
		r.bytes -= len(q.buf)
		r.frames -= q.frames
	}
	r.queue = r.queue[:0]
	var last []byte
	if why != "" {
		wait := int64(0)
		if why == restart {
			wait = rand.N(mostRestartsIn).Milliseconds()
		}
		last = appendFrame(nil, bye{"bye", why, wait})
	}
	if r.socket != nil {
		last = appendMessage(last, opClose, []byte{byte(code >> 8), byte(code)})
	}
	r.queue = append(r.queue, item{buf: last})
	r.bytes += len(last)
	start = r.socket != nil && !r.writing
	r.writing = r.writing || start
	return start
}

func (r *reader) signal() {
	select {
	case r.room <- struct{}{}:
	default:
	}
}

// settled waits until the queue is at most half full, or the reader has gone.
func (r *reader) settled() bool {
	for {
		r.mu.Lock()
		ok := r.frames <= maxQueueFrames/2 && r.bytes <= maxQueueBytes/2
		ended := r.ended
		r.mu.Unlock()
		switch {
		case ended:
			return false
		case ok:
			return true
		case r.socket == nil:
			return false // a poll answers with what it has
		}
		select {
		case <-r.room:
		case <-r.done:
		}
	}
}

// leaveAll ends all subscriptions and returns them.
func (r *reader) leaveAll() (all []*sub) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.subs {
		s.over = true
		all = append(all, s)
	}
	r.subs = nil
	return all
}
