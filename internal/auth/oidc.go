package auth

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/markbates/goth/providers/azureadv2"
	"github.com/markbates/goth/providers/google"
	"github.com/markbates/goth/providers/openidConnect"
	"golang.org/x/oauth2"

	"github.com/manetomo/manetomo/internal/member"
)

const (
	googleIssuer  = "https://accounts.google.com"
	microsoftHost = "https://login.microsoftonline.com"
)

// discover asks an issuer for its endpoints and keys. The client outlives the request, since it fetches keys later.
func (p *provider) discover(ctx context.Context, issuer string) (*oidc.Provider, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), providerTime)
	defer cancel()
	return oidc.NewProvider(oidc.ClientContext(ctx, p.client), issuer)
}

// openOIDC opens any issuer that speaks OpenID Connect.
func (p *provider) openOIDC(ctx context.Context) (*door, error) {
	issuer, err := p.discover(ctx, p.Issuer)
	if err != nil {
		return nil, err
	}
	// goth's own discovery has no time limit, so goth is given what go-oidc has found.
	g, err := openidConnect.NewCustomisedURL(p.ClientID, p.ClientSecret, p.callback, issuer.Endpoint().AuthURL,
		issuer.Endpoint().TokenURL, p.Issuer, issuer.UserInfoEndpoint(), "", oidc.ScopeOpenID, "profile", "email")
	if err != nil {
		return nil, err
	}
	g.HTTPClient = p.client
	d := &door{goth: g, identify: p.identifyOIDC(issuer)}
	d.exchange = func(_ context.Context, code, verifier string) (string, string, error) {
		s := new(openidConnect.Session)
		token, err := s.Authorize(g, url.Values{"code": {code}, "code_verifier": {verifier}})
		return token, s.IDToken, err
	}
	return d, nil
}

func (p *provider) identifyOIDC(issuer *oidc.Provider) func(ctx context.Context, token, idToken, nonce string) (member.Identity, bool, error) {
	verifier := issuer.Verifier(&oidc.Config{ClientID: p.ClientID})
	return func(ctx context.Context, token, idToken, nonce string) (member.Identity, bool, error) {
		c, err := verify(ctx, verifier, p.ClientID, idToken, nonce)
		if err != nil {
			return member.Identity{}, false, err
		}
		if c.Email == "" && issuer.UserInfoEndpoint() != "" {
			if err := p.moreClaims(ctx, issuer, token, &c); err != nil {
				return member.Identity{}, false, err
			}
		}
		id, verified := c.identity(p.Name)
		return id, verified, nil
	}
}

// moreClaims asks the issuer's userinfo for what its ID token leaves out.
func (p *provider) moreClaims(ctx context.Context, issuer *oidc.Provider, token string, c *claims) error {
	info, err := issuer.UserInfo(oidc.ClientContext(ctx, p.client), oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token}))
	if err != nil {
		return fmt.Errorf("ask for userinfo: %w", err)
	}
	if info.Subject != c.Subject {
		return errors.New("userinfo is about somebody else")
	}
	var more claims
	if err := info.Claims(&more); err != nil {
		return err
	}
	c.Email, c.EmailVerified = more.Email, more.EmailVerified
	if c.Name == "" {
		c.Name = more.Name
	}
	return nil
}

func (p *provider) openGoogle(ctx context.Context) (*door, error) {
	issuer, err := p.discover(ctx, googleIssuer)
	if err != nil {
		return nil, err
	}
	g := google.New(p.ClientID, p.ClientSecret, p.callback, oidc.ScopeOpenID, "profile", "email")
	g.HTTPClient = p.client
	return &door{goth: g, exchange: p.exchangeBy(issuer.Endpoint()), identify: p.identifyOIDC(issuer)}, nil
}

// tenantID is how Microsoft names a tenant in the tokens that it signs.
var tenantID = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// openMicrosoft takes work, school and personal accounts. One set of keys signs for all tenants, each under its own
// issuer, so the issuer is checked against the tenant that the token names.
func (p *provider) openMicrosoft(context.Context) (*door, error) {
	g := azureadv2.New(p.ClientID, p.ClientSecret, p.callback, azureadv2.ProviderOptions{
		Scopes: []azureadv2.ScopeType{azureadv2.OpenIDScope, azureadv2.ProfileScope, azureadv2.EmailScope},
	})
	g.HTTPClient = p.client
	base := microsoftHost + "/common"
	keys := oidc.NewRemoteKeySet(oidc.ClientContext(context.Background(), p.client), base+"/discovery/v2.0/keys")
	verifier := oidc.NewVerifier("", keys, &oidc.Config{ClientID: p.ClientID, SkipIssuerCheck: true})
	d := &door{goth: g, exchange: p.exchangeBy(oauth2.Endpoint{TokenURL: base + "/oauth2/v2.0/token", AuthStyle: oauth2.AuthStyleInParams})}
	d.identify = func(ctx context.Context, _, idToken, nonce string) (member.Identity, bool, error) {
		c, err := verify(ctx, verifier, p.ClientID, idToken, nonce)
		if err != nil {
			return member.Identity{}, false, err
		}
		if !tenantID.MatchString(c.Tenant) || c.Issuer != microsoftHost+"/"+c.Tenant+"/v2.0" {
			return member.Identity{}, false, fmt.Errorf("ID token of tenant %q was issued by %q", c.Tenant, c.Issuer)
		}
		// An administrator of any tenant can write any address into a token: it is a label, never a proof.
		return member.Identity{Provider: p.Name, Subject: c.Tenant + "/" + c.Subject, Name: c.Name, Label: c.Preferred}, false, nil
	}
	return d, nil
}
