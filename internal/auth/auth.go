// Package auth lets people in: sign-in through OAuth and OpenID Connect, sessions, and tokens for the API.
//
// What stays true: goth's providers build the addresses and talk OAuth, but what they bring back is not believed until
// it is checked here. State, nonce and PKCE verifier are our own, in a row that is deleted before it is used and bound
// to one browser; ID tokens are verified with their issuer's keys. Secrets are stored as hashes only. Who somebody is
// afterwards, and whether they are a member, is internal/member's business.
package auth

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/config"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/member"
)

// providerTime is how long a provider may take for one answer; its own client would wait for ever.
const providerTime = 10 * time.Second

// Options say which ways in there are.
type Options struct {
	BaseURL      string // address of the site as people see it, without a slash at its end
	Providers    []config.Provider
	TrustedEmail []string          // names of providers whose verified address admits who stands on the roster
	Transport    http.RoundTripper // how providers are reached; the demo provider of this process is reached without a network
}

// Service is the way in.
type Service struct {
	db        *db.DB
	members   *member.Service
	providers []*provider
	trusted   []string
	secure    bool
	sessions  *scs.SessionManager
	attempts  *limiter
}

// Choice is a provider as the sign-in page shows it.
type Choice struct{ Name, Kind, Label string }

// New makes the service. It asks no provider anything: they are met at the first sign-in.
func New(d *db.DB, members *member.Service, o Options) *Service {
	s := &Service{db: d, members: members, trusted: o.TrustedEmail,
		secure: strings.HasPrefix(o.BaseURL, "https://"), attempts: newLimiter()}
	client := &http.Client{Timeout: providerTime, Transport: o.Transport}
	for _, p := range o.Providers {
		callback := o.BaseURL + "/auth/" + url.PathEscape(p.Name) + "/callback"
		s.providers = append(s.providers, newProvider(p, callback, client))
	}
	s.sessions = newSessions(d, s.cookieName("manetomo"), s.secure)
	return s
}

// Choices lists the providers in the order of the sign-in page.
func (s *Service) Choices() []Choice {
	var list []Choice
	for _, p := range s.providers {
		list = append(list, Choice{p.Name, p.Kind, p.Label})
	}
	return list
}

// Label is what people call a provider; a provider that is no longer set up keeps its name.
func (s *Service) Label(provider string) string {
	if p := s.provider(provider); p != nil {
		return p.Label
	}
	return provider
}

func (s *Service) provider(name string) *provider {
	i := slices.IndexFunc(s.providers, func(p *provider) bool { return p.Name == name })
	if i < 0 {
		return nil
	}
	return s.providers[i]
}

// Check asks a provider who it is, for doctor.
func (s *Service) Check(ctx context.Context, name string) error {
	p := s.provider(name)
	if p == nil {
		return apperr.Missing()
	}
	_, err := p.open(ctx)
	return err
}

// cookieName is a cookie's name: with TLS nobody but this host can set it.
func (s *Service) cookieName(name string) string {
	if s.secure {
		return "__Host-" + name
	}
	return name
}
