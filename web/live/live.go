// Package live is the way from a browser to the live channel: the websocket and the long poll. Who may connect is asked
// here with the request's own cookie or token, and again later with nothing else of it.
package live

import (
	"context"
	"net/http"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/live"
	"github.com/manetomo/manetomo/web/page"
)

// Pages answers GET /ws and GET /live.
type Pages struct {
	Hub *live.Hub
	Who func(*http.Request) (access.Viewer, error) // by cookie or token
}

// Socket upgrades to a websocket.
func (p Pages) Socket(w http.ResponseWriter, r *http.Request) error {
	return p.Hub.Socket(w, r, p.session(r))
}

// Poll answers a long poll.
func (p Pages) Poll(w http.ResponseWriter, r *http.Request) error {
	return p.Hub.Poll(w, r, p.session(r))
}

// session keeps of the request what tells who asks, so that it can be asked again hours later.
func (p Pages) session(r *http.Request) live.Session {
	kept := &http.Request{Method: http.MethodGet, URL: r.URL, Header: http.Header{}}
	for _, name := range []string{"Cookie", "Authorization"} {
		if values := r.Header.Values(name); len(values) > 0 {
			kept.Header[name] = values
		}
	}
	return live.Session{Viewer: page.Viewer(r.Context()), Again: func(ctx context.Context) (access.Viewer, error) {
		v, err := p.Who(kept.WithContext(ctx))
		if err == nil && !v.SignedIn() {
			err = apperr.SignIn()
		}
		return v, err
	}}
}
