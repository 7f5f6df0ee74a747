package visitor

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
)

const formPage = `<!doctype html><title>書く</title>
<form action="/search"><input name="q"><button>さがす</button></form>
<form method="post" action="/posts" enctype="multipart/form-data">
<input type="hidden" name="key" value="k1"><textarea name="body">
はじめ</textarea><select name="year"><option>2024<option selected>2025</select>
<input type="checkbox" name="agree" checked><input type="checkbox" name="other"><input type="file" name="file">
<button name="act" value="draft">下書き</button><button name="act" value="publish">公開する</button></form>`

func TestAFormIsSentAsABrowserWithoutScriptsSendsIt(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, formPage) })
	mux.HandleFunc("POST /posts", func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseMultipartForm(1 << 20); err != nil {
			t.Error(err)
		}
		file, header, err := r.FormFile("file")
		if err != nil {
			t.Error(err)
			return
		}
		content, _ := io.ReadAll(file)
		fmt.Fprintf(w, "<p>%s %s %s %s %s %q %s %s</p>", r.Form.Get("key"), r.Form.Get("body"), r.Form.Get("year"),
			r.Form.Get("agree"), r.Form.Get("act"), r.Form["other"], header.Filename, content)
	})
	mux.HandleFunc("GET /go", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `<meta http-equiv="refresh" content="0;url=/search?q=a">`)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	v := New(t, server.URL)
	v.Get("/write")
	v.Submit(url.Values{"body": {"本文"}, "button": {"公開"}}, File{"file", "a.txt", "中身"})
	if want := "k1 本文 2025 on publish [] a.txt 中身"; v.Page.Text() != want {
		t.Errorf("sent %q; want %q", v.Page.Text(), want)
	}
	v.Get("/go")
	if v.Page.URL.RequestURI() != "/search?q=a" || v.Page.Title() != "書く" {
		t.Errorf("went on to %s 「%s」", v.Page.URL, v.Page.Title())
	}
	v.Submit(url.Values{"q": {"対話"}})
	if v.Page.URL.Query().Get("q") != "対話" {
		t.Errorf("searched at %s", v.Page.URL)
	}
}
