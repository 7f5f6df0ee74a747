package bench

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/search"
)

// Suggest times suggestions for the first two letters of words.
func Suggest(x *search.Index, n int) (t Timing) {
	runtime.LockOSThread() // whose time is taken
	defer runtime.UnlockOSThread()
	g := newGenerator(11)
	for range n {
		text := []rune(g.noun())
		began, busy := time.Now(), processorTime()
		x.Suggest(access.Viewer{Person: "p", Member: true}, string(text[:min(2, len(text))]), 8)
		t.add(time.Since(began), processorTime()-busy)
	}
	return t
}

// Written is a made-up archive whose log is a real one, so that an index of it goes on with real posts.
type Written struct {
	Archive
	DB *db.DB
}

// Head is that of the real log.
func (w Written) Head(ctx context.Context) (int64, string, error) {
	return event.Head(ctx, w.DB.Read())
}

// PostToFound posts n times into topics of its own, and waits each time until a search finds the post: the clock's time
// over transaction, log, follower and index.
func PostToFound(ctx context.Context, x *search.Index, d *db.DB, n int) ([]time.Duration, error) {
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- x.Follow(ctx, d) }()
	defer func() { stop(); <-ended }()
	if err := write(ctx, d, nil, "INSERT INTO person (id, name, member, created_at) VALUES ('p', '計る人', TRUE, ?)", d.Now()); err != nil {
		return nil, err
	}
	g := newGenerator(13)
	var times []time.Duration
	for i := range n + 1 { // the first waits for the follower to have read all names
		topic, post := db.NewID(), db.NewID()
		number := fmt.Sprintf("%06d", i)
		err := write(ctx, d, nil, `INSERT INTO topic (id, title, state, audience, author, posts, created_at, last_at)
			VALUES (?, ?, 'published', 'members', 'p', 1, ?, ?)`, topic, g.noun()+"の話", d.Now(), d.Now())
		if err != nil {
			return nil, err
		}
		began := time.Now()
		e := &event.Event{Kind: event.PostAdded, Subject: post, Topic: topic}
		err = write(ctx, d, e,
			`INSERT INTO post (id, topic, number, author, body, html, renderer, state, created_at, n) VALUES (?, ?, 1, 'p', ?, '', 1, 'published', ?, 1)`,
			post, topic, g.sentence()+" 番号"+number, d.Now())
		if err != nil {
			return nil, err
		}
		wait, cancel := context.WithTimeout(ctx, 30*time.Second)
		x.WaitFor(wait, e.Seq)
		cancel()
		r, err := x.Search(ctx, access.Viewer{Person: "p", Member: true}, search.Request{Text: `"` + number + `"`, Plain: true})
		if err != nil {
			return nil, err
		}
		if r.Total == 0 {
			return nil, fmt.Errorf("post %d was not found", i)
		}
		if i > 0 {
			times = append(times, time.Since(began))
		}
	}
	return times, nil
}

func write(ctx context.Context, d *db.DB, e *event.Event, statement string, args ...any) error {
	return d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.NewRaw(statement, args...).Exec(ctx); err != nil || e == nil {
			return err
		}
		return event.Append(ctx, tx, e)
	})
}
