package web

import (
	"net/http"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/web/asset"
	"github.com/manetomo/manetomo/web/notifications"
	"github.com/manetomo/manetomo/web/page"
)

// routes is every URL of the site.
func (s *Site) routes(m *metrics) http.Handler {
	mux := http.NewServeMux()
	on := func(pattern string, h page.Handler) { mux.Handle(pattern, handle(h)) }

	mux.Handle("GET /assets/", asset.Handler())
	mux.HandleFunc("GET /healthz", s.alive)
	mux.HandleFunc("GET /readyz", s.ready)
	mux.Handle("GET /metrics", s.serveMetrics(m))

	notices := notifications.Pages{Notify: s.Notify}
	on("GET /notifications", notices.List)
	on("POST /notifications/read", notices.Read)

	on("/", func(http.ResponseWriter, *http.Request) error { return apperr.Missing() })
	return mux
}
