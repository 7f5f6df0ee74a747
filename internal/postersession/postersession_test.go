package postersession_test

import (
	"context"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/postersession"
	"github.com/manetomo/manetomo/internal/testkit"
)

var (
	host   = access.Viewer{Person: "m", Member: true, Moderator: true}
	member = access.Viewer{Person: "p", Member: true}
)

func TestWhereASessionStandsFollowsFromItsRowAndTheClock(t *testing.T) {
	start := testkit.Start
	at := func(minutes float64) time.Time { return start.Add(time.Duration(minutes * float64(time.Minute))) }
	paused, ended := at(12), at(3)
	three := postersession.Session{Minutes: 10, Posters: 3, Since: start}
	with := func(change func(*postersession.Session)) postersession.Session {
		s := three
		change(&s)
		return s
	}
	for name, c := range map[string]struct {
		s    postersession.Session
		now  float64
		want postersession.Moment
	}{
		"始まる前":        {three, -5, postersession.Moment{Phase: postersession.Waiting, Left: 5 * time.Minute}},
		"始まった瞬間":      {three, 0, postersession.Moment{Phase: postersession.Running, Left: 10 * time.Minute}},
		"1枚めの終わりぎわ":   {three, 9.5, postersession.Moment{Phase: postersession.Running, Left: 30 * time.Second}},
		"鐘が鳴ると2枚め":    {three, 10, postersession.Moment{Phase: postersession.Running, Position: 1, Left: 10 * time.Minute}},
		"最後の1枚":       {three, 29, postersession.Moment{Phase: postersession.Running, Position: 2, Left: time.Minute}},
		"ひとりでに終わる":    {three, 30, postersession.Moment{Phase: postersession.Over}},
		"止めている間は進まない": {with(func(s *postersession.Session) { s.PausedAt = &paused }), 500, postersession.Moment{Phase: postersession.Paused, Position: 1, Left: 8 * time.Minute}},
		"次へ送った後":      {with(func(s *postersession.Session) { s.Position, s.Since = 2, at(4) }), 5, postersession.Moment{Phase: postersession.Running, Position: 2, Left: 9 * time.Minute}},
		"運営が終えた":      {with(func(s *postersession.Session) { s.EndedAt = &ended }), 4, postersession.Moment{Phase: postersession.Over}},
	} {
		if got := c.s.At(at(c.now)); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// posters makes posters for an audience.
func posters(t *testing.T, d *db.DB, a access.Rung, ids ...string) {
	t.Helper()
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		for _, id := range ids {
			_, err := tx.NewRaw(`INSERT INTO entry (id, kind, title, state, audience, wanted, cohort, version, created_by, created_at, updated_at)
				VALUES (?, 'poster', ?, 'published', ?, ?, '2026-regular', 1, 'x', ?, ?)`, id, "題 "+id, a, a, tx.Now, tx.Now).Exec(ctx)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func plan(in ...string) postersession.Plan {
	return postersession.Plan{Title: "発表会", StartsAt: testkit.Start.Add(time.Hour), Minutes: 10, Entries: in}
}

func TestASessionIsPlannedByHostsForPostersThatAllWhoComeMayRead(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := &postersession.Service{DB: d}
		posters(t, d, access.Members, "a", "b")
		posters(t, d, access.Cohort, "c")
		mate := host
		mate.Cohorts = []string{"2026-regular"}
		forCohort := plan("a", "c")
		forCohort.Cohort = "2026-regular"
		for name, c := range map[string]struct {
			v    access.Viewer
			p    postersession.Plan
			want apperr.Kind
		}{
			"見学者":         {access.Viewer{}, plan("a"), apperr.NotFound},
			"会員":          {member, plan("a"), apperr.Forbidden},
			"ポスターがない":     {host, plan(), apperr.Invalid},
			"同じポスターが2回":   {host, plan("a", "a"), apperr.Invalid},
			"ないポスター":      {host, plan("a", "zz"), apperr.Invalid},
			"会員の会に期のポスター": {mate, plan("a", "c"), apperr.Invalid},
			"期の外の運営が期の会":  {host, forCohort, apperr.Invalid},
			"0分":          {host, postersession.Plan{Title: "会", StartsAt: testkit.Start, Entries: []string{"a"}}, apperr.Invalid},
			"いつか分からない":    {host, postersession.Plan{Title: "会", Minutes: 10, Entries: []string{"a"}}, apperr.Invalid},
		} {
			if _, err := s.Plan(t.Context(), c.v, c.p); !apperr.Is(err, c.want) {
				t.Errorf("%s: %v, want %s", name, err, c.want.Code())
			}
		}
		id, err := s.Plan(t.Context(), mate, forCohort)
		if err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			v   access.Viewer
			may bool
		}{"期の人": {access.Viewer{Person: "f", Member: true, Cohorts: []string{"2026-regular"}}, true}, "ほかの会員": {member, false}, "期の外の運営": {host, false},
			"見学者": {access.Viewer{}, false}, "事務局": {access.Viewer{Person: "s", Member: true, Moderator: true, Secretariat: true}, true}} {
			_, err := s.Get(t.Context(), c.v, id)
			if (err == nil) != c.may || err != nil && !apperr.Is(err, apperr.NotFound) {
				t.Errorf("%s: %v, may: %v", name, err, c.may)
			}
			list, err := s.List(t.Context(), c.v)
			if err != nil || (len(list) == 1) != c.may {
				t.Errorf("%s sees %d in the list, %v", name, len(list), err)
			}
		}
	})
}

func TestAPosterThatIsNoLongerForOneIsOnlyAPlaceInTheOrder(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := &postersession.Service{DB: d}
		posters(t, d, access.Members, "a", "b", "c")
		id, err := s.Plan(t.Context(), host, plan("c", "a", "b"))
		if err != nil {
			t.Fatal(err)
		}
		err = d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.NewRaw("UPDATE entry SET state = 'hidden' WHERE id = 'a'").Exec(ctx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		p, err := s.Get(t.Context(), member, id)
		if err != nil || len(p.Items) != 3 || p.Posters != 3 || p.Items[0].Entry != "c" || p.Items[1].Entry != "" || p.Items[1].Title != "" || p.Items[2].Position != 2 {
			t.Errorf("the programme is %+v, %v", p, err)
		}
	})
}

