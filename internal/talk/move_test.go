package talk_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/testkit"
)

// hall is a place with two topics, a moderator and two members.
type hall struct {
	*talk.Service
	t                       *testing.T
	hanako, taro, moderator access.Viewer
	here, there             string
	posts                   []talk.Posted // in here: by taro, hanako, taro
}

func newHall(t *testing.T, d *db.DB) *hall {
	t.Helper()
	h := &hall{Service: &talk.Service{DB: d}, t: t, hanako: member(t, d, "hanako", "見本 花子"), taro: member(t, d, "taro", "例示 太郎")}
	h.moderator = member(t, d, "sakura", "仮名 桜")
	h.moderator.Moderator = true
	h.here = opened(t, h.Service, h.hanako, talk.NewTopic{Title: "ここ", Body: "ここの本文"})
	h.there = opened(t, h.Service, h.taro, talk.NewTopic{Title: "あちら", Body: "あちらの本文"})
	for i, v := range []access.Viewer{h.taro, h.hanako, h.taro} {
		in := talk.NewPost{Body: fmt.Sprint("投稿", i)}
		if i == 2 {
			in.ReplyTo, in.Quotes = h.posts[1].ID, []talk.NewQuote{{Post: h.posts[1].ID}}
		}
		p, err := h.Post(t.Context(), v, h.here, in)
		if err != nil {
			t.Fatal(err)
		}
		h.posts = append(h.posts, p)
	}
	return h
}

func (h *hall) move(from string, in talk.Move) talk.Moved {
	h.t.Helper()
	in.Reason = "話がそれたので"
	out, err := h.Move(h.t.Context(), h.moderator, from, in)
	if err != nil {
		h.t.Fatal(err)
	}
	return out
}

// window is what a viewer sees of a topic, in a few words a post.
func (h *hall) window(v access.Viewer, topic string) (posts []string) {
	h.t.Helper()
	_, all, err := h.Posts(h.t.Context(), v, topic, 0, 100)
	if err != nil {
		h.t.Fatal(err)
	}
	for i, p := range all {
		if p.Number != int64(i+1) {
			h.t.Errorf("post %d of the list has number %d", i+1, p.Number)
		}
		s := p.Body
		if p.State == talk.MovedAway {
			s = "→" + p.Moved
		}
		if p.ReplyNumber > 0 {
			s += fmt.Sprint(" re ", p.ReplyNumber)
		}
		for _, q := range p.Quotes {
			s += " 「" + q.Words + string(q.Gone) + "」"
		}
		posts = append(posts, s)
	}
	return posts
}

func (h *hall) wantWindow(what, topic string, want ...string) {
	h.t.Helper()
	if got := h.window(h.hanako, topic); !slices.Equal(got, want) {
		h.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// wantGapless looks that the events of a topic are numbered without holes and that each post has its event's n.
func (h *hall) wantGapless(topic string) {
	h.t.Helper()
	events, err := event.OfTopic(h.t.Context(), h.DB, topic, 0, 500)
	if err != nil {
		h.t.Fatal(err)
	}
	byN := map[int64]event.Event{}
	for i, e := range events {
		if byN[e.N] = e; e.N != int64(i+1) {
			h.t.Errorf("event %d of %s has n %d", i+1, topic, e.N)
		}
	}
	_, all, _ := h.Posts(h.t.Context(), h.hanako, topic, 0, 100)
	for _, p := range all {
		if e := byN[p.N]; p.State != talk.MovedAway && e.Subject != p.ID {
			h.t.Errorf("post %s stands at n %d, where %s %s happened", p.ID, p.N, e.Kind, e.Subject)
		}
	}
}

func TestModeratorMovesPosts(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		h := newHall(t, d)
		ids := []string{h.posts[1].ID, h.posts[2].ID}
		if err := h.MarkRead(t.Context(), h.hanako, h.here, h.posts[2].N); err != nil {
			t.Fatal(err)
		}
		if err := h.MarkRead(t.Context(), h.hanako, h.there, 2); err != nil {
			t.Fatal(err)
		}
		if _, err := h.React(t.Context(), h.taro, ids[0], talk.Useful, true); err != nil {
			t.Fatal(err)
		}
		out := h.move(h.here, talk.Move{Target: h.there, Posts: ids})
		if out.Moved != 2 || out.Asked != 0 || out.Target != h.there {
			t.Errorf("Move = %+v", out)
		}
		h.wantWindow("残った場所には印の行がある", h.here, "ここの本文", "投稿0", "→"+ids[0], "→"+ids[1])
		h.wantWindow("移した先では終わりに並び、返信と引用はそのまま", h.there, "あちらの本文", "投稿1", "投稿2 re 2 「投稿1」")
		h.wantGapless(h.here)
		h.wantGapless(h.there)
		topic, view, err := h.PostOf(t.Context(), h.hanako, ids[0])
		if err != nil || topic.ID != h.there || view.Useful != 1 || view.Counts[talk.Useful] != 1 {
			t.Errorf("リアクションと番地はついていく: %v, %v, %v", topic, view, err)
		}
		for v, want := range map[string]int64{"hanako": 0, "taro": 2} {
			viewer := map[string]access.Viewer{"hanako": h.hanako, "taro": h.taro}[v]
			page, err := h.Page(t.Context(), viewer, h.there, 0)
			if err != nil || page.Unread() != want {
				t.Errorf("読んだ人には未読にならない: %s は %d件、want %d、%v", v, page.Unread(), want, err)
			}
		}
		_, err = h.Edit(t.Context(), h.hanako, h.lineID(h.here, 3), talk.Edit{Body: "乗っ取り"})
		wantKind(t, "editing the line", err, apperr.Gone)
		_, err = h.Edit(t.Context(), h.hanako, ids[0], talk.Edit{Body: "直しました"})
		if err != nil {
			t.Errorf("移された投稿も、書いた人が直せる: %v", err)
		}
		h.move(h.there, talk.Move{Target: h.here, Posts: ids[:1]})
		h.wantWindow("もどすと終わりに並ぶ", h.here, "ここの本文", "投稿0", "→"+ids[0], "→"+ids[1], "直しました")
		h.wantWindow("引用は、別の話し合いの文を出さない", h.there, "あちらの本文", "→"+ids[0], "投稿2 re 2 「moved」")
		h.wantGapless(h.here)
		h.wantGapless(h.there)
		var acts int
		if err := d.Read().NewRaw("SELECT COUNT(*) FROM audit WHERE act = 'topic.move' AND actor = 'sakura'").Scan(t.Context(), &acts); err != nil || acts != 2 {
			t.Errorf("記録に残る: %d, %v", acts, err)
		}
	})
}

