package member_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/member"
	"github.com/manetomo/manetomo/internal/testkit"
)

// enter signs somebody in for the first time.
func enter(t *testing.T, s *member.Service, subject string, way member.Way) string {
	t.Helper()
	e, err := s.Enter(t.Context(), member.Identity{Provider: "test", Subject: subject, Name: subject, Label: subject}, way)
	if err != nil {
		t.Fatalf("%s enters: %v", subject, err)
	}
	return e.Person
}

func viewer(t *testing.T, s *member.Service, person string) access.Viewer {
	t.Helper()
	v, err := s.Viewer(t.Context(), person)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// secretariat comes in by the command line's link, as on a fresh site.
func secretariat(t *testing.T, s *member.Service) access.Viewer {
	t.Helper()
	code, _, err := s.InviteByOperator(t.Context(), member.Invite{Role: member.Secretariat})
	if err != nil {
		t.Fatal(err)
	}
	return viewer(t, s, enter(t, s, "secretariat", member.Way{Invitation: member.Hash(code)}))
}

func count(t *testing.T, d *db.DB, query string, args ...any) (n int) {
	t.Helper()
	if err := d.Read().NewRaw(query, args...).Scan(t.Context(), &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestFirstSecretariat(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := member.New(d)
		if has, err := s.HasSecretariat(t.Context()); err != nil || has {
			t.Fatalf("a fresh site has a secretariat: %v, %v", has, err)
		}
		v := secretariat(t, s)
		if !v.CanAdminister() || !v.Moderator || !v.Member {
			t.Errorf("viewer %+v", v)
		}
		if has, err := s.HasSecretariat(t.Context()); err != nil || !has {
			t.Errorf("HasSecretariat = %v, %v", has, err)
		}
		if n := count(t, d, "SELECT count(*) FROM audit WHERE act IN ('invitation.make', 'invitation.use')"); n != 2 {
			t.Errorf("%d acts in the record, want 2", n)
		}
	})
}

func TestAnInvitationIsUsedOnce(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := member.New(d)
		code, _, err := s.InviteByOperator(t.Context(), member.Invite{Role: member.Alumnus, Year: 2019, Course: cohort.Manager,
			Municipality: "202151", Team: "2019-塩尻市-管理職"})
		if err != nil {
			t.Fatal(err)
		}
		var in atomic.Int32
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				id := member.Identity{Provider: "test", Subject: fmt.Sprintf("s%d", i), Name: "見本"}
				switch e, err := s.Enter(t.Context(), id, member.Way{Invitation: member.Hash(code)}); {
				case err == nil && e.Admitted:
					in.Add(1)
				case !apperr.Is(err, apperr.NotFound):
					t.Errorf("the late are told %v", err)
				}
			})
		}
		wg.Wait()
		if in.Load() != 1 {
			t.Errorf("%d came in by one link", in.Load())
		}
		if n := count(t, d, "SELECT count(*) FROM person"); n != 1 {
			t.Errorf("%d people stand, want 1: a refused entry leaves nothing", n)
		}
		if _, err := s.Invitation(t.Context(), code); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("a used link shows %v", err)
		}
		if n := count(t, d, "SELECT count(*) FROM invitation WHERE hash = ?", code); n != 0 {
			t.Error("the code stands in the database")
		}
	})
}

func TestLinksExpire(t *testing.T) {
	now := testkit.Start
	d := openAt(t, &now)
	s := member.New(d)
	staff, _, err := s.InviteByOperator(t.Context(), member.Invite{Role: member.Secretariat})
	if err != nil {
		t.Fatal(err)
	}
	fellow, _, err := s.InviteByOperator(t.Context(), member.Invite{Role: member.Fellow, Year: 2026, Course: cohort.Regular})
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(24*time.Hour + time.Second)
	if _, err := s.Invitation(t.Context(), staff); !apperr.Is(err, apperr.NotFound) {
		t.Errorf("a day later the secretariat's link answers %v", err)
	}
	if _, err := s.Invitation(t.Context(), fellow); err != nil {
		t.Errorf("a day later a fellow's link answers %v", err)
	}
	now = now.Add(14 * 24 * time.Hour)
	if _, err := s.Enter(t.Context(), member.Identity{Provider: "test", Subject: "x"}, member.Way{Invitation: member.Hash(fellow)}); !apperr.Is(err, apperr.NotFound) {
		t.Errorf("two weeks later it admits: %v", err)
	}
}

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

