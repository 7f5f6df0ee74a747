package live

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/event"
)

// The wall of posters is a state too: the position of the last event that hung something on it, for this reader. A frame
// says no more than that; what hangs there is read with the page, which asks who may see it. Each audience has a position
// of its own, so that nobody is told that something happened where they may not look.

// hung is the frame that tells of the wall.
type hung struct {
	T   string `json:"t"`
	Seq int64  `json:"seq"`
}

// changeWall notes what a run of the log has hung on the wall, and tells the readers who look at it.
func (h *Hub) changeWall(ctx context.Context, events []event.Event) error {
	last := map[string]int64{} // by entry
	for _, e := range events {
		switch e.Kind {
		case event.EntryPublished:
			last[e.Subject] = e.Seq
		case event.FileReady:
			var of struct{ Entry string }
			if err := json.Unmarshal(e.Data, &of); err == nil {
				last[of.Entry] = e.Seq
			}
		}
	}
	if len(last) == 0 {
		return nil
	}
	ids := make([]string, 0, len(last))
	for id := range last {
		ids = append(ids, id)
	}
	var rows []struct{ ID, Audience, Cohort, Team string }
	err := h.db.Read().NewSelect().Table("entry").Column("id", "audience", "cohort", "team").
		Where("id IN (?)", bun.List(ids)).Where("kind = 'poster'").Where("state IN ('published', 'review')").Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("read who may see what was hung: %w", err)
	}
	h.mu.Lock()
	var watching []*reader
	for _, row := range rows {
		a := access.Audience{Rung: access.Rung(row.Audience)}
		switch a.Rung {
		case access.Cohort:
			a.Cohort = row.Cohort
		case access.Team:
			a.Team = row.Team
		}
		h.wall[a] = max(h.wall[a], last[row.ID])
	}
	if len(rows) > 0 {
		for r := range h.readers {
			watching = append(watching, r)
		}
	}
	h.mu.Unlock()
	for _, r := range watching {
		r.tellWall()
	}
	return nil
}

// wallFor is the position of the wall as the viewer sees it.
func (h *Hub) wallFor(v access.Viewer) (seq int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for a, n := range h.wall {
		if n > seq && v.InAudience(a) {
			seq = n
		}
	}
	return seq
}

// wantsWall lets a reader hear of the wall from now on. known is the position that it shows.
func (r *reader) wantsWall(known int64) {
	r.mu.Lock()
	r.wall, r.wallSeq = true, known
	r.mu.Unlock()
	r.tellWall()
}

// tellWall tells the position of the wall when it is past the one that the reader knows.
func (r *reader) tellWall() {
	r.mu.Lock()
	wanted := r.wall && !r.ended
	r.mu.Unlock()
	if !wanted {
		return
	}
	seq := r.hub.wallFor(r.viewer())
	r.mu.Lock()
	if seq <= r.wallSeq {
		r.mu.Unlock()
		return
	}
	r.wallSeq = seq
	r.pushLocked(item{buf: appendFrame(nil, hung{"wall", seq}), tells: true})
}
