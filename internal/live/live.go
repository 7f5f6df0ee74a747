// Package live is the channel by which readers of a discussion see what happens in it, at once and without reloading.
//
// The guarantee: every reader of a topic sees the topic's events in the same order, each exactly once, none missing, as
// long as the log holds them, through sleep, reconnection, a change of transport, a restart and on every node. A reader
// sees only what they may see at the moment of sending.
//
// How it holds: the hub follows the log; nothing else makes a frame. Each subscription keeps the n it has been sent up
// to, takes only n+1 next, and reads the log when it needs what the hub no longer remembers. A run of events is encoded
// once into one buffer that all readers share and that goes out past gorilla's writer, so a connection has one queue for
// everything it is sent: events, answers, pings, closes. The queue is bounded; who does not read is cut and comes back
// with its n. A long poll is a reader whose queue becomes the answer: the same path, the same frames.
//
// One goroutine per connection reads. Nothing here writes but read marks.
package live

import (
	"context"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/notify"
	"github.com/manetomo/manetomo/internal/talk"
)

// The channel's limits (contract §5 and the design of the channel).
const (
	maxQueueFrames = 256
	maxQueueBytes  = 256 << 10
	maxTopics      = 20 // per connection
	maxSockets     = 10 // per account
	maxAskedBytes  = 16 << 10
	asksPerSecond  = 10
	asksAtOnce     = 40 // a returning reader says hello and names its topics in one breath
	furthestBehind = 500
	pingEvery      = 25 * time.Second
	deadAfter      = 60 * time.Second
	writeTime      = 10 * time.Second
	closeTime      = 2 * time.Second
	pollTime       = 25 * time.Second
	sessionEvery   = 5 * time.Minute
	whoEvery       = 2 * time.Second
	typingLasts    = 5 * time.Second
	marksEvery     = 5 * time.Second
	sendBuffer     = 64 << 10 // more would hide a reader that has stopped reading
)

// Session is who connects and how to ask again whether they still may. Again must not keep the request.
type Session struct {
	Viewer access.Viewer
	Again  func(context.Context) (access.Viewer, error)
}

// Hub joins the log and the readers of this node.
type Hub struct {
	db      *db.DB
	talk    *talk.Service
	notify  *notify.Service
	origins []string
	epoch   string
	from    int64 // the log's head when the hub was made: what it follows from

	mu      sync.Mutex
	rooms   map[string]*room
	readers map[*reader]struct{}
	people  map[string]map[*reader]struct{}
	wall    map[access.Audience]int64
	closing bool

	marks      marks
	asking     chan struct{} // bounds how many sessions are asked for at once
	gone       sync.WaitGroup
	remembered atomic.Int64 // bytes of recent events in all rooms
	stats      Stats
}

// Stats counts what the hub does, for the metrics page.
type Stats struct {
	Sockets, Polls               atomic.Int64 // open now
	SocketsOpened, PollsAnswered atomic.Int64
	PlainAnswered                atomic.Int64 // polls that did not wait
	Events, Deliveries           atomic.Int64 // events followed; frames handed to readers
	Slow, Refused                atomic.Int64 // readers cut; sockets refused for the account's limit
}

// New makes a hub that knows the log's head from now on. origins are the addresses whose pages may open a socket.
func New(ctx context.Context, d *db.DB, origins ...string) (*Hub, error) {
	seq, epoch, err := event.Head(ctx, d.Read())
	if err != nil {
		return nil, err
	}
	return &Hub{db: d, talk: &talk.Service{DB: d}, notify: &notify.Service{DB: d}, origins: origins, epoch: epoch, from: seq,
		rooms: map[string]*room{}, readers: map[*reader]struct{}{}, people: map[string]map[*reader]struct{}{}, wall: map[access.Audience]int64{},
		asking: make(chan struct{}, 4)}, nil
}

// Stats is what the hub has counted.
func (h *Hub) Stats() *Stats { return &h.stats }

