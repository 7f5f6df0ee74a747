package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/gorilla/websocket"

	"github.com/manetomo/manetomo/internal/e2e/site"
	"github.com/manetomo/manetomo/internal/e2e/visitor"
)

// checkRefusal holds an answer to bad input to the rule: never a fault of ours, and a sentence in Japanese.
func checkRefusal(t *testing.T, what string, status int, body string) {
	t.Helper()
	if status >= 500 {
		t.Errorf("%s: answered %d\n%s", what, status, body)
	}
	if status >= 400 && !strings.ContainsFunc(body, func(r rune) bool { return unicode.In(r, unicode.Hiragana) }) {
		t.Errorf("%s: answered %d without a Japanese sentence\n%s", what, status, body)
	}
}

// TestBadInputIsAnsweredWithASentence sends what no page of ours would send.
func TestBadInputIsAnsweredWithASentence(t *testing.T) {
	t.Parallel()
	for name, env := range databases(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := site.Start(t, site.Options{Env: env})
			a := api{t, s.URL, token(t, s, "moderator@example.jp")}
			made := a.newTopic("わるい入力")
			big, nul, broken := strings.Repeat("あ", 350_000), "a\x00b", "\xff\xfe\xfa"
			v := visitor.New(t, s.URL)
			v.SignIn("fellow@example.jp")
			for _, bad := range []string{big, nul, broken, "", "　 ", strings.Repeat("💬", 201)} {
				for _, path := range []string{"/topics/new", "/topics", "/topics/" + made.ID + "/posts", "/reports/new", "/posters/new", "/join", "/settings"} {
					v.Post(path, url.Values{"title": {bad}, "body": {bad}, "municipality": {bad}, "year": {bad}, "q": {bad}, "name": {bad}})
					checkRefusal(t, fmt.Sprintf("POST %s with %.12q", path, bad), v.Page.Status, v.Page.Body)
				}
				if len(bad) < 5000 {
					for _, path := range []string{"/archive?q=", "/archive?year=", "/archive?page=", "/topics?theme=", "/members?q=", "/api/v1/search?q=", "/api/v1/suggest?q="} {
						v.Get(path + url.QueryEscape(bad))
						checkRefusal(t, fmt.Sprintf("GET %s%.12q", path, bad), v.Page.Status, v.Page.Body)
					}
				}
				for _, path := range []string{"/api/v1/topics", "/api/v1/topics/" + made.ID + "/posts", "/api/v1/entries", "/api/v1/flags"} {
					status, body := a.raw("POST", path, map[string]any{"title": bad, "body": bad, "kind": bad, "id": bad, "reason": bad, "audience": bad})
					checkRefusal(t, fmt.Sprintf("POST %s with %.12q", path, bad), status, body)
				}
			}
			for _, path := range []string{"/no-such-page", "/reports/%00", "/reports/..%2f..%2fetc", "/topics/" + strings.Repeat("x", 4000), "/municipalities/999999",
				"/archive?page=99999999999999999999", "/archive?kind=nothing", "/api/v1/nothing", "/reports/0000000000"} {
				v.Get(path)
				checkRefusal(t, "GET "+path, v.Page.Status, v.Page.Body)
			}
			for _, text := range []string{"", "{", "[]", `"a"`, `{"title":1}`, `{"title":"a","author":"b"}`, strings.Repeat("[", 100_000)} {
				status, body := a.rawText("POST", "/api/v1/topics", text)
				checkRefusal(t, fmt.Sprintf("POST /api/v1/topics %.20q", text), status, body)
				if status < 400 {
					t.Errorf("POST /api/v1/topics %.20q answered %d", text, status)
				}
			}
		})
	}
}

// TestANextPathNeverLeadsAway signs in with addresses that lead elsewhere.
func TestANextPathNeverLeadsAway(t *testing.T) {
	t.Parallel()
	s := site.Start(t, site.Options{})
	for _, next := range []string{"//example.com/", `/\example.com`, "https://example.com/", "/\texample.com", "javascript:alert(1)", "/%0d%0aLocation:x", "//", "\x00"} {
		v := visitor.New(t, s.URL)
		v.Get("/signin?next=" + url.QueryEscape(next))
		checkRefusal(t, fmt.Sprintf("/signin?next=%q", next), v.Page.Status, v.Page.Body)
		if v.Page.Status != http.StatusOK {
			continue
		}
		v.ChooseDemo()
		v.Submit(url.Values{"person": {"fellow@example.jp"}})
		if got := v.Page.URL.Scheme + "://" + v.Page.URL.Host; got != s.URL {
			t.Errorf("next=%q led to %s", next, v.Page.URL)
		}
	}
}

