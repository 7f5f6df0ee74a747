package live_test

import (
	"context"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/testkit"
)

func TestReaderIsToldWhatHappens(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		hanako, taro := s.member(t, "hanako", "見本 花子"), s.member(t, "taro", "例示 太郎")
		topic := s.topic(t, hanako, members)
		c := s.dial(t, "taro")
		if c.Subprotocol() != "manetomo.1" {
			t.Errorf("subprotocol %q", c.Subprotocol())
		}
		c.send(`{"t":"hello","v":1}`)
		if f := c.next(); f.T != "welcome" {
			t.Fatalf("first frame %+v", f)
		}
		c.send(`{"t":"sub","topic":%q,"since":1}`, topic)
		if f := c.next(); f.T != "subd" || f.N != 2 {
			t.Fatalf("answer to sub %+v", f)
		}
		if f := c.next(); f.T != "ev" || f.N != 2 || f.Kind != "post" || f.Number != 1 {
			t.Fatalf("the event before: %+v", f)
		}
		p := s.post(t, hanako, topic, "**新しい**投稿")
		f := c.next()
		if f.Kind != "post" || f.N != 3 || f.Number != 2 || f.ID != p.ID || !strings.Contains(f.HTML, "<strong>新しい</strong>") ||
			f.Author == nil || f.Author.Name != "見本 花子" {
			t.Errorf("post: %+v", f)
		}
		if _, err := s.talk.React(t.Context(), taro, p.ID, talk.Useful, true); err != nil {
			t.Fatal(err)
		}
		if f := c.next(); f.Kind != "reaction" || f.Counts["useful"] != 1 || f.HTML != "" {
			t.Errorf("reaction: %+v", f)
		}
		if _, err := s.talk.Remove(t.Context(), hanako, p.ID); err != nil {
			t.Fatal(err)
		}
		if f := c.next(); f.Kind != "remove" || f.Removed != "author" || f.HTML != "" {
			t.Errorf("remove: %+v", f)
		}
		c.send(`{"t":"unsub","topic":%q}`, topic)
		c.send(`{"t":"beat"}`)
		if f := c.next(); f.T != "beat" {
			t.Errorf("answer to beat %+v", f)
		}
		s.post(t, hanako, topic, "もう見ていない")
		c.send(`{"t":"sub","topic":%q,"since":5}`, topic)
		if f := c.next(); f.T != "subd" || f.N != 6 {
			t.Errorf("after unsub: %+v", f)
		}
	})
}

func TestSubscriptionIsRefusedTheSameForMissingAndForbidden(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		hanako := s.member(t, "hanako", "見本 花子")
		hanako.Teams = []string{"team1"}
		s.set(hanako)
		s.member(t, "taro", "例示 太郎")
		secret := s.topic(t, hanako, access.Audience{Rung: access.Team, Team: "team1"})
		c := s.dial(t, "taro")
		for _, topic := range []string{secret, "nothing000", ""} {
			c.send(`{"t":"sub","topic":%q,"since":0}`, topic)
			if f := c.next(); f.T != "error" || f.Code != "not_found" || f.Topic != topic || f.N != 0 {
				t.Errorf("sub %q: %+v", topic, f)
			}
			status, frames, err := s.poll(t.Context(), "taro", "topics="+topic+":0,x")
			if err != nil || status != 200 || frames[1].Code != "not_found" {
				t.Errorf("poll %q: %d %+v %v", topic, status, frames, err)
			}
		}
		open := s.topic(t, hanako, members)
		for _, since := range []string{"-1", "3", "99999999999999999999", "1.5"} {
			c.send(`{"t":"sub","topic":%q,"since":%s}`, open, since)
			if f := c.next(); f.T != "error" || f.Code != "bad_since" {
				t.Errorf("since %s: %+v", since, f)
			}
		}
		for range 21 {
			c.send(`{"t":"sub","topic":%q}`, s.topic(t, hanako, members))
		}
		var codes []string
		for range 21 {
			codes = append(codes, c.next().Code)
		}
		if codes[19] != "" || codes[20] != "too_many" {
			t.Errorf("21 topics answered %q", codes)
		}
	})
}

