package auth_test

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/auth"
	"github.com/manetomo/manetomo/internal/auth/demoprovider"
	"github.com/manetomo/manetomo/internal/config"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/demo"
	"github.com/manetomo/manetomo/internal/member"
	"github.com/manetomo/manetomo/internal/testkit"
)

// site is a site with the demo provider on another origin.
type site struct {
	db       *db.DB
	members  *member.Service
	auth     *auth.Service
	provider *demoprovider.Provider
	tamper   func(http.Handler) http.Handler // what the provider's answers go through
	base     string
	people   map[string]string
}

const siteBase = "http://manetomo.test"

func newSite(t *testing.T, d *db.DB) *site {
	t.Helper()
	s := &site{db: d, members: member.New(d), base: siteBase}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.tamper != nil {
			s.tamper(s.provider).ServeHTTP(w, r)
			return
		}
		s.provider.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	var err error
	if s.provider, err = demoprovider.New(server.URL, demoprovider.People()); err != nil {
		t.Fatal(err)
	}
	if s.people, err = demo.People(t.Context(), s.members); err != nil {
		t.Fatal(err)
	}
	s.auth = auth.New(d, s.members, auth.Options{BaseURL: s.base, Providers: []config.Provider{s.provider.Config()},
		TrustedEmail: []string{demoprovider.Name}})
	return s
}

// browser is somebody's browser: cookies of the site, and a way to the provider.
type browser struct {
	site *site
	jar  *cookiejar.Jar
	http *http.Client
}

func (s *site) browser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{s, jar, &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (b *browser) request(target string) *http.Request {
	r := httptest.NewRequest("GET", target, nil)
	u, _ := url.Parse(b.site.base)
	for _, c := range b.jar.Cookies(u) {
		r.AddCookie(c)
	}
	return r
}

func (b *browser) keep(w *httptest.ResponseRecorder) {
	u, _ := url.Parse(b.site.base)
	b.jar.SetCookies(u, w.Result().Cookies())
}

// begin starts a sign-in and returns the provider's address.
func (b *browser) begin(t *testing.T, st auth.Start) string {
	t.Helper()
	w := httptest.NewRecorder()
	st.Provider, st.Network = demoprovider.Name, "192.0.2.1"
	st.Browser = b.site.auth.Browser(w, b.request("/"))
	b.keep(w)
	to, err := b.site.auth.Begin(t.Context(), st)
	if err != nil {
		t.Fatalf("begin: %v", err)
	}
	return to
}

// pick chooses a person at the provider and returns the address that it sends the browser back to.
func (b *browser) pick(t *testing.T, at, person string) string {
	t.Helper()
	res, err := b.http.PostForm(at, url.Values{"person": {person}})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("provider answered %d", res.StatusCode)
	}
	return res.Header.Get("Location")
}

// finish comes back from the provider.
func (b *browser) finish(ctx context.Context, back string) (auth.Finished, error) {
	r := b.request(back)
	who, err := b.site.auth.FromCookie(r)
	if err != nil {
		return auth.Finished{}, err
	}
	f, err := b.site.auth.Finish(ctx, b.site.auth.FromRequest(r, demoprovider.Name, "192.0.2.1", who.Viewer.Person))
	if err != nil {
		return f, err
	}
	if !f.Linked {
		w := httptest.NewRecorder()
		if err := b.site.auth.SignIn(w, r, f.Person, f.Shared); err != nil {
			return f, err
		}
		b.keep(w)
	}
	return f, nil
}

func (b *browser) signIn(t *testing.T, person string, st auth.Start) (auth.Finished, error) {
	t.Helper()
	return b.finish(t.Context(), b.pick(t, b.begin(t, st), person))
}

func (b *browser) who(t *testing.T) auth.Who {
	t.Helper()
	who, err := b.site.auth.FromCookie(b.request("/"))
	if err != nil {
		t.Fatal(err)
	}
	return who
}