// TestABadFrameEndsOnlyItsSocket sends frames of the wrong type and of wrong content.
func TestABadFrameEndsOnlyItsSocket(t *testing.T) {
	t.Parallel()
	s := site.Start(t, site.Options{})
	secret := token(t, s, "moderator@example.jp")
	for _, bad := range []struct {
		name string
		kind int
		text string
	}{
		{"binary", websocket.BinaryMessage, `{"t":"hello","v":1}`}, {"not JSON", websocket.TextMessage, "こんにちは"},
		{"unknown kind", websocket.TextMessage, `{"t":"shout"}`}, {"too long", websocket.TextMessage, `{"t":"` + strings.Repeat("a", 20_000) + `"}`},
		{"wrong types", websocket.TextMessage, `{"t":"sub","topic":7,"since":"x"}`}, {"invalid UTF-8", websocket.TextMessage, "{\"t\":\"\xff\"}"},
	} {
		t.Run(bad.name, func(t *testing.T) {
			dialer := websocket.Dialer{Subprotocols: []string{"manetomo.1"}}
			header := http.Header{"Authorization": {"Bearer " + secret}, "Origin": {s.URL}}
			conn, answer, err := dialer.Dial("ws"+strings.TrimPrefix(s.URL, "http")+"/ws", header)
			if err != nil {
				t.Fatal(err, answer)
			}
			defer conn.Close()
			if err := conn.WriteMessage(websocket.TextMessage, []byte(`{"t":"hello","v":1}`)); err != nil {
				t.Fatal(err)
			}
			if err := conn.WriteMessage(bad.kind, []byte(bad.text)); err != nil {
				t.Fatal(err)
			}
			if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
				t.Fatal(err)
			}
			for err == nil {
				_, _, err = conn.ReadMessage()
			}
			if !websocket.IsCloseError(err, 1002, 1003, 1007, 1008, 1009) {
				t.Errorf("the socket ended with %v", err)
			}
		})
	}
	var me map[string]any
	api{t, s.URL, secret}.do("GET", "/api/v1/me", nil, &me)
}

// TestBadFilesAreAnsweredWithASentence uploads every bad sample. A file is refused at once, or its page says why it
// could not be read; the entry stays, and a good file still goes up.
func TestBadFilesAreAnsweredWithASentence(t *testing.T) {
	t.Parallel()
	s := site.Start(t, site.Options{})
	a := api{t, s.URL, token(t, s, "moderator@example.jp")}
	var entry struct{ ID, URL string }
	a.do("POST", "/api/v1/entries", map[string]any{"kind": "poster", "title": "わるいファイル", "municipality": "990001", "year": 2019,
		"course": "regular", "audience": "members", "publish": true}, &entry)
	files, err := filepath.Glob("../file/testdata/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	for _, path := range files {
		name := filepath.Base(path)
		if strings.HasSuffix(name, ".md") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			status, body := a.upload("/api/v1/entries/"+entry.ID+"/files", name, content)
			checkRefusal(t, name, status, body)
			if status/100 != 2 {
				return
			}
			id := between(body, `"id":"`, `"`)
			site.Eventually(t, 120*time.Second, name+" is read or refused", func() bool {
				status, body = a.raw("GET", "/api/v1/entries/"+entry.ID+"/files/"+id, nil)
				return status == http.StatusOK && !strings.Contains(body, `"state":"processing"`)
			})
			if strings.Contains(body, `"state":"failed"`) {
				checkRefusal(t, name, 422, between(body, `"reason":"`, `"`))
			} else if !strings.Contains(body, `"state":"ready"`) {
				t.Errorf("%s is neither ready nor failed: %s", name, body)
			}
		})
	}
	v := visitor.New(t, s.URL)
	v.SignIn("fellow@example.jp")
	v.Get("/posters/" + entry.ID)
	if v.Page.Status != http.StatusOK || !v.Page.Has("わるいファイル") {
		t.Errorf("the poster's page answers %d", v.Page.Status)
	}
}

func between(text, before, after string) string {
	_, rest, _ := strings.Cut(text, before)
	found, _, _ := strings.Cut(rest, after)
	return found
}

// raw sends JSON and gives the answer as it is.
func (a api) raw(method, path string, body any) (int, string) {
	a.t.Helper()
	if body == nil {
		return a.rawText(method, path, "")
	}
	return a.rawText(method, path, jsonText(a.t, body))
}

func (a api) rawText(method, path, body string) (int, string) {
	a.t.Helper()
	return a.send(method, path, "application/json", strings.NewReader(body))
}

func (a api) send(method, path, kind string, body io.Reader) (int, string) {
	a.t.Helper()
	request, err := http.NewRequest(method, a.base+path, body)
	if err != nil {
		a.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+a.token)
	request.Header.Set("Content-Type", kind)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		a.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}
