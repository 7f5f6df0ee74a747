package talk_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/testkit"
)

// member admits a person and returns them as a viewer.
func member(t *testing.T, d *db.DB, id, name string) access.Viewer {
	t.Helper()
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw("INSERT INTO person (id, name, municipality, member, created_at) VALUES (?, ?, '990001', ?, ?)",
			id, name, true, tx.Now).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return access.Viewer{Person: id, Name: name, Member: true, Unlimited: true}
}

func opened(t *testing.T, s *talk.Service, v access.Viewer, in talk.NewTopic) string {
	t.Helper()
	if in.Audience.Rung == "" {
		in.Audience.Rung = access.Members
	}
	out, err := s.Open(t.Context(), v, in)
	if err != nil {
		t.Fatal(err)
	}
	return out.ID
}

func post(t *testing.T, s *talk.Service, v access.Viewer, topic, body string) talk.Posted {
	t.Helper()
	p, err := s.Post(t.Context(), v, topic, talk.NewPost{Body: body})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func wantKind(t *testing.T, what string, err error, k apperr.Kind) {
	t.Helper()
	if !apperr.Is(err, k) {
		t.Errorf("%s answered %v, want kind %s", what, err, k.Code())
	}
}

func TestPostsAreNumberedWithoutGapsByManyWriters(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := &talk.Service{DB: d}
		hanako := member(t, d, "hanako", "見本 花子")
		id := opened(t, s, hanako, talk.NewTopic{Title: "題", Body: "はじめ"})
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				for i := range 10 {
					if _, err := s.Post(t.Context(), hanako, id, talk.NewPost{Body: fmt.Sprint(w, i)}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		_, posts, err := s.Posts(t.Context(), hanako, id, 0, 200)
		if err != nil || len(posts) != 81 {
			t.Fatalf("%d posts, %v; want 81", len(posts), err)
		}
		for i, p := range posts {
			if p.Number != int64(i+1) || p.N != int64(i+2) {
				t.Fatalf("post %d has number %d, n %d; want n %d", i+1, p.Number, p.N, i+2)
			}
		}
		events, err := event.OfTopic(t.Context(), d, id, 0, 200)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events[1:] {
			if p := posts[e.N-2]; p.ID != e.Subject {
				t.Errorf("event n %d is about %s, post of that n is %s", e.N, e.Subject, p.ID)
			}
		}
	})
}

func TestTopicIsOnlyForItsAudience(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := &talk.Service{DB: d}
		author := member(t, d, "author", "見本 花子")
		author.Cohorts = []string{"2024regular"}
		other := member(t, d, "other", "例示 太郎")
		id := opened(t, s, author, talk.NewTopic{Title: "期の話", Body: "本文",
			Audience: access.Audience{Rung: access.Cohort, Cohort: "2024regular"}})
		p := post(t, s, author, id, "二つめ")
		for name, v := range map[string]access.Viewer{
			"visitor": {}, "applicant": {Person: "x"}, "member of another cohort": other,
		} {
			_, err := s.Page(t.Context(), v, id, 0)
			wantKind(t, "Page for "+name, err, apperr.NotFound)
			_, err = s.Post(t.Context(), v, id, talk.NewPost{Body: "x"})
			wantKind(t, "Post by "+name, err, apperr.NotFound)
			_, err = s.React(t.Context(), v, p.ID, talk.Useful, true)
			wantKind(t, "React by "+name, err, apperr.NotFound)
			_, err = s.Edit(t.Context(), v, p.ID, talk.Edit{Body: "x"})
			wantKind(t, "Edit by "+name, err, apperr.NotFound)
			_, _, err = s.PostOf(t.Context(), v, p.ID)
			wantKind(t, "PostOf for "+name, err, apperr.NotFound)
			wantKind(t, "MarkRead by "+name, s.MarkRead(t.Context(), v, id, 1), apperr.NotFound)
			if rows, _, err := s.List(t.Context(), v, talk.Filter{}); err != nil || len(rows) != 0 {
				t.Errorf("List for %s = %d rows, %v", name, len(rows), err)
			}
			g, err := s.Gate(t.Context(), id)
			if err != nil || g.LetsIn(v) {
				t.Errorf("gate lets %s in, %v", name, err)
			}
		}
		if g, err := s.Gate(t.Context(), id); err != nil || !g.LetsIn(author) || g.N != 3 {
			t.Errorf("gate = %+v, %v", g, err)
		}
		_, err := s.Open(t.Context(), author, talk.NewTopic{Title: "題", Body: "本文", Audience: access.Audience{Rung: access.Public}})
		wantKind(t, "Open for everybody", err, apperr.Invalid)
		_, err = s.Open(t.Context(), other, talk.NewTopic{Title: "題", Body: "本文", Audience: access.Audience{Rung: access.Cohort, Cohort: "2024regular"}})
		wantKind(t, "Open in a foreign cohort", err, apperr.Invalid)
		reader := author
		reader.ReadOnly = true
		_, err = s.Post(t.Context(), reader, id, talk.NewPost{Body: "x"})
		wantKind(t, "Post by a reading token", err, apperr.Forbidden)
	})
}

