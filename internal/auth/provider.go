package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/markbates/goth"
	"golang.org/x/oauth2"

	"github.com/manetomo/manetomo/internal/config"
	"github.com/manetomo/manetomo/internal/member"
)

// provider is one way to sign in. It is opened at the first sign-in and kept; a failure to open is tried again at the
// next sign-in, so that a provider that was down for a while needs nobody.
type provider struct {
	config.Provider
	callback string
	client   *http.Client

	mu   sync.Mutex
	door *door
}

// door is an opened provider.
//
// goth builds the address to go to. The exchange is goth's where its session passes a PKCE verifier on
// (openidConnect does, by the parameter code_verifier); the sessions of google, azureadv2, line and github do not, and
// azureadv2's throws the ID token away, so there the exchange is x/oauth2's own with the same settings.
type door struct {
	goth     goth.Provider
	exchange func(ctx context.Context, code, verifier string) (accessToken, idToken string, err error)
	identify func(ctx context.Context, accessToken, idToken, nonce string) (member.Identity, bool, error)
}

func newProvider(p config.Provider, callback string, client *http.Client) *provider {
	return &provider{Provider: p, callback: callback, client: client}
}

// open meets the provider, once.
func (p *provider) open(ctx context.Context) (*door, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.door != nil {
		return p.door, nil
	}
	openers := map[string]func(context.Context) (*door, error){
		"oidc": p.openOIDC, "google": p.openGoogle, "microsoft": p.openMicrosoft, "line": p.openLINE, "github": p.openGitHub,
	}
	opener, ok := openers[p.Kind]
	if !ok {
		return nil, fmt.Errorf("provider %s: unknown kind %q", p.Name, p.Kind)
	}
	d, err := opener(ctx)
	if err != nil {
		return nil, fmt.Errorf("open provider %s: %w", p.Name, err)
	}
	d.goth.SetName(p.Name)
	p.door = d
	return d, nil
}

// address is where the browser goes: goth's address with nonce and PKCE challenge.
func (d *door) address(state, nonce, verifier string) (string, error) {
	session, err := d.goth.BeginAuth(state)
	if err != nil {
		return "", err
	}
	address, err := session.GetAuthURL()
	if err != nil {
		return "", err
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	q := u.Query()
	q.Set("nonce", nonce)
	q.Set("code_challenge", oauth2.S256ChallengeFromVerifier(verifier))
	q.Set("code_challenge_method", "S256")
	q.Del("access_type") // goth's google asks for a refresh token, which nobody here needs
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// exchangeBy exchanges a code with x/oauth2.
func (p *provider) exchangeBy(endpoint oauth2.Endpoint) func(ctx context.Context, code, verifier string) (string, string, error) {
	c := oauth2.Config{ClientID: p.ClientID, ClientSecret: p.ClientSecret, RedirectURL: p.callback, Endpoint: endpoint}
	return func(ctx context.Context, code, verifier string) (string, string, error) {
		token, err := c.Exchange(context.WithValue(ctx, oauth2.HTTPClient, p.client), code, oauth2.VerifierOption(verifier))
		if err != nil {
			return "", "", err
		}
		idToken, _ := token.Extra("id_token").(string)
		return token.AccessToken, idToken, nil
	}
}

// claims are what an ID token says that matters here. EmailVerified is taken as it comes: only the boolean true counts.
type claims struct {
	Issuer        string `json:"iss"`
	Subject       string `json:"sub"`
	Authorized    string `json:"azp"`
	Tenant        string `json:"tid"`
	Nonce         string `json:"nonce"`
	Name          string `json:"name"`
	Email         string `json:"email"`
	EmailVerified any    `json:"email_verified"`
	Preferred     string `json:"preferred_username"`
}

var errNonce = errors.New("ID token was made for another sign-in (nonce)")

// verify checks an ID token's signature, issuer, audience, times and nonce.
func verify(ctx context.Context, v *oidc.IDTokenVerifier, clientID, raw, nonce string) (claims, error) {
	var c claims
	if raw == "" {
		return c, errors.New("provider sent no ID token")
	}
	token, err := v.Verify(ctx, raw)
	if err != nil {
		return c, err
	}
	if err := token.Claims(&c); err != nil {
		return c, err
	}
	switch {
	case nonce == "" || token.Nonce != nonce:
		return c, errNonce
	case token.Subject == "":
		return c, errors.New("ID token names nobody")
	case len(token.Audience) > 1 && c.Authorized != clientID:
		return c, fmt.Errorf("ID token was made for %v", token.Audience)
	}
	return c, nil
}

// identity is what the claims say of a person, and whether the provider's word for the address is a boolean true.
func (c claims) identity(provider string) (member.Identity, bool) {
	verified := c.EmailVerified == true && c.Email != ""
	id := member.Identity{Provider: provider, Subject: c.Subject, Name: c.Name, Label: c.Email}
	if id.Label == "" {
		id.Label = c.Preferred
	}
	if verified {
		id.Email = c.Email
	}
	return id, verified
}
