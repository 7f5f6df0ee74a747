package bench

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/search"
)

// Hostile times what nobody types by accident, and gives the slowest.
func Hostile(ctx context.Context, x *search.Index) (slowest time.Duration, text string, err error) {
	runtime.LockOSThread() // whose time is taken
	defer runtime.UnlockOSThread()
	g := newGenerator(17)
	var nouns []string
	for range 20_000 {
		nouns = append(nouns, g.noun())
	}
	many := make([]string, 5000)
	for i := range many {
		many[i] = fmt.Sprint("県", i)
	}
	v := access.Viewer{Person: "p", Member: true}
	for i := range 50 {
		v.Cohorts = append(v.Cohorts, fmt.Sprint("c", i))
	}
	for _, req := range []search.Request{
		{Text: strings.Join(nouns, " ")}, {Text: strings.Join(nouns, "")}, {Text: strings.Join(nouns[:64], " ")},
		{Text: `"` + strings.Join(nouns[:500], "の") + `"`}, {Text: strings.Repeat("あ", 35_000)}, {Text: strings.Repeat("ka", 1000)},
		{Text: strings.Repeat("たいわ", 600)}, {Text: strings.Repeat("「", 3000)}, {Text: "-" + nouns[0] + " -" + nouns[1]},
		{Text: "？！（）「」…・"}, {Text: "*話 ?? ~2 ^9"}, {Text: "\x00対\u200b話\u202e\U000E0100𠮷"}, {Text: "\xff\xfe対話"}, {Text: "の"},
		{Text: nouns[0], Page: 1_000_000_000, Per: 1_000_000},
		{Text: nouns[0], Filters: map[string][]string{"prefecture": many, "theme": many, "year": many, "nosuch": many}},
	} {
		busy := processorTime()
		if _, err := x.Search(ctx, v, req); err != nil {
			return 0, "", fmt.Errorf("「%.30s」: %w", req.Text, err)
		}
		if took := processorTime() - busy; took > slowest {
			slowest, text = took, fmt.Sprintf("%.18s", req.Text)
		}
	}
	return slowest, text, nil
}
