package curate_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/curate"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/member"
	"github.com/manetomo/manetomo/internal/notify"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/testkit"
)

// world is a desk with a moderator, an author, and a member of another municipality.
type world struct {
	t       *testing.T
	curate  *curate.Service
	archive *archive.Service
	talk    *talk.Service
	notify  *notify.Service
	people  map[string]access.Viewer
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	members := member.New(d)
	part := []member.SamplePart{{Year: 2023, Course: "regular", Role: member.Fellow, Team: "みどり見本市"}}
	other := []member.SamplePart{{Year: 2022, Course: "manager", Role: member.Alumnus, Team: "かわせみ見本町"}}
	samples := []member.Sample{
		{Name: "見本 運営", Email: "moderator@example.jp", Municipality: "990002", Staff: []string{member.Moderator}, Parts: other},
		{Name: "見本 筆者", Email: "author@example.jp", Municipality: "990001", Parts: part},
		{Name: "見本 会員", Email: "member@example.jp", Municipality: "990002", Parts: other},
	}
	for i := range samples {
		samples[i].Provider, samples[i].Subject = "test", samples[i].Email
	}
	ids, err := members.AddSamples(t.Context(), samples)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t, &curate.Service{DB: d}, &archive.Service{DB: d}, &talk.Service{DB: d}, &notify.Service{DB: d}, map[string]access.Viewer{"visitor": {}}}
	for name, email := range map[string]string{"moderator": "moderator@example.jp", "author": "author@example.jp", "member": "member@example.jp"} {
		if w.people[name], err = members.Viewer(t.Context(), ids[email]); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func (w *world) report(title string, to access.Rung) archive.Saved {
	w.t.Helper()
	author := w.people["author"]
	s, err := w.archive.Create(w.t.Context(), author, archive.Report, archive.Change{Title: &title, Municipality: new("990001"), Year: new(2023),
		Course: new(cohort.Regular), Team: &author.Teams[0], Audience: &to, Publish: true,
		Sections: []archive.Written{{Key: archive.Practice, Body: "窓口の係が集まった。"}}})
	if err != nil {
		w.t.Fatalf("publish %s: %v", title, err)
	}
	return s
}

// told waits for the follower and returns the kinds of a person's notices, newest first.
func (w *world) told(who string, atLeast int) (kinds []notify.Kind) {
	w.t.Helper()
	ctx, stop := context.WithTimeout(w.t.Context(), 20*time.Second)
	defer stop()
	go w.notify.Follow(ctx, false)
	for {
		written := w.notify.DB.Written()
		items, err := w.notify.List(ctx, w.people[who], notify.Filter{})
		if err != nil {
			w.t.Fatalf("notices of %s: %v", who, err)
		}
		if len(items) >= atLeast {
			for _, i := range items {
				kinds = append(kinds, i.Kind)
			}
			return kinds
		}
		select {
		case <-written:
		case <-time.After(50 * time.Millisecond): // the other database tells of other connections' writes later
		}
	}
}

func TestFlagIsDecidedOnceAndBothSidesHearOfIt(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		r := w.report("窓口の待ち時間を減らす", access.Members)
		id, _, err := w.curate.Raise(ctx, w.people["member"], "entry", r.ID, "電話番号が書かれています")
		if err != nil {
			t.Fatal(err)
		}
		again, _, err := w.curate.Raise(ctx, w.people["member"], "entry", r.ID, "電話番号が書かれています")
		if err != nil || again != id {
			t.Errorf("raised again: %s, %v; want the same flag %s", again, err, id)
		}
		if _, err := w.curate.Flags(ctx, w.people["member"]); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("a member sees the flags: %v", err)
		}
		if _, err := w.curate.DecideFlag(ctx, w.people["moderator"], id, curate.Hide, " "); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("hidden without a reason: %v", err)
		}
		if _, err := w.curate.DecideFlag(ctx, w.people["moderator"], id, curate.Hide, "電話番号を消してください"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.curate.DecideFlag(ctx, w.people["moderator"], id, curate.Keep, ""); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("decided twice: %v", err)
		}
		if _, err := w.archive.Get(ctx, w.people["member"], r.ID); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("a hidden entry is still read: %v", err)
		}
		if got := w.told("author", 1); !slices.Equal(got, []notify.Kind{notify.Hidden}) {
			t.Errorf("the author was told %v", got)
		}
		// the thing is no longer for who raised the flag: its notice is neither shown nor counted
		if n, err := w.notify.Unread(ctx, w.people["member"]); err != nil || n != 0 {
			t.Errorf("unread of who raised it = %d, %v; want 0", n, err)
		}
		acts, err := w.curate.Record(ctx, w.people["moderator"], 0, "", 10)
		if err != nil || len(acts) == 0 {
			t.Errorf("record = %v, %v; want the decision", acts, err)
		}
	})
}