func TestTextIsCheckedWithAllFaultsAtOnce(t *testing.T) {
	d := testkit.SQLite(t)
	s := &talk.Service{DB: d}
	v := member(t, d, "hanako", "見本 花子")
	_, err := s.Open(t.Context(), v, talk.NewTopic{Title: " ", Body: strings.Repeat("あ", talk.MaxPost+1),
		Audience: access.Audience{Rung: access.Members}})
	if e := apperr.From(err); e.Kind != apperr.Invalid || len(e.All()) != 2 {
		t.Errorf("Open = %v with %v", err, e.All())
	}
	id := opened(t, s, v, talk.NewTopic{Title: "題", Body: strings.Repeat("あ", talk.MaxPost)})
	_, err = s.Post(t.Context(), v, id, talk.NewPost{Body: "返事", ReplyTo: "elsewhere0"})
	wantKind(t, "a reply to a post elsewhere", err, apperr.Invalid)
	v.Unlimited = false
	for range 29 {
		post(t, s, v, id, "続けて")
	}
	_, err = s.Post(t.Context(), v, id, talk.NewPost{Body: "三十一"})
	wantKind(t, "the 31st post of a minute", err, apperr.Throttled)
}

func TestEditKeepsOldTextAndShowsOnlyLateOnes(t *testing.T) {
	now := testkit.Start
	d, err := db.Open(t.Context(), db.Options{Dir: t.TempDir(), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Migrate(t.Context(), db.MigrateOptions{Dir: t.TempDir()}); err != nil {
		t.Fatal(err)
	}
	s := &talk.Service{DB: d}
	v, other := member(t, d, "hanako", "見本 花子"), member(t, d, "taro", "例示 太郎")
	id := opened(t, s, v, talk.NewTopic{Title: "題", Body: "一"})
	p := post(t, s, v, id, "一度め")
	edit := func(body string) *talk.View {
		t.Helper()
		if _, err := s.Edit(t.Context(), v, p.ID, talk.Edit{Body: body}); err != nil {
			t.Fatal(err)
		}
		_, view, err := s.PostOf(t.Context(), v, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		return view
	}
	now = now.Add(29 * time.Minute)
	if got := edit("二度め"); got.EditedAt != nil || got.Body != "二度め" {
		t.Errorf("an early edit shows: %v %q", got.EditedAt, got.Body)
	}
	now = now.Add(2 * time.Minute)
	if got := edit("三度め"); got.EditedAt == nil {
		t.Error("a late edit does not show")
	}
	var old []string
	if err := d.Read().NewSelect().Table("post_version").Column("body").Order("version").Scan(t.Context(), &old); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(old, []string{"一度め", "二度め"}) {
		t.Errorf("old texts = %q", old)
	}
	_, err = s.Edit(t.Context(), other, p.ID, talk.Edit{Body: "乗っ取り"})
	wantKind(t, "editing another's post", err, apperr.Forbidden)

	if _, err := s.Remove(t.Context(), v, p.ID); err != nil {
		t.Fatal(err)
	}
	if _, view, err := s.PostOf(t.Context(), other, p.ID); err != nil || view.Shown() || view.Body != "" {
		t.Errorf("a removed post still shows: %+v, %v", view, err)
	}
	now = now.Add(9 * time.Second)
	if _, err := s.Undo(t.Context(), v, p.ID); err != nil {
		t.Errorf("undo within ten seconds: %v", err)
	}
	if _, err := s.Remove(t.Context(), v, p.ID); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Minute)
	_, err = s.Undo(t.Context(), v, p.ID)
	wantKind(t, "a late undo", err, apperr.Gone)
	_, err = s.Edit(t.Context(), v, p.ID, talk.Edit{Body: "四度め"})
	wantKind(t, "editing a removed post", err, apperr.Gone)
}

func TestReactionCountsEachPersonOnce(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := &talk.Service{DB: d}
		a, b := member(t, d, "hanako", "見本 花子"), member(t, d, "taro", "例示 太郎")
		id := opened(t, s, a, talk.NewTopic{Title: "題", Body: "一"})
		p := post(t, s, a, id, "二")
		for _, step := range []struct {
			v    access.Viewer
			on   bool
			want int64
			n    int64
		}{{a, true, 1, 4}, {a, true, 1, 4}, {b, true, 2, 5}, {a, false, 1, 6}, {a, false, 1, 6}} {
			c, err := s.React(t.Context(), step.v, p.ID, talk.Useful, step.on)
			if err != nil || c.N != step.n {
				t.Fatalf("React = %+v, %v; want n %d", c, err, step.n)
			}
			_, view, err := s.PostOf(t.Context(), step.v, p.ID)
			if err != nil || view.Useful != step.want || view.Counts[talk.Useful] != int(step.want) ||
				slices.Contains(view.Mine, talk.Useful) != step.on {
				t.Errorf("after %+v: useful %d, counts %v, mine %v, %v", step, view.Useful, view.Counts, view.Mine, err)
			}
		}
		_, err := s.React(t.Context(), a, p.ID, "angry", true)
		wantKind(t, "an unknown reaction", err, apperr.NotFound)
	})
}

