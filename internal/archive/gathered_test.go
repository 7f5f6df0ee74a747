package archive_test

import (
	"context"
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/testkit"
)

func TestADraftHoldsOnlyWordsWhoseAuthorsSaidYes(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s, posts := &archive.Service{DB: d}, &talk.Service{DB: d}
		people := map[string]access.Viewer{}
		for id, name := range map[string]string{"hanako": "見本 花子", "taro": "例示 太郎", "sakura": "仮名 桜", "midori": "見本 緑"} {
			err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, err := tx.NewRaw("INSERT INTO person (id, name, municipality, member, created_at) VALUES (?, ?, '990001', ?, ?)",
					id, name, true, tx.Now).Exec(ctx)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			people[id] = access.Viewer{Person: id, Name: name, Member: true, Unlimited: true}
		}
		asker := people["hanako"]
		topic, err := posts.Open(t.Context(), asker, talk.NewTopic{Title: "窓口の話", Body: "本文", Audience: access.Audience{Rung: access.Members}})
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, who := range []string{"hanako", "taro", "sakura", "midori"} {
			p, err := posts.Post(t.Context(), people[who], topic.ID, talk.NewPost{Body: who + "の言葉"})
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, p.ID)
		}
		_, _, err = posts.Gather(t.Context(), asker, topic.ID, "題", []string{"elsewhere0"})
		if !apperr.Is(err, apperr.Invalid) {
			t.Errorf("よその投稿: %v", err)
		}
		ask, _, err := posts.Gather(t.Context(), asker, topic.ID, "窓口の実践", ids)
		if err != nil {
			t.Fatal(err)
		}
		answer := func(who string, yes bool) {
			t.Helper()
			if _, err := posts.AnswerAsk(t.Context(), people[who], ask, yes); err != nil {
				t.Fatal(err)
			}
		}
		answer("taro", true)
		answer("sakura", true)
		if _, err := posts.Edit(t.Context(), people["sakura"], ids[2], talk.Edit{Body: "言いなおした言葉"}); err != nil {
			t.Fatal(err)
		}
		answer("midori", false)
		if _, err := s.DraftGathered(t.Context(), people["taro"], posts, ask); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("たずねられた人が下書きを作る: %v", err)
		}
		saved, err := s.DraftGathered(t.Context(), asker, posts, ask)
		if err != nil || saved.State != access.Draft {
			t.Fatalf("DraftGathered = %+v, %v", saved, err)
		}
		var body string
		if err := d.Read().NewRaw("SELECT body FROM entry_section WHERE entry = ?", saved.ID).Scan(t.Context(), &body); err != nil {
			t.Fatal(err)
		}
		for word, want := range map[string]bool{"hanakoの言葉": true, "taroの言葉": true, "例示 太郎さん（みどり見本市）、話し合い「窓口の話」から": true,
			"sakuraの言葉": false, "言いなおした言葉": false, "midoriの言葉": false} {
			if strings.Contains(body, word) != want {
				t.Errorf("下書きに「%s」がある: %v, want %v\n%s", word, !want, want, body)
			}
		}
		if _, err := s.DraftGathered(t.Context(), asker, posts, ask); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("下書きは一度だけ作れる: %v", err)
		}
		if _, err := posts.AnswerAsk(t.Context(), people["taro"], ask, false); !apperr.Is(err, apperr.Gone) {
			t.Errorf("下書きのあとの返事: %v", err)
		}
	})
}
