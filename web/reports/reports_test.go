package reports_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/testkit"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/page/pagetest"
	"github.com/manetomo/manetomo/web/reports"
)

// site is the pages of reports over a database with one team of two.
type site struct {
	testing.TB
	mux     *http.ServeMux
	archive *archive.Service
}

var (
	hanako = access.Viewer{Person: "hanako", Name: "見本 花子", Member: true, Municipality: "990001", Cohorts: []string{"2023-regular"}, Teams: []string{"midori"}}
	taro   = access.Viewer{Person: "taro", Name: "例示 太郎", Member: true, Municipality: "990001", Cohorts: []string{"2023-regular"}, Teams: []string{"midori"}}
	sakura = access.Viewer{Person: "sakura", Name: "仮名 桜", Member: true, Municipality: "990002"}
)

func newSite(t testing.TB, d *db.DB) *site {
	t.Helper()
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		for _, q := range []string{
			`INSERT INTO cohort (id, year, course) VALUES ('2023-regular', 2023, 'regular')`,
			`INSERT INTO team (id, cohort, municipality, name) VALUES ('midori', '2023-regular', '990001', 'みどり見本市チーム')`,
			`INSERT INTO person (id, name, municipality, member, created_at) VALUES ('hanako', '見本 花子', '990001', TRUE, '2026-01-01'),
				('taro', '例示 太郎', '990001', TRUE, '2026-01-01'), ('sakura', '仮名 桜', '990002', TRUE, '2026-01-01')`,
			`INSERT INTO participation (id, person, cohort, team, role, since) VALUES ('a', 'hanako', '2023-regular', 'midori', 'fellow', '2023-04-01'),
				('b', 'taro', '2023-regular', 'midori', 'fellow', '2023-04-01')`,
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
	s := &site{t, http.NewServeMux(), &archive.Service{DB: d}}
	p := reports.Pages{Archive: s.archive, Files: &file.Service{DB: d}, Talk: &talk.Service{DB: d, Files: &file.Service{DB: d}}}
	for pattern, h := range map[string]page.Handler{
		"GET /reports/new": p.New, "POST /reports/new": p.Save, "GET /reports/{id}": p.Show, "GET /reports/{id}/edit": p.Edit,
		"POST /reports/{id}/edit": p.Save, "GET /reports/{id}/preview": p.Preview, "GET /reports/{id}/versions": p.Versions,
		"POST /reports/{id}/useful": p.Useful, "GET /reports/{id}/after/new": p.NewAfter, "POST /reports/{id}/after/new": p.AddAfter,
		"GET /reports/{id}/tried/new": p.NewTried, "POST /reports/{id}/tried/new": p.AddTried,
		"GET /reports/{id}/withdraw": p.AskWithdraw, "POST /reports/{id}/withdraw": p.Withdraw,
	} {
		s.mux.Handle(pattern, page.Handle(h))
	}
	return s
}

// do sends a request as somebody and checks the answer's status and, of a page, what every page keeps.
func (s *site) do(v access.Viewer, method, path string, form url.Values, status int) *httptest.ResponseRecorder {
	s.Helper()
	w := s.send(v, method, path, form)
	if w.Code != status {
		s.Fatalf("%s %s as %q = %d, want %d: %s", method, path, v.Person, w.Code, status, plain(w.Body.String()))
	}
	if status != http.StatusSeeOther && strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
		pagetest.Check(s.TB, w.Body.String())
	}
	return w
}

func (s *site) send(v access.Viewer, method, path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r.WithContext(page.With(r.Context(), page.Session{Viewer: v, Now: s.archive.DB.Now, BaseURL: "http://example.com"})))
	return w
}

var tags = regexp.MustCompile(`(?s)<svg.*?</svg>|<[^>]*>`)

func plain(body string) string {
	return strings.Join(strings.Fields(tags.ReplaceAllString(body, " ")), " ")
}

func (s *site) see(body string, want ...string) {
	s.Helper()
	for _, w := range want {
		if !strings.Contains(body, w) {
			s.Errorf("the page lacks %q: %s", w, plain(body))
		}
	}
}

