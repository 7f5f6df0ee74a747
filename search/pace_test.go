package search

import (
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/event"
)

func TestPace(t *testing.T) {
	talk := func(n int) []event.Event {
		all := make([]event.Event, n)
		for i := range all {
			all[i].Topic = "T1"
		}
		return all
	}
	type batch struct {
		at, took time.Duration
		events   []event.Event
		rest     time.Duration
	}
	ms := time.Millisecond
	for name, batches := range map[string][]batch{
		"a single post is found at once":    {{0, 20 * ms, talk(1), 0}, {50 * ms, 20 * ms, talk(1), 0}},
		"entries are never held back":       {{0, 20 * ms, make([]event.Event, 200), 0}},
		"in a flood a second is gathered":   {{0, 20 * ms, talk(20), 0}, {30 * ms, 70 * ms, talk(20), 900 * ms}, {time.Second, 100 * ms, talk(100), 900 * ms}},
		"it works half of the time":         {{0, 800 * ms, talk(100), 800 * ms}},
		"who is behind goes on, then rests": {{0, 600 * ms, talk(event.Batch), 0}, {600 * ms, 100 * ms, talk(40), 700 * ms}},
		"after a flood it is itself again":  {{0, 50 * ms, talk(40), 950 * ms}, {5 * time.Second, 20 * ms, talk(1), 0}},
	} {
		t.Run(name, func(t *testing.T) {
			p, start := pace{}, time.Now()
			for i, b := range batches {
				if got := p.after(b.events, start.Add(b.at), b.took); got != b.rest {
					t.Errorf("after batch %d it rests %v, want %v", i+1, got, b.rest)
				}
			}
		})
	}
}
