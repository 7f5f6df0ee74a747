package bench

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/search"
)

// Others measures suggestions, and the way from a write to its being found.
func Others(ctx context.Context, w io.Writer, x *search.Index, n int) error {
	g := newGenerator(11)
	member := access.Viewer{Person: "p", Member: true}
	var suggest, write []time.Duration
	for range n {
		text := []rune(g.noun())
		began := time.Now()
		x.Suggest(member, string(text[:min(2, len(text))]), 8)
		suggest = append(suggest, time.Since(began))
	}
	for i := range min(n, 100) {
		d := g.document(10_000_000 + i)
		began := time.Now()
		if err := x.Apply(ctx, []search.Document{d}, nil, int64(i+1)); err != nil {
			return err
		}
		if _, err := x.Search(ctx, member, search.Request{Text: d.Title}); err != nil {
			return err
		}
		write = append(write, time.Since(began))
	}
	slices.Sort(suggest)
	slices.Sort(write)
	fmt.Fprintf(w, "\nsuggest p50 %s p99 %s; from write to found p50 %s p99 %s\n",
		suggest[len(suggest)/2], suggest[len(suggest)*99/100],
		write[len(write)/2].Round(time.Millisecond), write[len(write)*99/100].Round(time.Millisecond))
	return nil
}
