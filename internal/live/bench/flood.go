package bench

import (
	"context"
	"fmt"
	"time"
)

// flood lets many publishers post as fast as they can to the readers of one topic.
func (o *Options) flood(ctx context.Context) ([]Row, error) {
	t := table{scenario: "flood"}
	top, err := o.Site.open(ctx, o.Audience)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	all, err := o.gather(ctx, o.Readers, top, start, largeRead, true)
	if err != nil {
		return nil, err
	}
	defer all.stop()
	o.Say(fmt.Sprintf("%d posts to %d readers", o.Posts, o.Readers))
	cpu, began := o.Site.cpu(), time.Now()
	posting, err := o.publish(ctx, top, start, o.Posts, 0)
	if err != nil {
		return nil, err
	}
	if err := all.whole(ctx, top.N+int64(o.Posts), wholeWithin); err != nil {
		return nil, err
	}
	took := time.Since(began)
	cpu = o.Site.cpu() - cpu
	all.stop()
	sum := all.tally()
	t.add("readers, publishers, posts", fmt.Sprintf("%d, %d, %d", o.Readers, o.Writers, o.Posts))
	t.add("posts on disk a second", fmt.Sprintf("%.0f", float64(o.Posts)/posting.Seconds()))
	rate := float64(sum.got) / took.Seconds()
	t.add("deliveries a second", fmt.Sprintf("%.0f", rate))
	t.add("sent to read, p50 and p99", fmt.Sprintf("%s and %s", round(sum.times.at(.5)), round(sum.times.at(.99))))
	if cpu > 0 {
		t.add("processor per delivery, whole process", fmt.Sprintf("%.2f µs", micro(cpu)/float64(sum.got)))
	}
	t.add("cut for being slow", fmt.Sprint(sum.back))
	o.checked(&t, sum, int64(o.Posts), len(all))
	size := int(sum.bytes / max(1, sum.got))
	o.Say("the same bytes without a site")
	raw, each, err := wire(o.Readers, size, max(o.Posts/4, 50))
	if err != nil {
		return nil, err
	}
	t.add(fmt.Sprintf("limit: raw writes of %d bytes a second", size), fmt.Sprintf("%.0f", raw))
	t.add("limit: processor per raw write", fmt.Sprintf("%.2f µs", micro(each)))
	t.add("deliveries ÷ raw writes", fmt.Sprintf("%.2f", rate/raw))
	if cpu > 0 {
		t.add("processor per delivery ÷ per raw write", fmt.Sprintf("%.2f", micro(cpu)/float64(sum.got)/micro(each)))
	}
	return t.rows, nil
}

func micro(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

func round(d time.Duration) time.Duration {
	if d < 10*time.Millisecond {
		return d.Round(10 * time.Microsecond)
	}
	return d.Round(time.Millisecond)
}
