// Package visitor is a person with a browser that knows no JavaScript: it follows links and redirects, fills in forms
// by the names of their fields, keeps cookies, and reads text. What it can do, an old office machine can do.
package visitor

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// T is what a visitor needs of a test, or of a test script.
type T interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// Visitor is one person at one machine.
type Visitor struct {
	Base string // the site's address
	Page Page   // what is on the screen

	t      T
	client *http.Client
}

// Page is an answer of the site.
type Page struct {
	URL    *url.URL
	Status int
	Header http.Header
	Body   string
	root   *html.Node
}

// New opens a browser with nothing in it.
func New(t T, base string) *Visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Visitor{Base: base, t: t, client: &http.Client{Jar: jar, Timeout: 60 * time.Second}}
}

// Get opens a path of the site, or a full address, and goes on where the page says so.
func (v *Visitor) Get(address string) {
	v.t.Helper()
	v.open(join(v.t, v.Base, address))
}

// Post sends a form to an address, whether or not a page shows it.
func (v *Visitor) Post(address string, fields url.Values) {
	v.t.Helper()
	v.send(join(v.t, v.Base, address), "application/x-www-form-urlencoded", strings.NewReader(fields.Encode()))
}

// File is what a person chooses in a file field.
type File struct{ Field, Name, Content string }

// Submit fills in the first form of the page that has all the named fields and sends it. What is not named stays as
// the page has it, hidden fields too. A field given as "button" names the button to press by its text.
func (v *Visitor) Submit(fields url.Values, files ...File) {
	v.t.Helper()
	button := fields.Get("button")
	fields.Del("button")
	form, err := v.Page.form(fields, files, button)
	if err != nil {
		v.t.Fatalf("%s: %v", v.Page.URL, err)
	}
	for name, values := range fields {
		form.values[name] = values
	}
	switch {
	case form.method == http.MethodGet:
		u, err := url.Parse(form.action)
		if err != nil {
			v.t.Fatal(err)
		}
		u.RawQuery = form.values.Encode()
		v.open(u.String())
	case form.multipart:
		body, kind := multipartBody(v.t, form.values, files)
		v.send(form.action, kind, body)
	default:
		v.send(form.action, "application/x-www-form-urlencoded", strings.NewReader(form.values.Encode()))
	}
}

func multipartBody(t T, values url.Values, files []File) (io.Reader, string) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, list := range values {
		for _, value := range list {
			if err := w.WriteField(name, value); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, file := range files {
		part, err := w.CreateFormFile(file.Field, filepath.Base(file.Name))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(part, file.Content); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	return &body, w.FormDataContentType()
}

// Follow opens the first link with this text.
func (v *Visitor) Follow(text string) {
	v.t.Helper()
	href, ok := v.Page.link(text)
	if !ok {
		v.t.Fatalf("%s has no link 「%s」:\n%s", v.Page.URL, text, v.Page.Text())
	}
	v.open(join(v.t, v.Page.URL.String(), href))
}

// SignIn signs in as a demo person through the demo provider, as that person would.
func (v *Visitor) SignIn(address string) {
	v.t.Helper()
	v.Get("/signin")
	v.ChooseDemo()
	v.Submit(url.Values{"person": {address}})
	if v.Page.Status != http.StatusOK {
		v.t.Fatalf("%s could not sign in: %d at %s\n%s", address, v.Page.Status, v.Page.URL, v.Page.Text())
	}
}

// ChooseDemo presses the button of the demo provider on the page of sign-in, whatever stands on it.
func (v *Visitor) ChooseDemo() {
	v.t.Helper()
	for n := range elements(v.Page.root, "form") {
		if f := v.Page.read(n, ""); f != nil && strings.HasSuffix(f.action, "/auth/demo") {
			v.send(f.action, "application/x-www-form-urlencoded", strings.NewReader(f.values.Encode()))
			return
		}
	}
	v.t.Fatalf("%s offers no demo provider:\n%s", v.Page.URL, v.Page.Text())
}

// open shows a full address; sign-in goes on by a page that names the next one, never by a redirect after a form.
func (v *Visitor) open(address string) {
	v.t.Helper()
	for range 5 {
		request, err := http.NewRequest(http.MethodGet, address, nil)
		if err != nil {
			v.t.Fatal(err)
		}
		v.do(request)
		next, ok := v.Page.refresh()
		if !ok {
			return
		}
		address = join(v.t, v.Page.URL.String(), next)
	}
	v.t.Fatalf("%s sends us on without end", address)
}

// send posts a body and, as a browser does, says where the form stood.
func (v *Visitor) send(address, kind string, body io.Reader) {
	v.t.Helper()
	request, err := http.NewRequest(http.MethodPost, address, body)
	if err != nil {
		v.t.Fatal(err)
	}
	from := v.Base
	if v.Page.URL != nil {
		from = v.Page.URL.Scheme + "://" + v.Page.URL.Host
	}
	request.Header.Set("Content-Type", kind)
	request.Header.Set("Origin", from)
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	if from != request.URL.Scheme+"://"+request.URL.Host {
		request.Header.Set("Sec-Fetch-Site", "cross-site")
	}
	v.do(request)
	if next, ok := v.Page.refresh(); ok {
		v.open(join(v.t, v.Page.URL.String(), next))
	}
}

func (v *Visitor) do(request *http.Request) {
	v.t.Helper()
	answer, err := v.client.Do(request)
	if err != nil {
		v.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		v.t.Fatal(fmt.Errorf("read %s: %w", request.URL, err))
	}
	v.Page = Page{URL: answer.Request.URL, Status: answer.StatusCode, Header: answer.Header, Body: string(body)}
	if v.Page.root, err = html.ParseWithOptions(bytes.NewReader(body), html.ParseOptionEnableScripting(false)); err != nil {
		v.t.Fatal(err)
	}
}

// join reads an address as it stands on a page.
func join(t T, page, address string) string {
	t.Helper()
	base, err := url.Parse(page)
	if err != nil {
		t.Fatal(err)
	}
	u, err := base.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.String()
}
