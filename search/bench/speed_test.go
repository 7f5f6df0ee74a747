package bench

import (
	"fmt"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/search"
)

// built opens an index of a made-up archive.
func built(b *testing.B, size int) *search.Index {
	b.Helper()
	x, err := search.Open(b.TempDir(), search.Options{Vocabulary: search.DefaultVocabulary(), Resolve: search.ResolvePlaces})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { x.Close() })
	if err := x.Rebuild(b.Context(), Archive{Size: size, Seed: 1}); err != nil {
		b.Fatal(err)
	}
	return x
}

// BenchmarkSearch asks every kind of query at every size: -bench 'Search/10000/' takes one size.
func BenchmarkSearch(b *testing.B) {
	for _, size := range []int{1_000, 10_000, 43_000, 100_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			x := built(b, size)
			for _, k := range kinds {
				b.Run(k.name, func(b *testing.B) {
					g := newGenerator(7)
					b.ReportAllocs()
					for b.Loop() {
						if _, err := x.Search(b.Context(), access.Viewer{Person: "p", Member: true}, search.Request{Text: k.query(g)}); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		})
	}
}

// BenchmarkRebuild builds an index of a thousand documents anew.
func BenchmarkRebuild(b *testing.B) {
	x := built(b, 1)
	b.ReportAllocs()
	for b.Loop() {
		if err := x.Rebuild(b.Context(), Archive{Size: 1_000, Seed: 1}); err != nil {
			b.Fatal(err)
		}
	}
}