// fields are the hidden fields of the form on the page at path, as a browser would send them.
func (s *site) fields(v access.Viewer, path string) url.Values {
	s.Helper()
	body := s.do(v, "GET", path, nil, 200).Body.String()
	f := url.Values{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`).FindAllStringSubmatch(body, -1) {
		f.Set(m[1], m[2])
	}
	return f
}

// written is a published report, made through the pages step by step.
func (s *site) written() string {
	s.Helper()
	f := s.fields(hanako, "/reports/new")
	for name, v := range map[string]string{"title": "窓口の待ち時間を減らす", "team": "midori", "municipality": "みどり見本市", "year": "2023", "course": "regular"} {
		f.Set(name, v)
	}
	f.Set("go", "4")
	next := s.do(hanako, "POST", "/reports/new?step=1", f, 303).Header().Get("Location")
	edit, query, _ := strings.Cut(next, "?")
	if !strings.HasPrefix(query, "step=4") {
		s.Fatalf("the first save leads to %s", next)
	}
	f = s.fields(hanako, edit+"?step=4")
	f.Set("practice", "五つの係から集まった。\n\n・書き出した\n・そろえた")
	f.Set("practice_audience", "")
	s.do(hanako, "POST", edit+"?step=4", f, 303)
	f = s.fields(hanako, edit+"?step=8")
	f.Set("audience", "members")
	f.Set("go", "publish")
	return s.do(hanako, "POST", edit+"?step=8", f, 303).Header().Get("Location")
}

func TestReportIsWrittenStepByStepAndRead(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		at := s.written()
		s.see(s.do(sakura, "GET", at, nil, 200).Body.String(), "窓口の待ち時間を減らす", `id="practice"`, "見本 みどり見本市", "2023年度 通常部会",
			"会員に公開", "例示 太郎", "<li>書き出した</li>", "うちでもやってみた", "参考になった")
		visitor := s.do(access.Viewer{}, "GET", at, nil, 404).Body.String()
		if strings.Contains(visitor, "窓口") {
			t.Error("a visitor's 404 tells the title")
		}
		s.see(s.do(hanako, "GET", at+"/preview", nil, 200).Body.String(), "見た目の確かめ")
		for n := 1; n <= 8; n++ {
			s.see(s.do(taro, "GET", at+"/edit?step="+string(rune('0'+n)), nil, 200).Body.String(), `aria-current="step"`)
		}
		s.do(sakura, "GET", at+"/edit", nil, 403)
		s.do(access.Viewer{}, "GET", "/reports/new", nil, 303)
	})
}

func TestPublishingTooEarlyKeepsTheDraft(t *testing.T) {
	s := newSite(t, testkit.SQLite(t))
	f := s.fields(hanako, "/reports/new?step=8")
	f.Set("audience", "members")
	f.Set("go", "publish")
	s.see(s.do(hanako, "POST", "/reports/new?step=8", f, 422).Body.String(), "題名を書いてください", "どれか一つの項目")
	f = s.fields(hanako, "/reports/new")
	f.Set("title", strings.Repeat("長い", 200))
	s.see(s.do(hanako, "POST", "/reports/new?step=1", f, 422).Body.String(), "200文字以内", "長い長い長い", "エラー：")
}

func TestSecondWriterChoosesItemByItem(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		at := s.written()
		edit := at + "/edit?step=4"
		mine, other, elsewhere := s.fields(hanako, edit), s.fields(taro, edit), s.fields(taro, at+"/edit?step=6")
		other.Set("practice", "太郎が直した文。")
		s.do(taro, "POST", edit, other, 303)
		elsewhere.Set("reflection", "別の項目は、ぶつからない。")
		s.do(taro, "POST", at+"/edit?step=6", elsewhere, 303)
		mine.Set("practice", "花子が直した文。")
		body := s.do(hanako, "POST", edit, mine, 409).Body.String()
		s.see(body, "太郎が直した文。", "花子が直した文。", "残す")
		again := url.Values{}
		for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`).FindAllStringSubmatch(body, -1) {
			again.Set(m[1], m[2])
		}
		again.Set("practice", "花子が直した文。")
		again.Set("keep_practice", "theirs")
		s.do(hanako, "POST", edit, again, 303)
		s.see(s.do(sakura, "GET", at, nil, 200).Body.String(), "太郎が直した文。", "別の項目は、ぶつからない。")
		again.Set("keep_practice", "yours")
		f := s.fields(hanako, edit)
		f.Set("practice", "花子が直した文。")
		s.do(hanako, "POST", edit, f, 303)
		s.see(s.do(taro, "GET", at+"/versions", nil, 200).Body.String(), "五つの係から集まった。", "太郎が直した文。", "前の版")
		s.do(sakura, "GET", at+"/versions", nil, 404)
	})
}