func (h *hall) lineID(topic string, number int) string {
	_, all, err := h.Posts(h.t.Context(), h.hanako, topic, int64(number-1), 1)
	if err != nil {
		h.t.Fatal(err)
	}
	return all[0].ID
}

func TestSplitAndMerge(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		h := newHall(t, d)
		ids := []string{h.posts[1].ID, h.posts[2].ID}
		if err := h.MarkRead(t.Context(), h.hanako, h.here, h.posts[1].N); err != nil {
			t.Fatal(err)
		}
		split := h.move(h.here, talk.Move{Title: "分けた話", Posts: ids})
		h.wantWindow("分けた先は新しい話し合い", split.Target, "投稿1", "投稿2 re 1 「投稿1」")
		h.wantGapless(split.Target)
		page, err := h.Page(t.Context(), h.hanako, split.Target, 0)
		if err != nil || page.Unread() != 1 || page.Topic.Author != "hanako" || page.Topic.Title != "分けた話" {
			t.Errorf("分けた先: %+v, 未読 %d, %v", page.Topic, page.Unread(), err)
		}
		h.move(split.Target, talk.Move{Target: h.there, Merge: true})
		h.wantWindow("1つにすると、すべて移る", h.there, "あちらの本文", "投稿1", "投稿2 re 2 「投稿1」")
		h.wantWindow("もとの場所は道しるべ", split.Target, "→"+ids[0], "→"+ids[1])
		h.wantGapless(split.Target)
		h.wantGapless(h.there)
		rows, _, err := h.List(t.Context(), h.hanako, talk.Filter{})
		if err != nil || slices.ContainsFunc(rows, func(r talk.Row) bool { return r.ID == split.Target }) {
			t.Errorf("1つにした話し合いは一覧にない: %v, %v", rows, err)
		}
		_, err = h.Post(t.Context(), h.hanako, split.Target, talk.NewPost{Body: "まだ書けますか"})
		wantKind(t, "posting into a merged topic", err, apperr.Conflict)
	})
}

func TestMovingIsRefused(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		h := newHall(t, d)
		first := h.firstOf(h.here)
		for _, test := range []struct {
			name string
			v    access.Viewer
			in   talk.Move
			want apperr.Kind
		}{
			{"会員", h.hanako, talk.Move{Target: h.there, Posts: []string{h.posts[0].ID}, Reason: "x"}, apperr.Forbidden},
			{"理由がない", h.moderator, talk.Move{Target: h.there, Posts: []string{h.posts[0].ID}}, apperr.Invalid},
			{"何も選んでいない", h.moderator, talk.Move{Target: h.there, Reason: "x"}, apperr.Invalid},
			{"新しい題名がない", h.moderator, talk.Move{Posts: []string{h.posts[0].ID}, Reason: "x"}, apperr.Invalid},
			{"ないところへ", h.moderator, talk.Move{Target: "nowhere000", Posts: []string{h.posts[0].ID}, Reason: "x"}, apperr.Invalid},
			{"同じところへ", h.moderator, talk.Move{Target: h.here, Posts: []string{h.posts[0].ID}, Reason: "x"}, apperr.Invalid},
			{"よその投稿", h.moderator, talk.Move{Target: h.there, Posts: []string{h.firstOf(h.there)}, Reason: "x"}, apperr.Invalid},
			{"話し合いの本文", h.moderator, talk.Move{Target: h.there, Posts: []string{first}, Reason: "x"}, apperr.Invalid},
			{"多すぎる", h.moderator, talk.Move{Target: h.there, Posts: make([]string, talk.MaxMove+1), Reason: "x"}, apperr.Invalid},
		} {
			_, err := h.Move(t.Context(), test.v, h.here, test.in)
			wantKind(t, test.name, err, test.want)
		}
		h.wantWindow("何も動いていない", h.here, "ここの本文", "投稿0", "投稿1", "投稿2 re 3 「投稿1」")
	})
}

