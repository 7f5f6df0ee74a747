// Package page is the frame that every page of the site stands in: who looks, the head, the menus, the footer, and
// the one place where an error becomes a page or a JSON answer.
//
// A page is rendered to memory before a byte is sent, so a fault in the middle of a template never leaves half a page
// behind. What a signed-in person gets is never kept by a cache (Cache-Control: no-store).
package page

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/text"
)

// Session is what a page knows about the request: who looks and how they like to read. A middleware fills it.
type Session struct {
	Viewer   access.Viewer
	Unread   int              // notices not yet read
	Theme    string           // "light", "dark" or "" for what the device says
	TextSize string           // "large", "xlarge" or "" for the normal size
	BaseURL  string           // configured; never from the request
	Demo     bool             // this is a demonstration, and every page says so
	Shared   bool             // the device is shared: nothing is kept on it
	Now      func() time.Time // the clock; time.Now when nil
	Log      *slog.Logger     // slog.Default when nil
	Number   string           // the request's short number, shown with a fault and written in the log
}

// Handler is a handler that may fail; Handle gives its error to Fail.
type Handler func(http.ResponseWriter, *http.Request) error

// Handle turns a Handler into an http.Handler.
func Handle(h Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			Fail(w, r, err)
		}
	})
}

type key struct{}

// With puts the session into the context.
func With(ctx context.Context, s Session) context.Context { return context.WithValue(ctx, key{}, s) }

// From takes the session out of the context; without one it is a visitor's.
func From(ctx context.Context) Session {
	s, _ := ctx.Value(key{}).(Session)
	return s
}

// Viewer is who looks.
func Viewer(ctx context.Context) access.Viewer { return From(ctx).Viewer }

// Now is the request's clock.
func Now(ctx context.Context) time.Time {
	if now := From(ctx).Now; now != nil {
		return now()
	}
	return time.Now()
}

func (s Session) log() *slog.Logger {
	if s.Log != nil {
		return s.Log
	}
	return slog.Default()
}

// Frame is what a page tells about itself.
type Frame struct {
	Title       string // without the product's name; the top page leaves it empty
	Section     string // home, archive, topics, members, collections; marks the menu
	Description string
	Index       bool // search engines may list it
	Wide        bool // uses the whole width
	NoTabbar    bool // writing and signing in: no bottom bar on phones
	Bare        bool // only the logo in the header: signing in
	Full        bool // the page brings its own .wrap (the top page, the poster stage)
	Islands     []string
	ErrorPrefix bool   // 「エラー：」 in the title, after a form that was not accepted
	Query       string // what stands in the search box
	OGImage     string // full address of a picture for link cards
	Paper       bool   // the page shows what will be printed, and nothing of the frame is printed with it
	Refresh     string // address that the browser goes on to by itself: how sign-in leaves the site (contract §3)
}

func (f Frame) title() string {
	t := siteName
	if f.Title != "" {
		t = f.Title + "｜" + siteName
	}
	if f.ErrorPrefix {
		t = "エラー：" + t
	}
	return t
}

const (
	siteName = "マネ友"
	tagline  = "人材マネジメント部会 修了生のひろば"
)

// Render sends a page: the frame with body inside it.
func Render(w http.ResponseWriter, r *http.Request, status int, f Frame, body templ.Component) error {
	var b bytes.Buffer
	s := From(r.Context())
	v := view{Frame: f, Session: s, Path: r.URL.Path}
	if err := layout(v, body).Render(r.Context(), &b); err != nil {
		return fmt.Errorf("render %s: %w", r.URL.Path, err)
	}
	h := w.Header()
	if s.Viewer.SignedIn() {
		h.Set("Cache-Control", "no-store")
	} else if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, no-cache")
	}
	h.Add("Vary", "Cookie")
	send(w, status, "text/html; charset=utf-8", b.Bytes())
	return nil
}

// Fragment sends a component alone, for a script that replaces a part of a page.
func Fragment(w http.ResponseWriter, r *http.Request, status int, body templ.Component) error {
	var b bytes.Buffer
	if err := body.Render(r.Context(), &b); err != nil {
		return fmt.Errorf("render part of %s: %w", r.URL.Path, err)
	}
	w.Header().Set("Cache-Control", "no-store")
	send(w, status, "text/html; charset=utf-8", b.Bytes())
	return nil
}

// send writes an answer that is complete. A reader who has gone away is not our error.
func send(w http.ResponseWriter, status int, kind string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	w.Write(body)
}

// SignInURL is the sign-in page that leads back to path.
func SignInURL(path string) string {
	if path = text.OwnPath(path); path == "" || path == "/" {
		return "/signin"
	}
	return "/signin?next=" + url.QueryEscape(path)
}