func TestFlagNeedsTheRightToRead(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		r := w.report("チームだけの話", access.Team)
		if _, _, err := w.curate.Raise(t.Context(), w.people["member"], "entry", r.ID, "見えないはず"); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("flagged what one cannot read: %v", err)
		}
		if _, _, err := w.curate.Raise(t.Context(), w.people["visitor"], "entry", r.ID, "見えないはず"); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("a visitor raised a flag: %v", err)
		}
	})
}

func TestNoticesOfADiscussion(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		r := w.report("窓口の待ち時間を減らす", access.Members)
		first, err := w.talk.Post(ctx, w.people["member"], r.Topic, talk.NewPost{Body: "何人で始めましたか。"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.talk.Post(ctx, w.people["author"], r.Topic, talk.NewPost{Body: "三人です。", ReplyTo: first.ID})
		if err != nil {
			t.Fatal(err)
		}
		if got := w.told("author", 1); !slices.Equal(got, []notify.Kind{notify.Comment}) {
			t.Errorf("the author was told %v", got)
		}
		if got := w.told("member", 1); !slices.Equal(got, []notify.Kind{notify.Reply}) {
			t.Errorf("who was answered was told %v", got)
		}
		items, err := w.notify.List(ctx, w.people["member"], notify.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.notify.MarkRead(ctx, w.people["member"], items[0].Seq); err != nil {
			t.Fatal(err)
		}
		if n, err := w.notify.Unread(ctx, w.people["member"]); err != nil || n != 0 {
			t.Errorf("unread after reading = %d, %v", n, err)
		}
	})
}

func TestCollectionShowsEachReaderOnlyWhatIsForThem(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		members, team := w.report("会員の実践", access.Members), w.report("チームの実践", access.Team)
		c := curate.Change{Slug: "counter", Title: "窓口をかえる", Lead: "**三つ**の実践", Audience: access.Public, Publish: true, Front: true,
			Items: []curate.Item{{Entry: team.ID, Note: "非公開"}, {Entry: members.ID, Note: "まず読む"}}}
		if _, _, err := w.curate.SaveCollection(ctx, w.people["member"], "", 0, c); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("a member made a collection: %v", err)
		}
		saved, _, err := w.curate.SaveCollection(ctx, w.people["moderator"], "", 0, c)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := w.curate.SaveCollection(ctx, w.people["moderator"], saved.ID, saved.Version-1, c); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("an old form was taken: %v", err)
		}
		for who, want := range map[string]int{"visitor": 0, "member": 1, "author": 2} {
			got, picks, err := w.curate.Collection(ctx, w.people[who], "counter")
			if err != nil {
				t.Fatalf("%s: %v", who, err)
			}
			if len(picks) != want || got.Count != want {
				t.Errorf("%s sees %d entries (count %d); want %d", who, len(picks), got.Count, want)
			}
			list, err := w.curate.Collections(ctx, w.people[who])
			if err != nil || len(list) != 1 || list[0].Count != want {
				t.Errorf("%s: list %+v, %v; want one with count %d", who, list, err, want)
			}
		}
		c.Publish = false
		if _, _, err := w.curate.SaveCollection(ctx, w.people["moderator"], saved.ID, saved.Version, c); err != nil {
			t.Fatal(err)
		}
		if _, _, err := w.curate.Collection(ctx, w.people["member"], "counter"); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("a draft is read by a member: %v", err)
		}
	})
}