func TestVisitorsAndStrangePagesFindNothing(t *testing.T) {
	s := newSite(t, testkit.SQLite(t))
	s.member(t, "hanako", "見本 花子")
	s.set(access.Viewer{Person: "applicant"})
	for _, person := range []string{"", "applicant"} {
		if _, res, err := s.tryDial(person, nil); err == nil || res.StatusCode != 404 {
			t.Errorf("socket for %q: %v, %v", person, res, err)
		}
		if status, _, _ := s.poll(t.Context(), person, "topics=x:0"); status != 404 {
			t.Errorf("poll for %q: %d", person, status)
		}
	}
	for origin, want := range map[string]int{
		"https://manetomo.example.jp": 101, "https://MANETOMO.example.jp": 101, "https://evil.example": 403,
		"null": 403, "http://manetomo.example.jp": 403,
	} {
		c, res, _ := s.tryDial("hanako", http.Header{"Origin": {origin}})
		if res.StatusCode != want {
			t.Errorf("origin %s: %d, want %d", origin, res.StatusCode, want)
		}
		if c != nil {
			c.Close()
		}
	}
}

func TestBadFramesCloseWithTheRightCode(t *testing.T) {
	s := newSite(t, testkit.SQLite(t))
	s.member(t, "hanako", "見本 花子")
	text := func(b string) func(*conn) {
		return func(c *conn) { _ = c.WriteMessage(websocket.TextMessage, []byte(b)) }
	}
	for _, test := range []struct {
		name string
		do   func(c *conn)
		want int
	}{
		{"binary", func(c *conn) { _ = c.WriteMessage(websocket.BinaryMessage, []byte("x")) }, 1003},
		{"not UTF-8", text("{\"t\":\"\xff\"}"), 1007},
		{"not JSON", text("hello"), 1007},
		{"wrong types", text(`{"t":"sub","topic":7}`), 1007},
		{"an array", text(`[]`), 1007},
		{"unknown kind", text(`{"t":"post"}`), 1002},
		{"another version", text(`{"t":"hello","v":2}`), 1002},
		{"no kind", text(`{}`), 1002},
		{"huge", text(`{"t":"` + strings.Repeat("x", 1<<20) + `"}`), 1009},
		{"just too large", text(`{"t":"` + strings.Repeat("x", 16<<10) + `"}`), 1009},
		{"a flood", func(c *conn) {
			for range 200 {
				text(`{"t":"beat"}`)(c)
			}
		}, 1008},
		{"fragments that never end", func(c *conn) {
			w, _ := c.NextWriter(websocket.TextMessage)
			for range 5000 {
				if _, err := w.Write([]byte(strings.Repeat("y", 4096))); err != nil {
					break
				}
			}
		}, 1009},
		{"a frame without mask", func(c *conn) { _, _ = c.NetConn().Write([]byte{0x81, 0x02, '{', '}'}) }, 1002},
		{"a goodbye", func(c *conn) {
			_ = c.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(1000, "bye"))
		}, 1000},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := s.dial(t, "hanako")
			go test.do(c)
			if got := c.closeCode(); got != test.want {
				t.Errorf("closed with %d, want %d", got, test.want)
			}
		})
	}
	c := s.dial(t, "hanako") // others are unharmed
	c.send(`{"t":"hello","v":1}`)
	if f := c.next(); f.T != "welcome" {
		t.Errorf("after all that: %+v", f)
	}
}

