package talk_test

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/testkit"
)

// circle makes a cohort with one team.
func circle(t *testing.T, d *db.DB) {
	t.Helper()
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.NewRaw("INSERT INTO cohort (id, year, course) VALUES ('2026-regular', 2026, 'regular')").Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewRaw("INSERT INTO team (id, cohort, municipality, name) VALUES ('team1', '2026-regular', '990001', 'A')").Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestARoomIsForWhoItsAudienceLetsIn(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := &talk.Service{DB: d}
		circle(t, d)
		all := []string{"cohort-2026-regular", "team-team1", "region-kyushu", "theme-culture", "practice"}
		for name, who := range map[string]struct {
			v    access.Viewer
			into []string
		}{
			"見学者":       {access.Viewer{}, nil},
			"会員でない人":    {access.Viewer{Person: "p"}, nil},
			"会員":        {access.Viewer{Person: "p", Member: true}, all[2:]},
			"期の人":       {access.Viewer{Person: "p", Member: true, Cohorts: []string{"2026-regular"}}, append([]string{all[0]}, all[2:]...)},
			"チームの人":     {access.Viewer{Person: "p", Member: true, Cohorts: []string{"2026-regular"}, Teams: []string{"team1"}}, all},
			"ほかの期の人":    {access.Viewer{Person: "p", Member: true, Cohorts: []string{"2025-regular"}}, all[2:]},
			"運営":        {access.Viewer{Person: "p", Member: true, Moderator: true}, all[2:]},
			"事務局":       {access.Viewer{Person: "p", Member: true, Moderator: true, Secretariat: true}, all},
			"読むだけの札の会員": {access.Viewer{Person: "p", Member: true, ReadOnly: true}, all[2:]},
		} {
			for _, key := range all {
				_, err := s.Enter(t.Context(), who.v, key)
				if want := slices.Contains(who.into, key); (err == nil) != want || err != nil && !apperr.Is(err, apperr.NotFound) {
					t.Errorf("%sが %s に入る: %v, want %v", name, key, err, want)
				}
			}
		}
		secretariat := access.Viewer{Person: "p", Member: true, Secretariat: true}
		for _, key := range []string{"", "cohort", "cohort-1999-regular", "team-", "team-other", "region-", "region-mars", "theme-", "theme-culture-dialogue", "practice-2", "session-x"} {
			if _, err := s.Enter(t.Context(), secretariat, key); !apperr.Is(err, apperr.NotFound) {
				t.Errorf("the room %q answers %v, want missing", key, err)
			}
		}
	})
}

func TestWhoComesInFirstMakesTheRoomAndNobodyMakesItTwice(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := &talk.Service{DB: d}
		hanako := member(t, d, "hanako", "見本 花子")
		ids := make([]string, 8)
		var wg sync.WaitGroup
		for i := range ids {
			wg.Go(func() {
				r, err := s.Enter(t.Context(), hanako, "region-kyushu")
				if err != nil {
					t.Error(err)
				}
				ids[i] = r.Topic
			})
		}
		wg.Wait()
		if slices.Sort(ids); ids[0] == "" || len(slices.Compact(ids)) != 1 {
			t.Fatalf("the room has the conversations %v", ids)
		}
		if rows, _, err := s.List(t.Context(), hanako, talk.Filter{}); err != nil || len(rows) > 0 {
			t.Errorf("an empty room stands in the list: %d, %v", len(rows), err)
		}
		made, err := event.OfTopic(t.Context(), d, ids[0], 0, 10)
		if err != nil || len(made) != 1 || made[0].Kind != event.RoomMade || made[0].N != 1 {
			t.Errorf("its making is in the log as %+v, %v; want one event", made, err)
		}
		if p := post(t, s, hanako, ids[0], "九州のみなさん"); p.Number != 1 || p.N != 2 {
			t.Errorf("the first post is %d, n %d; want 1, 2", p.Number, p.N)
		}
	})
}