func TestReadMarkOnlyGrowsAndCountsUnread(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := &talk.Service{DB: d}
		a, b := member(t, d, "hanako", "見本 花子"), member(t, d, "taro", "例示 太郎")
		id := opened(t, s, a, talk.NewTopic{Title: "題", Body: "一"})
		for range 5 {
			post(t, s, a, id, "続き")
		}
		unread := func(v access.Viewer) int64 {
			t.Helper()
			rows, _, err := s.List(t.Context(), v, talk.Filter{})
			if err != nil || len(rows) != 1 {
				t.Fatalf("List = %d rows, %v", len(rows), err)
			}
			return rows[0].Unread()
		}
		if n := unread(a); n != 0 {
			t.Errorf("own posts count as unread: %d", n)
		}
		for _, step := range []struct{ n, want int64 }{{3, 4}, {2, 4}, {6, 1}, {1_000_000, 0}} {
			if err := s.MarkRead(t.Context(), b, id, step.n); err != nil {
				t.Fatal(err)
			}
			if got := unread(b); got != step.want {
				t.Errorf("read to %d: %d unread, want %d", step.n, got, step.want)
			}
		}
		post(t, s, a, id, "あとから")
		if got := unread(b); got != 1 {
			t.Errorf("a mark in the future hid a later post: %d unread, want 1", got)
		}
		if n, err := s.CountUnread(t.Context(), b, 10); err != nil || n != 1 {
			t.Errorf("CountUnread = %d, %v", n, err)
		}
		page, err := s.Page(t.Context(), b, id, 0)
		if err != nil || page.FirstUnread() != 7 || page.N != 8 || page.Unread() != 1 {
			t.Errorf("page: first unread %d, n %d, %v", page.FirstUnread(), page.N, err)
		}
	})
}

func TestWindowNeverReadsTheWholeTopic(t *testing.T) {
	d := testkit.SQLite(t)
	s := &talk.Service{DB: d}
	a, b := member(t, d, "hanako", "見本 花子"), member(t, d, "taro", "例示 太郎")
	id := opened(t, s, a, talk.NewTopic{Title: "題", Body: "一"})
	for range 99 {
		post(t, s, a, id, "続き")
	}
	for _, test := range []struct {
		name                                string
		read, from                          int64
		first, last, earlier, later, unread int64
	}{
		{"読んだことがなければ最新", 0, 0, 71, 100, 41, 0, 0},
		{"読みかけなら最初の未読の少し前から", 41, 0, 39, 68, 9, 69, 41},
		{"未読が少なければ最新の窓に", 99, 0, 71, 100, 41, 0, 99},
		{"番号を言われたらそこから", 99, 12, 12, 41, 1, 42, 99},
		{"終わりより後の番号は終わりから", 99, 500, 100, 100, 70, 0, 99},
	} {
		if test.read > 0 {
			if err := s.MarkRead(t.Context(), b, id, test.read); err != nil {
				t.Fatal(err)
			}
		}
		p, err := s.Page(t.Context(), b, id, test.from)
		if err != nil {
			t.Fatal(err)
		}
		got := []int64{p.Posts[0].Number, p.Posts[len(p.Posts)-1].Number, p.Earlier(), p.Later(), p.FirstUnread()}
		if want := []int64{test.first, test.last, test.earlier, test.later, test.unread}; !slices.Equal(got, want) {
			t.Errorf("%s: first, last, earlier, later, unread = %v, want %v", test.name, got, want)
		}
	}
}

func TestMentionFindsMembersByName(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := &talk.Service{DB: d}
		a := member(t, d, "hanako", "見本 花子")
		member(t, d, "taro", "例示 太郎")
		member(t, d, "sakura", "仮名 桜")
		member(t, d, "sakurako", "仮名 桜子")
		for _, test := range []struct {
			body   string
			chosen []string
			want   []string
		}{
			{"@例示太郎さん、どうでしょう", nil, []string{"taro"}},
			{"＠仮名 桜子さんと@例示　太郎さん", nil, []string{"sakurako", "taro"}},
			{"@仮名桜さん", nil, []string{"sakura"}},
			{"hanako@例示太郎", nil, nil},
			{"@見本花子 自分あて", nil, nil},
			{"えらんだ人", []string{"sakura", "nobody"}, []string{"sakura"}},
		} {
			id := opened(t, s, a, talk.NewTopic{Title: "題", Body: test.body, Mentions: test.chosen})
			events, err := event.OfTopic(t.Context(), d, id, 1, 1)
			if err != nil {
				t.Fatal(err)
			}
			var data struct{ Mentions []string }
			if err := json.Unmarshal(events[0].Data, &data); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(data.Mentions, test.want) {
				t.Errorf("%s: mentions %v, want %v", test.body, data.Mentions, test.want)
			}
		}
	})
}
