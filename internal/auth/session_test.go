package auth_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/auth"
	"github.com/manetomo/manetomo/internal/auth/demoprovider"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/member"
	"github.com/manetomo/manetomo/internal/testkit"
)

// openAt opens a database whose clock the test turns.
func openAt(t *testing.T, now *time.Time) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), db.Options{Dir: t.TempDir(), Now: func() time.Time { return *now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	if err := d.Migrate(t.Context(), db.MigrateOptions{}); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestSessionsEndByThemselves(t *testing.T) {
	day := 24 * time.Hour
	now := testkit.Start
	s := newSite(t, openAt(t, &now))
	idle, used := s.browser(t), s.browser(t)
	for _, b := range []*browser{idle, used} {
		if _, err := b.signIn(t, "alumnus@example.jp", auth.Start{}); err != nil {
			t.Fatal(err)
		}
	}
	for range 4 {
		now = now.Add(7 * day)
		if !used.who(t).Viewer.SignedIn() {
			t.Fatalf("a session in use ended after %v", now.Sub(testkit.Start))
		}
	}
	if idle.who(t).Viewer.SignedIn() {
		t.Error("a session without use lives after 28 days")
	}
	now = now.Add(2*day + time.Second)
	if used.who(t).Viewer.SignedIn() {
		t.Error("a session in use lives longer than 30 days")
	}
}

func TestSignInMakesANewSession(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		b := s.browser(t)
		if _, err := b.signIn(t, "alumnus@example.jp", auth.Start{}); err != nil {
			t.Fatal(err)
		}
		old := b.request("/")
		if _, err := b.signIn(t, "moderator@example.jp", auth.Start{}); err != nil {
			t.Fatal(err)
		}
		if who, err := s.auth.FromCookie(old); err != nil || who.Viewer.SignedIn() {
			t.Errorf("the session before sign-in still counts: %+v, %v", who, err)
		}
		if got := b.who(t).Viewer.Person; got != s.people["moderator@example.jp"] {
			t.Errorf("signed in as %s", got)
		}
		w := httptest.NewRecorder()
		if err := s.auth.SignOut(w, b.request("/")); err != nil {
			t.Fatal(err)
		}
		if b.who(t).Viewer.SignedIn() {
			t.Error("signed out, the cookie's value still counts")
		}
		if c := w.Header().Get("Set-Cookie"); !strings.Contains(c, "Max-Age=0") {
			t.Errorf("signing out leaves the cookie: %s", c)
		}
	})
}

func TestCookiesAreClosed(t *testing.T) {
	d := testkit.SQLite(t)
	s := newSite(t, d)
	for base, want := range map[string][]string{
		"https://manetomo.example.jp": {"__Host-manetomo=", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"},
		"http://127.0.0.1:8080":       {"manetomo=", "HttpOnly", "SameSite=Lax", "Path=/"},
	} {
		a := auth.New(d, s.members, auth.Options{BaseURL: base})
		for _, shared := range []bool{false, true} {
			w := httptest.NewRecorder()
			if err := a.SignIn(w, httptest.NewRequest("GET", "/", nil), s.people["alumnus@example.jp"], shared); err != nil {
				t.Fatal(err)
			}
			c := w.Header().Get("Set-Cookie")
			for _, part := range want {
				if !strings.Contains(c, part) {
					t.Errorf("%s: %q lacks %s", base, c, part)
				}
			}
			if strings.Contains(c, "Domain") || strings.Contains(c, "Expires") == shared {
				t.Errorf("%s, shared %v: %q", base, shared, c)
			}
			value, _, _ := strings.Cut(strings.SplitN(c, "=", 2)[1], ";")
			var n int
			if err := d.Read().NewRaw("SELECT count(*) FROM session WHERE token = ? OR data LIKE ?", value, "%"+value+"%").Scan(t.Context(), &n); err != nil || n != 0 {
				t.Errorf("the cookie's value stands in the database: %d, %v", n, err)
			}
		}
	}
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		one, two, other := s.browser(t), s.browser(t), s.browser(t)
		for b, who := range map[*browser]string{one: "alumnus@example.jp", two: "alumnus@example.jp", other: "fellow@example.jp"} {
			if _, err := b.signIn(t, who, auth.Start{}); err != nil {
				t.Fatal(err)
			}
		}
		v := one.who(t).Viewer
		list, err := s.auth.Sessions(t.Context(), v)
		if err != nil || len(list) != 2 {
			t.Fatalf("sessions %+v, %v", list, err)
		}
		if err := s.auth.EndSession(t.Context(), v, other.who(t).Session); err != nil || !other.who(t).Viewer.SignedIn() {
			t.Errorf("ended somebody else's session: %v", err)
		}
		open := two.who(t)
		if err := s.auth.EndSession(t.Context(), v, open.Session); err != nil {
			t.Fatal(err)
		}
		if two.who(t).Viewer.SignedIn() || !one.who(t).Viewer.SignedIn() {
			t.Error("the wrong session ended")
		}
		if still, err := s.auth.Still(t.Context(), open); err != nil || still.SignedIn() {
			t.Errorf("an open socket of the ended session: %+v, %v", still, err)
		}
		if n, err := d.Read().NewSelect().Table("event").Where("kind = ?", event.PersonSignedOut).Where("subject = ?", v.Person).Count(t.Context()); err != nil || n != 2 {
			t.Errorf("%d events, %v", n, err)
		}
	})
}