func TestSuspendedStaysSuspendedByEveryWayIn(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := member.New(d)
		staff := secretariat(t, s)
		code, _, err := s.Invite(t.Context(), staff, member.Invite{Role: member.Alumnus, Year: 2019, Course: cohort.Regular})
		if err != nil {
			t.Fatal(err)
		}
		p := enter(t, s, "p", member.Way{Invitation: member.Hash(code)})
		if _, err := s.Suspend(t.Context(), staff, p, "連絡がつかないため", time.Time{}); err != nil {
			t.Fatal(err)
		}
		if v := viewer(t, s, p); v.SignedIn() || v.Member {
			t.Errorf("viewer %+v", v)
		}
		role, _, _ := s.Invite(t.Context(), staff, member.Invite{Role: member.Moderator})
		link, _, _ := s.Invite(t.Context(), staff, member.Invite{Person: p})
		for name, try := range map[string]func() error{
			"the account": func() error {
				_, err := s.Enter(t.Context(), member.Identity{Provider: "test", Subject: "p"}, member.Way{})
				return err
			},
			"a trusted address": func() error {
				_, err := s.Enter(t.Context(), member.Identity{Provider: "test", Subject: "p", Email: "p@example.jp", Trusted: true}, member.Way{})
				return err
			},
			"an invitation": func() error {
				_, err := s.Enter(t.Context(), member.Identity{Provider: "test", Subject: "p"}, member.Way{Invitation: member.Hash(role)})
				return err
			},
			"an invitation, signed in": func() error { _, err := s.AcceptInvitation(t.Context(), p, role); return err },
			"a new account by a link": func() error {
				_, err := s.Enter(t.Context(), member.Identity{Provider: "test", Subject: "new"}, member.Way{Invitation: member.Hash(link)})
				return err
			},
			"a new account from settings": func() error {
				_, err := s.Enter(t.Context(), member.Identity{Provider: "test", Subject: "new"}, member.Way{Link: p})
				return err
			},
		} {
			if err := try(); !apperr.Is(err, apperr.Forbidden) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := s.Invitation(t.Context(), role); err != nil {
			t.Errorf("a refused try has spent the link: %v", err)
		}
		if _, err := s.Unsuspend(t.Context(), staff, p); err != nil {
			t.Fatal(err)
		}
		if v := viewer(t, s, p); !v.Member {
			t.Error("still suspended after it was lifted")
		}
		if _, err := s.Suspend(t.Context(), staff, staff.Person, "x", time.Time{}); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("suspending oneself: %v", err)
		}
	})
}

func TestAccountsAreJoinedByPeopleNeverByAddress(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := member.New(d), t.Context()
		one, err := s.Enter(ctx, member.Identity{Provider: "a", Subject: "1", Email: "p@example.jp"}, member.Way{})
		if err != nil {
			t.Fatal(err)
		}
		two, err := s.Enter(ctx, member.Identity{Provider: "b", Subject: "1", Email: "p@example.jp"}, member.Way{})
		if err != nil || two.Person == one.Person {
			t.Fatalf("an address joined two accounts: %v", err)
		}
		if _, err := s.Enter(ctx, member.Identity{Provider: "b", Subject: "1"}, member.Way{Link: one.Person}); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("taking another's account: %v", err)
		}
		three, err := s.Enter(ctx, member.Identity{Provider: "c", Subject: "1"}, member.Way{Link: one.Person})
		if err != nil || three.Person != one.Person {
			t.Fatalf("adding an account: %+v, %v", three, err)
		}
		v := viewer(t, s, one.Person)
		if err := s.RemoveAccount(ctx, v, "a", "1"); err != nil {
			t.Fatal(err)
		}
		if err := s.RemoveAccount(ctx, v, "c", "1"); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("removing the last way in: %v", err)
		}
		if list, err := s.Accounts(ctx, v); err != nil || len(list) != 1 || list[0].Provider != "c" {
			t.Errorf("accounts %+v, %v", list, err)
		}
	})
}

func TestApplications(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := member.New(d), t.Context()
		staff := secretariat(t, s)
		if _, err := s.ImportRoster(ctx, staff, testdata(t, "roster.csv")); err != nil {
			t.Fatal(err)
		}
		p := enter(t, s, "applicant", member.Way{})
		apply := member.Apply{Name: "佐藤　サンプル太郎", Municipality: "相馬市", Year: 2023, Course: cohort.Regular}
		a, seq, err := s.Apply(ctx, viewer(t, s, p), apply)
		if err != nil || seq == 0 || a.Roster == "" || a.Municipality != "072095" {
			t.Fatalf("%+v, %v", a, err)
		}
		if viewer(t, s, p).Member {
			t.Fatal("typed data admitted somebody")
		}
		if _, _, err := s.Apply(ctx, viewer(t, s, p), apply); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("a second application: %v", err)
		}
		if _, err := s.Decide(ctx, viewer(t, s, p), a.ID, member.Decision{Admit: true}); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("the applicant decides: %v", err)
		}
		if _, err := s.Decide(ctx, staff, a.ID, member.Decision{}); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("refusal without a reason: %v", err)
		}
		if list, err := s.Applications(ctx, staff, member.Waiting, "", 10); err != nil || len(list) != 1 {
			t.Errorf("waiting: %v, %v", list, err)
		}
		if _, err := s.Decide(ctx, staff, a.ID, member.Decision{Admit: true}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Decide(ctx, staff, a.ID, member.Decision{Reason: "遅れて"}); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("a second decision: %v", err)
		}
		v := viewer(t, s, p)
		if !v.Member || len(v.Teams) != 1 || v.Cohorts[0] != "2023-regular" {
			t.Errorf("admitted as %+v", v)
		}
		if n := count(t, d, "SELECT count(*) FROM roster_entry WHERE person = ?", p); n != 1 {
			t.Errorf("%d roster rows claimed", n)
		}
		other := enter(t, s, "other", member.Way{})
		b, _, err := s.Apply(ctx, viewer(t, s, other), member.Apply{Name: "知らない人", Municipality: "長野県塩尻市", Year: 2022, Course: cohort.Manager})
		if err != nil || b.Roster != "" {
			t.Fatalf("%+v, %v", b, err)
		}
		if _, err := s.Decide(ctx, staff, b.ID, member.Decision{Reason: "名簿に見つかりませんでした。"}); err != nil {
			t.Fatal(err)
		}
		mine, err := s.MyApplication(ctx, viewer(t, s, other))
		if err != nil || mine.State != member.Refused || mine.Reason == "" || viewer(t, s, other).Member {
			t.Errorf("refused: %+v, %v", mine, err)
		}
		if _, _, err := s.Apply(ctx, viewer(t, s, other), member.Apply{Name: " ", Municipality: "伊達市", Year: 1999, Course: "x"}); err == nil || len(apperr.From(err).All()) != 4 {
			t.Errorf("a wrong application names its fields: %v", err)
		}
	})
}

