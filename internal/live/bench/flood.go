package bench

import (
	"context"
	"fmt"
	"time"
)

const (
	ratioLeast = 2.0  // deliveries a second over the peer's
	cpuMost    = 0.45 // processor time of a delivery over the peer's
)

// flooded is what a flood came to.
type flooded struct {
	posting time.Duration // until the last post was answered
	took    time.Duration // until the last reader had it
	cpu     time.Duration
	sum     tally
}

func (f *flooded) rate() float64 { return float64(f.sum.got) / f.took.Seconds() }
func (f *flooded) each() float64 { return micro(f.cpu) / float64(f.sum.got) }

// flood lets many publishers post as fast as they can to the readers of one topic: first to nobody, so that what the
// posts cost without readers is known, then to all of them; then the same to the peer, and the same bytes to nobody's
// server at all.
func (o *Options) flood(ctx context.Context) ([]Row, error) {
	t := table{scenario: "flood"}
	unread, err := o.floodOf(ctx, o.Site, 0)
	if err != nil {
		return nil, err
	}
	if err := o.Site.Quiet(ctx); err != nil {
		return nil, err
	}
	f, err := o.floodOf(ctx, o.Site, o.Readers)
	if err != nil {
		return nil, err
	}
	hub := micro(f.cpu-unread.cpu) / float64(f.sum.got)
	t.add("readers, publishers, posts", fmt.Sprintf("%d, %d, %d", o.Readers, o.Writers, o.Posts))
	t.add("posts on disk a second", fmt.Sprintf("%.0f", float64(o.Posts)/f.posting.Seconds()))
	t.add("deliveries a second", fmt.Sprintf("%.0f", f.rate()))
	t.add("sent to read, p50 and p99", fmt.Sprintf("%s and %s", round(f.sum.times.at(.5)), round(f.sum.times.at(.99))))
	if f.cpu > 0 {
		t.add("processor per delivery, whole process", fmt.Sprintf("%.2f µs", f.each()))
		t.add("processor per delivery, what readers add", fmt.Sprintf("%.2f µs", hub))
	}
	t.add("cut for being slow", fmt.Sprint(f.sum.back))
	o.checked(&t, f.sum, int64(o.Posts), o.Readers)
	size := int(f.sum.bytes / max(1, f.sum.got))
	if err := o.floodPeer(ctx, &t, f, hub, size); err != nil {
		return nil, err
	}
	return t.rows, o.floodWire(&t, f, size)
}

// floodOf floods one side.
func (o *Options) floodOf(ctx context.Context, at side, readers int) (*flooded, error) {
	top, err := at.open(ctx, o.Audience)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	all, err := o.gather(ctx, at, readers, top, start, largeRead, true)
	if err != nil {
		return nil, err
	}
	defer all.stop()
	o.Say(fmt.Sprintf("%d posts to %d readers", o.Posts, readers))
	cpu, began := at.cpu(), time.Now()
	f := &flooded{}
	if f.posting, err = o.publish(ctx, at, top, start, o.Posts, 0); err != nil {
		return nil, err
	}
	if err := all.whole(ctx, top.N+int64(o.Posts), wholeWithin); err != nil {
		return nil, err
	}
	f.took, f.cpu = time.Since(began), at.cpu()-cpu
	all.stop()
	f.sum = all.tally()
	return f, nil
}

// floodPeer floods the peer with messages of the same size, where there is one, and sets the site beside it.
func (o *Options) floodPeer(ctx context.Context, t *table, f *flooded, hub float64, size int) error {
	if o.Peer == nil {
		return nil
	}
	o.Say("the same to the peer")
	if err := o.Site.Quiet(ctx); err != nil {
		return err
	}
	o.Peer.size = size
	peer, err := o.floodOf(ctx, o.Peer, o.Readers)
	if err != nil {
		return fmt.Errorf("peer: %w", err)
	}
	t.add("peer: messages taken a second", fmt.Sprintf("%.0f", float64(o.Posts)/peer.posting.Seconds()))
	t.add("peer: deliveries a second", fmt.Sprintf("%.0f", peer.rate()))
	t.add("peer: sent to read, p50 and p99", fmt.Sprintf("%s and %s", round(peer.sum.times.at(.5)), round(peer.sum.times.at(.99))))
	t.add("peer: processor per delivery", fmt.Sprintf("%.2f µs", peer.each()))
	t.add("peer: lost, doubled or out of order", fmt.Sprintf("%d, %d", int64(o.Posts*o.Readers)-peer.sum.got, peer.sum.wrong))
	t.atLeast("deliveries a second ÷ peer's", f.rate()/peer.rate(), ratioLeast)
	if f.cpu > 0 {
		t.bar("processor per delivery ÷ peer's, what readers add", hub/peer.each(), cpuMost, "")
		t.add("processor per delivery ÷ peer's, whole process", fmt.Sprintf("%.2f", f.each()/peer.each()))
	}
	return nil
}

// floodWire writes the same bytes without any server.
func (o *Options) floodWire(t *table, f *flooded, size int) error {
	o.Say("the same bytes without a site")
	raw, each, err := wire(o.Readers, size, max(o.Posts/4, 50))
	if err != nil {
		return err
	}
	t.add(fmt.Sprintf("limit: raw writes of %d bytes a second", size), fmt.Sprintf("%.0f", raw))
	t.add("limit: processor per raw write", fmt.Sprintf("%.2f µs", micro(each)))
	t.add("deliveries ÷ raw writes", fmt.Sprintf("%.2f", f.rate()/raw))
	if f.cpu > 0 {
		t.add("processor per delivery ÷ per raw write", fmt.Sprintf("%.2f", f.each()/micro(each)))
	}
	return nil
}

func micro(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

func round(d time.Duration) time.Duration {
	if d < 10*time.Millisecond {
		return d.Round(10 * time.Microsecond)
	}
	return d.Round(time.Millisecond)
}
