package search

import (
	"time"

	"github.com/manetomo/manetomo/internal/event"
)

const (
	muchTalk  = 32 // events of discussions in a second
	gatherFor = time.Second
)

// pace holds the index back while people talk much: what readers of a discussion see at once goes before what is found
// later. Then the index takes what came in a second together, which also makes fewer parts to be joined, and works for
// at most half of the time.
type pace struct {
	began time.Time // when the gathering began
	talk  int       // events of discussions since
	busy  time.Duration
}

// after tells how long to rest after a batch that was begun and took so long. A full batch means that more waits.
func (p *pace) after(events []event.Event, begun time.Time, took time.Duration) time.Duration {
	if begun.Sub(p.began) >= gatherFor {
		*p = pace{began: begun}
	}
	for _, e := range events {
		if e.Topic != "" {
			p.talk++
		}
	}
	p.busy += took
	if p.talk < muchTalk || len(events) == event.Batch {
		return 0
	}
	return max(gatherFor-begun.Add(took).Sub(p.began), p.busy)
}
