package archive_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/testkit"
)

func TestDraftBecomesAReportWithItsTopic(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		draft := w.create("author", report("窓口の待ち時間を減らす"))
		if draft.State != access.Draft || draft.Seq != 0 || draft.Topic != "" {
			t.Errorf("draft = %+v", draft)
		}
		_, err := w.Get(t.Context(), w.viewer("mate"), draft.ID)
		wantError(t, err, apperr.NotFound, "お探しのページ")
		c := archive.Change{Team: new("midori"), Themes: new([]string{"culture-dialogue", "people-young"}), Publish: true}
		s, err := w.Save(t.Context(), w.viewer("author"), draft.ID, draft.Version, c)
		if err != nil {
			t.Fatal(err)
		}
		if s.State != access.Published || s.Topic == "" || s.Seq == 0 || s.Version != 2 {
			t.Errorf("published = %+v", s)
		}
		v := w.get("member", s.ID)
		var names []string
		for _, a := range v.Authors {
			names = append(names, a.Person)
		}
		if diff := cmp.Diff([]string{"author", "mate"}, names); diff != "" {
			t.Errorf("authors: %s", diff)
		}
		if v.Cohort != "2023-regular" || v.Audience != access.Members || len(v.Sections) != 1 || v.PublishedSeq == 0 {
			t.Errorf("entry = %+v", v.Entry)
		}
		if got := v.Sections[0].HTML; !strings.Contains(got, "<p>窓口の係が集まった。</p>") {
			t.Errorf("html = %q", got)
		}
		if v := w.get("mate", s.ID); !v.CanEdit {
			t.Error("a co-author cannot edit")
		}
	})
}

func TestPublishingAsksForFewThings(t *testing.T) {
	long := strings.Repeat("あ", 201)
	for _, test := range []struct {
		name     string
		change   func(*archive.Change)
		kind     apperr.Kind
		sentence string
	}{
		{"題名がない", func(c *archive.Change) { c.Title = new(" 　") }, apperr.Invalid, "題名を書いてください"},
		{"題名が201文字", func(c *archive.Change) { c.Title = &long }, apperr.Invalid, "200文字以内"},
		{"題名が1MB", func(c *archive.Change) { c.Title = new(strings.Repeat("あ", 1<<20/3)) }, apperr.Invalid, "200文字以内"},
		{"自治体がない", func(c *archive.Change) { c.Municipality = nil }, apperr.Invalid, "自治体を書いてください"},
		{"知らない自治体", func(c *archive.Change) { c.Municipality = new("どこにもない町") }, apperr.Invalid, "見つかりません"},
		{"同じ名前の自治体", func(c *archive.Change) { c.Municipality = new("伊達市") }, apperr.Invalid, "福島県 伊達市"},
		{"年度がない", func(c *archive.Change) { c.Year = nil }, apperr.Invalid, "年度は 2004 から 2027"},
		{"古すぎる年度", func(c *archive.Change) { c.Year = new(2003) }, apperr.Invalid, "2004 から 2027"},
		{"先の年度", func(c *archive.Change) { c.Year = new(2028) }, apperr.Invalid, "2004 から 2027"},
		{"コースがない", func(c *archive.Change) { c.Course = nil }, apperr.Invalid, "コースを選んで"},
		{"知らないコース", func(c *archive.Change) { c.Course = new(cohort.Course("x")) }, apperr.Invalid, "コースは"},
		{"項目がない", func(c *archive.Change) { c.Sections = nil }, apperr.Invalid, "どれか一つの項目"},
		{"空白だけの項目", func(c *archive.Change) { c.Sections[0].Body = " \n　" }, apperr.Invalid, "どれか一つの項目"},
		{"知らない項目", func(c *archive.Change) { c.Sections[0].Key = "secret" }, apperr.Invalid, "知らない項目"},
		{"長すぎる項目", func(c *archive.Change) { c.Sections[0].Body = strings.Repeat("字", 100_001) }, apperr.Invalid, "100,000文字以内"},
		{"知らないテーマ", func(c *archive.Change) { c.Themes = new([]string{"x"}) }, apperr.Invalid, "テーマを一覧から"},
		{"知らない公開範囲", func(c *archive.Change) { c.Audience = new(access.Rung("x")) }, apperr.Invalid, "公開範囲を一覧から"},
		{"知らない段階", func(c *archive.Change) { c.Stage = new(archive.Stage("x")) }, apperr.Invalid, "段階を一覧から"},
		{"運営だけに見せる", func(c *archive.Change) { c.Audience = new(access.Staff) }, apperr.Invalid, "運営の人が使う"},
		{"全体より広い項目", func(c *archive.Change) { c.Audience = new(access.Team); c.Sections[0].Audience = access.Members },
			apperr.Invalid, "より広くできません"},
		{"ほかの自治体", func(c *archive.Change) { c.Municipality = new(kawasemi) }, apperr.Forbidden, "自分のチームの"},
		{"ほかの年度", func(c *archive.Change) { c.Year = new(2022) }, apperr.Forbidden, "自分のチームの"},
		{"人のチーム", func(c *archive.Change) { c.Team = new("kawasemi") }, apperr.Invalid, "自分のチームから"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, testkit.SQLite(t))
			c := report("題名")
			c.Publish = true
			test.change(&c)
			_, err := w.Create(t.Context(), w.viewer("author"), archive.Report, c)
			wantError(t, err, test.kind, test.sentence)
			if n, err := d(w).NewSelect().Table("entry").Count(t.Context()); err != nil || n != 0 {
				t.Errorf("%d entries stand after the refusal, %v", n, err)
			}
		})
	}
}

