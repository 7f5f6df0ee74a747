package live

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/talk"
)

const (
	mostAtOnce = 64 // events of a topic in one buffer: about what a connection takes without waiting
	fewReaders = 128

	breatheFrom = time.Millisecond
	breatheMost = 25 * time.Millisecond
)

// handle hands a run of the log to whoever follows its topics. It returns when all of it has been handed out, so the
// next run finds queues that only slow readers have left full.
func (h *Hub) handle(ctx context.Context, events []event.Event) error {
	h.stats.Events.Add(int64(len(events)))
	if err := h.changeWall(ctx, events); err != nil {
		return err
	}
	byTopic := map[string][]event.Event{}
	var order []string
	for _, e := range events {
		if e.Topic == "" {
			h.aboutPerson(ctx, e)
			continue
		}
		if byTopic[e.Topic] == nil {
			order = append(order, e.Topic)
		}
		byTopic[e.Topic] = append(byTopic[e.Topic], e)
	}
	var wanted []event.Event
	rooms := map[string]*room{}
	for _, topic := range order {
		rm, evs := h.roomOf(topic), byTopic[topic]
		switch {
		case rm == nil, h.passed(rm, evs[len(evs)-1].N):
		default:
			rooms[topic] = rm
			wanted = append(wanted, evs...)
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	now, err := h.talk.Current(ctx, wanted)
	if err != nil {
		return err
	}
	began := time.Now()
	for _, topic := range order {
		if rm := rooms[topic]; rm != nil {
			h.hand(ctx, rm, byTopic[topic], now)
		}
	}
	breathe(ctx, time.Since(began))
	return nil
}

// breathe waits after much work, so that what is written meanwhile goes out together: a write to a thousand readers
// costs nearly the same for one event as for thirty. A single event is never held up by it, only what follows at once.
func breathe(ctx context.Context, worked time.Duration) {
	if worked < breatheFrom {
		return
	}
	t := time.NewTimer(min(2*worked, breatheMost))
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// hand hands the events of one topic out. Where one says that the topic's readers have changed, they are asked before
// it is sent. Where one does that or takes text out of sight, nothing up to it is remembered: who comes back reads the
// log, and with it what stands now and who may read it.
func (h *Hub) hand(ctx context.Context, rm *room, events []event.Event, now *talk.Current) {
	b := &batch{}
	flush := func() {
		if len(b.ends) > 0 {
			h.remember(rm, b)
			h.deliver(ctx, rm, b)
			b = &batch{}
		}
	}
	for _, e := range events {
		ask := asksAgain(e.Kind)
		if ask {
			flush()
			h.askReaders(ctx, rm.id, *rm.subs.Load())
		}
		b.add(evOf(e, now))
		drop := ask || takesText(e.Kind)
		if drop || len(b.ends) == mostAtOnce || len(b.buf) > sendBuffer {
			flush()
		}
		if drop {
			rm.mu.Lock()
			h.dropRecent(rm)
			rm.mu.Unlock()
		}
	}
	flush()
}

// deliver gives a batch to every reader of a room, by a few workers when there are many.
func (h *Hub) deliver(ctx context.Context, rm *room, b *batch) {
	subs := *rm.subs.Load()
	give := func(subs []*sub) {
		for _, s := range subs {
			if s.take(b, false) {
				go h.catchUp(ctx, s)
			}
		}
	}
	workers := min(runtime.GOMAXPROCS(0), len(subs)/fewReaders+1)
	if workers == 1 {
		give(subs)
		return
	}
	var wg sync.WaitGroup
	share := (len(subs) + workers - 1) / workers
	for w := range workers {
		part := subs[w*share : min((w+1)*share, len(subs))]
		wg.Go(func() { give(part) })
	}
	wg.Wait()
}

// takesText tells whether an event may take text out of sight.
func takesText(k event.Kind) bool {
	switch k {
	case event.PostRemoved, event.PostEdited, event.PostMoved, event.PostTouched, event.PostsCleared:
		return true
	}
	return false
}

// asksAgain tells whether an event may change who reads a topic.
func asksAgain(k event.Kind) bool {
	switch k {
	case event.TopicAudience, event.TopicHidden, event.TopicRestored:
		return true
	}
	return false
}
