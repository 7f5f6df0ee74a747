package bench

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/search"
)

// Group is a kind of query with its measured times.
type Group struct {
	Name     string
	P50, P99 time.Duration
	Hits     float64 // on average
}

// Viewers of the mix that search.md asks for: 60 % members, 25 % public, 10 % cohort, 5 % team.
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

// groups makes queries of each kind.
func groups(g *generator) map[string]func() string {
	return map[string]func() string{
		"one word":     g.noun,
		"two words":    func() string { return g.noun() + " " + g.noun() },
		"three words":  func() string { return g.noun() + "　" + g.noun() + "　" + g.noun() },
		"town + word":  func() string { return pick(g, g.towns).Name + " " + g.noun() },
		"kana":         func() string { return pick(g, g.towns).Kana },
		"part of word": func() string { return pick(g, heads)[:3] },
		"question":     func() string { return g.noun() + "を" + g.noun() + "で変えるにはどうすればよいか" },
		"phrase":       func() string { return `"` + g.noun() + "と" + g.noun() + `"` },
		"browse":       func() string { return "" },
	}
}

// Latency times queries of every kind, n each, by a mix of viewers or as a visitor only.
func Latency(ctx context.Context, x *search.Index, n int, mixed bool) ([]Group, error) {
	g := newGenerator(7)
	kinds := groups(g)
	names := make([]string, 0, len(kinds))
	for name := range kinds {
		names = append(names, name)
	}
	slices.Sort(names)
	var out []Group
	for _, name := range names {
		times := make([]time.Duration, 0, n)
		hits := 0
		for i := range n + n/10 {
			v := access.Viewer{Person: "p", Member: true}
			if mixed {
				v = viewer(g.rand)
			}
			began := time.Now()
			r, err := x.Search(ctx, v, search.Request{Text: kinds[name]()})
			if err != nil {
				return nil, err
			}
			if i >= n/10 { // the first warm up
				times = append(times, time.Since(began))
				hits += r.Total
			}
		}
		slices.Sort(times)
		out = append(out, Group{name, times[len(times)/2], times[len(times)*99/100], float64(hits) / float64(n)})
	}
	return out, nil
}

// PrintGroups writes the table of times.
func PrintGroups(w io.Writer, groups []Group) {
	fmt.Fprintf(w, "%-14s %10s %10s %10s\n", "queries", "p50", "p99", "hits")
	for _, g := range groups {
		fmt.Fprintf(w, "%-14s %10s %10s %10.0f\n", g.Name, g.P50.Round(10*time.Microsecond), g.P99.Round(10*time.Microsecond), g.Hits)
	}
}
