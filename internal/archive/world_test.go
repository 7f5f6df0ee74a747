package archive_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/db"
)

// world is a small archive with people in it. みどり見本市 (990001) sent a team to the regular course of 2023, and
// かわせみ見本町 (990002) to the same; もみじ見本市 (990004) to the manager course of 2022.
type world struct {
	*archive.Service
	t      *testing.T
	people map[string]access.Viewer
}

const midori, kawasemi, sorairo = "990001", "990002", "990003"

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	w := &world{&archive.Service{DB: d}, t, map[string]access.Viewer{}}
	fellow := access.Viewer{Member: true, Cohorts: []string{"2023-regular"}}
	in := func(v access.Viewer, municipality string, teams ...string) access.Viewer {
		v.Municipality, v.Teams = municipality, teams
		return v
	}
	w.people = map[string]access.Viewer{
		"visitor":     {},
		"applicant":   {Person: "applicant"},
		"author":      in(fellow, midori, "midori"),
		"mate":        in(fellow, midori, "midori"),
		"cohort":      in(fellow, kawasemi, "kawasemi"),
		"member":      in(access.Viewer{Member: true, Cohorts: []string{"2022-manager"}}, sorairo, "momiji"),
		"moderator":   in(access.Viewer{Member: true, Moderator: true}, sorairo),
		"secretariat": in(access.Viewer{Member: true, Moderator: true, Secretariat: true}, ""),
	}
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		exec := func(q string, args ...any) {
			if _, err := tx.NewRaw(q, args...).Exec(ctx); err != nil {
				t.Fatal(err)
			}
		}
		exec(`INSERT INTO cohort (id, year, course) VALUES ('2023-regular', 2023, 'regular'), ('2022-manager', 2022, 'manager')`)
		exec(`INSERT INTO team (id, cohort, municipality, name) VALUES ('midori', '2023-regular', '990001', 'みどり見本市チーム'),
			('kawasemi', '2023-regular', '990002', 'かわせみ見本町チーム'), ('momiji', '2022-manager', '990004', 'もみじ見本市チーム')`)
		for name, v := range w.people {
			if name == "visitor" {
				continue
			}
			v.Person, v.Name = name, "見本 "+name
			w.people[name] = v
			exec(`INSERT INTO person (id, name, municipality, member, created_at) VALUES (?, ?, ?, ?, ?)`,
				name, v.Name, v.Municipality, v.Member, tx.Now)
			for _, team := range v.Teams {
				exec(`INSERT INTO participation (id, person, cohort, team, role, since) VALUES (?, ?, ?, ?, 'fellow', ?)`,
					"p-"+name, name, v.Cohorts[0], team, tx.Now)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) viewer(name string) access.Viewer {
	w.t.Helper()
	v, ok := w.people[name]
	if !ok {
		w.t.Fatalf("nobody is called %s", name)
	}
	return v
}

// report is a change that may be published by the people of みどり見本市.
func report(title string) archive.Change {
	return archive.Change{Title: &title, Municipality: new(midori), Year: new(2023), Course: new(cohort.Regular),
		Sections: []archive.Written{{Key: archive.Practice, Body: "窓口の係が集まった。"}}}
}

func published(title string, to access.Rung) archive.Change {
	c := report(title)
	c.Audience, c.Publish, c.Team = &to, true, new("midori")
	return c
}

func (w *world) create(who string, c archive.Change) archive.Saved {
	w.t.Helper()
	s, err := w.Create(w.t.Context(), w.viewer(who), archive.Report, c)
	if err != nil {
		w.t.Fatalf("create as %s: %v", who, err)
	}
	return s
}

func (w *world) get(who, id string) *archive.View {
	w.t.Helper()
	v, err := w.Get(w.t.Context(), w.viewer(who), id)
	if err != nil {
		w.t.Fatalf("get %s as %s: %v", id, who, err)
	}
	return v
}

func (w *world) decide(who, id string, d archive.Decision) error {
	_, err := w.Decide(w.t.Context(), w.viewer(who), id, d)
	return err
}

// wantError checks kind and sentence; an empty sentence lets any through.
func wantError(t *testing.T, err error, kind apperr.Kind, sentence string) *apperr.Error {
	t.Helper()
	var e *apperr.Error
	if !errors.As(err, &e) || e.Kind != kind {
		t.Fatalf("error = %v, want kind %s", err, kind.Code())
	}
	all := e.Message
	for _, f := range e.All() {
		all += " " + f.Detail
	}
	if !strings.Contains(all, sentence) {
		t.Errorf("error says %q, want %q in it", all, sentence)
	}
	return e
}
