package bench

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

const dialsAtOnce = 256

// crowd are readers of one topic.
type crowd []*reader

// gather connects n readers and lets them read.
func (o *Options) gather(ctx context.Context, at side, n int, t topic, start time.Time, size int, timed bool) (crowd, error) {
	all := make(crowd, n)
	var next, connected atomic.Int64
	var wg sync.WaitGroup
	failed := make(chan error, dialsAtOnce)
	said := time.Now()
	for range min(n, dialsAtOnce) {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				r := newReader(at, t, start, size)
				if timed {
					r.times = &hist{}
				}
				in, err := r.connect(ctx)
				if err != nil {
					failed <- fmt.Errorf("reader %d of %d: %w", connected.Load()+1, n, err)
					return
				}
				all[i] = r
				connected.Add(1)
				go r.run(ctx, in)
			}
		})
	}
	gathered := make(chan struct{})
	go func() { wg.Wait(); close(gathered) }()
	for tick := time.NewTicker(500 * time.Millisecond); ; {
		select {
		case <-gathered:
			tick.Stop()
			if len(failed) > 0 {
				all.stop()
				return nil, <-failed
			}
			return all, nil
		case <-tick.C:
			if time.Since(said) > 3*time.Second {
				said = time.Now()
				o.Say(fmt.Sprintf("%d of %d connected", connected.Load(), n))
			}
		}
	}
}

// stop ends all readers and waits for them.
func (c crowd) stop() {
	for _, r := range c {
		if r != nil {
			r.stop()
		}
	}
	for _, r := range c {
		if r != nil {
			<-r.done
		}
	}
}

var errNotWhole = errors.New("some readers did not get everything in time")

// whole waits until everybody has read up to n.
func (c crowd) whole(ctx context.Context, n int64, most time.Duration) error {
	deadline := time.Now().Add(most)
	for _, r := range c {
		for r.n.Load() < n {
			if time.Now().After(deadline) {
				return errNotWhole
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Millisecond):
			}
		}
	}
	return nil
}

// tally sums up stopped readers.
type tally struct {
	got, wrong, back, bytes, byes int64
	times                         hist
}

func (c crowd) tally() (sum tally) {
	for _, r := range c {
		sum.got += r.got
		sum.wrong += r.wrong
		sum.back += r.back
		sum.bytes += r.bytes
		sum.byes += r.byes
		if r.times != nil {
			sum.times.join(r.times)
		}
	}
	return sum
}

// publish lets writers post until posts are out, at most perSecond a second when that is given. Each post carries the
// time of its sending, and is answered only when it is on disk.
func (o *Options) publish(ctx context.Context, at side, t topic, start time.Time, posts int, perSecond float64) (took time.Duration, err error) {
	var next atomic.Int64
	var wg sync.WaitGroup
	failed := make(chan error, o.Writers)
	began := time.Now()
	for range o.Writers {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(posts) && len(failed) == 0; i = next.Add(1) - 1 {
				if perSecond > 0 {
					due := began.Add(time.Duration(float64(i) / perSecond * float64(time.Second)))
					select {
					case <-ctx.Done():
					case <-time.After(time.Until(due)):
					}
				}
				if err := at.say(ctx, t, fmt.Sprint(time.Since(start).Microseconds()), ""); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	wg.Wait()
	if len(failed) > 0 {
		return 0, <-failed
	}
	return time.Since(began), nil
}
