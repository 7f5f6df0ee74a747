package watch_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/notify"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/testkit"
	"github.com/manetomo/manetomo/search"
)

// asked gives the titles of the questions that were passed on to somebody, the newest first.
func (w *world) asked(who string) []string {
	w.t.Helper()
	w.settle()
	items, err := w.notices.List(w.t.Context(), w.viewer(who), notify.Filter{Mine: true})
	if err != nil {
		w.t.Fatal(err)
	}
	titles := []string{}
	for _, i := range items {
		if i.Kind == notify.Asked {
			titles = append(titles, i.Title)
		}
	}
	return titles
}

func (w *world) ask(who string, t talk.NewTopic) string {
	w.t.Helper()
	t.Body, t.Pass = "くわしい方はいますか。", true
	if t.Audience.Rung == "" {
		t.Audience.Rung = access.Members
	}
	open, err := w.talk.Open(w.t.Context(), w.viewer(who), t)
	if err != nil {
		w.t.Fatal(err)
	}
	return open.ID
}

// reindex lets the words of what was published be found.
func (w *world) reindex() {
	w.t.Helper()
	if err := w.Index.Rebuild(w.t.Context(), search.Rows{DB: w.DB}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) told(what, who string, want ...string) {
	w.t.Helper()
	if diff := cmp.Diff(append([]string{}, want...), w.asked(who)); diff != "" {
		w.t.Errorf("%s: %s is asked (-want +got):\n%s", what, who, diff)
	}
}

func TestQuestionGoesToThoseWhoWroteSomethingNear(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.publish("jiro", "避難所の受付", "避難所の受付を紙からやめました。", access.Members)
		w.publish("hanako", "窓口の改善", "待ち時間が減った。", access.Members)
		w.publish("taro", "避難所の地図", "まちを歩いた。", access.Members)
		w.reindex()
		w.ask("taro", talk.NewTopic{Title: "避難所の受付はどうしていますか", Question: true, About: "q=避難所の受付"})
		w.told("近いことを書いた人に", "jiro", "避難所の受付はどうしていますか")
		w.told("関わりのない人には送らない", "hanako")
		w.told("たずねた人には送らない", "taro")
		w.ask("taro", talk.NewTopic{Title: "話題は送らない：避難所の受付", About: "q=避難所の受付"})
		w.ask("taro", talk.NewTopic{Title: "同じ期だけの避難所の受付", Question: true, Audience: access.Audience{Rung: access.Cohort, Cohort: "2023-regular"}})
		w.told("話題と、読めない質問は届かない", "jiro", "避難所の受付はどうしていますか")
		w.ask("taro", talk.NewTopic{Title: "見本の町のみなさん", Question: true, About: "municipality=990001"})
		w.told("ことばがなくても、町の人に", "hanako", "見本の町のみなさん")
	})
}

func TestNobodyIsAskedTooOftenOrAgainstTheirWish(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.publish("jiro", "避難所の受付", "避難所の受付を紙からやめました。", access.Members)
		w.reindex()
		for _, title := range []string{"避難所の受付 一", "避難所の受付 二", "避難所の受付 三"} {
			w.ask("taro", talk.NewTopic{Title: title, Question: true})
			w.settle()
		}
		w.told("一週間に二つまで", "jiro", "避難所の受付 二", "避難所の受付 一")
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.NewRaw("DELETE FROM checkpoint WHERE follower IN ('watch', 'notify')").Exec(ctx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		w.told("もう一度読まれても一度だけ", "jiro", "避難所の受付 二", "避難所の受付 一")
		if err := w.members.SetAsked(t.Context(), w.viewer("hanako"), false); err != nil {
			t.Fatal(err)
		}
		w.publish("hanako", "砂場の会議", "公園で開いた。", access.Members)
		w.reindex()
		w.ask("taro", talk.NewTopic{Title: "砂場の会議", Question: true})
		w.told("受け取らない人には送らない", "hanako")
	})
}
