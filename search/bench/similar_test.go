package bench

import (
	"fmt"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/testkit"
	"github.com/manetomo/manetomo/search"
)

// What is near an entry is asked for on each of its pages: 5 ms at 10,000 documents are the bar.
func BenchmarkSimilar(b *testing.B) {
	for _, size := range []int{1_000, 10_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			x, err := search.Open(b.TempDir(), search.Options{Vocabulary: search.DefaultVocabulary()})
			if err != nil {
				b.Fatal(err)
			}
			defer x.Close()
			if err := x.Rebuild(b.Context(), Archive{Size: size, Seed: 1}); err != nil {
				b.Fatal(err)
			}
			d, v := testkit.SQLite(b), access.Viewer{Person: "p", Member: true}
			began, slowest, n := time.Now(), time.Duration(0), 0
			for b.Loop() {
				one := time.Now()
				if _, err := x.Similar(b.Context(), d, v, fmt.Sprintf("gen%07d", n*37%size), 5); err != nil {
					b.Fatal(err)
				}
				slowest = max(slowest, time.Since(one))
				n++
			}
			b.ReportMetric(float64(time.Since(began).Microseconds())/float64(n)/1000, "ms/mean")
			b.ReportMetric(float64(slowest.Microseconds())/1000, "ms/slowest")
		})
	}
}
