package watch_test

import (
	"context"
	"net/url"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/member"
	"github.com/manetomo/manetomo/internal/notify"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/watch"
	"github.com/manetomo/manetomo/search"
)

// world is a site with three people, each of another town: hanako and taro of the regular course of 2023, jiro of 2021.
type world struct {
	*watch.Service
	t       *testing.T
	members *member.Service
	archive *archive.Service
	talk    *talk.Service
	notices *notify.Service
	ids     map[string]string
}

var yearOf = map[string]int{"hanako": 2023, "taro": 2023, "jiro": 2021}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	w := &world{t: t, members: member.New(d), archive: &archive.Service{DB: d}, talk: &talk.Service{DB: d}, notices: &notify.Service{DB: d}}
	x, err := search.Open(t.TempDir(), search.Options{Vocabulary: search.DefaultVocabulary(), Resolve: search.ResolvePlaces})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	w.Service = &watch.Service{DB: d, Index: x, Viewer: w.members.Viewer}
	var samples []member.Sample
	for name, town := range map[string]string{"hanako": "990001", "taro": "990002", "jiro": "990003"} {
		samples = append(samples, member.Sample{Provider: "test", Subject: name, Name: "見本 " + name, Email: name, Municipality: town,
			Parts: []member.SamplePart{{Year: yearOf[name], Course: "regular", Role: member.Alumnus, Team: town}}})
	}
	if w.ids, err = w.members.AddSamples(t.Context(), samples); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) viewer(name string) access.Viewer {
	w.t.Helper()
	v, err := w.members.Viewer(w.t.Context(), w.ids[name])
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

// keep saves a search for the words under their own name.
func (w *world) keep(who, words string) string {
	w.t.Helper()
	id, err := w.Save(w.t.Context(), w.viewer(who), words, url.Values{"q": {words}})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// publish lets somebody publish a report.
func (w *world) publish(who, title, body string, to access.Rung) archive.Saved {
	w.t.Helper()
	v := w.viewer(who)
	s, err := w.archive.Create(w.t.Context(), v, archive.Report, archive.Change{Title: &title, Municipality: &v.Municipality, Year: new(yearOf[who]),
		Course: new(cohort.Regular), Team: &v.Teams[0], Audience: &to, Publish: true,
		Sections: []archive.Written{{Key: archive.Practice, Body: body}}})
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// settle runs the followers until they have seen all that happened.
func (w *world) settle() {
	w.t.Helper()
	ctx, stop := context.WithTimeout(w.t.Context(), time.Minute)
	defer stop()
	done := make(chan struct{}, 2)
	for _, follow := range []func(context.Context) error{w.Follow, func(ctx context.Context) error { return w.notices.Follow(ctx, true) }} {
		go func() { _ = follow(ctx); done <- struct{}{} }()
	}
	for {
		written := w.DB.Written()
		least := int64(1 << 62)
		for _, name := range []string{"watch", "notify"} {
			seq, err := event.Checkpoint(ctx, w.DB, name)
			if err != nil {
				w.t.Fatal(err)
			}
			least = min(least, seq)
		}
		head, _, err := event.Head(ctx, w.DB.Read()) // read last: what a follower appends moves it
		if err != nil {
			w.t.Fatal(err)
		}
		if least >= head {
			break
		}
		select {
		case <-written:
		case <-ctx.Done():
			w.t.Fatal("the followers do not come to the end of the log")
		}
	}
	stop()
	<-done
	<-done
}

// notices gives a person's unread notices of their saved searches: how much is new, by name.
func (w *world) found(who string) map[string]int {
	w.t.Helper()
	v := w.viewer(who)
	items, err := w.notices.List(w.t.Context(), v, notify.Filter{Found: true})
	if err != nil {
		w.t.Fatal(err)
	}
	out := map[string]int{}
	for _, i := range items {
		if i.ReadAt == nil {
			if out[i.Title] > 0 {
				w.t.Errorf("%s has two unread notices of %s", who, i.Title)
			}
			out[i.Title] = i.Hits
		}
	}
	if n, err := w.notices.Unread(w.t.Context(), v); err != nil || n != len(out) {
		w.t.Errorf("%s is told of %d unread notices, %v; the list has %d", who, n, err, len(out))
	}
	return out
}
