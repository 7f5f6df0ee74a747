package auth_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/manetomo/manetomo/internal/auth"
	"github.com/manetomo/manetomo/internal/config"
	"github.com/manetomo/manetomo/internal/member"
	"github.com/manetomo/manetomo/internal/testkit"
)

// world answers for the providers of this world, by host and path, as they do.
type world struct {
	t         *testing.T
	key       *rsa.PrivateKey
	challenge string // of the sign-in under way
	idToken   string
	user      string // of GitHub
	asked     []string
}

func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	at := r.URL.Host + r.URL.Path
	w.asked = append(w.asked, at)
	answer := func(v any) {
		rec.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(rec).Encode(v); err != nil {
			w.t.Error(err)
		}
	}
	keys := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: w.key.Public(), KeyID: "k", Algorithm: "RS256", Use: "sig"}}}
	switch at {
	case "login.microsoftonline.com/common/discovery/v2.0/keys", "www.googleapis.com/oauth2/v3/certs":
		answer(keys)
	case "accounts.google.com/.well-known/openid-configuration":
		answer(map[string]any{"issuer": "https://accounts.google.com", "authorization_endpoint": "https://accounts.google.com/o/oauth2/v2/auth",
			"token_endpoint": "https://oauth2.googleapis.com/token", "jwks_uri": "https://www.googleapis.com/oauth2/v3/certs",
			"id_token_signing_alg_values_supported": []string{"RS256"}})
	case "login.microsoftonline.com/common/oauth2/v2.0/token", "oauth2.googleapis.com/token", "api.line.me/oauth2/v2.1/token", "github.com/login/oauth/access_token":
		body, _ := io.ReadAll(r.Body)
		form, _ := url.ParseQuery(string(body))
		sum := sha256.Sum256([]byte(form.Get("code_verifier")))
		if form.Get("code") != "good" || base64.RawURLEncoding.EncodeToString(sum[:]) != w.challenge {
			rec.WriteHeader(http.StatusBadRequest)
			answer(map[string]string{"error": "invalid_grant"})
			break
		}
		answer(map[string]any{"access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": w.idToken})
	case "api.github.com/user":
		rec.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(rec, w.user)
	default:
		w.t.Errorf("asked %s", at)
		rec.WriteHeader(http.StatusNotFound)
	}
	res := rec.Result()
	res.Request = r
	return res, nil
}

func (w *world) sign(alg jose.SignatureAlgorithm, key any, claims map[string]any) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	b, err := json.Marshal(claims)
	if err != nil {
		w.t.Fatal(err)
	}
	s, err := signer.Sign(b)
	if err != nil {
		w.t.Fatal(err)
	}
	if w.idToken, err = s.CompactSerialize(); err != nil {
		w.t.Fatal(err)
	}
}

const (
	tenant     = "11111111-2222-3333-4444-555555555555"
	lineSecret = "0123456789abcdef0123456789abcdef"
)