func wantSentence(t *testing.T, err error, part string) {
	t.Helper()
	if err == nil || !strings.Contains(apperr.From(err).Message, part) || apperr.Is(err, apperr.Internal) {
		t.Errorf("answered %v, want a sentence with %q", err, part)
	}
}

func TestDemoPeopleSignIn(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		for address, id := range s.people {
			b := s.browser(t)
			f, err := b.signIn(t, address, auth.Start{Next: "/reports/abc?x=1"})
			if err != nil || f.Person != id || f.New || f.Next != "/reports/abc?x=1" {
				t.Fatalf("%s: %+v, %v", address, f, err)
			}
			v := b.who(t).Viewer
			member := address != "applicant@example.jp" && address != "visitor@example.jp"
			if v.Person != id || v.Member != member || v.Secretariat != (address == "secretariat@example.jp") ||
				v.Moderator != (address == "secretariat@example.jp" || address == "moderator@example.jp") {
				t.Errorf("%s is %+v", address, v)
			}
			if address == "fellow@example.jp" && (len(v.Cohorts) != 1 || v.Cohorts[0] != "2026-regular" || len(v.Teams) != 1) {
				t.Errorf("fellow is in %v, %v", v.Cohorts, v.Teams)
			}
		}
		if again, err := demo.People(t.Context(), s.members); err != nil || len(again) != 8 || again["fellow@example.jp"] != s.people["fellow@example.jp"] {
			t.Errorf("filled twice: %v, %v", again, err)
		}
	})
}

func TestASignInIsUsedOnceByTheBrowserThatBeganIt(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		b := s.browser(t)
		back := b.pick(t, b.begin(t, auth.Start{}), "alumnus@example.jp")

		stranger := s.browser(t)
		stranger.begin(t, auth.Start{})
		_, err := stranger.finish(t.Context(), back)
		wantSentence(t, err, "別のブラウザー")
		_, err = b.finish(t.Context(), back)
		wantSentence(t, err, "使われています") // the stranger's try has spent it

		if _, err := b.signIn(t, "alumnus@example.jp", auth.Start{}); err != nil {
			t.Fatal(err)
		}
		at := b.begin(t, auth.Start{})
		back = b.pick(t, at, "alumnus@example.jp")
		if _, err := b.finish(t.Context(), back); err != nil {
			t.Fatal(err)
		}
		_, err = b.finish(t.Context(), back)
		wantSentence(t, err, "使われています")

		u, _ := url.Parse(b.pick(t, b.begin(t, auth.Start{}), "alumnus@example.jp"))
		q := u.Query()
		q.Set("state", "0")
		u.RawQuery = q.Encode()
		_, err = b.finish(t.Context(), u.String())
		wantSentence(t, err, "使えません")

		u, _ = url.Parse(b.pick(t, b.begin(t, auth.Start{}), "alumnus@example.jp"))
		q = u.Query()
		q.Del("code")
		q.Set("error", "access_denied")
		u.RawQuery = q.Encode()
		_, err = b.finish(t.Context(), u.String())
		wantSentence(t, err, "取り消されました")
	})
}

