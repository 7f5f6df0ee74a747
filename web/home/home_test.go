package home_test

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
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/curate"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/postersession"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/testkit"
	"github.com/manetomo/manetomo/web/drafts"
	"github.com/manetomo/manetomo/web/home"
	"github.com/manetomo/manetomo/web/new"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/page/pagetest"
)

var (
	hanako = access.Viewer{Person: "hanako", Name: "見本 花子", Member: true, Municipality: "990001", Cohorts: []string{"2023-regular"}, Teams: []string{"midori"}}
	sakura = access.Viewer{Person: "sakura", Name: "仮名 桜", Member: true, Municipality: "990002"}
)

type site struct {
	testing.TB
	db      *db.DB
	archive *archive.Service
	mux     *http.ServeMux
	cookies []*http.Cookie
	now     time.Time
}

func newSite(t testing.TB, d *db.DB) *site {
	t.Helper()
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		for _, q := range []string{
			`INSERT INTO cohort (id, year, course) VALUES ('2023-regular', 2023, 'regular')`,
			`INSERT INTO team (id, cohort, municipality, name) VALUES ('midori', '2023-regular', '990001', 'みどり見本市チーム')`,
			`INSERT INTO person (id, name, municipality, member, created_at) VALUES ('hanako', '見本 花子', '990001', TRUE, '2026-01-01'),
				('sakura', '仮名 桜', '990002', TRUE, '2026-01-01')`,
		} {
			if _, err := tx.NewRaw(q).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s := &site{TB: t, db: d, archive: &archive.Service{DB: d}, mux: http.NewServeMux(), now: d.Now()}
	dr := drafts.Pages{Archive: s.archive}
	for pattern, h := range map[string]page.Handler{
		"GET /home": home.Pages{Archive: s.archive, Curate: &curate.Service{DB: d}, Files: &file.Service{DB: d}, Talk: &talk.Service{DB: d}, Sessions: &postersession.Service{DB: d}}.Show,
		"GET /new":  new.Pages{}.Show, "GET /drafts": dr.List, "POST /drafts": dr.Clear, "PUT /drafts/{place}": dr.Keep,
	} {
		s.mux.Handle(pattern, page.Handle(h))
	}
	return s
}

func (s *site) do(v access.Viewer, method, path string, form url.Values, status int) string {
	s.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range s.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	now := func() time.Time { return s.now }
	s.mux.ServeHTTP(w, r.WithContext(page.With(r.Context(), page.Session{Viewer: v, Now: now})))
	if w.Code != status {
		s.Fatalf("%s %s = %d, want %d: %s", method, path, w.Code, status, w.Body)
	}
	if w.Code == 200 {
		pagetest.Check(s.TB, w.Body.String())
	}
	if set := w.Result().Cookies(); len(set) > 0 {
		s.cookies = set
	}
	return w.Body.String()
}

func (s *site) see(body string, want ...string) {
	s.Helper()
	for _, w := range want {
		if !strings.Contains(body, w) {
			s.Errorf("the page lacks %q", w)
		}
	}
}

func (s *site) publish(title string, to access.Rung) archive.Saved {
	s.Helper()
	text, town, year, course := title, "990001", 2023, cohort.Regular
	saved, err := s.archive.Create(s.Context(), hanako, archive.Report, archive.Change{Title: &text, Municipality: &town, Year: &year,
		Course: &course, Audience: &to, Publish: true, Sections: []archive.Written{{Key: archive.Practice, Body: title + "の本文。"}}})
	if err != nil {
		s.Fatal(err)
	}
	return saved
}

func TestHomeTellsWhatHappenedSinceTheLastVisit(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		s.see(s.do(sakura, "GET", "/home", nil, 200), "ようこそ、仮名 桜さん", "まだ動きがありません")
		one := s.publish("一つめの実践", access.Members)
		s.publish("チームの実践", access.Team)
		if _, err := s.archive.AddFollowUp(t.Context(), hanako, one.ID, archive.NewFollowUp{Body: "まだ続いている。"}); err != nil {
			t.Fatal(err)
		}
		talks := &talk.Service{DB: d}
		if _, err := talks.Open(t.Context(), hanako, talk.NewTopic{Title: "財政課への説明は", Body: "どうしましたか。", Question: true,
			Audience: access.Audience{Rung: access.Members}}); err != nil {
			t.Fatal(err)
		}
		s.now = s.now.Add(time.Hour)
		body := s.do(sakura, "GET", "/home", nil, 200)
		s.see(body, "おかえりなさい", "前回（11月22日）から、実践1件・その後1件・質問1件・投稿1件", "一つめの実践", "まだ続いている。", "財政課への説明は", "返事を待っています", "見本 みどり見本市")
		if strings.Contains(body, "チームの実践") {
			t.Error("ホーム tells a member about another team's report")
		}
		s.see(s.do(sakura, "GET", "/home?f=question", nil, 200), "財政課への説明は")
		if body := s.do(sakura, "GET", "/home?f=cohort", nil, 200); strings.Contains(body, "一つめの実践") {
			t.Error("another cohort's report is in わたしの期")
		}
		s.see(s.do(hanako, "GET", "/home?f=cohort", nil, 200), "一つめの実践", "チームの実践")
		s.do(access.Viewer{}, "GET", "/home", nil, 303)
		s.do(access.Viewer{Person: "x"}, "GET", "/home", nil, 303)
	})
}

func TestDraftsAreListedAndUnsentTextIsKept(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		s.see(s.do(hanako, "GET", "/drafts", nil, 200), "下書きはありません")
		text := "書きかけの題名"
		if _, err := s.archive.Create(t.Context(), hanako, archive.Report, archive.Change{Title: &text}); err != nil {
			t.Fatal(err)
		}
		s.do(hanako, "PUT", "/drafts/entry:new:practice", url.Values{"body": {"まだ送っていない文。"}}, 204)
		s.do(access.Viewer{}, "PUT", "/drafts/entry:new:practice", url.Values{"body": {"x"}}, 401)
		s.see(s.do(hanako, "GET", "/drafts", nil, 200), "書きかけの題名", "まだ送っていない文。", "新しい実践レポート：取り組み")
		if body := s.do(sakura, "GET", "/drafts", nil, 200); strings.Contains(body, "書きかけの題名") || strings.Contains(body, "まだ送っていない") {
			t.Error("another's drafts are listed")
		}
		s.do(hanako, "POST", "/drafts", url.Values{"place": {"entry:new:practice"}}, 303)
		if body := s.do(hanako, "GET", "/drafts", nil, 200); strings.Contains(body, "まだ送っていない文。") {
			t.Error("text that was thrown away is still listed")
		}
		s.see(s.do(hanako, "GET", "/new", nil, 200), "実践レポートを書く", "ポスターを載せる", "その後・やってみたを書く", "質問・話題を書く")
		s.see(s.do(hanako, "GET", "/home", nil, 200), "書きかけの下書き", "続きを書く")
	})
}

func BenchmarkHome(b *testing.B) {
	s := newSite(b, testkit.SQLite(b))
	for range 30 {
		s.publish("実践", access.Members)
	}
	for b.Loop() {
		r := httptest.NewRequest("GET", "/home", nil)
		w := httptest.NewRecorder()
		s.mux.ServeHTTP(w, r.WithContext(page.With(r.Context(), page.Session{Viewer: sakura, Now: s.db.Now})))
		if w.Code != 200 {
			b.Fatal(w.Code)
		}
	}
}
