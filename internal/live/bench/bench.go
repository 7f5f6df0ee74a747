// Package bench measures the live channel of a running site from outside, as its readers meet it: real sockets, real
// posts, each on disk before it is delivered. It checks on the way that every reader got every event once and in order.
//
// It speaks the channel's protocol by hand, so that a reader costs less than what it measures, and imports nothing of
// the channel itself: what it proves holds for the bytes on the wire.
package bench

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"
)

// Options say what is measured, and against which bars.
type Options struct {
	Site     *Site
	Peer     *Peer         // another server to compare with, nil where none is installed
	Idle     int           // connections of the idle and storm scenarios
	Readers  int           // readers of the flood and slow scenarios
	Writers  int           // who post at once
	Posts    int           // posts of a flood
	Audience string        // who may read the topics that are made
	Say      func(string)  // tells how far it is
	Settle   time.Duration // how long a quiet site gets to give memory back
}

// Row is one figure.
type Row struct {
	Scenario, What, Value, Bar string
	Missed                     bool
}

// Scenarios in the order in which they disturb each other least.
var Scenarios = []string{"idle", "storm", "flood", "slow"}

// Run measures one scenario.
func (o *Options) Run(ctx context.Context, scenario string) ([]Row, error) {
	switch scenario {
	case "idle":
		return o.idle(ctx)
	case "storm":
		return o.storm(ctx)
	case "flood":
		return o.flood(ctx)
	case "slow":
		return o.slow(ctx)
	}
	return nil, fmt.Errorf("there is no scenario %q", scenario)
}

// table gathers the figures of a scenario.
type table struct {
	scenario string
	rows     []Row
}

func (t *table) add(what, value string) {
	t.rows = append(t.rows, Row{t.scenario, what, value, "", false})
}

// bar adds a figure that must not be above most.
func (t *table) bar(what string, value, most float64, unit string) {
	t.rows = append(t.rows, Row{t.scenario, what, figure(value) + unit, "≤ " + figure(most) + unit, value > most})
}

// atLeast adds a figure that must not be below least.
func (t *table) atLeast(what string, value, least float64) {
	t.rows = append(t.rows, Row{t.scenario, what, figure(value), "≥ " + figure(least), value < least})
}

func figure(f float64) string {
	switch {
	case f == float64(int64(f)):
		return fmt.Sprintf("%d", int64(f))
	case f < 10:
		return fmt.Sprintf("%.2f", f)
	}
	return fmt.Sprintf("%.1f", f)
}

// Print writes the table for a terminal or a page of the docs, and returns how many figures miss their bar.
func Print(w io.Writer, rows []Row) (missed int) {
	head := Row{Scenario: "scenario", What: "figure", Value: "measured", Bar: "bar"}
	width := [4]int{}
	for _, r := range append([]Row{head}, rows...) {
		for i, cell := range [4]string{r.Scenario, r.What, r.Value, r.Bar} {
			width[i] = max(width[i], len([]rune(cell)))
		}
	}
	line := func(r Row, verdict string) {
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s |\n", pad(r.Scenario, width[0]), pad(r.What, width[1]), pad(r.Value, width[2]), pad(r.Bar, width[3]), verdict)
	}
	line(head, "")
	fmt.Fprintf(w, "|%s|%s|%s|%s|---|\n", rule(width[0]), rule(width[1]), rule(width[2]), rule(width[3]))
	for _, r := range rows {
		verdict := ""
		switch {
		case r.Missed:
			verdict = "missed"
			missed++
		case r.Bar != "":
			verdict = "ok"
		}
		line(r, verdict)
	}
	return missed
}

func pad(s string, n int) string { return s + strings.Repeat(" ", n-len([]rune(s))) }
func rule(n int) string          { return strings.Repeat("-", n+2) }