func TestAHostLeadsThroughTheSessionAndOfTwoWhoPressOneDoes(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := &postersession.Service{DB: d}
		posters(t, d, access.Members, "a", "b")
		id, err := s.Plan(t.Context(), host, plan("a", "b"))
		if err != nil {
			t.Fatal(err)
		}
		version := int64(1)
		do := func(act postersession.Act, want postersession.Moment) {
			t.Helper()
			if err := s.Do(t.Context(), host, id, version, act); err != nil {
				t.Fatalf("%s: %v", act, err)
			}
			version++
			p, err := s.Get(t.Context(), member, id)
			if got := p.At(testkit.Start); err != nil || got != want || p.Version != version || p.N != version+1 {
				t.Errorf("after %s it stands at %+v, n %d, version %d, %v; want %+v", act, got, p.N, p.Version, err, want)
			}
		}
		ten := 10 * time.Minute
		refused := func(v access.Viewer, version int64, act postersession.Act, want apperr.Kind) {
			t.Helper()
			if err := s.Do(t.Context(), v, id, version, act); !apperr.Is(err, want) {
				t.Errorf("%s: %v, want %s", act, err, want.Code())
			}
		}
		refused(member, 1, postersession.Begin, apperr.Forbidden)
		refused(host, 1, postersession.Pause, apperr.Conflict)
		if err := s.Change(t.Context(), host, id, 1, plan("b", "a")); err != nil {
			t.Fatal(err)
		}
		version++
		do(postersession.Begin, postersession.Moment{Phase: postersession.Running, Left: ten})
		refused(host, version-1, postersession.Next, apperr.Conflict)
		do(postersession.Pause, postersession.Moment{Phase: postersession.Paused, Left: ten})
		do(postersession.Next, postersession.Moment{Phase: postersession.Paused, Position: 1, Left: ten})
		do(postersession.Resume, postersession.Moment{Phase: postersession.Running, Position: 1, Left: ten})
		do(postersession.Back, postersession.Moment{Phase: postersession.Running, Left: ten})
		if err := s.Change(t.Context(), host, id, version, plan("a")); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("a running session was planned anew: %v", err)
		}
		do(postersession.Next, postersession.Moment{Phase: postersession.Running, Position: 1, Left: ten})
		do(postersession.Next, postersession.Moment{Phase: postersession.Over})
		refused(host, version, postersession.Resume, apperr.Conflict)
		if near, err := s.Near(t.Context(), member); err != nil || near != nil {
			t.Errorf("a session that is over is announced: %v, %v", near, err)
		}
		p, _ := s.Get(t.Context(), member, id)
		events, err := event.OfTopic(t.Context(), d, p.Topic, 0, 100)
		if err != nil || int64(len(events)) != version+1 {
			t.Errorf("%d events for the room and %d versions, %v", len(events), version, err)
		}
	})
}
