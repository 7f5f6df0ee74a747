package rooms_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/notify"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/testkit"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/page/pagetest"
	"github.com/manetomo/manetomo/web/rooms"
	"github.com/manetomo/manetomo/web/topics"
)

var fellow = access.Viewer{Person: "hanako", Name: "見本 花子", Municipality: "990001", Member: true, Unlimited: true,
	Cohorts: []string{"2026-regular"}, Teams: []string{"team1"}}

// world has a cohort with a team, and a post in the team's room.
func world(t *testing.T, d *db.DB) *talk.Service {
	t.Helper()
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		for _, sql := range []string{
			"INSERT INTO cohort (id, year, course) VALUES ('2026-regular', 2026, 'regular')",
			"INSERT INTO team (id, cohort, municipality, name) VALUES ('team1', '2026-regular', '990001', 'A')",
			"INSERT INTO person (id, name, municipality, member, created_at) VALUES ('hanako', '見本 花子', '990001', TRUE, '2026-04-01 00:00:00')",
		} {
			if _, err := tx.NewRaw(sql).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s := &talk.Service{DB: d, Files: &file.Service{DB: d}}
	r, err := s.Enter(t.Context(), fellow, "team-team1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Post(t.Context(), fellow, r.Topic, talk.NewPost{Body: "チームだけの一言"}); err != nil {
		t.Fatal(err)
	}
	return s
}

func get(t *testing.T, s *talk.Service, v access.Viewer, path string) *httptest.ResponseRecorder {
	t.Helper()
	mux := http.NewServeMux()
	p := rooms.Pages{Talk: s}
	for pattern, h := range map[string]page.Handler{"GET /rooms": p.List, "GET /rooms/{key}": p.Show, "GET /topics/{id}": topics.Pages{Talk: s, Notify: &notify.Service{DB: s.DB}}.Show} {
		mux.Handle(pattern, page.Handle(h))
	}
	r := httptest.NewRequest("GET", path, nil)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r.WithContext(page.With(t.Context(), page.Session{Viewer: v, Now: s.DB.Now})))
	return w
}

func TestRoomsAreWholePages(t *testing.T) {
	s := world(t, testkit.SQLite(t))
	for _, path := range []string{"/rooms", "/rooms/practice", "/rooms/team-team1", "/rooms/cohort-2026-regular?f=topics", "/rooms/region-kyushu", "/rooms/theme-culture?f=topics"} {
		w := get(t, s, fellow, path)
		if w.Code != http.StatusOK {
			t.Errorf("%s answers %d", path, w.Code)
			continue
		}
		pagetest.Check(t, w.Body.String())
	}
}

func TestARoomThatIsNotForOneIsNotThere(t *testing.T) {
	s := world(t, testkit.SQLite(t))
	other := access.Viewer{Person: "taro", Member: true, Cohorts: []string{"2026-regular"}}
	if body := get(t, s, other, "/rooms").Body.String(); strings.Contains(body, "team-team1") || !strings.Contains(body, "cohort-2026-regular") {
		t.Error("the list of rooms is not the reader's own")
	}
	for who, v := range map[string]access.Viewer{"a visitor": {}, "an applicant": {Person: "p"}, "another member of the cohort": other, "a moderator": {Person: "m", Member: true, Moderator: true}} {
		for _, path := range []string{"/rooms/team-team1", "/rooms/team-team1?f=topics"} {
			if w := get(t, s, v, path); w.Code != http.StatusNotFound || strings.Contains(w.Body.String(), "チームだけの一言") {
				t.Errorf("%s gets %d for %s", who, w.Code, path)
			}
		}
	}
	if w := get(t, s, access.Viewer{}, "/rooms"); w.Code != http.StatusNotFound {
		t.Errorf("a visitor gets %d for the list", w.Code)
	}
}

func TestTheTopicOfARoomLeadsToTheRoom(t *testing.T) {
	s := world(t, testkit.SQLite(t))
	r, err := s.Enter(t.Context(), fellow, "team-team1")
	if err != nil {
		t.Fatal(err)
	}
	w := get(t, s, fellow, "/topics/"+r.Topic+"?from=1")
	if got := w.Header().Get("Location"); w.Code != http.StatusSeeOther || got != "/rooms/team-team1?from=1" {
		t.Errorf("it answers %d to %s", w.Code, got)
	}
}