func TestWhatIsUnreadIsCountedInTheRoomThatItBelongsTo(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := &talk.Service{DB: d}
		circle(t, d)
		hanako, taro := member(t, d, "hanako", "見本 花子"), member(t, d, "taro", "例示 太郎")
		for _, v := range []*access.Viewer{&hanako, &taro} {
			v.Cohorts, v.Teams = []string{"2026-regular"}, []string{"team1"}
		}
		room := func(key string) string {
			r, err := s.Enter(t.Context(), hanako, key)
			if err != nil {
				t.Fatal(err)
			}
			return r.Topic
		}
		post(t, s, hanako, room("cohort-2026-regular"), "期の部屋で")
		post(t, s, hanako, room("practice"), "ためし")
		post(t, s, hanako, room("theme-culture"), "テーマの部屋で")
		opened(t, s, hanako, talk.NewTopic{Title: "期の話題", Body: "本文", Themes: []string{"culture-dialogue"},
			Audience: access.Audience{Rung: access.Cohort, Cohort: "2026-regular"}})
		team := opened(t, s, hanako, talk.NewTopic{Title: "チームの話題", Body: "本文",
			Audience: access.Audience{Rung: access.Team, Cohort: "2026-regular", Team: "team1"}})
		own, err := s.OwnRooms(t.Context(), taro)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]int64{}
		for _, r := range own {
			got[r.Key] = r.Unread
		}
		for key, want := range map[string]int64{"cohort-2026-regular": 2, "team-team1": 1, "practice": 0} {
			if n, ok := got[key]; !ok || n != want {
				t.Errorf("%s counts %d unread (listed: %v), want %d", key, n, ok, want)
			}
		}
		if err := s.MarkRead(t.Context(), taro, team, 99); err != nil {
			t.Fatal(err)
		}
		own, _ = s.OwnRooms(t.Context(), taro)
		for _, r := range own {
			if r.Key == "team-team1" && r.Unread != 0 {
				t.Errorf("the team's room still counts %d", r.Unread)
			}
		}
		gathers := func(key string) (titles []string) {
			r, err := s.Room(t.Context(), taro, key)
			if err != nil {
				t.Fatal(err)
			}
			rows, _, err := s.List(t.Context(), taro, talk.Filter{Room: r})
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows {
				titles = append(titles, row.Title)
			}
			return titles
		}
		for key, want := range map[string][]string{"cohort-2026-regular": {"チームの話題", "期の話題"}, "team-team1": {"チームの話題"},
			"theme-culture": {"期の話題"}, "theme-people": nil, "region-kyushu": nil, "practice": nil} {
			if got := gathers(key); !slices.Equal(got, want) {
				t.Errorf("%s gathers %q, want %q", key, got, want)
			}
		}
	})
}

func TestPracticeIsDeletedAfterAWeekAndCountsNowhere(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := &talk.Service{DB: d}
		hanako, taro := member(t, d, "hanako", "見本 花子"), member(t, d, "taro", "例示 太郎")
		r, err := s.Enter(t.Context(), hanako, talk.PracticeKey)
		if err != nil {
			t.Fatal(err)
		}
		first, second := post(t, s, hanako, r.Topic, "はじめての投稿"), post(t, s, hanako, r.Topic, "気になる投稿")
		if _, err := s.Edit(t.Context(), hanako, first.ID, talk.Edit{Body: "直した投稿"}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.React(t.Context(), taro, first.ID, talk.Thanks, true); err != nil {
			t.Fatal(err)
		}
		if n, err := s.CountUnread(t.Context(), taro, 9); err != nil || n != 0 {
			t.Errorf("practice counts as %d unread, %v", n, err)
		}
		if rows, _, err := s.List(t.Context(), taro, talk.Filter{}); err != nil || len(rows) > 0 {
			t.Errorf("practice stands in the list: %d, %v", len(rows), err)
		}
		sweep := func(want int64) { // as several nodes do, at once
			t.Helper()
			var all atomic.Int64
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					n, err := s.SweepPractice(t.Context())
					if err != nil {
						t.Error(err)
					}
					all.Add(n)
				})
			}
			wg.Wait()
			if all.Load() != want {
				t.Errorf("the sweeps removed %d, want %d", all.Load(), want)
			}
		}
		sweep(0)
		ages := func(sql string, args ...any) {
			t.Helper()
			err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, err := tx.NewRaw(sql, args...).Exec(ctx)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		ages("UPDATE post SET created_at = ?", testkit.Start.Add(-8*24*time.Hour))
		ages("UPDATE post SET flagged = ? WHERE id = ?", true, second.ID) // the moderators are still asked
		third := post(t, s, taro, r.Topic, "きょうの投稿")
		sweep(1)
		ages("UPDATE post SET flagged = ?", false)
		sweep(1)
		sweep(0)
		for _, table := range []string{"post_version", "post_reaction"} {
			if n, err := d.Read().NewSelect().Table(table).Count(t.Context()); err != nil || n != 0 {
				t.Errorf("%d rows of %s are left, %v", n, table, err)
			}
		}
		p, err := s.Page(t.Context(), hanako, r.Topic, 1)
		if err != nil || len(p.Posts) != 1 || p.Posts[0].ID != third.ID || p.Earlier() != 0 || p.Topic.Standing() != 1 {
			t.Errorf("the room shows %d posts, leads back to %d, %v", len(p.Posts), p.Earlier(), err)
		}
		events, err := event.OfTopic(t.Context(), d, r.Topic, 0, 100)
		if err != nil || events[len(events)-1].Kind != event.PostsCleared {
			t.Errorf("readers are not told that posts went: %v, %v", events, err)
		}
	})
}