func d(w *world) db.Reader { return w.DB.Read() }

func TestSeveralFaultsAreToldTogether(t *testing.T) {
	w := newWorld(t, testkit.SQLite(t))
	_, err := w.Create(t.Context(), w.viewer("author"), archive.Report, archive.Change{Publish: true})
	e := wantError(t, err, apperr.Invalid, "5か所")
	if len(e.All()) != 5 {
		t.Errorf("fields = %+v", e.All())
	}
}

func TestWhatIsTypedIsCleaned(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		c := report("窓口\x00の\u202e話")
		c.Sections = []archive.Written{{Key: archive.Practice, Body: "一\x00二 <script>alert(1)</script> **「対話」**が"}}
		v := w.get("author", w.create("author", c).ID)
		if v.Title != "窓口の話" || strings.ContainsRune(v.Sections[0].Body, 0) {
			t.Errorf("title = %q, body = %q", v.Title, v.Sections[0].Body)
		}
		if h := v.Sections[0].HTML; strings.Contains(h, "<script") || !strings.Contains(h, "<strong>「対話」</strong>が") {
			t.Errorf("html = %q", h)
		}
	})
}

func TestOnlyMembersWrite(t *testing.T) {
	w := newWorld(t, testkit.SQLite(t))
	for who, kind := range map[string]apperr.Kind{"visitor": apperr.Unauthenticated, "applicant": apperr.Forbidden} {
		_, err := w.Create(t.Context(), w.viewer(who), archive.Report, report("題名"))
		wantError(t, err, kind, "")
	}
	reader := w.viewer("author")
	reader.ReadOnly = true
	_, err := w.Create(t.Context(), reader, archive.Report, report("題名"))
	wantError(t, err, apperr.Forbidden, "読むだけ")
}

func TestModeratorsPublishForAnyMunicipality(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		c := report("古い年度のポスター")
		c.Municipality, c.Year, c.Sections = new("202151"), new(2004), nil
		c.Audience, c.Publish = new(access.Public), true
		s, err := w.Create(t.Context(), w.viewer("moderator"), archive.Poster, c)
		if err != nil || s.State != access.Published {
			t.Fatalf("publish = %+v, %v", s, err)
		}
		if n, err := w.DB.Read().NewSelect().Table("cohort").Where("id = '2004-regular'").Count(t.Context()); err != nil || n != 1 {
			t.Errorf("%d cohorts of 2004 stand, %v", n, err)
		}
		if got := w.get("visitor", s.ID); got.URL() != "/posters/"+s.ID || got.Audience != access.Public {
			t.Errorf("visitor reads %+v", got.Entry)
		}
	})
}

