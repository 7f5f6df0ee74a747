package live_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/manetomo/manetomo/internal/notify"
	"github.com/manetomo/manetomo/internal/talk"
)

func TestNoticesAreToldToTheirPerson(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ctx, stop := context.WithCancel(t.Context())
		told := make(chan struct{})
		go func() { defer close(told); _ = (&notify.Service{DB: s.d}).Follow(ctx, false) }()
		defer func() { stop(); <-told }()
		hanako, taro := s.member(t, "hanako", "見本 花子"), s.member(t, "taro", "例示 太郎")
		topic := s.topic(t, hanako, members)
		c, other := s.dial(t, "hanako"), s.dial(t, "taro")
		for _, c := range []*conn{c, other} {
			c.send(`{"t":"me"}`)
			if f := c.next(); f.T != "me" || f.Notices != 0 {
				t.Fatalf("answer to me: %+v", f)
			}
		}
		polled := make(chan []frame, 1)
		go func() {
			_, frames, _ := s.poll(context.Background(), "hanako", "me=0")
			polled <- frames
		}()
		s.wait(func() bool { return s.hub.Stats().Polls.Load() == 1 })
		for n := 1; n <= 2; n++ {
			s.post(t, taro, topic, "返事です")
			if f := c.next(); f.T != "me" || f.Notices != n {
				t.Errorf("after %d answers: %+v", n, f)
			}
		}
		if frames := <-polled; frames[len(frames)-1].Notices == 0 { // a slow answer brings the second one along
			t.Errorf("the poll that knew of none: %+v", frames)
		}
		if _, frames, err := s.poll(t.Context(), "hanako", "me=5"); err != nil || frames[1].Notices != 2 {
			t.Errorf("a poll that knows another count waits: %+v, %v", frames, err)
		}
		other.send(`{"t":"beat"}`)
		if f := other.next(); f.T != "beat" {
			t.Errorf("who was told nothing got %+v", f)
		}
		if status, _, _ := s.poll(t.Context(), "hanako", "me=many"); status != 400 {
			t.Errorf("poll ?me=many: %d", status)
		}
	})
}

// TestACutAtAnyByteLosesNothing lets a reader's connection break after every single byte of what a topic's whole story
// is on the wire, from the handshake on: whoever comes back goes on from the last whole event.
func TestACutAtAnyByteLosesNothing(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		hanako := s.member(t, "hanako", "見本 花子")
		s.member(t, "reader", "例示 太郎")
		topic := s.topic(t, hanako, members)
		p := s.post(t, hanako, topic, "一つめ")
		for _, act := range []func() (talk.Change, error){
			func() (talk.Change, error) { return s.talk.React(t.Context(), hanako, p.ID, talk.Thanks, true) },
			func() (talk.Change, error) {
				return s.talk.Edit(t.Context(), hanako, p.ID, talk.Edit{Body: "直した文"})
			},
			func() (talk.Change, error) { return s.talk.Remove(t.Context(), hanako, p.ID) },
			func() (talk.Change, error) { return s.talk.Undo(t.Context(), hanako, p.ID) },
		} {
			if _, err := act(); err != nil {
				t.Fatal(err)
			}
		}
		const head = 7 // opened, its text, a post and four acts
		n, reached := int64(0), 0
		var seen []int64
		for cut := 1; n < head && cut < 8000; cut += 7 {
			c := s.raw(t, "reader", topic, n)
			for _, text := range wholeFrames(c.upTo(cut)) {
				var f frame
				if err := json.Unmarshal(text, &f); err != nil {
					t.Fatalf("cut after %d bytes: %q", cut, text)
				}
				if f.T == "ev" {
					if f.N != n+1 {
						t.Fatalf("cut after %d bytes: event %d came after %d", cut, f.N, n)
					}
					n = f.N
					seen = append(seen, n)
				}
			}
			c.Close()
			reached++
		}
		if fmt.Sprint(seen) != "[1 2 3 4 5 6 7]" {
			t.Errorf("after %d cuts the reader has seen %v", reached, seen)
		}
	})
}
