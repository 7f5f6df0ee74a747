package bench

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Server is a site that the bench starts itself, since it kills it.
type Server interface {
	Kill() error                     // at once, as a power cut would
	Start(ctx context.Context) error // again on the same data; returns when it is ready
}

const (
	crashReaders = 50
	wholeMost    = 2.0 // seconds after the restart until everybody is whole
	crashFlood   = 700 * time.Millisecond
)

// Crash kills the server in the middle of a flood, rounds times, and looks each time whether what was acknowledged is
// there once, and how soon every reader has everything again.
func (o *Options) Crash(ctx context.Context, name string, s Server, rounds int) ([]Row, error) {
	t := table{scenario: "crash, " + name}
	top, err := o.Site.open(ctx, o.Audience)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	all, err := o.gather(ctx, o.Site, crashReaders, top, start, largeRead, false)
	if err != nil {
		return nil, err
	}
	defer all.stop()
	log := &acks{sent: map[string]bool{}}
	var took []time.Duration
	var slowestStart time.Duration
	for turn := range rounds {
		o.Say(fmt.Sprintf("%s: kill %d of %d", name, turn+1, rounds))
		flooding := o.floodUntilKilled(ctx, top, log, turn)
		if err := rest(ctx, crashFlood+time.Duration(turn%7)*31*time.Millisecond); err != nil {
			return nil, err
		}
		if err := s.Kill(); err != nil {
			return nil, err
		}
		killed := time.Now()
		if err := s.Start(ctx); err != nil {
			return nil, err
		}
		ready := time.Now()
		flooding.Wait() // each writer has had its cut post answered by the server that stands now
		answered := time.Now()
		var head topic
		if err := o.Site.get(ctx, "/api/v1/topics/"+top.ID, &head); err != nil {
			return nil, err
		}
		if err := all.whole(ctx, head.N, wholeWithin); err != nil {
			return nil, err
		}
		took = append(took, time.Since(ready))
		o.Say(fmt.Sprintf("ready after %s, cut posts answered after %s more, all whole after %s", round(ready.Sub(killed)), round(answered.Sub(ready)), round(took[len(took)-1])))
		slowestStart = max(slowestStart, ready.Sub(killed))
	}
	bodies, err := o.Site.bodies(ctx, top)
	if err != nil {
		return nil, err
	}
	all.stop()
	lost, doubled := log.compare(bodies)
	sum := all.tally()
	posts := int64(len(bodies)) - 1 // the topic's own text was there before
	t.add("rounds, readers, posts acknowledged", fmt.Sprintf("%d, %d, %d", rounds, crashReaders, len(log.sent)))
	t.bar("acknowledged posts lost", float64(lost), 0, "")
	t.bar("posts doubled", float64(doubled), 0, "")
	t.bar("events that readers lost", float64(posts*crashReaders-sum.got), 0, "")
	t.bar("doubled or out of order", float64(sum.wrong), 0, "")
	t.add("slowest start, from kill to ready", fmt.Sprintf("%.2f s", slowestStart.Seconds()))
	slices.Sort(took)
	t.add("all whole after the restart, median", fmt.Sprintf("%.2f s", took[len(took)/2].Seconds()))
	t.bar("all whole after the restart, slowest", took[len(took)-1].Seconds(), wholeMost, " s")
	return t.rows, nil
}

// acks are the posts that were answered.
type acks struct {
	mu   sync.Mutex
	sent map[string]bool
}

// floodUntilKilled posts from all writers until each has met the kill. The post that got no answer is sent again with
// its key until it gets one, as a browser's outbox does.
func (o *Options) floodUntilKilled(ctx context.Context, top topic, log *acks, round int) *sync.WaitGroup {
	var wg sync.WaitGroup
	for w := range o.Writers {
		wg.Go(func() {
			for i, cut := 0, false; !cut && ctx.Err() == nil; i++ {
				key := fmt.Sprintf("%d-%d-%d", round, w, i)
				err := o.Site.say(ctx, top, key, key)
				for err != nil && ctx.Err() == nil {
					cut = true
					if isRefused(err) {
						o.Say(err.Error())
						return
					}
					_ = rest(ctx, 20*time.Millisecond)
					err = o.Site.say(ctx, top, key, key)
				}
				if err == nil {
					log.mu.Lock()
					log.sent[key] = true
					log.mu.Unlock()
				}
			}
		})
	}
	return &wg
}

// compare counts acknowledged posts that are not there, and posts that are there twice.
func (a *acks) compare(bodies []string) (lost, doubled int) {
	there := map[string]int{}
	for _, b := range bodies {
		var key string
		if _, err := fmt.Sscan(b, &key); err == nil {
			there[key]++
		}
	}
	for key := range a.sent {
		switch n := there[key]; {
		case n == 0:
			lost++
		case n > 1:
			doubled++
		}
	}
	return lost, doubled
}
