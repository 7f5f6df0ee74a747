package archive_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/testkit"
)

func TestReactionSetTwiceStandsOnce(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		s := w.create("author", published("題名", access.Members))
		for i, want := range []struct {
			who    string
			on     bool
			useful int
			event  bool
		}{{"member", true, 1, true}, {"member", true, 1, false}, {"cohort", true, 2, true}, {"member", false, 1, true}, {"member", false, 1, false}} {
			got, err := w.React(t.Context(), w.viewer(want.who), s.ID, archive.Useful, want.on)
			if err != nil || got.Useful != want.useful || (got.Seq > 0) != want.event {
				t.Errorf("step %d: %+v, %v", i, got, err)
			}
		}
		if v := w.get("cohort", s.ID); !v.Mine[archive.Useful] || v.Counts[archive.Useful] != 1 || v.Useful != 1 {
			t.Errorf("counts = %v, mine = %v", v.Counts, v.Mine)
		}
		_, err := w.React(t.Context(), w.viewer("visitor"), s.ID, archive.Useful, true)
		wantError(t, err, apperr.NotFound, "")
		_, err = w.React(t.Context(), w.viewer("member"), s.ID, "boo", true)
		wantError(t, err, apperr.NotFound, "")
	})
}

func TestTheTimeAfterIsWrittenBesideTheReport(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		s := w.create("author", published("題名", access.Members))
		add := func(who, body string, r archive.Result, when string) error {
			_, err := w.AddFollowUp(t.Context(), w.viewer(who), s.ID, archive.NewFollowUp{Body: body, Result: r, Happened: when})
			return err
		}
		wantError(t, add("author", " ", "", ""), apperr.Invalid, "その後のことを書いて")
		wantError(t, add("author", "続いた", "grand", ""), apperr.Invalid, "一覧から")
		wantError(t, add("author", "続いた", "", "2021-13"), apperr.Invalid, "2021-10")
		wantError(t, add("member", "続いた", "", ""), apperr.Forbidden, "うちでもやってみた")
		for _, f := range [][3]string{{"いまも続いている", "rooted", ""}, {"方針になった", "well", "2021-10"}} {
			if err := add("author", f[0], archive.Result(f[1]), f[2]); err != nil {
				t.Fatal(err)
			}
		}
		v := w.get("member", s.ID)
		if len(v.FollowUps) != 2 || v.FollowUps[0].Body != "方針になった" || v.Stage != archive.Rooted {
			t.Errorf("follow-ups = %+v, stage %s", v.FollowUps, v.Stage)
		}
		try := func(who, where string) error {
			_, err := w.AddAdoption(t.Context(), w.viewer(who), s.ID,
				archive.NewAdoption{Municipality: where, Body: "三つの課で話した。", Result: archive.UnderWay})
			return err
		}
		wantError(t, try("mate", ""), apperr.Invalid, "その後")
		wantError(t, try("member", "202151"), apperr.Forbidden, "自分の自治体")
		for who, where := range map[string]string{"member": "", "cohort": "かわせみ見本町", "moderator": sorairo} {
			if err := try(who, where); err != nil {
				t.Fatalf("%s: %v", who, err)
			}
		}
		if v := w.get("member", s.ID); v.Adopted != 2 || len(v.Adoptions) != 3 {
			t.Errorf("adopted by %d municipalities in %d notes, want 2 and 3", v.Adopted, len(v.Adoptions))
		}
	})
}

func TestFeedTellsWhatHappenedInOrder(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		one := w.create("author", published("一つめ", access.Members))
		two := w.create("cohort", func() archive.Change {
			c := published("二つめ", access.Cohort)
			c.Municipality, c.Team = new(kawasemi), new("kawasemi")
			return c
		}())
		if _, err := w.AddFollowUp(t.Context(), w.viewer("author"), one.ID, archive.NewFollowUp{Body: "その後も続いた。"}); err != nil {
			t.Fatal(err)
		}
		for who, want := range map[string][]string{
			"author":  {"entry.followup 一つめ", "entry.published 二つめ", "entry.published 一つめ"},
			"member":  {"entry.followup 一つめ", "entry.published 一つめ"},
			"visitor": nil,
		} {
			var got []string
			before := int64(0)
			for {
				items, next, err := w.Feed(t.Context(), w.viewer(who), archive.FeedFilter{Limit: 1, Before: before})
				if err != nil {
					t.Fatal(err)
				}
				for _, it := range items {
					got = append(got, string(it.Kind)+" "+it.Entry.Title)
					if it.Kind == event.FollowUpAdded && it.Word.Excerpt != "その後も続いた。" {
						t.Errorf("word = %+v", it.Word)
					}
				}
				if before = next; next == 0 {
					break
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s", who, diff)
			}
		}
		cohort, _, err := w.Feed(t.Context(), w.viewer("member"), archive.FeedFilter{Cohort: true})
		if err != nil || len(cohort) != 0 {
			t.Errorf("another cohort's feed = %+v, %v", cohort, err)
		}
		news, err := w.News(t.Context(), w.viewer("author"), one.Seq)
		if err != nil || news.Counts[event.EntryPublished] != 1 || news.Counts[event.FollowUpAdded] != 1 || news.Head <= one.Seq {
			t.Errorf("news = %+v, %v", news, err)
		}
		list, next, err := w.List(t.Context(), w.viewer("author"), 0, 1)
		if err != nil || len(list) != 1 || list[0].ID != one.ID || next == 0 {
			t.Fatalf("list = %+v, %d, %v", list, next, err)
		}
		if list, next, err = w.List(t.Context(), w.viewer("author"), next, 1); err != nil || list[0].ID != two.ID || next != 0 {
			t.Errorf("rest = %+v, %d, %v", list, next, err)
		}
	})
}

