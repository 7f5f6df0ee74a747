package notify_test

import (
	"context"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/notify"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/testkit"
)

// TestAQuestionOnASheetAndItsAnswerAreTold: once each; a plain note, and what is tried in the practice room, tell nobody.
func TestAQuestionOnASheetAndItsAnswerAreTold(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			for _, q := range []string{
				"INSERT INTO person (id, name, member, created_at) VALUES ('author', '見本 花子', TRUE, '2026-04-01'), ('guest', '例示 太郎', TRUE, '2026-04-01')",
				`INSERT INTO entry (id, kind, title, state, audience, wanted, version, created_by, created_at, updated_at)
					VALUES ('entry', 'poster', '一枚', 'published', 'members', 'members', 1, 'author', '2026-04-01', '2026-04-01')`,
				"INSERT INTO entry_author (entry, person, position) VALUES ('entry', 'author', 0)",
			} {
				if _, err := tx.NewRaw(q).Exec(ctx); err != nil {
					return err
				}
			}
			_, events, err := talk.OpenForEntry(ctx, tx, talk.EntryTopic{Entry: "entry", Title: "一枚", State: access.Published,
				Audience: access.Audience{Rung: access.Members}, Author: "author"})
			if err != nil {
				return err
			}
			return event.Append(ctx, tx, events...)
		})
		if err != nil {
			t.Fatal(err)
		}
		author, guest := access.Viewer{Person: "author", Member: true}, access.Viewer{Person: "guest", Member: true}
		talks, told := &talk.Service{DB: d}, &notify.Service{DB: d}
		must := func(_ any, _ talk.Change, err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		room, err := talks.Enter(t.Context(), guest, talk.PracticeKey)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := talks.Post(t.Context(), guest, room.Topic, talk.NewPost{Body: "@見本 花子 さん、練習です"}); err != nil {
			t.Fatal(err)
		}
		must(talks.AddNote(t.Context(), guest, talk.NewNote{Entry: "entry", Body: "感想"}))
		q, c, err := talks.AddNote(t.Context(), guest, talk.NewNote{Entry: "entry", Body: "だれと始めましたか", Question: true})
		must(q, c, err)
		must(talks.AnswerNote(t.Context(), author, q.ID, "係長ふたりです"))
		must(talks.AnswerNote(t.Context(), author, q.ID, "係長ふたりと始めました"))
		go told.Follow(t.Context(), false)
		var items []notify.Item
		for len(items) == 0 {
			written := d.Written()
			if items, err = told.List(t.Context(), guest, notify.Filter{}); err != nil {
				t.Fatal(err)
			}
			if len(items) == 0 {
				<-written
			}
		}
		if len(items) != 1 || items[0].Kind != notify.Answered || items[0].Path() != "/e/entry#notes" {
			t.Errorf("who asked hears %+v", items)
		}
		items, err = told.List(t.Context(), author, notify.Filter{Mine: true})
		if err != nil || len(items) != 1 || items[0].Kind != notify.Questioned || items[0].Sentence() != "例示 太郎さんから、あなたのポスターに問いが届きました" {
			t.Errorf("the author hears %+v, %v", items, err)
		}
	})
}
