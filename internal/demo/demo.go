// Package demo fills a database with something to look at: eight made-up people, reports, posters, a joint paper,
// discussions, a collection, and work waiting on the desk.
//
// Everything is written through the services, as those people would write it, and bears the mark 見本 on its face.
// What stands under a real municipality's name retells the study group's public page and nothing else; everything
// invented stands under the four made-up ones. Filling twice changes nothing, and a run that was killed is finished by
// the next one: every step first looks whether it has been done.
package demo

import (
	"context"
	"errors"
	"fmt"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/curate"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/member"
	"github.com/manetomo/manetomo/internal/talk"
)

// Filler holds the services that the demo writes through.
type Filler struct {
	DB      *db.DB
	Members *member.Service
	Archive *archive.Service
	Talk    *talk.Service
	Curate  *curate.Service
	Files   *file.Service
}

// Fill makes the people and everything they have written, as far as it is missing. On PostgreSQL one node at a time
// does it; the data folder of a SQLite database has one filler by its lock.
func (f Filler) Fill(ctx context.Context) error {
	return f.DB.Lead(ctx, "demo", func(ctx context.Context) error {
		if _, err := People(ctx, f.Members); err != nil {
			return fmt.Errorf("demo people: %w", err)
		}
		w := &work{Filler: f, viewers: map[string]access.Viewer{}, entries: map[string]string{}, topics: map[string]string{}}
		for _, step := range []struct {
			name string
			do   func(context.Context) error
		}{
			{"application", w.apply}, {"entries", w.writeEntries}, {"what came after", w.writeAfter},
			{"topics", w.openTopics}, {"collection", w.collect}, {"flag", w.flag},
			{"rooms", w.speak}, {"notes", w.pin}, {"session", w.planSession},
		} {
			if err := step.do(ctx); err != nil {
				return fmt.Errorf("demo %s: %w", step.name, err)
			}
		}
		return nil
	})
}

// work is one run: who has been asked for already, and the ids of entries and topics by the names of their files.
type work struct {
	Filler
	viewers map[string]access.Viewer
	entries map[string]string
	topics  map[string]string
}

// as gives the viewer of a demo person, without the limits that keep people from flooding the place.
func (w *work) as(ctx context.Context, email string) (access.Viewer, error) {
	if v, ok := w.viewers[email]; ok {
		return v, nil
	}
	p, err := w.Members.ByEmail(ctx, email)
	if err != nil {
		return access.Viewer{}, fmt.Errorf("demo person %s: %w", email, err)
	}
	v, err := w.Members.Viewer(ctx, p.ID)
	if err != nil {
		return access.Viewer{}, err
	}
	v.Unlimited = true
	w.viewers[email] = v
	return v, nil
}

// skipGone lets what somebody has withdrawn or hidden since be as it is; any other error stands.
func skipGone(err error) error {
	var e *apperr.Error
	if errors.As(err, &e) && (e.Kind == apperr.Gone || e.Kind == apperr.NotFound) {
		return nil
	}
	return err
}