func TestPublicWaitsForTheSendingOffice(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		s := w.create("author", published("公開したい", access.Public))
		if s.State != access.Review {
			t.Fatalf("state = %s, want review", s.State)
		}
		if v := w.get("member", s.ID); v.Audience != access.Members || v.Wanted != access.Public {
			t.Errorf("stands at %s, wanted %s", v.Audience, v.Wanted)
		}
		_, err := w.Get(t.Context(), w.viewer("visitor"), s.ID)
		wantError(t, err, apperr.NotFound, "")
		cleared, err := w.Save(t.Context(), w.viewer("author"), s.ID, s.Version,
			archive.Change{Clearance: &archive.Clearance{By: "人事課 例示"}})
		if err != nil || cleared.State != access.Published || cleared.Seq == 0 {
			t.Fatalf("cleared = %+v, %v", cleared, err)
		}
		if v := w.get("visitor", s.ID); v.ClearedBy != "人事課 例示" || v.ClearedAt == nil {
			t.Errorf("clearance = %q %v", v.ClearedBy, v.ClearedAt)
		}
		// Whoever narrows it again is obeyed at once.
		if _, err := w.Save(t.Context(), w.viewer("author"), s.ID, cleared.Version, archive.Change{Audience: new(access.Team)}); err != nil {
			t.Fatal(err)
		}
		_, err = w.Get(t.Context(), w.viewer("member"), s.ID)
		wantError(t, err, apperr.NotFound, "")
		var rung access.Rung
		if err := w.DB.Read().NewSelect().Table("topic").Column("audience").Where("entry = ?", s.ID).Scan(t.Context(), &rung); err != nil || rung != access.Team {
			t.Errorf("its topic stands at %s, %v", rung, err)
		}
	})
}

func TestRevisingKeepsTheOldText(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		s := w.create("author", published("はじめの題名", access.Members))
		two, err := w.Save(t.Context(), w.viewer("mate"), s.ID, s.Version, archive.Change{Title: new("次の題名"),
			Sections: []archive.Written{{Key: archive.Practice, Body: "書き直した。"}, {Key: archive.Next, Body: "続ける。"}}})
		if err != nil || two.Version != 2 || two.Seq == 0 {
			t.Fatalf("revise = %+v, %v", two, err)
		}
		now, old, err := w.Versions(t.Context(), w.viewer("author"), s.ID)
		if err != nil || len(old) != 1 {
			t.Fatalf("versions = %+v, %v", old, err)
		}
		if old[0].Text.Title != "はじめの題名" || old[0].Text.Section(archive.Practice).Body != "窓口の係が集まった。" || old[0].By != "mate" {
			t.Errorf("old = %+v", old[0])
		}
		if now.Title != "次の題名" || len(now.Sections) != 2 {
			t.Errorf("now = %+v", now.Text())
		}
		_, _, err = w.Versions(t.Context(), w.viewer("member"), s.ID)
		wantError(t, err, apperr.NotFound, "")
	})
}

func TestConflictGivesBothTexts(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		s := w.create("author", published("題名", access.Members))
		if _, err := w.Save(t.Context(), w.viewer("mate"), s.ID, 1, archive.Change{Title: new("仲間の題名")}); err != nil {
			t.Fatal(err)
		}
		_, err := w.Save(t.Context(), w.viewer("author"), s.ID, 1, archive.Change{Title: new("わたしの題名")})
		c, ok := wantError(t, err, apperr.Conflict, "両方を見くらべて").Data.(archive.Conflicting)
		if !ok || c.Yours.Title != "わたしの題名" || c.Theirs.Title != "仲間の題名" || c.Version != 2 {
			t.Errorf("conflict = %+v", c)
		}
		if len(c.Yours.Sections) != 1 {
			t.Errorf("yours lacks what was not changed: %+v", c.Yours)
		}
	})
}