func TestTextSentAfterTheSessionEndedComesBack(t *testing.T) {
	s := newSite(t, testkit.SQLite(t))
	at := s.written()
	f := s.fields(hanako, at+"/edit?step=4")
	f.Set("practice", "期限が切れても残る文。")
	body := s.do(access.Viewer{}, "POST", at+"/edit?step=4", f, 401).Body.String()
	s.see(body, "期限が切れても残る文。", "ログイン", `name="version"`, `name="idempotency_key"`)
}

func TestTelephoneNumbersAreMarkedBeforePublishing(t *testing.T) {
	s := newSite(t, testkit.SQLite(t))
	f := s.fields(hanako, "/reports/new?step=4")
	f.Set("practice", "電話は０３−１２３４−５６７８、メールは hanako@example.jp です。2021年から3年、午前10時に始めた。")
	edit, _, _ := strings.Cut(s.do(hanako, "POST", "/reports/new?step=4", f, 303).Header().Get("Location"), "?")
	body := s.do(hanako, "GET", edit+"?step=8", nil, 200).Body.String()
	s.see(body, "電話番号「03", "メールアドレス「hanako@example.jp」")
	f = s.fields(hanako, edit+"?step=8")
	f.Set("audience", "members")
	f.Set("go", "publish")
	s.see(s.do(hanako, "POST", edit+"?step=8", f, 422).Body.String(), "らしいところがあります")
}

func TestTheTimeAfterAndTryingAreOneBoxEach(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		at := s.written()
		f := s.fields(taro, at+"/after/new")
		s.see(s.do(taro, "POST", at+"/after/new", f, 422).Body.String(), "その後のことを書いてください")
		f.Set("body", "三年たっても続いている。")
		f.Set("result", "rooted")
		s.do(taro, "POST", at+"/after/new", f, 303)
		f = s.fields(sakura, at+"/tried/new")
		f.Set("body", "三つの課で話してみた。")
		f.Set("result", "under_way")
		f.Set("municipality", "かわせみ見本町")
		s.do(sakura, "POST", at+"/tried/new", f, 303)
		s.do(sakura, "GET", at+"/after/new", nil, 403)
		s.do(sakura, "POST", at+"/useful", url.Values{"on": {"1"}}, 303)
		s.see(s.do(sakura, "GET", at, nil, 200).Body.String(), "三年たっても続いている。", "定着", "三つの課で話してみた。", "途中", "（1自治体）", `aria-pressed="true"`)
	})
}

func TestWithdrawnReportLeavesAPage(t *testing.T) {
	s := newSite(t, testkit.SQLite(t))
	at := s.written()
	f := s.fields(hanako, at+"/withdraw")
	f.Set("reason", "新しいものにまとめました。")
	s.do(hanako, "POST", at+"/withdraw", f, 303)
	s.see(s.do(sakura, "GET", at, nil, 410).Body.String(), "取り下げ", "新しいものにまとめました。")
	s.do(access.Viewer{}, "GET", at, nil, 404)
}

// The page of a report with all its sections, by a member, from the database to the last byte.
func BenchmarkReportPage(b *testing.B) {
	d := testkit.SQLite(b)
	s := newSite(b, d)
	at := s.written()
	for b.Loop() {
		if w := s.send(sakura, "GET", at, nil); w.Code != 200 {
			b.Fatal(w.Code)
		}
	}
}