func TestEveryChangeOfRightsIsInTheLog(t *testing.T) {
	d := testkit.SQLite(t)
	s, ctx := member.New(d), t.Context()
	staff := secretariat(t, s)
	p := enter(t, s, "p", member.Way{})
	steps := []struct {
		kind event.Kind
		act  func() error
	}{
		{event.PersonRoles, func() error { _, err := s.Grant(ctx, staff, p, member.Moderator, true); return err }},
		{event.PersonRoles, func() error { _, err := s.Grant(ctx, staff, p, member.Moderator, false); return err }},
		{event.PersonSuspended, func() error { _, err := s.Suspend(ctx, staff, p, "理由", time.Time{}); return err }},
		{event.PersonSuspended, func() error { _, err := s.Unsuspend(ctx, staff, p); return err }},
		{event.PersonRoles, func() error { return s.Leave(ctx, viewer(t, s, p)) }},
	}
	for i, step := range steps {
		before := count(t, d, "SELECT count(*) FROM event WHERE kind = ? AND subject = ?", step.kind, p)
		if err := step.act(); err != nil {
			t.Fatal(err)
		}
		if count(t, d, "SELECT count(*) FROM event WHERE kind = ? AND subject = ?", step.kind, p) != before+1 {
			t.Errorf("step %d: no %s", i, step.kind)
		}
	}
	if v := viewer(t, s, p); v.Member || count(t, d, "SELECT count(*) FROM identity WHERE person = ?", p) != 0 {
		t.Errorf("after leaving: %+v", v)
	}
	if err := s.Leave(ctx, staff); !apperr.Is(err, apperr.Conflict) {
		t.Errorf("the last secretariat leaves: %v", err)
	}
}

func TestDirectory(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := member.New(d), t.Context()
		staff := secretariat(t, s)
		for i := range 7 {
			code, _, err := s.Invite(ctx, staff, member.Invite{Role: member.Alumnus, Year: 2018 + i%2, Course: cohort.Regular, Municipality: "202151"})
			if err != nil {
				t.Fatal(err)
			}
			enter(t, s, fmt.Sprintf("見本%d", i), member.Way{Invitation: member.Hash(code)})
		}
		enter(t, s, "stranger", member.Way{})
		var seen []string
		after := ""
		for {
			list, err := s.Members(ctx, staff, member.Filter{Municipality: "202151", After: after, Limit: 3})
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range list {
				if len(l.Parts) != 1 || l.Email != "" {
					t.Errorf("%s: %+v", l.Name, l)
				}
				seen = append(seen, l.ID)
			}
			if len(list) < 3 {
				break
			}
			after = list[2].ID
		}
		if len(seen) != 7 {
			t.Errorf("paging showed %d of 7", len(seen))
		}
		if list, err := s.Members(ctx, staff, member.Filter{Year: 2019, Course: cohort.Regular, Words: "見本", Limit: 10}); err != nil || len(list) != 3 {
			t.Errorf("by year: %d, %v", len(list), err)
		}
		if list, err := s.Members(ctx, staff, member.Filter{Words: "%", Limit: 10}); err != nil || len(list) != 0 {
			t.Errorf("a wildcard is a letter: %d, %v", len(list), err)
		}
		if _, err := s.Members(ctx, access.Viewer{Person: "x"}, member.Filter{Limit: 3}); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("a stranger sees the directory: %v", err)
		}
		c, err := s.Cohort(ctx, staff, 2019, cohort.Regular)
		if err != nil || len(c.Teams) != 1 || len(c.Teams[0].People) != 3 {
			t.Errorf("cohort %+v, %v", c, err)
		}
		if list, err := s.Cohorts(ctx, staff); err != nil || len(list) != 2 || list[0].Year != 2019 || list[0].People != 3 {
			t.Errorf("cohorts %+v, %v", list, err)
		}
	})
}
