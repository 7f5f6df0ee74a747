package sessions_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/postersession"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/testkit"
	"github.com/manetomo/manetomo/web/notes"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/page/pagetest"
	"github.com/manetomo/manetomo/web/sessions"
)

var (
	host   = access.Viewer{Person: "host", Name: "仮名 桜", Member: true, Moderator: true, Unlimited: true}
	fellow = access.Viewer{Person: "fellow", Name: "試作 健", Member: true, Unlimited: true}
)

type site struct {
	d   *db.DB
	mux *http.ServeMux
	id  string
}

// world is a session of two posters, not yet begun.
func world(t *testing.T) *site {
	t.Helper()
	d := testkit.SQLite(t)
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		var events []*event.Event
		for _, v := range []access.Viewer{host, fellow} {
			if _, err := tx.NewRaw("INSERT INTO person (id, name, member, created_at) VALUES (?, ?, TRUE, ?)", v.Person, v.Name, tx.Now).Exec(ctx); err != nil {
				return err
			}
		}
		for _, id := range []string{"one", "two"} {
			_, err := tx.NewRaw(`INSERT INTO entry (id, kind, title, municipality, state, audience, wanted, version, created_by, created_at, updated_at, published_at, published_seq)
				VALUES (?, 'poster', ?, '990001', 'published', 'members', 'members', 1, 'fellow', ?, ?, ?, 1)`, id, "ポスター "+id, tx.Now, tx.Now, tx.Now).Exec(ctx)
			if err != nil {
				return err
			}
			_, e, err := talk.OpenForEntry(ctx, tx, talk.EntryTopic{Entry: id, Title: id, State: access.Published, Audience: access.Audience{Rung: access.Members}, Author: "fellow"})
			if err != nil {
				return err
			}
			events = append(events, e...)
		}
		return event.Append(ctx, tx, events...)
	})
	if err != nil {
		t.Fatal(err)
	}
	s := &site{d: d, mux: http.NewServeMux()}
	p := sessions.Pages{Sessions: &postersession.Service{DB: d}, Talk: &talk.Service{DB: d, Files: &file.Service{DB: d}}, Files: &file.Service{DB: d}, Archive: &archive.Service{DB: d}}
	n := notes.Pages{Talk: p.Talk}
	for pattern, h := range map[string]page.Handler{"GET /sessions": p.List, "POST /sessions": p.Plan, "GET /sessions/new": p.New, "GET /sessions/{id}": p.Show,
		"GET /sessions/{id}/state": p.State, "POST /sessions/{id}/act": p.Act, "GET /sessions/{id}/edit": p.Edit, "POST /notes": n.Add, "GET /notes": n.Lists,
		"POST /notes/{id}/answer": n.Answer, "GET /notes/{id}/edit": n.Edit} {
		s.mux.Handle(pattern, page.Handle(h))
	}
	s.id, err = p.Sessions.Plan(t.Context(), host, postersession.Plan{Title: "発表会", StartsAt: testkit.Start.Add(time.Hour), Minutes: 10, Entries: []string{"one", "two"}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *site) ask(t *testing.T, v access.Viewer, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest("GET", path, nil)
	if form != nil {
		r = httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r.WithContext(page.With(t.Context(), page.Session{Viewer: v, Now: s.d.Now})))
	return w
}

func (s *site) whole(t *testing.T, v access.Viewer, path string, has ...string) {
	t.Helper()
	w := s.ask(t, v, path, nil)
	if w.Code != http.StatusOK {
		t.Fatalf("%s answers %d", path, w.Code)
	}
	pagetest.Check(t, w.Body.String())
	for _, words := range has {
		if !strings.Contains(w.Body.String(), words) {
			t.Errorf("%s does not show 「%s」", path, words)
		}
	}
}

func TestASessionIsAWholePageInEachOfItsPhasesWithoutAScript(t *testing.T) {
	s := world(t)
	at := "/sessions/" + s.id
	s.whole(t, host, "/sessions", "発表会を計画する", "これから")
	s.whole(t, host, "/sessions/new", "めぐるポスターと順番")
	s.whole(t, host, at+"/edit", `value="2"`)
	s.whole(t, fellow, at, "はじまるまで", "めぐる順番")
	act := func(what, version string) {
		t.Helper()
		if w := s.ask(t, host, at+"/act", url.Values{"act": {what}, "version": {version}}); w.Code != http.StatusSeeOther {
			t.Fatalf("%s answers %d", what, w.Code)
		}
	}
	act("begin", "1")
	s.whole(t, fellow, at, "1 / 2枚め", "付せんをはる", "もらった問い")
	ask := url.Values{"entry": {"one"}, "page": {"0"}, "session": {s.id}, "kind": {"question"}, "note": {"だれと始めましたか"}, "back": {at}}
	if w := s.ask(t, host, "/notes", ask); w.Code != http.StatusSeeOther || w.Header().Get("Location") != at+"#notes" {
		t.Fatalf("a question answers %d to %s", w.Code, w.Header().Get("Location"))
	}
	if w := s.ask(t, host, "/notes", url.Values{"entry": {"one"}, "note": {" "}}); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("an empty note answers %d", w.Code)
	} else {
		pagetest.Check(t, w.Body.String())
	}
	s.whole(t, fellow, at, "だれと始めましたか")
	act("pause", "2")
	s.whole(t, fellow, at, "止めています")
	act("next", "3")
	s.whole(t, fellow, at, "2 / 2枚め")
	act("stop", "4")
	s.whole(t, fellow, at, "記録", "もらった問い 1件", "だれと始めましたか")
}

func TestWhatIsForHostsIsNotForOthers(t *testing.T) {
	s := world(t)
	at := "/sessions/" + s.id
	for path, form := range map[string]url.Values{"/sessions/new": nil, at + "/edit": nil, at + "/act": {"act": {"begin"}, "version": {"1"}}, "/sessions": {"title": {"x"}}} {
		for who, v := range map[string]access.Viewer{"a visitor": {}, "an applicant": {Person: "a"}, "a member": fellow} {
			if w := s.ask(t, v, path, form); w.Code != http.StatusNotFound && w.Code != http.StatusForbidden {
				t.Errorf("%s gets %d for %s", who, w.Code, path)
			}
		}
	}
	for _, path := range []string{"/sessions", at, at + "/state", "/notes?entry=one"} {
		if w := s.ask(t, access.Viewer{}, path, nil); w.Code != http.StatusNotFound {
			t.Errorf("a visitor gets %d for %s", w.Code, path)
		}
	}
}

func TestTheListsOfNotesComeAlone(t *testing.T) {
	s := world(t)
	s.ask(t, host, "/notes", url.Values{"entry": {"one"}, "note": {"気づいたこと"}})
	w := s.ask(t, fellow, "/notes?entry=one&page=0", nil)
	if body := w.Body.String(); w.Code != http.StatusOK || strings.Contains(body, "<html") || !strings.Contains(body, "気づいたこと") || strings.Contains(body, "はがす") {
		t.Errorf("it answers %d:\n%s", w.Code, body)
	}
}
