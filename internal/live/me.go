package live

import (
	"context"
	"time"

	"github.com/manetomo/manetomo/internal/event"
)

// A person's own part of the channel is a state, not a log: how many notices wait. It is told when a reader asks for
// it, and whenever somebody has been told something new, on every node.

const noticesEvery = 200 * time.Millisecond // at most; a flood of posts is a flood of notices

// mine is the frame of a person's own part.
type mine struct {
	T       string `json:"t"`
	Notices int    `json:"notices"`
}

// watchNotices follows the follower that writes notices, by its checkpoint, until ctx ends.
func (h *Hub) watchNotices(ctx context.Context) {
	last := int64(-1)
	for ctx.Err() == nil {
		written := h.db.Written()
		at, err := event.Checkpoint(ctx, h.db, "notify")
		switch {
		case err != nil:
			h.log(ctx, "ask how far notices are", err)
		case last < 0:
			last = at
		case at > last:
			if err := h.tellPeople(ctx, last, at); err != nil {
				h.log(ctx, "ask who was told something", err)
			} else {
				last = at
			}
		}
		if !wait(ctx, nil, noticesEvery) || !wait(ctx, written, safetyLook) {
			return
		}
	}
}

const safetyLook = 2 * time.Second

// wait waits for the signal or the time, and tells whether there is reason to go on.
func wait(ctx context.Context, signal <-chan struct{}, most time.Duration) bool {
	t := time.NewTimer(most)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-signal:
	case <-t.C:
	}
	return true
}

func (h *Hub) tellPeople(ctx context.Context, after, upTo int64) error {
	people, err := h.notify.Told(ctx, after, upTo)
	if err != nil {
		return err
	}
	for _, person := range people {
		h.mu.Lock()
		var all []*reader
		for r := range h.people[person] {
			all = append(all, r)
		}
		h.mu.Unlock()
		for _, r := range all {
			r.tellMine(ctx, -1)
		}
	}
	return nil
}

// wantsMine lets a reader hear of its person's notices from now on. known is the count that it shows: a poll that
// would say nothing else waits.
func (r *reader) wantsMine(ctx context.Context, known int) {
	r.mu.Lock()
	r.mine = true
	r.mu.Unlock()
	r.tellMine(ctx, known)
}

// tellMine counts and tells, one at a time for a reader, so that an older count never comes after a newer one.
func (r *reader) tellMine(ctx context.Context, known int) {
	r.counting.Lock()
	defer r.counting.Unlock()
	r.mu.Lock()
	wanted := r.mine && !r.ended
	r.mu.Unlock()
	if !wanted {
		return
	}
	n, err := r.hub.notify.Unread(ctx, r.viewer())
	if err != nil {
		r.hub.log(ctx, "count notices", err)
		return // the next one tells it
	}
	r.push(item{buf: appendFrame(nil, mine{"me", n}), tells: n != known})
}
