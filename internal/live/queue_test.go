package live_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/live"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/testkit"
)

func TestSlowReaderIsCutAndComesBackWhole(t *testing.T) {
	s := newSite(t, testkit.SQLite(t))
	hanako := s.member(t, "hanako", "見本 花子")
	s.member(t, "slow", "例示 太郎")
	s.member(t, "quick", "仮名 桜")
	topic := s.topic(t, hanako, members)
	slow, quick := s.dial(t, "slow"), s.dial(t, "quick")
	_ = slow.NetConn().(*net.TCPConn).SetReadBuffer(4 << 10)
	for _, c := range []*conn{slow, quick} {
		c.send(`{"t":"sub","topic":%q}`, topic)
		if f := c.next(); f.T != "subd" || f.N != 2 {
			t.Fatalf("%+v", f)
		}
	}
	body := strings.Repeat("読まない人にも、読む人にも届く文。", 500)
	last := int64(2)
	for s.hub.Stats().Slow.Load() == 0 { // one stops reading; nobody else waits for it
		last = s.post(t, hanako, topic, body).N
		if f := quick.next(); f.N != last {
			t.Fatalf("the quick reader got %+v, want n %d", f, last)
		}
		if last > 2000 {
			t.Fatal("a reader that never reads is never cut")
		}
	}
	n := int64(2)
	for { // what was sent before the cut is whole and in order
		f, err := slow.try()
		if err != nil {
			break
		}
		if f.T == "bye" {
			if f.Why != "slow" {
				t.Errorf("bye %+v", f)
			}
			continue
		}
		if n++; f.N != n {
			t.Fatalf("event %d came after %d", f.N, n-1)
		}
	}
	again := s.dial(t, "slow")
	again.send(`{"t":"sub","topic":%q,"since":%d}`, topic, n)
	again.next()
	for n < last {
		if f := again.next(); f.N != n+1 {
			t.Fatalf("after coming back: event %d came after %d", f.N, n)
		}
		n++
	}
}

func TestReaderTooFarBehindReadsThePageAgain(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		hanako := s.member(t, "hanako", "見本 花子")
		topic := s.topic(t, hanako, members)
		err := s.d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			var events []*event.Event
			for range 501 {
				events = append(events, &event.Event{Kind: event.TopicChanged, Subject: topic, Topic: topic})
			}
			return event.Append(ctx, tx, events...)
		})
		if err != nil {
			t.Fatal(err)
		}
		c := s.dial(t, "hanako")
		c.send(`{"t":"sub","topic":%q,"since":2}`, topic)
		if f := c.next(); f.T != "gap" || f.N != 503 {
			t.Fatalf("501 behind: %+v", f)
		}
		s.post(t, hanako, topic, "いま")
		if f := c.next(); f.N != 504 {
			t.Errorf("after the gap: %+v", f)
		}
		c.send(`{"t":"sub","topic":%q,"since":4}`, topic)
		c.next()
		for n := int64(5); n <= 504; n++ {
			if f := c.next(); f.N != n {
				t.Fatalf("500 behind: %+v, want n %d", f, n)
			}
		}
		status, frames, err := s.poll(t.Context(), "hanako", "topics="+topic+":1")
		if err != nil || status != 200 || frames[len(frames)-1].T != "gap" {
			t.Errorf("poll: %d %+v %v", status, frames, err)
		}
	})
}

func TestPresenceIsACount(t *testing.T) {
	s := newSite(t, testkit.SQLite(t))
	hanako := s.member(t, "hanako", "見本 花子")
	s.member(t, "taro", "例示 太郎")
	topic := s.topic(t, hanako, members)
	c, tab, other := s.dial(t, "hanako"), s.dial(t, "hanako"), s.dial(t, "taro")
	for _, c := range []*conn{c, tab, other} {
		c.send(`{"t":"sub","topic":%q}`, topic)
	}
	until := func(here, typing int) {
		t.Helper()
		for {
			_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
			_, text, err := c.ReadMessage()
			if err != nil {
				t.Fatalf("waiting for %d here, %d typing: %v", here, typing, err)
			}
			var f frame
			if err := json.Unmarshal(text, &f); err != nil {
				t.Fatal(err)
			}
			if f.T == "who" && f.Here == here && f.Typing == typing {
				return
			}
		}
	}
	until(2, 0)
	other.send(`{"t":"typing","topic":%q}`, topic)
	until(2, 1)
	until(2, 0) // stops by itself
	other.Close()
	until(1, 0)
}

