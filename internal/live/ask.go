package live

import (
	"context"
	"slices"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/event"
)

const askTime = 5 * time.Second // how long asking for a session may take

func (r *reader) viewer() access.Viewer {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.session.Viewer
}

// askReaders asks again whether the readers of a topic may read it; who may not is told that it has ended. When the
// question cannot be answered they are sent away: they come back and are asked at the door.
func (h *Hub) askReaders(ctx context.Context, topic string, subs []*sub) {
	gate, err := h.talk.Gate(ctx, topic)
	if err != nil && !apperr.Is(err, apperr.NotFound) {
		h.log(ctx, "ask again who may read a topic", err)
		for _, s := range subs {
			s.reader.end(closeFault, restart)
		}
		return
	}
	for _, s := range slices.Clone(subs) {
		if err != nil || !gate.LetsIn(s.reader.viewer()) {
			h.finish(s)
		}
	}
}

// finish ends a subscription whose right to read has ended.
func (h *Hub) finish(s *sub) {
	r := s.reader
	r.mu.Lock()
	if s.over {
		r.mu.Unlock()
		return
	}
	s.over = true
	delete(r.subs, s.room.id)
	r.pushLocked(item{buf: appendFrame(nil, refusal{T: "end", Topic: s.room.id}), tells: true})
	s.room.remove(s)
}

// aboutPerson asks again for the sessions of somebody whose roles, suspension or sign-in changed.
func (h *Hub) aboutPerson(ctx context.Context, e event.Event) {
	switch e.Kind {
	case event.PersonRoles, event.PersonSuspended, event.PersonSignedOut:
	default:
		return
	}
	h.mu.Lock()
	var all []*reader
	for r := range h.people[e.Subject] {
		all = append(all, r)
	}
	h.mu.Unlock()
	h.askAgain(ctx, all)
}

// askAgain asks, a few at a time and without holding up the caller, whether readers' sessions still stand.
func (h *Hub) askAgain(ctx context.Context, readers []*reader) {
	for _, r := range readers {
		go func() {
			select {
			case h.asking <- struct{}{}:
				defer func() { <-h.asking }()
				h.ask(ctx, r)
			case <-r.done:
			case <-ctx.Done():
			}
		}()
	}
}

func (h *Hub) ask(ctx context.Context, r *reader) {
	ctx, stop := context.WithTimeout(ctx, askTime)
	defer stop()
	v, err := r.session.Again(ctx)
	switch {
	case err != nil && apperr.From(err).Kind == apperr.Internal, apperr.Is(err, apperr.Unavailable):
		h.log(ctx, "ask again for a session", err)
		r.end(closeFault, restart)
		return
	case err != nil, v.Person != r.person, !v.CanTalk():
		r.end(closePolicy, auth)
		return
	}
	r.mu.Lock()
	r.session.Viewer = v
	subs := make([]*sub, 0, len(r.subs))
	for _, s := range r.subs {
		subs = append(subs, s)
	}
	r.mu.Unlock()
	for _, s := range subs {
		h.askReaders(ctx, s.room.id, []*sub{s})
	}
}