func TestOfParallelRevisionsOneWins(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		s := w.create("author", published("題名", access.Members))
		const writers = 8
		var wg sync.WaitGroup
		errs := make([]error, writers)
		for i := range writers {
			wg.Go(func() {
				_, errs[i] = w.Save(t.Context(), w.viewer("author"), s.ID, 1, archive.Change{Title: new(fmt.Sprintf("題名%d", i))})
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if !apperr.Is(err, apperr.Conflict) {
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("%d revisions won, want 1", won)
		}
	})
}

func TestWithdrawnLeavesATombstone(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		s := w.create("author", published("取り下げるもの", access.Cohort))
		if _, err := w.Withdraw(t.Context(), w.viewer("member"), s.ID, ""); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("a stranger's withdrawal = %v", err)
		}
		_, err := w.Withdraw(t.Context(), w.viewer("cohort"), s.ID, "")
		wantError(t, err, apperr.Forbidden, "筆者だけ")
		if _, err := w.Withdraw(t.Context(), w.viewer("mate"), s.ID, "内容が古くなりました。"); err != nil {
			t.Fatal(err)
		}
		for who, kind := range map[string]apperr.Kind{"author": apperr.Gone, "cohort": apperr.Gone, "secretariat": apperr.Gone,
			"member": apperr.NotFound, "moderator": apperr.NotFound, "visitor": apperr.NotFound} {
			_, err := w.Get(t.Context(), w.viewer(who), s.ID)
			e := wantError(t, err, kind, "")
			if stone, ok := e.Data.(archive.Tombstone); (kind == apperr.Gone) != (ok && stone.Reason == "内容が古くなりました。") {
				t.Errorf("%s finds %+v", who, e.Data)
			}
		}
		draft := w.create("author", report("書きかけ"))
		if _, err := w.Withdraw(t.Context(), w.viewer("author"), draft.ID, ""); err != nil {
			t.Fatal(err)
		}
		_, err = w.Get(t.Context(), w.viewer("author"), draft.ID)
		wantError(t, err, apperr.NotFound, "")
	})
}

func TestModeratorsDecide(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		s := w.create("author", published("公開したい", access.Public))
		wantError(t, w.decide("member", s.ID, archive.Decision{Verdict: archive.ToPublish}), apperr.Forbidden, "運営だけ")
		wantError(t, w.decide("moderator", s.ID, archive.Decision{Verdict: archive.ToReturn}), apperr.Invalid, "筆者に伝える一言")
		if err := w.decide("moderator", s.ID, archive.Decision{Verdict: archive.ToReturn, Reason: "人の名前を消してください。"}); err != nil {
			t.Fatal(err)
		}
		if v := w.get("author", s.ID); v.State != access.Returned || v.Notes != "人の名前を消してください。" {
			t.Errorf("returned = %+v", v.Entry)
		}
		_, err := w.Get(t.Context(), w.viewer("member"), s.ID)
		wantError(t, err, apperr.NotFound, "")
		again, err := w.Save(t.Context(), w.viewer("author"), s.ID, 1, archive.Change{Title: new("直した"), Publish: true})
		if err != nil || again.State != access.Review {
			t.Fatalf("again = %+v, %v", again, err)
		}
		steps := []struct {
			d        archive.Decision
			state    access.State
			audience access.Rung
		}{
			{archive.Decision{Verdict: archive.ToPublish, Audience: access.Public}, access.Published, access.Public},
			{archive.Decision{Verdict: archive.ToHide, Reason: "確かめています。"}, access.Hidden, access.Public},
			{archive.Decision{Verdict: archive.ToRestore}, access.Published, access.Public},
		}
		for _, step := range steps {
			if err := w.decide("moderator", s.ID, step.d); err != nil {
				t.Fatalf("%s: %v", step.d.Verdict, err)
			}
			if v := w.get("moderator", s.ID); v.State != step.state || v.Audience != step.audience {
				t.Errorf("after %s: %s at %s", step.d.Verdict, v.State, v.Audience)
			}
		}
		wantError(t, w.decide("moderator", s.ID, archive.Decision{Verdict: archive.ToRestore}), apperr.Conflict, "先に決めて")
		if n, err := w.DB.Read().NewSelect().Table("audit").Where("subject = ?", s.ID).Count(t.Context()); err != nil || n != 4 {
			t.Errorf("%d acts are on record, %v; want 4", n, err)
		}
		team := w.create("author", published("チームのもの", access.Team))
		wantError(t, w.decide("moderator", team.ID, archive.Decision{Verdict: archive.ToHide, Reason: "x"}), apperr.NotFound, "")
	})
}
