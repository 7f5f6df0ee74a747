package page

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/web/page/pagetest"
	"github.com/manetomo/manetomo/web/ui"
)

var (
	visitor   = Session{}
	applicant = Session{Viewer: access.Viewer{Person: "P1", Name: "見本 花子"}}
	member    = Session{Viewer: access.Viewer{Person: "P1", Name: "見本 花子", Member: true}, Unread: 3}
	moderator = Session{Viewer: access.Viewer{Person: "P1", Name: "見本 花子", Member: true, Moderator: true}}
	secretary = Session{Viewer: access.Viewer{Person: "P1", Name: "見本 花子", Member: true, Moderator: true, Secretariat: true}}
)

func get(s Session, path string, h Handler) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", path, nil)
	Handle(h).ServeHTTP(w, r.WithContext(With(r.Context(), s)))
	return w
}

func hello(w http.ResponseWriter, r *http.Request) error {
	return Render(w, r, 200, Frame{Title: "見本のページ"}, templ.Raw(`<h1>見本</h1>`))
}

func TestFrame(t *testing.T) {
	for _, test := range []struct {
		name      string
		session   Session
		want, not []string
	}{
		{"訪れた人にはログインへの道がある", visitor,
			[]string{"公開されている実践", "はじめて参加する", "ログイン"}, []string{"わたし", "お知らせ", `class="tabbar"`}},
		{"参加していない人には申請と退出がある", applicant, []string{"参加の申請", "ログアウト"}, []string{"はじめて参加する", "お知らせ"}},
		{"会員にはメニューと検索と投稿がある", member,
			[]string{"投稿する", "お知らせ", "わたし", `role="search"`, `class="tabbar"`, "下書き"}, []string{"運営の机", "はじめて参加する"}},
		{"運営には机がある", moderator, []string{"運営の机"}, []string{`href="/admin"`}},
		{"事務局には管理がある", secretary, []string{"運営の机", `href="/admin"`}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			body := get(test.session, "/x", hello).Body.String()
			for _, want := range test.want {
				if !strings.Contains(body, want) {
					t.Errorf("page lacks %q", want)
				}
			}
			for _, not := range test.not {
				if strings.Contains(body, not) {
					t.Errorf("page has %q", not)
				}
			}
			pagetest.Check(t, body)
		})
	}
}

func TestSignedInPagesAreNotKept(t *testing.T) {
	if got := get(member, "/x", hello).Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control of a member's page = %q", got)
	}
}

func TestFail(t *testing.T) {
	for _, test := range []struct {
		name   string
		err    error
		status int
		want   []string
	}{
		{"ない、または見せられない", apperr.Missing(), 404, []string{"お探しのページは見つかりません", "ログインすると読めるページかもしれません", "実践をさがす"}},
		{"取り下げられた", apperr.New(apperr.Gone, "このページは筆者が取り下げました。近い実践を下に並べています。"), 410, []string{"筆者が取り下げました"}},
		{"こちらの不調", errors.New("disk on fire"), 500, []string{"調子がよくありません", "残っています", "もう一度試す"}},
		{"準備中", apperr.New(apperr.Unavailable, "いま準備しています。少し待ってください。"), 503, []string{"いま準備しています"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := get(visitor, "/x", func(http.ResponseWriter, *http.Request) error { return test.err })
			if w.Code != test.status {
				t.Errorf("status = %d, want %d", w.Code, test.status)
			}
			for _, want := range test.want {
				if !strings.Contains(w.Body.String(), want) {
					t.Errorf("page lacks %q", want)
				}
			}
			if strings.Contains(w.Body.String(), "disk on fire") {
				t.Error("the cause of a fault is shown")
			}
			if test.status == 503 && w.Header().Get("Retry-After") == "" {
				t.Error("503 has no Retry-After")
			}
			pagetest.Check(t, w.Body.String())
		})
	}
}

func TestFailAnswersProgramsAsProblem(t *testing.T) {
	err := &apperr.Error{Kind: apperr.Conflict, Message: "同じ項目がほかの画面で直されています。",
		Data: struct {
			Yours   string `json:"yours"`
			Version int    `json:"version"`
			Status  int    `json:"status"`
		}{"わたしの文", 3, 200}}
	w := get(visitor, "/api/v1/entries/x", func(http.ResponseWriter, *http.Request) error { return err })
	if got := w.Header().Get("Content-Type"); !strings.HasPrefix(got, "application/problem+json") {
		t.Errorf("Content-Type = %q", got)
	}
	const want = `{"code":"conflict","detail":"同じ項目がほかの画面で直されています。","status":409,` +
		`"title":"ほかの画面で直されています","version":3,"yours":"わたしの文"}`
	if got := w.Body.String(); got != want {
		t.Errorf("body = %s\nwant   %s", got, want)
	}
	w = get(visitor, "/api/v1/x", func(http.ResponseWriter, *http.Request) error {
		return apperr.At("title", "題名を書いてください。")
	})
	if got := w.Body.String(); !strings.Contains(got, `"errors":[{"field":"title","detail":"題名を書いてください。"}]`) {
		t.Errorf("body = %s", got)
	}
}

