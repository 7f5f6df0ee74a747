package live_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/testkit"
)

// many is how many sockets of one account are tried; ten stay, whatever it is.
const many = 10_000

func TestAnAccountCannotTakeTheChannelFromOthers(t *testing.T) {
	s := newSite(t, testkit.SQLite(t))
	v := s.member(t, "hanako", "見本 花子")
	other := s.member(t, "taro", "例示 太郎")
	v.Unlimited, other.Unlimited = false, false
	s.set(v)
	s.set(other)
	topic := s.topic(t, v, members)
	reader := s.dial(t, "taro")
	reader.send(`{"t":"sub","topic":%q}`, topic)
	reader.next()
	var open, refused, otherwise atomic.Int64
	var all sync.WaitGroup
	var mu sync.Mutex
	var kept []*websocket.Conn
	began := time.Now()
	for range 50 {
		all.Go(func() {
			for range many / 50 {
				c, res, err := s.tryDial("hanako", nil)
				switch {
				case err == nil:
					open.Add(1)
					mu.Lock()
					kept = append(kept, c)
					mu.Unlock()
				case res != nil && res.StatusCode == 429:
					refused.Add(1)
				default:
					otherwise.Add(1)
				}
			}
		})
	}
	all.Wait()
	t.Logf("%d sockets of one account were tried in %v: %d open", many, time.Since(began).Round(time.Millisecond), open.Load())
	if open.Load() != 10 || refused.Load() != many-10 || otherwise.Load() != 0 {
		t.Errorf("%d open, %d refused, %d otherwise; want 10, %d, 0", open.Load(), refused.Load(), otherwise.Load(), many-10)
	}
	if n := s.hub.Stats().Refused.Load(); n != many-10 {
		t.Errorf("%d refusals are counted", n)
	}
	s.post(t, v, topic, "ほかの人には届く")
	if f := reader.next(); f.Kind != "post" {
		t.Errorf("another reader got %+v", f)
	}
	for _, c := range kept {
		c.Close()
	}
}

func TestTheEndOfARightReachesTheOtherNode(t *testing.T) {
	const within = 5 * time.Second
	url := testkit.PostgresURL(t)
	var sites []*site
	for range 2 {
		d, err := db.Open(t.Context(), db.Options{URL: url})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = d.Close() })
		sites = append(sites, newSite(t, d))
	}
	here, there := sites[0], sites[1]
	author := here.member(t, "hanako", "見本 花子")
	there.set(here.member(t, "taro", "例示 太郎"))
	e := talk.EntryTopic{Entry: "entry1", Title: "題", State: access.Published, Audience: members, Author: author.Person}
	var topic string
	here.act(t, func(ctx context.Context, tx db.Tx) (events []*event.Event, err error) {
		topic, events, err = talk.OpenForEntry(ctx, tx, e)
		return events, err
	})
	c := there.dial(t, "taro")
	c.send(`{"t":"sub","topic":%q}`, topic)
	c.next()
	e.Audience = access.Audience{Rung: access.Team, Team: "t1"}
	began := time.Now()
	here.act(t, func(ctx context.Context, tx db.Tx) ([]*event.Event, error) { return talk.FollowEntry(ctx, tx, e) })
	if f := c.next(); f.T != "end" || time.Since(began) > within {
		t.Errorf("after %v: %+v", time.Since(began), f)
	}
	t.Logf("the other node's reader was told after %v", time.Since(began).Round(time.Millisecond))
	here.post(t, author, topic, "チームだけに")
	c.send(`{"t":"beat"}`)
	if f := c.next(); f.T != "beat" {
		t.Errorf("who may no longer read got %+v", f)
	}
}
