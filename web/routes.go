package web

import (
	"net/http"

	"github.com/manetomo/manetomo/web/asset"
)

// routes is every URL of the site.
func (s *Site) routes() http.Handler {
	m := http.NewServeMux()
	m.Handle("GET /assets/", asset.Handler())

	m.HandleFunc("GET /healthz", s.alive)
	m.HandleFunc("GET /readyz", s.ready)
	return m
}