func TestWrongTokensLetNobodyIn(t *testing.T) {
	// forge answers the token endpoint with an ID token of changed claims or another signature.
	forge := func(s *site, change func(map[string]any), sign func(map[string]any) string) func(http.Handler) http.Handler {
		return func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/token" {
					next.ServeHTTP(w, r)
					return
				}
				rec := httptest.NewRecorder()
				next.ServeHTTP(rec, r)
				rewriteIDToken(w, rec, change, sign)
			})
		}
	}
	for name, tc := range map[string]struct {
		change func(map[string]any)
		sign   func(*site) func(map[string]any) string
	}{
		"wrong nonce":    {change: func(c map[string]any) { c["nonce"] = "other" }},
		"no nonce":       {change: func(c map[string]any) { delete(c, "nonce") }},
		"expired":        {change: func(c map[string]any) { c["exp"] = 1_000_000_000 }},
		"no expiry":      {change: func(c map[string]any) { delete(c, "exp") }},
		"other audience": {change: func(c map[string]any) { c["aud"] = "another-site" }},
		"two audiences, another authorised": {change: func(c map[string]any) {
			c["aud"], c["azp"] = []string{demoprovider.ClientID, "another-site"}, "another-site"
		}},
		"other issuer": {change: func(c map[string]any) { c["iss"] = "https://issuer.example" }},
		"no subject":   {change: func(c map[string]any) { delete(c, "sub") }},
		"alg none":     {sign: func(*site) func(map[string]any) string { return signNone }},
		"foreign key":  {sign: func(*site) func(map[string]any) string { return signForeign }},
		"HS256 with the public key": {sign: func(s *site) func(map[string]any) string {
			return signWithSecret
		}},
		"no token at all": {sign: func(*site) func(map[string]any) string { return func(map[string]any) string { return "" } }},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, testkit.SQLite(t))
			sign := func(c map[string]any) string { token, _ := s.provider.Sign(c); return token }
			if tc.sign != nil {
				sign = tc.sign(s)
			}
			change := tc.change
			if change == nil {
				change = func(map[string]any) {}
			}
			b := s.browser(t)
			back := b.pick(t, b.begin(t, auth.Start{}), "secretariat@example.jp")
			s.tamper = forge(s, change, sign)
			_, err := b.finish(t.Context(), back)
			wantSentence(t, err, "確かめられませんでした")
			if b.who(t).Viewer.SignedIn() {
				t.Error("somebody is signed in")
			}
		})
	}
}

func TestCodeIsBoundToItsVerifierAndUsedOnce(t *testing.T) {
	s := newSite(t, testkit.SQLite(t))
	b := s.browser(t)
	// Two sign-ins of one browser: the code of one does not finish the other, since its verifier is another.
	one := b.pick(t, b.begin(t, auth.Start{}), "alumnus@example.jp")
	two := b.pick(t, b.begin(t, auth.Start{}), "moderator@example.jp")
	a, _ := url.Parse(one)
	c, _ := url.Parse(two)
	q := a.Query()
	q.Set("code", c.Query().Get("code"))
	a.RawQuery = q.Encode()
	_, err := b.finish(t.Context(), a.String())
	wantSentence(t, err, "確かめられませんでした")
	_, err = b.finish(t.Context(), two) // the provider has spent the code
	wantSentence(t, err, "確かめられませんでした")
}

func TestProviderWantsPKCE(t *testing.T) {
	s := newSite(t, testkit.SQLite(t))
	b := s.browser(t)
	at, _ := url.Parse(b.begin(t, auth.Start{}))
	for _, drop := range []string{"code_challenge", "code_challenge_method", "client_id", "scope", "redirect_uri"} {
		u := *at
		q := u.Query()
		if q.Get(drop) == "" {
			t.Errorf("the address has no %s", drop)
		}
		q.Del(drop)
		u.RawQuery = q.Encode()
		res, err := b.http.PostForm(u.String(), url.Values{"person": {"alumnus@example.jp"}})
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusBadRequest {
			t.Errorf("without %s the provider answers %d", drop, res.StatusCode)
		}
	}
}

func TestNextIsAnOwnPath(t *testing.T) {
	for next, want := range map[string]string{
		"/reports/abc?x=1#practice": "/reports/abc?x=1#practice", "": "/home", "/": "/",
		"//evil.example": "/home", "///evil.example": "/home", `/\evil.example`: "/home", `\/evil.example`: "/home",
		"https://evil.example": "/home", "javascript:alert(1)": "/home", "/a\nb": "/home", "/\t/evil.example": "/home",
		"/%2f/evil.example": "/home", "/a/../..//evil": "/a/../..//evil", "/%5cevil.example": "/home", "evil": "/home", "/auth/demo": "/home",
		"/signin?next=/x": "/home", "/archive?q=対話": "/archive?q=対話", "/a\x00": "/home", "/\xff": "/home",
	} {
		if got := auth.Next(next); got != want {
			t.Errorf("Next(%q) = %q, want %q", next, got, want)
		}
	}
}