func TestFlagLetsModeratorsReadAndOnlyOnce(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		s := w.create("author", published("チームのもの", access.Team))
		flag := func(on bool) (told bool) {
			err := w.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				evs, err := archive.FlagIn(ctx, tx, s.ID, on)
				if told = len(evs) > 0; err != nil || !told {
					return err
				}
				return event.Append(ctx, tx, evs...)
			})
			if err != nil {
				t.Fatal(err)
			}
			return told
		}
		_, err := w.Get(t.Context(), w.viewer("moderator"), s.ID)
		wantError(t, err, apperr.NotFound, "")
		for i, want := range []bool{true, false} {
			if told := flag(true); told != want {
				t.Errorf("flag %d: told %v", i, told)
			}
		}
		w.get("moderator", s.ID)
		if !flag(false) {
			t.Error("clearing the flag was not told")
		}
	})
}

func TestUnsentTextIsKeptForItsWriterAlone(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		if _, err := w.KeepUnsent(ctx, w.viewer("author"), "topic:abc", "書きかけ"); err != nil {
			t.Fatal(err)
		}
		if u, err := w.Unsent(ctx, w.viewer("author"), "topic:abc"); err != nil || u.Body != "書きかけ" {
			t.Errorf("own = %+v, %v", u, err)
		}
		if u, err := w.Unsent(ctx, w.viewer("mate"), "topic:abc"); err != nil || u.Body != "" {
			t.Errorf("another's = %+v, %v", u, err)
		}
		if _, err := w.KeepUnsent(ctx, w.viewer("author"), "topic:abc", ""); err != nil {
			t.Fatal(err)
		}
		if list, err := w.AllUnsent(ctx, w.viewer("author")); err != nil || len(list) != 0 {
			t.Errorf("after clearing = %+v, %v", list, err)
		}
		_, err := w.KeepUnsent(ctx, w.viewer("author"), "../etc", "x")
		wantError(t, err, apperr.NotFound, "")
		_, err = w.KeepUnsent(ctx, w.viewer("visitor"), "topic:abc", "x")
		wantError(t, err, apperr.Unauthenticated, "")
	})
}

func TestCompanionsAreTheSameWorkAsFarAsTheReaderMaySee(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		add := func(who string, k archive.Kind, title string, change func(*archive.Change)) string {
			t.Helper()
			c := published(title, access.Members)
			change(&c)
			s, err := w.Create(t.Context(), w.viewer(who), k, c)
			if err != nil {
				t.Fatal(err)
			}
			return s.ID
		}
		same := func(*archive.Change) {}
		poster := add("author", archive.Poster, "ポスター", same)
		add("author", archive.Material, "資料", same)
		add("author", archive.Paper, "論文", same)
		add("author", archive.Report, "レポート", same)
		add("author", archive.Report, "チームを書かないレポート", func(c *archive.Change) { c.Team = new("") })
		add("author", archive.Report, "チームだけのレポート", func(c *archive.Change) { c.Audience = new(access.Team) })
		add("author", archive.Report, "下書き", func(c *archive.Change) { c.Publish = false })
		add("cohort", archive.Report, "となりの町のレポート", func(c *archive.Change) { c.Municipality, c.Team = new(kawasemi), new("kawasemi") })
		for who, want := range map[string][]string{
			"member":  {"レポート", "論文", "資料", "チームを書かないレポート"},
			"mate":    {"レポート", "チームだけのレポート", "論文", "資料", "チームを書かないレポート"},
			"visitor": nil,
		} {
			var got []string
			e := w.get("author", poster)
			list, err := w.Companions(t.Context(), w.viewer(who), &e.Entry)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range list {
				got = append(got, c.Title)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s", who, diff)
			}
		}
	})
}
