package browser

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

func TestMain(m *testing.M) {
	code := m.Run()
	Close()
	os.Exit(code)
}

const good = `<!doctype html><html lang="ja"><meta name="viewport" content="width=device-width, initial-scale=1"><title>題</title><main><h1>見出し</h1>
<form action="/next"><label>名前 <input name="name"></label> <button>送る</button></form></main>`

func serve(t *testing.T, page string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if r.URL.Path == "/next" {
			io.WriteString(w, `<!doctype html><html lang="ja"><title>次</title><main><h1>`+r.FormValue("name")+`さん</h1></main>`)
			return
		}
		io.WriteString(w, page)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestAPersonFillsInAForm(t *testing.T) {
	p := New(t, serve(t, good), "見本")
	p.Go("/")
	p.Accessible()
	p.FitsIn(320)
	p.Fill("名前", "花子")
	p.Open("送る")
	p.See("花子さん")
	p.Arrive("/next?name=花子")
}

// quiet is a test that only counts what it is told.
type quiet struct {
	testing.TB
	told []string
}

func (q *quiet) Errorf(format string, args ...any) { q.told = append(q.told, format) }
func (q *quiet) Failed() bool                      { return false }

func TestFaultsOfAPageAreTold(t *testing.T) {
	bad := strings.Replace(good, "</main>", `<img src="data:,"><div style="width:900px">広い</div></main><script>missing()</script>`, 1)
	q := &quiet{TB: t}
	p := New(q, serve(t, bad), "見本")
	p.Go("/")
	p.Accessible()
	axes := len(q.told)
	p.FitsIn(320)
	wide := len(q.told) - axes
	p.complain()
	if axes == 0 || wide == 0 || len(q.told) == axes+wide {
		t.Errorf("told %d broken rules, %d too wide, %d in all; want some of each, and the console's error", axes, wide, len(q.told))
	}
}
