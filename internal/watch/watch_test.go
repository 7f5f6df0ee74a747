package watch_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/testkit"
	"github.com/manetomo/manetomo/internal/watch"
)

func (w *world) wants(when, who string, want map[string]int) {
	w.t.Helper()
	w.settle()
	if diff := cmp.Diff(want, w.found(who)); diff != "" {
		w.t.Errorf("%s: %s is told (-want +got):\n%s", when, who, diff)
	}
}

func TestNewHitsMakeOneNoticeUntilItIsRead(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.publish("taro", "古い防災の話", "昔からある。", access.Members)
		id := w.keep("hanako", "防災")
		other := w.keep("hanako", "訓練")
		w.wants("見守る前のものは知らせない", "hanako", map[string]int{})
		first := w.publish("taro", "防災の訓練", "避難所を開いた。", access.Members)
		w.wants("一つの実践が二つの検索に", "hanako", map[string]int{"防災": 1, "訓練": 1})
		w.publish("taro", "窓口の改善", "待ち時間が減った。", access.Members)
		w.publish("jiro", "防災の地図", "まちを歩いた。", access.Members)
		w.wants("二つ目は同じお知らせに入る", "hanako", map[string]int{"防災": 2, "訓練": 1})
		if _, err := w.archive.Save(t.Context(), w.viewer("taro"), first.ID, first.Version,
			archive.Change{Title: new("防災の訓練、二年目の防災")}); err != nil {
			t.Fatal(err)
		}
		w.wants("直しただけでは知らせない", "hanako", map[string]int{"防災": 2, "訓練": 1})
		if rows, err := w.List(t.Context(), w.viewer("hanako")); err != nil || len(rows) != 2 || rows[0].News+rows[1].News != 3 {
			t.Errorf("the list of saved searches is %+v, %v", rows, err)
		}
		if err := w.notices.MarkSearchRead(t.Context(), w.viewer("hanako"), id); err != nil {
			t.Fatal(err)
		}
		w.wants("読んだものは数えない", "hanako", map[string]int{"訓練": 1})
		w.publish("jiro", "防災の日", "子どもと話した。", access.Members)
		w.wants("次の新しいものは新しいお知らせに", "hanako", map[string]int{"防災": 1, "訓練": 1})
		if err := w.Remove(t.Context(), w.viewer("hanako"), other); err != nil {
			t.Fatal(err)
		}
		w.wants("はずした検索のお知らせは消える", "hanako", map[string]int{"防災": 1})
		var letters int
		if err := d.Read().NewRaw("SELECT COUNT(*) FROM mail").Scan(t.Context(), &letters); err != nil || letters != 3 {
			t.Errorf("%d letters wait, %v; want one for each of three notices", letters, err)
		}
	})
}

func TestNobodyIsToldOfTheirOwnOrOfWhatTheyMayNotRead(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		for _, who := range []string{"hanako", "taro", "jiro"} {
			w.keep(who, "会計")
		}
		e := w.publish("taro", "会計の見直し", "伝票をなくした。", access.Cohort)
		w.wants("書いた人には知らせない", "taro", map[string]int{})
		w.wants("読めない人には知らせない", "jiro", map[string]int{})
		w.wants("同じ期の人には知らせる", "hanako", map[string]int{"会計": 1})
		if _, err := w.archive.Withdraw(t.Context(), w.viewer("taro"), e.ID, "書き直すため"); err != nil {
			t.Fatal(err)
		}
		w.wants("取り下げられたら、見せず数えない", "hanako", map[string]int{})
		if _, hits, err := w.News(t.Context(), w.viewer("hanako"), w.keep("hanako", "会計")); err != nil || len(hits) != 0 {
			t.Errorf("a withdrawn report stands among the news: %v, %v", hits, err)
		}
	})
}

func TestTopicIsNewOnceAndADiscussionBesideAnEntryIsNot(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.keep("hanako", "朝礼")
		open, err := w.talk.Open(t.Context(), w.viewer("taro"), talk.NewTopic{Title: "会議の長さ", Body: "朝礼をやめた町はありますか。",
			Question: true, Audience: access.Audience{Rung: access.Members}})
		if err != nil {
			t.Fatal(err)
		}
		w.wants("話題", "hanako", map[string]int{"朝礼": 1})
		post := func(topic, body string) {
			if _, err := w.talk.Post(t.Context(), w.viewer("jiro"), topic, talk.NewPost{Body: body}); err != nil {
				t.Fatal(err)
			}
		}
		post(open.ID, "朝礼は週に一度にしました。")
		w.wants("返事では知らせない", "hanako", map[string]int{"朝礼": 1})
		e := w.publish("taro", "窓口の改善", "待ち時間が減った。", access.Members)
		post(e.Topic, "うちの朝礼でも話しました。")
		w.wants("実践の下の話し合いでは知らせない", "hanako", map[string]int{"朝礼": 1})
	})
}

// What is handled again, as after a crash that lost the follower's place, tells nobody twice.
func TestWhatIsHandledAgainIsToldOnce(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		id := w.keep("hanako", "防災")
		w.publish("taro", "防災の訓練", "避難所を開いた。", access.Members)
		w.settle()
		if err := w.notices.MarkSearchRead(t.Context(), w.viewer("hanako"), id); err != nil {
			t.Fatal(err)
		}
		for _, follower := range []string{"watch", "notify"} {
			err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, err := tx.NewRaw("DELETE FROM checkpoint WHERE follower = ?", follower).Exec(ctx)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			w.wants(follower+" を最初から", "hanako", map[string]int{})
		}
	})
}

func TestSavingASearch(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		v := w.viewer("hanako")
		for _, test := range []struct {
			name, title string
			address     url.Values
			viewer      access.Viewer
			want        apperr.Kind
		}{
			{"ログインしていない人はできない", "防災", url.Values{"q": {"防災"}}, access.Viewer{}, apperr.Unauthenticated},
			{"名前がいる", " ", url.Values{"q": {"防災"}}, v, apperr.Invalid},
			{"名前は60字まで", strings.Repeat("長", 61), url.Values{"q": {"防災"}}, v, apperr.Invalid},
			{"空の検索は見守れない", "すべて", url.Values{"sort": {"new"}}, v, apperr.Invalid},
			{"長すぎる検索は見守れない", "長い", url.Values{"q": {strings.Repeat("長", 3000)}}, v, apperr.Invalid},
		} {
			t.Run(test.name, func(t *testing.T) {
				if _, err := w.Save(t.Context(), test.viewer, test.title, test.address); !apperr.Is(err, test.want) {
					t.Errorf("answered %v; want kind %v", err, test.want)
				}
			})
		}
		one := w.keep("hanako", "防災")
		if again := w.keep("hanako", "防災"); again != one {
			t.Error("the same search was kept twice")
		}
		for i := range watch.MaxSaved - 1 {
			w.keep("hanako", fmt.Sprintf("ことば%d", i))
		}
		if _, err := w.Save(t.Context(), v, "51件目", url.Values{"q": {"もう一つ"}}); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("search 51 was answered with %v", err)
		}
		if err := w.Rename(t.Context(), w.viewer("taro"), one, "よその人"); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("another person renames it: %v", err)
		}
		if _, _, err := w.News(t.Context(), w.viewer("taro"), one); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("another person reads it: %v", err)
		}
		if err := w.Rename(t.Context(), v, one, "避難のこと"); err != nil {
			t.Fatal(err)
		}
		if s, _, err := w.News(t.Context(), v, one); err != nil || s.Name != "避難のこと" {
			t.Errorf("it is called %q, %v", s.Name, err)
		}
	})
}
