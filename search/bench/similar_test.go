package bench

import (
	"fmt"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/testkit"
	"github.com/manetomo/manetomo/search"
)

// timed runs one act again and again and tells its slowest time too.
func timed(b *testing.B, act func(n int) error) {
	slowest, n := time.Duration(0), 0
	for b.Loop() {
		began := time.Now()
		if err := act(n); err != nil {
			b.Fatal(err)
		}
		slowest = max(slowest, time.Since(began))
		n++
	}
	b.ReportMetric(float64(slowest.Microseconds())/1000, "ms/slowest")
}

// What is near an entry is asked for on each of its pages: 5 ms at 10,000 documents are the bar. Towns like the asker's
// first may cost a few more than the search itself.
func BenchmarkSimilar(b *testing.B) {
	d, v := testkit.SQLite(b), access.Viewer{Person: "p", Member: true, Municipality: "202151"}
	for _, size := range []int{1_000, 10_000} {
		x := built(b, size)
		b.Run(fmt.Sprint("similar-", size), func(b *testing.B) {
			timed(b, func(n int) error {
				_, err := x.Similar(b.Context(), d, v, fmt.Sprintf("gen%07d", n*37%size), 5)
				return err
			})
		})
		for name, req := range map[string]search.Request{"plain": {Text: "対話"}, "like": {Text: "対話", Like: true},
			"browse": {}, "browse-like": {Like: true}} {
			b.Run(fmt.Sprint(name, "-", size), func(b *testing.B) {
				timed(b, func(int) error {
					_, err := x.Find(b.Context(), d, v, req, 0)
					return err
				})
			})
		}
	}
}