// Run follows the log until ctx ends. Then everybody is told to come back elsewhere, after a random while.
func (h *Hub) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	wg.Go(func() { h.tick(ctx) })
	wg.Go(func() { h.watchNotices(ctx) })
	err := event.Follow(ctx, h.db, "live", h.from, h.handle)
	wg.Wait()
	h.Close()
	return err
}

// Close ends all connections, refuses new ones and waits until the last is gone. A server calls it before it waits for
// its requests, since a long poll is one of them.
func (h *Hub) Close() {
	h.mu.Lock()
	h.closing = true
	all := make([]*reader, 0, len(h.readers))
	for r := range h.readers {
		all = append(all, r)
	}
	h.mu.Unlock()
	for _, r := range all {
		r.end(closeRestart, restart)
	}
	h.gone.Wait()
	h.keepMarks(context.Background())
}

// join lets a reader in, unless its account has enough connections already.
func (h *Hub) join(r *reader) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	mine := h.people[r.person]
	switch {
	case h.closing:
		return apperr.New(apperr.Unavailable, "いま切りかえています。数秒待つと、自動でつながり直します。")
	case len(mine) >= maxSockets && !r.session.Viewer.Unlimited:
		h.stats.Refused.Add(1)
		return apperr.New(apperr.Throttled, "同じ人の接続が多すぎます。使っていない画面を閉じてから、もう一度お試しください。")
	}
	if mine == nil {
		mine = map[*reader]struct{}{}
		h.people[r.person] = mine
	}
	mine[r], h.readers[r] = struct{}{}, struct{}{}
	h.gone.Add(1)
	return nil
}

// leave forgets a reader.
func (h *Hub) leave(r *reader) {
	for _, s := range r.leaveAll() {
		s.room.remove(s)
	}
	h.mu.Lock()
	delete(h.readers, r)
	delete(h.people[r.person], r)
	if len(h.people[r.person]) == 0 {
		delete(h.people, r.person)
	}
	h.mu.Unlock()
	h.gone.Done()
}

// tick does what time asks for: pings, presence, read marks, sessions, forgetting.
func (h *Hub) tick(ctx context.Context) {
	second := time.NewTicker(time.Second)
	defer second.Stop()
	surge := surge{}
	for beat := 0; ; beat++ {
		select {
		case <-ctx.Done():
			return
		case now := <-second.C:
			h.beat(ctx, now)
			if surge.over(h.stats.SocketsOpened.Load()) {
				debug.FreeOSMemory()
			}
			if beat%int(whoEvery/time.Second) == 0 {
				h.tellWho(now)
			}
			if beat%int(marksEvery/time.Second) == 0 {
				h.keepMarks(ctx)
				h.forget(now)
			}
		}
	}
}

// surge notices when many readers have come at once, as after a restart. A handshake costs several times what a reader
// keeps, and nothing would give that back for minutes.
type surge struct{ opened, counted int64 }

const manyCame = 500

func (s *surge) over(opened int64) bool {
	quiet := opened == s.opened
	s.opened = opened
	if !quiet || opened-s.counted < manyCame {
		return false
	}
	s.counted = opened
	return true
}

// beat pings whose turn it is and asks again for old sessions.
func (h *Hub) beat(ctx context.Context, now time.Time) {
	var due, old []*reader
	h.mu.Lock()
	for r := range h.readers {
		if r.socket == nil {
			continue
		}
		if now.Sub(r.pinged) >= pingEvery {
			r.pinged = now
			due = append(due, r)
		}
		if now.Sub(r.checked) >= sessionEvery {
			r.checked = now
			old = append(old, r)
		}
	}
	h.mu.Unlock()
	for _, r := range due {
		r.push(item{buf: pingFrame})
	}
	h.askAgain(ctx, old)
}

var pingFrame = appendMessage(nil, opPing, nil)

func (h *Hub) log(ctx context.Context, what string, err error) {
	if ctx.Err() == nil {
		slog.ErrorContext(ctx, "live: "+what, "err", err)
	}
}
