package bench

import (
	"context"
	"fmt"
	"time"
)

const (
	slowShare = 5   // one reader in so many stops reading
	slowMost  = 1.2 // how much later the others may be served
	slowPace  = 100 // posts a second: well below what the machine can, so that waiting is seen
)

// slow measures how late readers are served before and while a fifth of all has stopped reading, and whether those are
// cut, and whole when they read again.
func (o *Options) slow(ctx context.Context) ([]Row, error) {
	t := table{scenario: "slow"}
	before, err := o.paced(ctx, nil)
	if err != nil {
		return nil, err
	}
	var stalled crowd
	after, err := o.paced(ctx, func(all crowd, last int64) error {
		stalled = all
		for _, r := range all {
			r.goOn()
		}
		return all.whole(ctx, last, wholeWithin)
	})
	if err != nil {
		return nil, err
	}
	uncut, pages := 0, int64(0)
	for _, r := range stalled {
		pages += r.pages
		if r.back == 0 {
			uncut++
		}
	}
	was, is := before.times.at(.99), after.times.at(.99)
	t.add("readers, of them stalled", fmt.Sprintf("%d, %d", o.Readers, len(stalled)))
	t.add("p50 and p99 of the others before", fmt.Sprintf("%s and %s", round(before.times.at(.5)), round(was)))
	t.add("p50 and p99 of the others with them", fmt.Sprintf("%s and %s", round(after.times.at(.5)), round(is)))
	t.bar("p99 with ÷ before", float64(is)/float64(max(was, 1)), slowMost, "")
	t.add("returned by the log, by the page", fmt.Sprintf("%d, %d", int64(len(stalled))-pages, pages))
	t.bar("stalled that were not cut", float64(uncut), 0, "")
	t.bar("doubled or out of order", float64(before.wrong+after.wrong), 0, "")
	t.bar("lost, with those who returned", float64(before.missing+after.missing), 0, "")
	return t.rows, nil
}

type pacedTally struct {
	tally
	missing int64
}

// paced posts at an even pace to all readers. With a stalled part, that part stops reading before and is handed to end
// after the posts are out.
func (o *Options) paced(ctx context.Context, end func(stalled crowd, last int64) error) (sum pacedTally, err error) {
	top, err := o.Site.open(ctx, o.Audience)
	if err != nil {
		return sum, err
	}
	start := time.Now()
	all, err := o.gather(ctx, o.Site, o.Readers, top, start, largeRead, true)
	if err != nil {
		return sum, err
	}
	defer all.stop()
	others, stalled := all, crowd(nil)
	if end != nil {
		stalled, others = all[:len(all)/slowShare], all[len(all)/slowShare:]
		for _, r := range stalled {
			r.times = nil
			r.stall()
		}
	}
	posts := slowPosts
	o.Say(fmt.Sprintf("%d posts to %d readers, %d of them stalled", posts, len(all), len(stalled)))
	if _, err := o.publish(ctx, o.Site, top, start, posts, slowPace); err != nil {
		return sum, err
	}
	last := top.N + int64(posts)
	if err := others.whole(ctx, last, wholeWithin); err != nil {
		return sum, err
	}
	if end != nil {
		if err := end(stalled, last); err != nil {
			return sum, err
		}
	}
	all.stop()
	sum.tally = all.tally()
	sum.missing = int64(posts)*int64(len(all)) - sum.got
	return sum, nil
}

// slowPosts are enough to fill a stalled reader's queue and what the system keeps for it.
const slowPosts = 900