func TestReadMarksAreKept(t *testing.T) {
	d := testkit.SQLite(t)
	s := newSite(t, d)
	hanako := s.member(t, "hanako", "見本 花子")
	taro := s.member(t, "taro", "例示 太郎")
	topic := s.topic(t, hanako, members)
	for range 3 {
		s.post(t, hanako, topic, "続き")
	}
	c := s.dial(t, "taro")
	c.send(`{"t":"sub","topic":%q}`, topic)
	for _, n := range []int{4, 3} {
		c.send(`{"t":"read","topic":%q,"n":%d}`, topic, n)
	}
	for { // kept within some seconds
		written := d.Written()
		page, err := s.talk.Page(t.Context(), taro, topic, 0)
		if err != nil {
			t.Fatal(err)
		}
		if page.Read == 3 {
			return
		}
		<-written
	}
}

func TestStoppingNodeSendsReadersElsewhere(t *testing.T) {
	d := testkit.SQLite(t)
	hub, err := live.New(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	s := &site{talk: &talk.Service{DB: d}, d: d, hub: hub, viewers: map[string]access.Viewer{}}
	m := http.NewServeMux()
	m.HandleFunc("GET /ws", func(w http.ResponseWriter, r *http.Request) { fail(w, hub.Socket(w, r, s.session(r))) })
	m.HandleFunc("GET /live", func(w http.ResponseWriter, r *http.Request) { fail(w, hub.Poll(w, r, s.session(r))) })
	s.Server = httptest.NewServer(m)
	defer s.Server.Close()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); _ = hub.Run(ctx) }()
	hanako := s.member(t, "hanako", "見本 花子")
	topic := s.topic(t, hanako, members)
	c := s.dial(t, "hanako")
	c.send(`{"t":"sub","topic":%q}`, topic)
	c.next()
	polled := make(chan []frame, 1)
	go func() {
		_, frames, _ := s.poll(context.Background(), "hanako", "topics="+topic+":2")
		polled <- frames
	}()
	s.wait(func() bool { return hub.Stats().Polls.Load() == 1 })
	stop()
	if f := c.next(); f.T != "bye" || f.Why != "restart" || f.Wait < 0 || f.Wait > 5000 {
		t.Errorf("bye: %+v", f)
	}
	if code := c.closeCode(); code != 1012 {
		t.Errorf("closed with %d, want 1012", code)
	}
	if frames := <-polled; len(frames) == 0 || frames[len(frames)-1].Why != "restart" {
		t.Errorf("poll: %+v", frames)
	}
	<-done
	if _, res, err := s.tryDial("hanako", nil); err == nil || res.StatusCode != 503 {
		t.Errorf("a stopped node takes connections: %v", res)
	}
}

func TestPollAnswersAtTheFirstEvent(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		hanako := s.member(t, "hanako", "見本 花子")
		a, b := s.topic(t, hanako, members), s.topic(t, hanako, members)
		done := make(chan []frame, 1)
		go func() {
			_, frames, err := s.poll(context.Background(), "hanako", fmt.Sprintf("topics=%s:2,%s:2", a, b))
			if err != nil {
				t.Error(err)
			}
			done <- frames
		}()
		s.wait(func() bool { return s.hub.Stats().Polls.Load() == 1 })
		s.post(t, hanako, b, "届く")
		frames := <-done
		if f := frames[len(frames)-1]; frames[0].T != "welcome" || f.Topic != b || f.N != 3 {
			t.Errorf("poll: %+v", frames)
		}
		_, frames, err := s.poll(t.Context(), "hanako", "timeout=0&topics="+a+":2")
		if err != nil || len(frames) != 2 || frames[1].T != "subd" {
			t.Errorf("poll without waiting: %+v, %v", frames, err)
		}
		for _, bad := range []string{"", "topics=", "topics=" + strings.Repeat("x:0,", 21), "topics=x:0&timeout=soon"} {
			if status, _, _ := s.poll(t.Context(), "hanako", bad); status != 400 {
				t.Errorf("poll ?%s: %d, want 400", bad, status)
			}
		}
		if n := s.hub.Stats().Polls.Load(); n != 0 {
			t.Errorf("%d polls are left", n)
		}
	})
}
