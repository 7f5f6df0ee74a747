package web

import (
	"net/http"
	"strings"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/auth"
	"github.com/manetomo/manetomo/web/page"
)

// identified finds out once who looks: a bearer token where programs go, the session cookie elsewhere.
func (s *Site) identified(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		look := page.LookOf(r)
		session := page.Session{BaseURL: s.BaseURL, Demo: s.Demo, Log: s.Log, Now: s.DB.Now,
			Theme: look.Theme, TextSize: look.TextSize, Shared: look.Shared}
		who, err := s.who(r)
		if err == nil && who.Viewer.SignedIn() && wantsPage(r) {
			session.Unread, err = s.Notify.Unread(r.Context(), who.Viewer)
		}
		session.Viewer = who.Viewer
		ctx := page.With(r.Context(), session)
		if err != nil {
			page.Fail(w, r.WithContext(ctx), err)
			return
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

func (s *Site) who(r *http.Request) (auth.Who, error) {
	h := r.Header.Get("Authorization")
	if h == "" || !forPrograms(r.URL.Path) {
		return s.Auth.FromCookie(r)
	}
	scheme, secret, _ := strings.Cut(h, " ")
	if !strings.EqualFold(scheme, "bearer") {
		return auth.Who{}, apperr.New(apperr.Unauthenticated, "Authorization は Bearer で送ってください。")
	}
	return s.Auth.FromToken(r.Context(), strings.TrimSpace(secret))
}

// viewer is who asks, for what asks again later.
func (s *Site) viewer(r *http.Request) (access.Viewer, error) {
	who, err := s.who(r)
	return who.Viewer, err
}

// forPrograms tells where a bearer token counts (contract §4).
func forPrograms(path string) bool {
	return strings.HasPrefix(path, "/api/") || path == "/ws" || path == "/live"
}

// wantsPage tells whether the answer has a header with the count of notices.
func wantsPage(r *http.Request) bool {
	p := r.URL.Path
	return !forPrograms(p) && !strings.HasPrefix(p, "/files/") && !strings.HasPrefix(p, "/uploads") && !strings.HasPrefix(p, "/assets/")
}