func (h *hall) firstOf(topic string) string { return h.lineID(topic, 1) }

func TestAPostNeverGoesToMoreReadersWithoutItsAuthorsWord(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		h := newHall(t, d)
		for _, v := range []*access.Viewer{&h.hanako, &h.taro, &h.moderator} {
			v.Cohorts = []string{"2024regular"}
		}
		own := opened(t, h.Service, h.hanako, talk.NewTopic{Title: "期の話", Body: "本文", Audience: access.Audience{Rung: access.Cohort, Cohort: "2024regular"}})
		a, b := post(t, h.Service, h.taro, own, "太郎の話"), post(t, h.Service, h.moderator, own, "桜の話")
		in := talk.Move{Target: h.there, Posts: []string{a.ID, b.ID}, Reason: "広く聞きたいので"}
		_, err := h.Move(t.Context(), h.moderator, own, in)
		wantKind(t, "知らずに広げる", err, apperr.Invalid)
		_, err = h.Move(t.Context(), h.moderator, own, talk.Move{Target: h.there, Merge: true, Reason: "x", Widen: true})
		wantKind(t, "1つにして広げる", err, apperr.Invalid)
		in.Widen = true
		out, err := h.Move(t.Context(), h.moderator, own, in)
		if err != nil || out.Moved != 1 || out.Asked != 1 {
			t.Fatalf("自分の投稿だけがすぐ移る: %+v, %v", out, err)
		}
		h.wantWindow("答えを待つ投稿は残る", own, "本文", "太郎の話", "→"+b.ID)
		_, err = h.Asked(t.Context(), h.hanako, out.Ask)
		wantKind(t, "たずねられていない人には見えない", err, apperr.NotFound)
		asked, err := h.Asked(t.Context(), h.taro, out.Ask)
		if err != nil || !asked.Open(h.taro) || asked.Target.ID != h.there || len(asked.Posts) != 1 {
			t.Errorf("Asked = %+v, %v", asked, err)
		}
		if _, err := h.AnswerAsk(t.Context(), h.taro, out.Ask, false); err != nil {
			t.Fatal(err)
		}
		h.wantWindow("いいえなら動かない", own, "本文", "太郎の話", "→"+b.ID)
		if _, err := h.AnswerAsk(t.Context(), h.taro, out.Ask, true); err != nil {
			t.Fatal(err)
		}
		h.wantWindow("はいなら移る", own, "本文", "→"+a.ID, "→"+b.ID)
		h.wantWindow("移った先", h.there, "あちらの本文", "桜の話", "太郎の話")
		h.wantGapless(own)
		h.wantGapless(h.there)
		_, err = h.AnswerAsk(t.Context(), h.taro, out.Ask, false)
		wantKind(t, "移ったあとの返事", err, apperr.Gone)
	})
}

func TestWidens(t *testing.T) {
	topic := func(r access.Rung, cohort, team string) *talk.Topic {
		return &talk.Topic{Audience: r, Cohort: cohort, Team: team}
	}
	members, staff := topic(access.Members, "", ""), topic(access.Staff, "", "")
	c1, c2, t1, t2 := topic(access.Cohort, "1", ""), topic(access.Cohort, "2", ""), topic(access.Team, "1", "a"), topic(access.Team, "1", "b")
	for _, test := range []struct {
		name     string
		from, to *talk.Topic
		want     bool
	}{
		{"会員から期へ", members, c1, false}, {"会員から運営へ", members, staff, false}, {"期から会員へ", c1, members, true},
		{"同じ期へ", c1, c1, false}, {"別の期へ", c1, c2, true}, {"期からその期のチームへ", c1, t1, false}, {"期から別の期のチームへ", c2, t1, true},
		{"チームから期へ", t1, c1, true}, {"別のチームへ", t1, t2, true}, {"運営から会員へ", staff, members, true}, {"期から運営へ", c1, staff, true},
	} {
		if got := talk.Widens(test.from, test.to); got != test.want {
			t.Errorf("%s: 広がる = %v, want %v", test.name, got, test.want)
		}
	}
}
