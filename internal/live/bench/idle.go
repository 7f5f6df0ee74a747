package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

const (
	idleMost    = 128  // MiB for 10,000 idle connections
	idleFor     = 1e4  // connections that the bar is for
	smallRead   = 1024 // the buffer of a reader that waits
	largeRead   = 32 << 10
	wholeWithin = 2 * time.Minute
)

// idle measures what connected readers cost in memory while nothing happens.
func (o *Options) idle(ctx context.Context) ([]Row, error) {
	t := table{scenario: "idle"}
	top, err := o.Site.open(ctx, o.Audience)
	if err != nil {
		return nil, err
	}
	before := o.settled(ctx)
	start := time.Now()
	all, err := o.gather(ctx, o.Idle, top, start, smallRead, false)
	if err != nil {
		return nil, err
	}
	took := time.Since(start)
	after := o.settled(ctx)
	cpu := o.Site.cpu()
	o.Say("resting")
	if err := rest(ctx, 10*time.Second); err != nil {
		return nil, err
	}
	share := float64(o.Site.cpu()-cpu) / float64(10*time.Second)
	all.stop()
	sum := all.tally()
	t.add("connections", fmt.Sprint(o.Idle))
	t.add("connected in", took.Round(10*time.Millisecond).String())
	if before > 0 {
		t.add("process before and with them", fmt.Sprintf("%.0f and %.0f MiB", mib(before), mib(after)))
		t.bar("more memory", mib(after-before), idleMost*float64(o.Idle)/idleFor, " MiB")
		t.add("memory a connection", fmt.Sprintf("%.1f KiB", float64(after-before)/1024/float64(o.Idle)))
		t.add("a core's share while idle", fmt.Sprintf("%.1f %%", 100*share))
	}
	t.bar("lost while idle", float64(sum.back), 0, "")
	return t.rows, nil
}

// settled waits until the site's memory no longer falls, and returns it.
func (o *Options) settled(ctx context.Context) int64 {
	most := time.Now().Add(o.Settle)
	last := o.Site.memory()
	for time.Now().Before(most) && rest(ctx, o.Settle/4) == nil {
		now := o.Site.memory()
		if now > last-last/200 && now < last+last/200 {
			return now
		}
		last = now
	}
	return last
}

func rest(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// storm cuts all connections at once, while somebody goes on posting, and measures until everybody is back and whole.
func (o *Options) storm(ctx context.Context) ([]Row, error) {
	t := table{scenario: "storm"}
	top, err := o.Site.open(ctx, o.Audience)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	all, err := o.gather(ctx, o.Idle, top, start, 4<<10, false)
	if err != nil {
		return nil, err
	}
	defer all.stop()
	posted, stop := o.chatter(ctx, top, start)
	if err := rest(ctx, time.Second); err != nil {
		return nil, err
	}
	cut := time.Now()
	for _, i := range rand.Perm(len(all)) {
		all[i].cut()
	}
	cutIn := time.Since(cut)
	err = all.back(ctx)
	back := time.Since(cut)
	if err == nil {
		err = all.whole(ctx, top.N+posted.Load(), wholeWithin)
	}
	whole := time.Since(cut)
	if e := stop(); e != nil {
		return nil, e
	}
	last := top.N + posted.Load()
	if err == nil {
		err = all.whole(ctx, last, wholeWithin)
	}
	if err != nil {
		return nil, err
	}
	all.stop()
	sum := all.tally()
	t.add("connections", fmt.Sprint(o.Idle))
	t.add("all cut within", cutIn.Round(time.Millisecond).String())
	t.add("all back in", back.Round(10*time.Millisecond).String())
	t.add("all back and whole in", whole.Round(10*time.Millisecond).String())
	t.add("connections a second", fmt.Sprintf("%.0f", float64(o.Idle)/back.Seconds()))
	t.add("events meanwhile", fmt.Sprint(posted.Load()))
	o.checked(&t, sum, posted.Load(), len(all))
	return t.rows, nil
}

// checked adds the two figures that may never be anything but zero.
func (o *Options) checked(t *table, sum tally, events int64, readers int) {
	t.bar("lost", float64(events*int64(readers)-sum.got), 0, "")
	t.bar("doubled or out of order", float64(sum.wrong), 0, "")
}

// back waits until every reader has a connection again that follows its topic.
func (c crowd) back(ctx context.Context) error {
	deadline := time.Now().Add(wholeWithin)
	for _, r := range c {
		for r.opened.Load() < 2 {
			if time.Now().After(deadline) {
				return errNotWhole
			}
			if err := rest(ctx, time.Millisecond); err != nil {
				return err
			}
		}
	}
	return nil
}

// chatter posts ten times a second until it is stopped. It tells how many posts have been answered.
func (o *Options) chatter(ctx context.Context, top topic, start time.Time) (posted *atomic.Int64, stop func() error) {
	posted = &atomic.Int64{}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() {
		for ctx.Err() == nil {
			err := o.Site.say(context.WithoutCancel(ctx), top, fmt.Sprint(time.Since(start).Microseconds()), "")
			if err != nil {
				ended <- err
				return
			}
			posted.Add(1)
			_ = rest(ctx, 100*time.Millisecond)
		}
		ended <- nil
	}()
	return posted, func() error { cancel(); return <-ended }
}
