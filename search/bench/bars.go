package bench

import (
	"fmt"
	"io"
	"time"
)

// Bar is a line of the table of what the search must reach.
type Bar struct {
	What, Measured, Wanted string
	Reached                bool
}

// minClass is how many queries a class needs before it is judged by itself.
const minClass = 8

// QualityBars judges the development set.
func QualityBars(classes []Class) []Bar {
	total := classes[len(classes)-1]
	n := float64(total.Queries)
	bars := []Bar{{"nDCG@10, all queries", fmt.Sprintf("%.3f", total.NDCG/n), "≥ .965", total.NDCG/n >= .965}}
	for _, c := range classes[:len(classes)-1] {
		least := .90
		if c.Name == "natural" {
			least = .70 // questions
		}
		if c.Queries >= minClass {
			v := c.NDCG / float64(c.Queries)
			bars = append(bars, Bar{"nDCG@10, " + c.Name, fmt.Sprintf("%.3f", v), fmt.Sprintf("≥ %.2f", least), v >= least})
		}
	}
	pairs := float64(total.PairsInOrder) / float64(max(total.Pairs, 1))
	return append(bars,
		Bar{"pairs (true, look-alike) in order", fmt.Sprintf("%.3f", pairs), "≥ .95", pairs >= .95},
		Bar{"queries without a result", fmt.Sprint(total.Empty), "0", total.Empty == 0})
}

// TimeBars judges the times of the query groups.
func TimeBars(groups []Group) []Bar {
	whole := pool(groups, func(g Group) Timing { return g.Whole }).At(.5)
	mixed := pool(groups, func(g Group) Timing { return g.Mixed }).At(.5)
	plain := pool(groups, func(g Group) Timing { return g.Plain }).At(.5)
	peer := pool(groups, func(g Group) Timing { return g.Peer }).At(.5)
	var worst Group
	for _, g := range groups {
		if g.Keyword && g.Whole.At(.99) > worst.Whole.At(.99) {
			worst = g
		}
	}
	bars := []Bar{
		{"p99 of keyword groups, ms (" + worst.Name + ")", ms(worst.Whole.At(.99)), "≤ 20", worst.Whole.At(.99) <= 20*time.Millisecond},
		atMost("p50 of a mix of audiences ÷ one rung", mixed, whole, 1.5),
		atMost("p50 with facets and marks ÷ plain", whole, plain, 3),
	}
	if peer == 0 {
		return append(bars, Bar{"p50 of all groups ÷ Groonga's", "not installed", "≤ 1.5", false})
	}
	return append(bars, atMost("p50 of all groups ÷ Groonga's", plain, peer, 1.5))
}

func atMost(what string, a, b time.Duration, most float64) Bar {
	return Bar{what, ratio(a, b), fmt.Sprintf("≤ %.1f", most), b > 0 && float64(a) <= most*float64(b)}
}

// WithinBar judges a time.
func WithinBar(what string, measured, most time.Duration) Bar {
	return Bar{what + ", ms", ms(measured), "≤ " + fmt.Sprint(float64(most)/1e6), measured <= most}
}

// RebuildBar judges a rebuild on two cores: by the clock, and by the processors' time, which is what two free cores
// would take.
func RebuildBar(documents int, clock, processor time.Duration) Bar {
	const least = 500
	byClock, byProcessor := float64(documents)/clock.Seconds(), 2*float64(documents)/processor.Seconds()
	return Bar{"rebuild, documents/s on 2 free cores (by the clock)", fmt.Sprintf("%.0f (%.0f)", byProcessor, byClock), "≥ 500",
		min(byProcessor, 1e9) >= least}
}

// PrintBars writes the table, and gives how many were missed.
func PrintBars(w io.Writer, bars []Bar) (missed int) {
	fmt.Fprintf(w, "\n%-52s %14s  %-8s\n", "what it must reach", "measured", "bar")
	for _, b := range bars {
		mark := "reached"
		if !b.Reached {
			mark = "MISSED"
			missed++
		}
		fmt.Fprintf(w, "%-52s %14s  %-8s %s\n", b.What, b.Measured, b.Wanted, mark)
	}
	return missed
}
