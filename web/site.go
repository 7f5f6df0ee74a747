// Package web is the site: every URL stands in routes.go, every rule about a request as such in the middleware, and
// everything that a page shows or does in the folder named like the first part of its address.
//
// A handler calls one method of one service and renders what came back. Who looks is decided once per request, by the
// session cookie or a bearer token; what they may see is decided by internal/access, never here.
package web

import (
	"log/slog"
	"net/http"

	"github.com/manetomo/manetomo/internal/db"
)

// Site is what the pages need. cmd fills it.
type Site struct {
	DB      *db.DB
	Log     *slog.Logger
	BaseURL string // as people see it, without a slash at the end
	Demo    bool
}

// Handler is the whole site.
func (s *Site) Handler() http.Handler {
	return s.headers(s.recovered(s.limited(s.routes())))
}
