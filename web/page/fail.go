package page

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"strings"

	"github.com/manetomo/manetomo/internal/apperr"
)

// Fail answers with an error: a page that says what happened, what is kept and what to do next, or
// application/problem+json (RFC 9457) under /api/. Only real faults are written to the log, once, with the short
// number that the person sees.
func Fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // the reader has gone away
	}
	e := known(err)
	s := From(r.Context())
	if e.Kind == apperr.NotFound && !s.Viewer.SignedIn() && ourForm(w, r) {
		e = apperr.SignIn() // the session ended while somebody wrote; to a stranger everything is missing
	}
	number := ""
	if e.Kind == apperr.Internal || e.Kind == apperr.Full {
		if number = s.Number; number == "" {
			number = newNumber()
		}
		s.log().LogAttrs(r.Context(), slog.LevelError, "request failed", slog.String("number", number),
			slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.String("error", err.Error()))
	}
	switch e.Kind {
	case apperr.Unavailable:
		w.Header().Set("Retry-After", "5")
	case apperr.Throttled:
		if w.Header().Get("Retry-After") == "" {
			w.Header().Set("Retry-After", "60")
		}
	}
	if isAPI(r.URL.Path) {
		problem(w, e, number)
		return
	}
	if e.Kind == apperr.Unauthenticated && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		http.Redirect(w, r, SignInURL(r.URL.RequestURI()), http.StatusSeeOther)
		return
	}
	x := explain(e, r, number)
	if x.Again = resend(w, r, e.Kind); x.Again != nil && x.Again.Whole {
		x.Acts = nil // sending it again is the one thing to do
	}
	if err := Render(w, r, e.Kind.Status(), Frame{Title: e.Kind.Title()}, failure(x)); err != nil {
		s.log().Error("error page failed", "path", r.URL.Path, "error", err)
		http.Error(w, e.Message, e.Kind.Status())
	}
}

// known turns any error into one that people can read.
func known(err error) *apperr.Error {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return &apperr.Error{Kind: apperr.TooLarge, Err: err,
			Message: "送られた内容が大きすぎます。いくつかに分けてから、もう一度お試しください。"}
	case errors.Is(err, context.DeadlineExceeded):
		return &apperr.Error{Kind: apperr.Unavailable, Err: err,
			Message: "いま混み合っています。書いた内容は残っています。少し待ってから、もう一度お試しください。"}
	}
	return apperr.From(err)
}

// isAPI tells whether programs ask: the API and the live channel, which never lead on to the sign-in page.
func isAPI(path string) bool {
	return path == "/api" || strings.HasPrefix(path, "/api/") || path == "/ws" || path == "/live"
}

// problem answers a program. The members of Data stand beside the standard ones and never replace them.
func problem(w http.ResponseWriter, e *apperr.Error, number string) {
	members := map[string]any{}
	if e.Data != nil {
		text, err := json.Marshal(e.Data)
		if err == nil {
			err = json.Unmarshal(text, &members)
		}
		if err != nil {
			members = map[string]any{} // Data that is no object stays out
		}
	}
	maps.Copy(members, map[string]any{
		"title": e.Kind.Title(), "detail": e.Message, "status": e.Kind.Status(), "code": e.Kind.Code(),
	})
	if fields := e.All(); len(fields) > 0 {
		members["errors"] = fields
	}
	if number != "" {
		members["number"] = number
	}
	text, err := json.Marshal(members)
	if err != nil {
		text = fmt.Appendf(nil, `{"status":%d,"code":%q}`, e.Kind.Status(), e.Kind.Code())
	}
	w.Header().Set("Cache-Control", "no-store")
	send(w, e.Kind.Status(), "application/problem+json; charset=utf-8", text)
}
