package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/markbates/goth/providers/github"
	"github.com/markbates/goth/providers/line"
	"golang.org/x/oauth2"

	"github.com/manetomo/manetomo/internal/member"
)

const (
	lineIssuer   = "https://access.line.me"
	lineTokenURL = "https://api.line.me/oauth2/v2.1/token"
)

// openLINE takes LINE accounts. LINE signs ID tokens with the channel's secret.
func (p *provider) openLINE(context.Context) (*door, error) {
	g := line.New(p.ClientID, p.ClientSecret, p.callback, "openid", "profile")
	g.HTTPClient = p.client
	d := &door{goth: g, exchange: p.exchangeBy(oauth2.Endpoint{TokenURL: lineTokenURL, AuthStyle: oauth2.AuthStyleInParams})}
	d.identify = func(_ context.Context, _, idToken, nonce string) (member.Identity, bool, error) {
		c, err := verifyLINE(idToken, p.ClientID, p.ClientSecret, nonce, time.Now())
		if err != nil {
			return member.Identity{}, false, err
		}
		return member.Identity{Provider: p.Name, Subject: c.Subject, Name: c.Name, Label: c.Name}, false, nil
	}
	return d, nil
}

// verifyLINE checks an ID token that is signed with a secret: HS256 and nothing else.
func verifyLINE(raw, clientID, secret, nonce string, now time.Time) (claims, error) {
	var c claims
	var std jwt.Claims
	if raw == "" {
		return c, errors.New("provider sent no ID token")
	}
	token, err := jwt.ParseSigned(raw, []jose.SignatureAlgorithm{jose.HS256})
	if err != nil {
		return c, err
	}
	if err := token.Claims([]byte(secret), &std, &c); err != nil {
		return c, err
	}
	switch {
	case std.Issuer != lineIssuer:
		return c, fmt.Errorf("ID token issued by %q", std.Issuer)
	case !slices.Equal(std.Audience, jwt.Audience{clientID}):
		return c, fmt.Errorf("ID token made for %v", std.Audience)
	case std.Expiry == nil || !std.Expiry.Time().After(now):
		return c, errors.New("ID token is expired")
	case nonce == "" || c.Nonce != nonce:
		return c, errNonce
	case c.Subject == "":
		return c, errors.New("ID token names nobody")
	}
	return c, nil
}

// openGitHub takes GitHub accounts. GitHub has no ID token: the account is asked for with the access token that the
// code and the PKCE verifier were exchanged for.
func (p *provider) openGitHub(context.Context) (*door, error) {
	g := github.New(p.ClientID, p.ClientSecret, p.callback, "read:user")
	g.HTTPClient = p.client
	d := &door{goth: g, exchange: p.exchangeBy(oauth2.Endpoint{TokenURL: github.TokenURL, AuthStyle: oauth2.AuthStyleInParams})}
	d.identify = func(_ context.Context, token, _, _ string) (member.Identity, bool, error) {
		user, err := g.FetchUser(&github.Session{AccessToken: token})
		if err != nil {
			return member.Identity{}, false, err
		}
		id, ok := user.RawData["id"].(float64) // the number; names can be given to somebody else
		if !ok || id <= 0 || user.UserID == "" {
			b, _ := json.Marshal(user.RawData["id"])
			return member.Identity{}, false, fmt.Errorf("account has no number: %s", b)
		}
		name := user.Name
		if name == "" {
			name = user.NickName
		}
		return member.Identity{Provider: p.Name, Subject: user.UserID, Name: name, Label: user.NickName}, false, nil
	}
	return d, nil
}
