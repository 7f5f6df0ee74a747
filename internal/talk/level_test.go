package talk_test

import (
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/testkit"
)

func TestLevelOfATopic(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := &talk.Service{DB: d}
		asker, reader := member(t, d, "hanako", "見本 花子"), member(t, d, "taro", "例示 太郎")
		id := opened(t, s, asker, talk.NewTopic{Title: "題", Body: "本文"})
		level := func(v access.Viewer) talk.Level {
			t.Helper()
			p, err := s.Page(t.Context(), v, id, 0)
			if err != nil {
				t.Fatal(err)
			}
			return p.Level
		}
		set := func(v access.Viewer, l talk.Level) {
			t.Helper()
			if err := s.SetLevel(t.Context(), v, id, l); err != nil {
				t.Fatal(err)
			}
		}
		if got := level(asker); got != talk.Watch {
			t.Errorf("開いた人は見守る: %q", got)
		}
		if got := level(reader); got != talk.Normal {
			t.Errorf("何もしていない人はふつう: %q", got)
		}
		post(t, s, reader, id, "返信します")
		if got := level(reader); got != talk.Watch {
			t.Errorf("書いた人は見守る: %q", got)
		}
		set(reader, talk.Normal)
		post(t, s, reader, id, "もう一度")
		if got := level(reader); got != talk.Normal {
			t.Errorf("自分で選んだ受け取り方は、書いても変わらない: %q", got)
		}
		set(asker, talk.Mute)
		if n, err := s.CountUnread(t.Context(), asker, 10); err != nil || n != 0 {
			t.Errorf("知らせない話し合いは未読に数えない: %d, %v", n, err)
		}
		set(asker, talk.Watch)
		if n, err := s.CountUnread(t.Context(), asker, 10); err != nil || n != 1 {
			t.Errorf("見守る話し合いは未読に数える: %d, %v", n, err)
		}
		rows, _, err := s.List(t.Context(), asker, talk.Filter{Which: talk.Watched})
		if err != nil || len(rows) != 1 || rows[0].Level != talk.Watch {
			t.Errorf("見守り中の一覧: %v, %v", rows, err)
		}
		if rows, _, err := s.List(t.Context(), reader, talk.Filter{Which: talk.Watched}); err != nil || len(rows) != 0 {
			t.Errorf("ふつうの話し合いは見守り中の一覧にない: %v, %v", rows, err)
		}
		wantKind(t, "an unknown level", s.SetLevel(t.Context(), reader, id, "loud"), apperr.Invalid)
		wantKind(t, "a visitor", s.SetLevel(t.Context(), access.Viewer{}, id, talk.Mute), apperr.NotFound)
		token := reader
		token.ReadOnly = true
		wantKind(t, "a reading token", s.SetLevel(t.Context(), token, id, talk.Mute), apperr.Forbidden)
	})
}
