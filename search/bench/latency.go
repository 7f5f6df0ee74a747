package bench

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/search"
)

// Timing is how long many queries took: by the clock, and by the processor, which other work on the machine does not
// change.
type Timing struct{ Clock, Processor []time.Duration }

// At gives the processor's time below which a share of the queries stayed.
func (t Timing) At(share float64) time.Duration { return At(t.Processor, share) }

// At gives the time below which a share of times lies.
func At(times []time.Duration, share float64) time.Duration {
	if len(times) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(times))
	return sorted[min(int(float64(len(sorted))*share), len(sorted)-1)]
}

func (t *Timing) add(clock, processor time.Duration) {
	t.Clock, t.Processor = append(t.Clock, clock), append(t.Processor, processor)
}

// Group is a kind of query with its times.
type Group struct {
	Name    string
	Keyword bool   // bare words: what people type most
	Whole   Timing // what a page asks: hits with marks, facets; by a member
	Mixed   Timing // the same by all kinds of people
	Plain   Timing // ids and scores only
	Peer    Timing // Groonga, where it is there
	Hits    float64
}

// viewer is one of the mix: 60 % members, 25 % public, 10 % of a cohort, 5 % of a team.
func viewer(r *rand.Rand) access.Viewer {
	v := access.Viewer{Person: "p", Member: true}
	switch n := r.IntN(100); {
	case n < 25:
		return access.Viewer{}
	case n < 85:
	case n < 95:
		v.Cohorts = []string{fmt.Sprint("c", r.IntN(20))}
	default:
		v.Cohorts, v.Teams = []string{"c1"}, []string{fmt.Sprint("t", r.IntN(180))}
	}
	return v
}

type kind struct {
	name    string
	keyword bool
	query   func(*generator) string
}

// kinds of queries; their words are as frequent as in the texts.
var kinds = []kind{
	{"one word", true, func(g *generator) string { return g.noun() }},
	{"two words", true, func(g *generator) string { return g.noun() + " " + g.noun() }},
	{"three words", true, func(g *generator) string { return g.noun() + "　" + g.noun() + "　" + g.noun() }},
	{"town", true, func(g *generator) string { return pick(g, g.towns).Name }},
	{"town + word", true, func(g *generator) string { return pick(g, g.towns).Name + " " + g.noun() }},
	{"town in kana", true, func(g *generator) string { return pick(g, g.towns).Kana }},
	{"one letter", false, func(g *generator) string { return string([]rune(g.noun())[:1]) }},
	{"phrase", false, func(g *generator) string { return `"` + g.noun() + "の" + g.noun() + `"` }},
	{"question", false, func(g *generator) string {
		return g.noun() + "を" + g.noun() + "で変えるにはどうすればよいか"
	}},
	{"browse", false, func(*generator) string { return "" }},
}

// Latency times n queries of every kind, in all ways one after the other, in turns, so that a busy moment of the machine
// falls on all of them. Each of our ways asks queries of its own: what one has just read would be at hand for the next.
// Groonga is asked what the plain way asks.
func Latency(ctx context.Context, x *search.Index, peer *Groonga, n int) ([]Group, error) {
	g, other, third := newGenerator(7), newGenerator(8), newGenerator(9)
	people := rand.New(rand.NewPCG(7, 11))
	member := access.Viewer{Person: "p", Member: true}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var out []Group
	for _, k := range kinds {
		group := Group{Name: k.name, Keyword: k.keyword}
		ask := func(v access.Viewer, text string, plain bool, to *Timing) error {
			began, busy := time.Now(), processorTime()
			r, err := x.Search(ctx, v, search.Request{Text: text, Plain: plain})
			to.add(time.Since(began), processorTime()-busy)
			if to == &group.Whole {
				group.Hits += float64(r.Total) / float64(n)
			}
			return err
		}
		for i := range n {
			text, someones, plain, someone := k.query(g), k.query(other), k.query(third), viewer(people)
			ways := []func() error{
				func() error { return ask(member, text, false, &group.Whole) },
				func() error { return ask(someone, someones, false, &group.Mixed) },
				func() error { return ask(member, plain, true, &group.Plain) },
				func() error { return peer.ask(plain, &group.Peer) },
			}
			for j := range ways {
				if err := ways[(i+j)%len(ways)](); err != nil {
					return nil, fmt.Errorf("query 「%s」: %w", text, err)
				}
			}
		}
		out = append(out, group)
	}
	return out, nil
}

// pool puts the times of several groups together.
func pool(groups []Group, of func(Group) Timing) (all Timing) {
	for _, g := range groups {
		t := of(g)
		all.Clock, all.Processor = append(all.Clock, t.Clock...), append(all.Processor, t.Processor...)
	}
	return all
}

// PrintGroups writes the table of times.
func PrintGroups(w io.Writer, groups []Group) {
	fmt.Fprintf(w, "%-14s %7s | %8s %8s | %8s %8s | %8s %8s | %8s %6s\n", "milliseconds", "hits", "p50", "p99",
		"clock50", "clock99", "mix p50", "plain50", "Groonga", "ratio")
	for _, g := range groups {
		fmt.Fprintf(w, "%-14s %7.0f | %8s %8s | %8s %8s | %8s %8s | %8s %6s\n", g.Name, g.Hits, ms(g.Whole.At(.5)), ms(g.Whole.At(.99)),
			ms(At(g.Whole.Clock, .5)), ms(At(g.Whole.Clock, .99)), ms(g.Mixed.At(.5)), ms(g.Plain.At(.5)), ms(g.Peer.At(.5)),
			ratio(g.Plain.At(.5), g.Peer.At(.5)))
	}
}

func ms(d time.Duration) string {
	if d == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", float64(d)/1e6)
}

func ratio(a, b time.Duration) string {
	if b == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", float64(a)/float64(b))
}