func TestFailLeadsToSignIn(t *testing.T) {
	w := get(visitor, "/home?f=cohort", func(http.ResponseWriter, *http.Request) error { return apperr.SignIn() })
	if w.Code != 303 || w.Header().Get("Location") != "/signin?next=%2Fhome%3Ff%3Dcohort" {
		t.Errorf("answer = %d %s", w.Code, w.Header().Get("Location"))
	}
}

func TestWhen(t *testing.T) {
	now := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC) // 12:00 in Japan
	for _, test := range []struct {
		name string
		t    time.Time
		want string
	}{
		{"今日", time.Date(2026, 11, 21, 15, 2, 0, 0, time.UTC), "00:02"},
		{"きのうの夜", time.Date(2026, 11, 21, 14, 59, 0, 0, time.UTC), "11月21日 23:59"},
		{"今年", time.Date(2026, 11, 20, 9, 40, 0, 0, time.UTC), "11月20日 18:40"},
		{"前の年", time.Date(2020, 2, 10, 0, 0, 0, 0, time.UTC), "2020年2月"},
	} {
		if got := When(test.t, now); got != test.want {
			t.Errorf("%s: When = %q, want %q", test.name, got, test.want)
		}
	}
}

func TestFiscalYear(t *testing.T) {
	if got := FiscalYearEra(2019); got != "2019年度（平成31・令和元年度）" {
		t.Errorf("FiscalYearEra(2019) = %q", got)
	}
}

func post(body, kind string) (*Form, error) {
	r := httptest.NewRequest("POST", "/x", strings.NewReader(body))
	r.Header.Set("Content-Type", kind)
	return ReadForm(httptest.NewRecorder(), r, 1000)
}

func TestReadForm(t *testing.T) {
	const plain = "application/x-www-form-urlencoded"
	for _, test := range []struct {
		name, body string
		want       apperr.Kind
	}{
		{"NULは断る", "title=a%00b", apperr.Malformed},
		{"壊れた文字は断る", "title=%ff%fe", apperr.Malformed},
		{"大きすぎる内容は断る", "title=" + strings.Repeat("a", 2000), apperr.TooLarge},
		{"壊れた書き方は断る", "title=%zz", apperr.Malformed},
	} {
		if _, err := post(test.body, plain); !apperr.Is(err, test.want) {
			t.Errorf("%s: err = %v", test.name, err)
		}
	}
	f, err := post("title=%E9%A1%8C&theme=a&theme=b&idempotency_key=K", plain)
	if err != nil || f.Get("title") != "題" || len(f.All("theme")) != 2 || f.Key != "K" {
		t.Errorf("form = %+v, %v", f, err)
	}
}

func TestFormComesBackFilledIn(t *testing.T) {
	f := NewForm().Set("title", "書いた題名")
	if !f.WithError(&apperr.Error{Kind: apperr.Invalid, Fields: []apperr.Field{{Name: "title", Detail: "題名が長すぎます。"}}}) {
		t.Fatal("an Invalid error was not taken")
	}
	if f.WithError(errors.New("other")) {
		t.Error("a fault was taken for a mistake in the form")
	}
	var b strings.Builder
	if err := ui.Input(f.Fill(ui.Field{Name: "title", Label: "題名", Required: true})).Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	if err := ErrorSummary(f).Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`value="書いた題名"`, `aria-invalid="true"`, `aria-describedby="f-title-e"`, "題名が長すぎます。", `href="#f-title"`, "1か所"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("form lacks %s\n%s", want, b.String())
		}
	}
}

func TestLookIsKeptInCookies(t *testing.T) {
	w := httptest.NewRecorder()
	f := NewForm().Set("theme", "dark").Set("text", "normal").Set("keys", "off")
	KeepLook(w, httptest.NewRequest("POST", "/settings", nil), f)
	r := httptest.NewRequest("GET", "/", nil)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge > 0 {
			r.AddCookie(c)
		}
	}
	if got, want := LookOf(r), (Look{Theme: "dark", KeysOff: true}); got != want {
		t.Errorf("LookOf = %+v, want %+v", got, want)
	}
}

func TestAFormThatFailedComesBackToBeSentAgain(t *testing.T) {
	send := func(path, body string, err error) string {
		r := httptest.NewRequest("POST", path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		Fail(w, r.WithContext(With(r.Context(), visitor)), err)
		pagetest.Check(t, w.Body.String())
		return w.Body.String()
	}
	const form = "body=%E6%9B%B8%E3%81%84%E3%81%9F%E6%96%87&idempotency_key=K1"
	for name, err := range map[string]error{
		"期限が切れた": apperr.SignIn(), "期限が切れて見えなくなった": apperr.Missing(), "こちらの不調": errors.New("boom"), "場所がない": apperr.New(apperr.Full, "保存できる場所がありません。"),
	} {
		body := send("/topics/T/posts", form, err)
		for _, want := range []string{`action="/topics/T/posts"`, `name="body" value="書いた文"`, `value="K1"`, "もう一度送る"} {
			if !strings.Contains(body, want) {
				t.Errorf("%s: page lacks %s", name, want)
			}
		}
	}
	for _, path := range []string{"/signout", "/auth/demo"} {
		if strings.Contains(send(path, form, errors.New("boom")), "もう一度送る") {
			t.Errorf("%s offers to be sent again", path)
		}
	}
}
