package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/curate"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/file/blob"
	"github.com/manetomo/manetomo/internal/member"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/testkit"
)

func filler(t *testing.T, d *db.DB) Filler {
	return Filler{Files: &file.Service{DB: d, Blobs: blob.Folder{Dir: t.TempDir()}}, DB: d, Members: member.New(d), Archive: &archive.Service{DB: d}, Talk: &talk.Service{DB: d},
		Curate: &curate.Service{DB: d}}
}

// rows counts what stands in every table that the demo fills, and the log.
func rows(t *testing.T, d *db.DB) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for _, table := range []string{"person", "identity", "team", "participation", "staff_role", "entry", "entry_section",
		"follow_up", "adoption", "entry_reaction", "topic", "post", "collection", "collection_item", "file", "application", "flag", "event", "note", "poster_session"} {
		n, err := d.Read().NewSelect().Table(table).Count(t.Context())
		if err != nil {
			t.Fatalf("count %s: %v", table, err)
		}
		counts[table] = int(n)
	}
	return counts
}

func TestFillingTwiceChangesNothing(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		f := filler(t, d)
		if err := f.Fill(t.Context()); err != nil {
			t.Fatal(err)
		}
		once := rows(t, d)
		if err := f.Fill(t.Context()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(once, rows(t, d)); diff != "" {
			t.Errorf("the second run changed:\n%s", diff)
		}
		if once["person"] != 8 || once["entry"] < 15 || once["collection"] != 1 ||
			once["application"] != 1 || once["flag"] != 1 || once["file"] != 8 {
			t.Errorf("filled: %v", once)
		}
	})
}

// A context that ends after n writes stands for a kill: whatever was written stands, the rest is not there yet.
func TestAKilledRunIsFinishedByTheNext(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		whole := rows(t, filled(t))
		for stop := 1; ; stop += 7 {
			ctx, cancel := context.WithCancelCause(t.Context())
			go cancelAt(ctx, d, stop, cancel)
			err := filler(t, d).Fill(ctx)
			cancel(nil)
			if err == nil {
				break
			}
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("stopped at event %d: %v", stop, err)
			}
		}
		got := rows(t, d)
		if diff := cmp.Diff(whole, got); diff != "" {
			t.Errorf("after many kills, against one quiet run:\n%s", diff)
		}
	})
}

func filled(t *testing.T) *db.DB {
	t.Helper()
	d := testkit.SQLite(t)
	if err := filler(t, d).Fill(t.Context()); err != nil {
		t.Fatal(err)
	}
	return d
}

// cancelAt ends a run as soon as the log has n events.
func cancelAt(ctx context.Context, d *db.DB, n int, cancel context.CancelCauseFunc) {
	for ctx.Err() == nil {
		written := d.Written()
		count, err := d.Read().NewSelect().Table("event").Count(ctx)
		if err == nil && int(count) >= n {
			cancel(fmt.Errorf("killed at event %d", n))
			return
		}
		select {
		case <-written:
		case <-ctx.Done():
		}
	}
}

// What the demo shows says on its face that it is a sample, and only facts stand under real names.
func TestEverythingIsMarkedAsASample(t *testing.T) {
	all, err := sheets()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		m, ok := municipality.Get(s.facts["municipality"])
		if !ok {
			t.Errorf("%s: no municipality %q", s.name, s.facts["municipality"])
		}
		if !strings.HasPrefix(s.facts["summary"], "【見本") {
			t.Errorf("%s: its summary does not say that it is a sample", s.name)
		}
		if len(s.sections) > 0 && !strings.HasPrefix(s.sections[0].Body, "> **見本の文章です。**") {
			t.Errorf("%s: its text does not begin with the mark", s.name)
		}
		if !m.Demo && s.facts["author"] != "secretariat@example.jp" {
			t.Errorf("%s: somebody speaks for %s", s.name, m.Label())
		}
		if !m.Demo && s.change().Clearance != nil {
			t.Errorf("%s: a word of %s is made up", s.name, m.Label())
		}
	}
	for _, l := range afterwards {
		for _, s := range all {
			if s.name == l.entry && !s.invented() && len(l.followUps)+len(l.adoptions) > 0 {
				t.Errorf("%s: a time after is invented for a real municipality", l.entry)
			}
		}
	}
	topics, err := discussions()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range topics {
		if !strings.HasPrefix(d.facts["title"], "【見本】") {
			t.Errorf("%s: its title does not say that it is a sample", d.name)
		}
	}
}

func TestWhoSeesWhat(t *testing.T) {
	d := filled(t)
	f := filler(t, d)
	public, err := f.Archive.Recent(t.Context(), 50)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range public {
		if e.Audience != access.Public || !e.Sample {
			t.Errorf("%s stands at %s, sample %v", e.Title, e.Audience, e.Sample)
		}
	}
	if len(public) < 8 {
		t.Errorf("%d entries are public; want at least 8", len(public))
	}
	moderator, err := f.Members.ByEmail(t.Context(), "moderator@example.jp")
	if err != nil {
		t.Fatal(err)
	}
	v, err := f.Members.Viewer(t.Context(), moderator.ID)
	if err != nil {
		t.Fatal(err)
	}
	waiting, err := f.Curate.Queue(t.Context(), v)
	if err != nil || len(waiting) != 1 {
		t.Errorf("%d entries wait on the desk, %v; want 1", len(waiting), err)
	}
}
