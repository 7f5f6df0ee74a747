// Package demoprovider is a small OpenID provider for the demo and for tests: one picks a made-up person from a page.
//
// It is an ordinary issuer (discovery, keys, authorization code with PKCE, ID tokens, userinfo), so that the sign-in
// code that runs with it is the code that always runs. It lets anybody in as anybody: it is mounted on loopback with
// --demo only, or run by itself beside a site that shows samples. Codes and keys live in memory and die with it.
package demoprovider

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"embed"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/manetomo/manetomo/internal/config"
)

// Client is the id and the secret that the site signs in with.
const (
	ClientID     = "manetomo"
	ClientSecret = "demo"
)

// Name is what the provider is called in addresses (/auth/demo) and in identities, in this process or by itself.
const Name = "demo"

// Label is what its button says; README and the tests press it by these words.
const Label = "お試し用のアカウント"

//go:embed picker.html style.css
var files embed.FS

// Provider is an issuer.
type Provider struct {
	issuer string
	path   string
	people []Person
	key    *ecdsa.PrivateKey
	keyID  string
	signer jose.Signer
	now    func() time.Time
	page   *template.Template

	mu    sync.Mutex
	codes map[string]grant  // by code
	open  map[string]access // by access token
}

// New makes an issuer at an address such as http://127.0.0.1:8080/demo-provider.
func New(issuer string, people []Person) (*Provider, error) {
	u, err := url.Parse(issuer)
	if err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	p := &Provider{issuer: strings.TrimRight(issuer, "/"), path: strings.TrimRight(u.Path, "/"), people: people, key: key,
		keyID: rand.Text(), now: time.Now, codes: map[string]grant{}, open: map[string]access{}}
	p.signer, err = jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: p.keyID}}, nil)
	if err != nil {
		return nil, err
	}
	p.page, err = template.ParseFS(files, "picker.html")
	return p, err
}

// Config is how a site signs in with this provider.
func (p *Provider) Config() config.Provider {
	return config.Provider{Name: Name, Kind: "oidc", Issuer: p.issuer, ClientID: ClientID, ClientSecret: ClientSecret,
		Label: Label}
}

// Transport reaches this provider without a network, so that a process can sign in with the provider that it mounts
// itself wherever it listens, and reaches all others through next.
func (p *Provider) Transport(next http.RoundTripper) http.RoundTripper {
	return transport(func(r *http.Request) (*http.Response, error) {
		if !strings.HasPrefix(r.URL.String(), p.issuer+"/") {
			return next.RoundTrip(r)
		}
		w := httptest.NewRecorder()
		r = r.Clone(r.Context())
		r.RequestURI = r.URL.RequestURI()
		p.ServeHTTP(w, r)
		res := w.Result()
		res.Request = r
		return res, nil
	})
}

type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

// Path is where the issuer is mounted: every address below it is its own.
func (p *Provider) Path() string { return p.path + "/" }

// ServeHTTP answers all of the issuer's addresses.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	// No form-action: browsers apply it to the redirect after the picker's form, which goes to the site.
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'")
	r.Body = http.MaxBytesReader(w, orEmpty(r), 64<<10)
	switch route := r.Method + " " + strings.TrimPrefix(r.URL.Path, p.path); route {
	case "GET /.well-known/openid-configuration":
		p.discovery(w)
	case "GET /keys":
		p.keys(w)
	case "GET /authorize":
		p.pick(w, r, http.StatusOK, "")
	case "POST /authorize":
		p.picked(w, r)
	case "POST /token":
		p.token(w, r)
	case "GET /userinfo", "POST /userinfo":
		p.userinfo(w, r)
	case "GET /style.css":
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		b, _ := files.ReadFile("style.css") // embedded: cannot fail
		_, _ = w.Write(b)
	default:
		http.NotFound(w, r)
	}
}

func (p *Provider) discovery(w http.ResponseWriter) {
	answer(w, http.StatusOK, map[string]any{
		"issuer": p.issuer, "authorization_endpoint": p.issuer + "/authorize", "token_endpoint": p.issuer + "/token",
		"userinfo_endpoint": p.issuer + "/userinfo", "jwks_uri": p.issuer + "/keys",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"ES256"}, "code_challenge_methods_supported": []string{"S256"},
		"scopes_supported":                      []string{"openid", "profile", "email"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post"},
		"claims_supported":                      []string{"sub", "name", "email", "email_verified"},
	})
}

func (p *Provider) keys(w http.ResponseWriter) {
	answer(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{
		{Key: p.key.Public(), KeyID: p.keyID, Algorithm: string(jose.ES256), Use: "sig"}}})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the reader is gone
}

func secret() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}
