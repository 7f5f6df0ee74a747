package live_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
)

// hang makes a poster of an audience and says that its file has been read.
func (s *site) hang(t *testing.T, audience, team string) {
	t.Helper()
	err := s.d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		id := db.NewID()
		_, err := tx.NewRaw(`INSERT INTO entry (id, kind, title, team, state, audience, wanted, version, created_by, created_at, updated_at)
			VALUES (?0, 'poster', '見本', ?1, 'published', ?2, ?2, 1, 'x', ?3, ?3)`, id, team, audience, tx.Now).Exec(ctx)
		if err != nil {
			return err
		}
		e := event.Event{Kind: event.FileReady, Subject: db.NewID()}.With(map[string]string{"entry": id})
		return event.Append(ctx, tx, &e)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhoLooksAtTheWallIsToldThatSomethingWasHung(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.member(t, "hanako", "見本 花子")
		c := s.dial(t, "hanako")
		c.send(`{"t":"wall","seq":0}`)
		s.hang(t, "team", "another") // not for her: she is not told that there was anything
		s.hang(t, "members", "")
		f := c.next()
		if f.T != "wall" || f.Seq < 1 {
			t.Fatalf("after a poster was hung: %+v", f)
		}
		c.send(`{"t":"beat"}`)
		if g := c.next(); g.T != "beat" {
			t.Errorf("told twice, or of another team's poster: %+v", g)
		}
		if _, frames, err := s.poll(t.Context(), "hanako", "me=0&wall=0"); err != nil || frames[len(frames)-1].Seq != f.Seq {
			t.Errorf("a poll that shows an older wall: %+v, %v", frames, err)
		}
		polled := make(chan []frame, 1)
		go func() {
			_, frames, _ := s.poll(context.Background(), "hanako", fmt.Sprintf("me=0&wall=%d", f.Seq))
			polled <- frames
		}()
		s.wait(func() bool { return s.hub.Stats().Polls.Load() == 1 })
		s.hang(t, "public", "")
		if frames := <-polled; frames[len(frames)-1].Seq <= f.Seq {
			t.Errorf("the poll that waited: %+v", frames)
		}
	})
}
