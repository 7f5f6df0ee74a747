// Package web is the site: every URL stands in routes.go, every rule about a request as such in the middleware, and
// everything that a page shows or does in the folder named like the first part of its address.
//
// A handler calls one method of one service and renders what came back. Who looks is decided once per request, by the
// session cookie or a bearer token; what they may see is decided by internal/access, never here.
package web

import (
	"log/slog"
	"net/http"
	"net/netip"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/auth"
	"github.com/manetomo/manetomo/internal/bulk"
	"github.com/manetomo/manetomo/internal/curate"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/live"
	"github.com/manetomo/manetomo/internal/member"
	"github.com/manetomo/manetomo/internal/notify"
	"github.com/manetomo/manetomo/internal/postersession"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/vocabulary"
	"github.com/manetomo/manetomo/internal/watch"
	"github.com/manetomo/manetomo/search"
)

// Site is what the pages need. cmd fills it.
type Site struct {
	DB      *db.DB
	Log     *slog.Logger
	BaseURL string // as people see it, without a slash at the end
	Demo    bool
	Contact string // how the secretariat is reached; may be empty

	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed
	MetricsFrom    []netip.Prefix // who may read /metrics

	Members *member.Service
	Auth    *auth.Service
	Archive *archive.Service
	Files   *file.Service
	Bulk    *bulk.Service
	Talk    *talk.Service
	Curate  *curate.Service

	Sessions *postersession.Service
	Notify   *notify.Service
	Index    *search.Index
	Watch    *watch.Service
	Words    *vocabulary.Service
	Misses   *vocabulary.Misses
	Hub      *live.Hub

	answers answers
}

// Handler is the whole site.
func (s *Site) Handler() http.Handler {
	m := newMetrics()
	if s.Hub != nil {
		m.channel(s.Hub.Stats())
	}
	origin := http.NewCrossOriginProtection() // SameSite cookies are the other half (contract §4)
	origin.SetDenyHandler(handle(func(http.ResponseWriter, *http.Request) error {
		return apperr.New(apperr.Forbidden, "ほかのサイトから送られた内容は受け取れません。マネ友の画面からもう一度送ってください。")
	}))
	return s.headers(s.recovered(s.limited(s.identified(legible(origin.Handler(s.once(m.measured(s.routes(m).mux))))))))
}
