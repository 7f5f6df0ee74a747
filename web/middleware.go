package web

import (
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/text"
	"github.com/manetomo/manetomo/web/desk"
	"github.com/manetomo/manetomo/web/page"
)

// csp lets a page load its own styles, scripts and pictures and nothing else. form-action also applies to redirects
// after a form in Chrome and Edge: sign-in therefore goes on by a page, not by a redirect.
const csp = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"

// headers sets what every answer carries. A handler of files sets stricter ones of its own.
func (s *Site) headers(next http.Handler) http.Handler {
	https := strings.HasPrefix(s.BaseURL, "https://")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", csp)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		if https {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// recovered turns a panic into the page of a fault and keeps the program running.
func (s *Site) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if p := recover(); p != nil && p != http.ErrAbortHandler {
				page.Fail(w, r, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// limited bounds what is read of a request.
func (s *Site) limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		limit := int64(maxBody)
		if takesFiles(r) {
			limit = maxUpload
		}
		if r.URL.Path == "/desk/import" {
			limit = desk.MaxImport
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		next.ServeHTTP(w, r)
	})
}

// legible refuses addresses with NUL or invalid UTF-8 before a query meets them. No page of ours leads to one.
func legible(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !text.Storable(r.URL.Path) {
			page.Fail(w, r, apperr.Missing())
			return
		}
		for name, values := range r.URL.Query() {
			for _, value := range append(values, name) {
				if !text.Storable(value) {
					page.Fail(w, r, apperr.New(apperr.Malformed, "アドレスに、読めない文字がふくまれています。もとの画面からもう一度開いてください。"))
					return
				}
			}
		}
		next.ServeHTTP(w, r)
	})
}

// takesFiles tells whether the request may bring a file.
func takesFiles(r *http.Request) bool {
	if r.Method == http.MethodPatch && strings.HasPrefix(r.URL.Path, "/uploads/") {
		return true // a piece of one
	}
	return r.Method == http.MethodPost && strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data")
}

// handle is page.Handle for requests that may be repeats: those are answered by once, not by a page of an error.
func handle(h page.Handler) http.Handler {
	return page.Handle(func(w http.ResponseWriter, r *http.Request) error {
		err := h(w, r)
		if err != nil && repeated(r.Context(), err) {
			return nil
		}
		return err
	})
}
