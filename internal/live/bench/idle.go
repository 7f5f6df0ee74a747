package bench

import (
	"context"
	"fmt"
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
	ours, err := o.idleOf(ctx, o.Site)
	if err != nil {
		return nil, err
	}
	t.add("connections", fmt.Sprint(o.Idle))
	t.add("connected in", ours.took.Round(10*time.Millisecond).String())
	if ours.before > 0 {
		t.add("process before and with them", fmt.Sprintf("%.0f and %.0f MiB", mib(ours.before), mib(ours.after)))
		t.bar("more memory", mib(ours.more()), idleMost*float64(o.Idle)/idleFor, " MiB")
		t.add("memory a connection", fmt.Sprintf("%.1f KiB", float64(ours.more())/1024/float64(o.Idle)))
		t.add("a core's share while idle", fmt.Sprintf("%.1f %%", 100*ours.share))
	}
	t.bar("lost while idle", float64(ours.sum.back), 0, "")
	if o.Peer == nil {
		return t.rows, nil
	}
	o.Say("the same with the peer")
	peer, err := o.idleOf(ctx, o.Peer)
	if err != nil {
		return nil, fmt.Errorf("peer: %w", err)
	}
	t.add("peer: connected in", peer.took.Round(10*time.Millisecond).String())
	t.add("peer: more memory", fmt.Sprintf("%.1f MiB", mib(peer.more())))
	t.add("peer: a core's share while idle", fmt.Sprintf("%.1f %%", 100*peer.share))
	return t.rows, nil
}

// idling is what idle connections cost.
type idling struct {
	took          time.Duration
	before, after int64
	share         float64 // of a core
	sum           tally
}

func (i *idling) more() int64 { return i.after - i.before }

func (o *Options) idleOf(ctx context.Context, at side) (*idling, error) {
	top, err := at.open(ctx, o.Audience)
	if err != nil {
		return nil, err
	}
	i := &idling{before: o.settled(ctx, at)}
	start := time.Now()
	all, err := o.gather(ctx, at, o.Idle, top, start, smallRead, false)
	if err != nil {
		return nil, err
	}
	defer all.stop()
	i.took = time.Since(start)
	i.after = o.settled(ctx, at)
	cpu := at.cpu()
	o.Say("resting")
	if err := rest(ctx, 10*time.Second); err != nil {
		return nil, err
	}
	i.share = float64(at.cpu()-cpu) / float64(10*time.Second)
	all.stop()
	i.sum = all.tally()
	return i, nil
}

// settled waits until a side's memory no longer falls, and returns it.
func (o *Options) settled(ctx context.Context, at side) int64 {
	most := time.Now().Add(o.Settle)
	last := at.memory()
	for time.Now().Before(most) && rest(ctx, o.Settle/4) == nil {
		now := at.memory()
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
