package help

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/page/pagetest"
)

func site() http.Handler {
	h := New("hito@example.jp")
	m := http.NewServeMux()
	m.Handle("GET /help", page.Handle(h.Index))
	m.Handle("GET /help/{slug}", page.Handle(h.Page))
	m.Handle("GET /about", page.Handle(h.About()))
	m.Handle("GET /guide", page.Handle(h.Guide()))
	m.Handle("GET /terms", page.Handle(h.Terms()))
	m.Handle("GET /privacy", page.Handle(h.Privacy()))
	m.Handle("GET /accessibility", page.Handle(h.Accessibility()))
	return m
}

func get(t *testing.T, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	site().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w.Code, w.Body.String()
}

func TestEveryPageStandsAndItsLinksLeadSomewhere(t *testing.T) {
	paths := []string{"/help", "/about", "/guide", "/terms", "/privacy", "/accessibility"}
	for _, a := range New("").pages {
		paths = append(paths, "/help/"+a.Slug)
	}
	link := regexp.MustCompile(`href="(/(?:help|about|guide|terms|privacy|accessibility)[^"#?]*)`)
	for _, path := range paths {
		code, body := get(t, path)
		if code != 200 {
			t.Errorf("GET %s = %d", path, code)
		}
		pagetest.Check(t, body)
		for _, m := range link.FindAllStringSubmatch(body, -1) {
			if code, _ := get(t, m[1]); code != 200 {
				t.Errorf("%s leads to %s, which answers %d", path, m[1], code)
			}
		}
	}
}

func TestSearchInsideHelp(t *testing.T) {
	for _, test := range []struct{ name, q, want, not string }{
		{"本文のことばで見つかる", "/help?q=wss", "役所のネットワーク", "ポスターを載せる"},
		{"二つのことばは両方をふくむ", "/help?q=PDF%20A1", "ポスターを載せる", "役所のネットワーク"},
		{"ないことばには次の道を示す", "/help?q=zzzz", "説明はまだありません", "役所のネットワーク"},
	} {
		_, body := get(t, test.q)
		if !strings.Contains(body, test.want) || strings.Contains(body, test.not) {
			t.Errorf("%s: %s should have %q and not %q", test.name, test.q, test.want, test.not)
		}
		pagetest.Check(t, body)
	}
}

func TestUnknownHelpPage(t *testing.T) {
	if code, body := get(t, "/help/nothing"); code != 404 || !strings.Contains(body, "見つかりません") {
		t.Errorf("GET /help/nothing = %d", code)
	}
}

func TestContactStandsWherePeopleAreSentTo(t *testing.T) {
	for _, path := range []string{"/help/trouble", "/privacy", "/accessibility"} {
		if _, body := get(t, path); !strings.Contains(body, "hito@example.jp") {
			t.Errorf("%s does not say whom to ask", path)
		}
	}
}

func TestAboutCreditsTheData(t *testing.T) {
	_, body := get(t, "/about")
	for _, want := range []string{"全国地方公共団体コード", "code4fukui/localgovjp", "Geolonia", "SSDSE"} {
		if !strings.Contains(body, want) {
			t.Errorf("/about lacks the credit %q", want)
		}
	}
}