func TestAccountHasTenConnections(t *testing.T) {
	s := newSite(t, testkit.SQLite(t))
	v := s.member(t, "hanako", "見本 花子")
	v.Unlimited = false
	s.set(v)
	s.member(t, "taro", "例示 太郎")
	var last *conn
	for range 10 {
		last = s.dial(t, "hanako")
	}
	if _, res, err := s.tryDial("hanako", nil); err == nil || res.StatusCode != 429 {
		t.Errorf("the eleventh socket: %v, %v", res, err)
	}
	s.dial(t, "taro")
	_ = last.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""))
	last.closeCode()
	for { // the place is free as soon as the server has let go
		if c, _, err := s.tryDial("hanako", nil); err == nil {
			c.Close()
			break
		}
	}
}

func TestRightToReadEndsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		author := s.member(t, "hanako", "見本 花子")
		reader := s.member(t, "taro", "例示 太郎")
		reader.Cohorts = []string{"c1"}
		s.set(reader)
		other := s.member(t, "sakura", "仮名 桜")
		e := talk.EntryTopic{Entry: "entry1", Title: "題", State: access.Published, Audience: members, Author: author.Person}
		var topic string
		s.act(t, func(ctx context.Context, tx db.Tx) (events []*event.Event, err error) {
			topic, events, err = talk.OpenForEntry(ctx, tx, e)
			return events, err
		})
		in, out := s.dial(t, "taro"), s.dial(t, "sakura")
		for _, c := range []*conn{in, out} {
			c.send(`{"t":"sub","topic":%q}`, topic)
			c.next()
		}
		polled := make(chan []frame, 1)
		go func() {
			_, frames, _ := s.poll(context.Background(), other.Person, "topics="+topic+":1")
			polled <- frames
		}()
		s.wait(func() bool { return s.hub.Stats().Polls.Load() == 1 })
		e.Audience = access.Audience{Rung: access.Cohort, Cohort: "c1"}
		s.act(t, func(ctx context.Context, tx db.Tx) ([]*event.Event, error) { return talk.FollowEntry(ctx, tx, e) })
		if f := out.next(); f.T != "end" || f.Topic != topic {
			t.Errorf("who may no longer read got %+v", f)
		}
		if frames := <-polled; frames[len(frames)-1].T != "end" {
			t.Errorf("the poll of who may no longer read got %+v", frames)
		}
		if f := in.next(); f.Kind != "topic.audience" || f.N != 2 {
			t.Errorf("who still may read got %+v", f)
		}
		s.post(t, author, topic, "期だけに")
		if f := in.next(); f.Kind != "post" || f.N != 3 {
			t.Errorf("who still may read got %+v", f)
		}
		out.send(`{"t":"beat"}`)
		if f := out.next(); f.T != "beat" {
			t.Errorf("who may no longer read got %+v", f)
		}

		reader.Cohorts = nil // leaves the cohort
		s.set(reader)
		s.act(t, about(event.PersonRoles, "taro"))
		if f := in.next(); f.T != "end" {
			t.Errorf("who left the cohort got %+v", f)
		}
		s.signOut("sakura")
		s.act(t, about(event.PersonSignedOut, "sakura"))
		if f := out.next(); f.T != "bye" || f.Why != "auth" {
			t.Errorf("who was signed out got %+v", f)
		}
		if code := out.closeCode(); code != 1008 {
			t.Errorf("who was signed out was closed with %d", code)
		}
	})
}

func about(k event.Kind, person string) func(context.Context, db.Tx) ([]*event.Event, error) {
	return func(context.Context, db.Tx) ([]*event.Event, error) {
		return []*event.Event{{Kind: k, Subject: person}}, nil
	}
}

// act runs f in a transaction and appends what it returns, as the caller's noun does.
func (s *site) act(t testing.TB, f func(ctx context.Context, tx db.Tx) ([]*event.Event, error)) {
	t.Helper()
	err := s.d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		events, err := f(ctx, tx)
		if err != nil {
			return err
		}
		return event.Append(ctx, tx, events...)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// wait returns when ok does; the test's own deadline bounds it.
func (s *site) wait(ok func() bool) {
	for !ok() {
		runtime.Gosched()
	}
}
