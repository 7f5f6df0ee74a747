package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

const stormMost = 0.6 // of the peer's time

// storm cuts all connections at once, while somebody goes on posting, and measures until everybody is back and whole.
func (o *Options) storm(ctx context.Context) ([]Row, error) {
	t := table{scenario: "storm"}
	ours, err := o.stormOf(ctx, o.Site)
	if err != nil {
		return nil, err
	}
	t.add("connections", fmt.Sprint(o.Idle))
	t.add("all cut within", ours.cutIn.Round(time.Millisecond).String())
	t.add("all back in", ours.back.Round(10*time.Millisecond).String())
	t.add("all back and whole in", ours.whole.Round(10*time.Millisecond).String())
	t.add("connections a second", fmt.Sprintf("%.0f", float64(o.Idle)/ours.back.Seconds()))
	t.add("processor time of the site", round(ours.cpu).String())
	t.add("events meanwhile", fmt.Sprint(ours.posted))
	o.checked(&t, ours.sum, ours.posted, o.Idle)
	if o.Peer == nil {
		return t.rows, nil
	}
	o.Say("the same with the peer")
	if err := o.Site.Quiet(ctx); err != nil {
		return nil, err
	}
	peer, err := o.stormOf(ctx, o.Peer)
	if err != nil {
		return nil, fmt.Errorf("peer: %w", err)
	}
	t.add("peer: all back and whole in", peer.whole.Round(10*time.Millisecond).String())
	t.add("peer: processor time", round(peer.cpu).String())
	t.add("peer: lost, doubled or out of order", fmt.Sprintf("%d, %d", peer.posted*int64(o.Idle)-peer.sum.got, peer.sum.wrong))
	t.bar("all back and whole ÷ peer's time", ours.whole.Seconds()/peer.whole.Seconds(), stormMost, "")
	return t.rows, nil
}

// stormed is what a storm came to.
type stormed struct {
	cutIn, back, whole, cpu time.Duration
	posted                  int64
	sum                     tally
}

func (o *Options) stormOf(ctx context.Context, at side) (*stormed, error) {
	top, err := at.open(ctx, o.Audience)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	all, err := o.gather(ctx, at, o.Idle, top, start, 4<<10, false)
	if err != nil {
		return nil, err
	}
	defer all.stop()
	posted, stop := o.chatter(ctx, at, top, start)
	if err := rest(ctx, time.Second); err != nil {
		return nil, err
	}
	s := &stormed{}
	cut, cpu := time.Now(), at.cpu()
	for _, i := range rand.Perm(len(all)) {
		all[i].cut()
	}
	s.cutIn = time.Since(cut)
	err = all.back(ctx)
	s.back = time.Since(cut)
	if err == nil {
		err = all.whole(ctx, top.N+posted.Load(), wholeWithin)
	}
	s.whole, s.cpu = time.Since(cut), at.cpu()-cpu
	if e := stop(); e != nil {
		return nil, e
	}
	s.posted = posted.Load()
	if err == nil {
		err = all.whole(ctx, top.N+s.posted, wholeWithin)
	}
	all.stop()
	s.sum = all.tally()
	return s, err
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
func (o *Options) chatter(ctx context.Context, at side, top topic, start time.Time) (posted *atomic.Int64, stop func() error) {
	posted = &atomic.Int64{}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() {
		for ctx.Err() == nil {
			err := at.say(context.WithoutCancel(ctx), top, fmt.Sprint(time.Since(start).Microseconds()), "")
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