func TestTokens(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := newSite(t, d), t.Context()
		person := s.people["secretariat@example.jp"]
		for scopes, want := range map[string]struct{ write, moderate, administer bool }{
			"read": {}, "write": {write: true}, "read,write": {write: true}, "read,write,admin": {true, true, true}, "admin": {true, true, true},
		} {
			secret, err := s.auth.CreateToken(ctx, person, auth.NewToken{Label: scopes, Scopes: strings.Split(scopes, ",")})
			if err != nil {
				t.Fatal(err)
			}
			who, err := s.auth.FromToken(ctx, secret)
			if v := who.Viewer; err != nil || v.CanWrite() != want.write || v.CanModerate() != want.moderate || v.CanAdminister() != want.administer || v.Unlimited {
				t.Errorf("%s: %+v, %v", scopes, v, err)
			}
			if again, err := s.auth.Still(ctx, who); err != nil || again.CanWrite() != want.write || again.CanAdminister() != want.administer {
				t.Errorf("%s asked again: %+v, %v", scopes, again, err)
			}
		}
		operator, err := s.auth.CreateToken(ctx, person, auth.NewToken{Label: "x", Scopes: []string{"read"}, Operator: true})
		if err != nil {
			t.Fatal(err)
		}
		if who, err := s.auth.FromToken(ctx, operator); err != nil || !who.Viewer.Unlimited {
			t.Errorf("operator's token: %+v, %v", who, err)
		}
		v, err := s.members.Viewer(ctx, person)
		if err != nil {
			t.Fatal(err)
		}
		list, err := s.auth.Tokens(ctx, v)
		if err != nil || len(list) != 6 || list[0].Hash != "" {
			t.Fatalf("tokens %d, %v", len(list), err)
		}
		for _, token := range list {
			if err := s.auth.RevokeToken(ctx, v, token.ID); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.auth.FromToken(ctx, operator); !apperr.Is(err, apperr.Unauthenticated) {
			t.Errorf("a revoked token: %v", err)
		}
		for name, n := range map[string]auth.NewToken{
			"no label": {Scopes: []string{"read"}}, "no scope": {Label: "x"}, "unknown scope": {Label: "x", Scopes: []string{"root"}},
			"ended": {Label: "x", Scopes: []string{"read"}, Expires: testkit.Start.Add(-time.Hour)},
		} {
			if _, err := s.auth.CreateToken(ctx, person, n); !apperr.Is(err, apperr.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestSuspensionClosesSessionsAndTokens(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := newSite(t, d), t.Context()
		b := s.browser(t)
		if _, err := b.signIn(t, "alumnus@example.jp", auth.Start{}); err != nil {
			t.Fatal(err)
		}
		person := s.people["alumnus@example.jp"]
		token, err := s.auth.CreateToken(ctx, person, auth.NewToken{Label: "x", Scopes: []string{"read"}})
		if err != nil {
			t.Fatal(err)
		}
		staff, err := s.members.Viewer(ctx, s.people["secretariat@example.jp"])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.members.Suspend(ctx, staff, person, "理由", time.Time{}); err != nil {
			t.Fatal(err)
		}
		if b.who(t).Viewer.SignedIn() {
			t.Error("the session goes on")
		}
		if _, err := s.auth.FromToken(ctx, token); !apperr.Is(err, apperr.Unauthenticated) {
			t.Errorf("the token goes on: %v", err)
		}
		if _, err := b.signIn(t, "alumnus@example.jp", auth.Start{}); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("signing in again: %v", err)
		}
	})
}

func TestASignInIsForgottenAfterTenMinutes(t *testing.T) {
	now := testkit.Start
	s := newSite(t, openAt(t, &now))
	b := s.browser(t)
	back := b.pick(t, b.begin(t, auth.Start{}), "alumnus@example.jp")
	now = now.Add(10*time.Minute + time.Second)
	_, err := b.finish(t.Context(), back)
	wantSentence(t, err, "時間がたったか")
}

func TestAttemptsAreCountedByBrowserAndNetwork(t *testing.T) {
	s := newSite(t, testkit.SQLite(t))
	start := func(browser, network string) error {
		_, err := s.auth.Begin(t.Context(), auth.Start{Provider: demoprovider.Name, Browser: browser, Network: network})
		return err
	}
	for range 20 {
		if err := start("one", "192.0.2.1"); err != nil {
			t.Fatal(err)
		}
	}
	if err := start("one", "192.0.2.1"); !apperr.Is(err, apperr.Throttled) {
		t.Errorf("the 21st try: %v", err)
	}
	if err := start("another in the same office", "192.0.2.1"); err != nil {
		t.Errorf("a colleague: %v", err)
	}
}

func TestAccountsAreAddedBySignedInPeople(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := newSite(t, d), t.Context()
		e, err := s.members.Enter(ctx, member.Identity{Provider: "office", Subject: "1", Name: "見本"}, member.Way{})
		if err != nil {
			t.Fatal(err)
		}
		b := s.browser(t)
		w := httptest.NewRecorder()
		if err := s.auth.SignIn(w, b.request("/"), e.Person, false); err != nil {
			t.Fatal(err)
		}
		b.keep(w)
		// The account of somebody else is not taken over.
		_, err = b.signIn(t, "alumnus@example.jp", auth.Start{Link: e.Person})
		wantSentence(t, err, "別の登録で使われています")
		// Somebody who is signed out, or another, cannot finish it.
		back := b.pick(t, b.begin(t, auth.Start{Link: e.Person}), "visitor@example.jp")
		if err := s.auth.SignOut(httptest.NewRecorder(), b.request("/")); err != nil {
			t.Fatal(err)
		}
		_, err = b.finish(ctx, back)
		wantSentence(t, err, "途中で変わりました")
	})
}