func TestKnownProviders(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	hour := time.Now().Add(time.Hour).Unix()
	microsoft := func(change map[string]any) map[string]any {
		c := map[string]any{"iss": "https://login.microsoftonline.com/" + tenant + "/v2.0", "tid": tenant, "sub": "s", "aud": "client",
			"exp": hour, "name": "見本", "email": "sato.taro01@example.jp", "email_verified": true, "preferred_username": "x@example.jp"}
		for k, v := range change {
			c[k] = v
		}
		return c
	}
	line := func(change map[string]any) map[string]any {
		c := map[string]any{"iss": "https://access.line.me", "sub": "U1", "aud": "client", "exp": hour, "name": "見本"}
		for k, v := range change {
			c[k] = v
		}
		return c
	}
	google := map[string]any{"iss": "https://accounts.google.com", "sub": "g", "aud": "client", "exp": hour, "email": "a@example.jp", "email_verified": true}
	rs := func(c map[string]any) func(*world, string) {
		return func(w *world, nonce string) {
			c["nonce"] = nonce
			w.sign(jose.RS256, jose.JSONWebKey{Key: w.key, KeyID: "k"}, c)
		}
	}
	hs := func(secret string, c map[string]any) func(*world, string) {
		return func(w *world, nonce string) {
			if c["nonce"] == nil {
				c["nonce"] = nonce
			}
			w.sign(jose.HS256, []byte(secret), c)
		}
	}
	for name, tc := range map[string]struct {
		kind, code string
		make       func(*world, string)
		in         bool
	}{
		"google":                          {"google", "good", rs(google), true},
		"google, wrong code":              {"google", "bad", rs(google), false},
		"microsoft":                       {"microsoft", "good", rs(microsoft(nil)), true},
		"microsoft, another tenant's iss": {"microsoft", "good", rs(microsoft(map[string]any{"tid": "99999999-2222-3333-4444-555555555555"})), false},
		"microsoft, tid that is a path":   {"microsoft", "good", rs(microsoft(map[string]any{"tid": "x/y", "iss": "https://login.microsoftonline.com/x/y/v2.0"})), false},
		"microsoft, foreign iss":          {"microsoft", "good", rs(microsoft(map[string]any{"iss": "https://evil.example/" + tenant + "/v2.0"})), false},
		"microsoft, other audience":       {"microsoft", "good", rs(microsoft(map[string]any{"aud": "other"})), false},
		"line":                            {"line", "good", hs(lineSecret, line(nil)), true},
		"line, another secret":            {"line", "good", hs(strings.Repeat("x", 32), line(nil)), false},
		"line, expired":                   {"line", "good", hs(lineSecret, line(map[string]any{"exp": 1_000_000_000})), false},
		"line, other audience":            {"line", "good", hs(lineSecret, line(map[string]any{"aud": "other"})), false},
		"line, other nonce":               {"line", "good", hs(lineSecret, line(map[string]any{"nonce": "n"})), false},
		"line, other issuer":              {"line", "good", hs(lineSecret, line(map[string]any{"iss": "https://evil.example"})), false},
		"line, RS256":                     {"line", "good", rs(line(nil)), false},
		"line, none":                      {"line", "good", func(w *world, nonce string) { c := line(nil); c["nonce"] = nonce; w.idToken = signNone(c) }, false},
		"github":                          {"github", "good", func(w *world, _ string) { w.user = `{"id": 42, "login": "mihon"}` }, true},
		"github, no number":               {"github", "good", func(w *world, _ string) { w.user = `{"login": "mihon"}` }, false},
		"github, refused":                 {"github", "good", func(w *world, _ string) { w.user = `{"message": "Bad credentials"}` }, false},
	} {
		t.Run(name, func(t *testing.T) {
			d := testkit.SQLite(t)
			members := member.New(d)
			if _, err := members.ImportRosterByOperator(t.Context(), []byte("メールアドレス,氏名,自治体コード,年度,コース\nsato.taro01@example.jp,見本,072095,2023,通常部会\n")); err != nil {
				t.Fatal(err)
			}
			w := &world{t: t, key: key}
			a := auth.New(d, members, auth.Options{BaseURL: siteBase, Transport: w, TrustedEmail: []string{"google"},
				Providers: []config.Provider{{Name: tc.kind, Kind: tc.kind, ClientID: "client", ClientSecret: lineSecret, Label: tc.kind}}})
			if len(w.asked) > 0 {
				t.Fatalf("asked at start: %v", w.asked)
			}
			browser := strings.Repeat("0", 52)
			to, err := a.Begin(t.Context(), auth.Start{Provider: tc.kind, Browser: browser})
			if err != nil {
				t.Fatal(err)
			}
			u, _ := url.Parse(to)
			q := u.Query()
			w.challenge = q.Get("code_challenge")
			if q.Get("code_challenge_method") != "S256" || q.Get("state") == "" || q.Get("nonce") == "" ||
				q.Get("redirect_uri") != siteBase+"/auth/"+tc.kind+"/callback" || q.Get("access_type") != "" {
				t.Errorf("goes to %s", to)
			}
			tc.make(w, q.Get("nonce"))
			f, err := a.Finish(t.Context(), auth.Callback{Provider: tc.kind, State: q.Get("state"), Code: tc.code, Browser: browser})
			if (err == nil) != tc.in {
				t.Fatalf("in: %v, %v", f, err)
			}
			if err != nil {
				wantSentence(t, err, "確かめられませんでした")
				return
			}
			if f.Admitted {
				t.Error("an address that nobody vouches for admitted somebody")
			}
		})
	}
}

func TestAProviderThatIsDownIsAskedAgain(t *testing.T) {
	up := false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !up {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"issuer": "http://" + r.Host, "authorization_endpoint": "http://" + r.Host + "/a",
			"token_endpoint": "http://" + r.Host + "/t", "jwks_uri": "http://" + r.Host + "/k"})
	}))
	defer server.Close()
	d := testkit.SQLite(t)
	a := auth.New(d, member.New(d), auth.Options{BaseURL: siteBase,
		Providers: []config.Provider{{Name: "city", Kind: "oidc", Issuer: server.URL, ClientID: "c", Label: "市のアカウント"}}})
	_, err := a.Begin(t.Context(), auth.Start{Provider: "city", Browser: "b"})
	wantSentence(t, err, "市のアカウントにつながりません")
	up = true
	if _, err := a.Begin(t.Context(), auth.Start{Provider: "city", Browser: "b"}); err != nil {
		t.Errorf("after it came back: %v", err)
	}
}
