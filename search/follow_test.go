package search_test

import (
	"context"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/testkit"
	"github.com/manetomo/manetomo/search"
)

var member = access.Viewer{Person: "mieko", Name: "見本 みえこ", Member: true}

// exec writes rows and the events of one act, and gives the last event's seq.
func exec(t *testing.T, d *db.DB, statements []string, events ...*event.Event) int64 {
	t.Helper()
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		for _, s := range statements {
			if _, err := tx.NewRaw(s, tx.Now).Exec(ctx); err != nil {
				return err
			}
		}
		if len(events) == 0 {
			return nil
		}
		return event.Append(ctx, tx, events...)
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(events) == 0 {
		return 0
	}
	return events[len(events)-1].Seq
}

const insertEntry = `INSERT INTO entry (id, kind, title, municipality, year, course, cohort, state, audience, wanted, version,
	created_by, created_at, updated_at, published_at) VALUES `

func addPerson(t *testing.T, d *db.DB) {
	exec(t, d, []string{`INSERT INTO person (id, name, member, created_at) VALUES ('mieko', '見本 みえこ', TRUE, ?)`})
}

func addEntry(t *testing.T, d *db.DB) int64 {
	return exec(t, d, []string{
		insertEntry + `('E1', 'report', '対話で窓口を変える', '202151', 2019, 'regular', '2019-regular', 'published', 'members', 'members', 1,
			'mieko', ?0, ?0, ?0)`,
		`INSERT INTO entry_section (entry, key, body, html, renderer, audience) VALUES
			('E1', 'practice', '窓口の**待ち時間**を減らした。', '', 1, ''),
			('E1', 'stumble', '課長が反対した。', '', 1, 'cohort')`,
		`INSERT INTO entry_theme (entry, theme) VALUES ('E1', 'people-development')`,
		`INSERT INTO entry_author (entry, person, position) VALUES ('E1', 'mieko', 1)`,
		`INSERT INTO file (id, entry, name, type, size, sha256, blob, state, page_count, created_by, created_at)
			VALUES ('F1', 'E1', '資料.pdf', 'application/pdf', 1, '', '', 'ready', 3, 'mieko', ?)`,
		`INSERT INTO page (file, number, width, height, text, words) VALUES ('F1', 3, 1, 1, '待合室の椅子を並べかえる', '[]')`,
		`INSERT INTO follow_up (id, entry, body, html, author, created_at) VALUES ('U1', 'E1', '三年後も続いている。', '', 'mieko', ?)`,
		`INSERT INTO adoption (id, entry, municipality, body, html, result, author, created_at)
			VALUES ('A1', 'E1', '202070', '駅前の窓口でも試した。', '', 'well', 'mieko', ?)`,
		`INSERT INTO topic (id, entry, title, state, audience, author, posts, created_at, last_at)
			VALUES ('T1', 'E1', '対話で窓口を変える', 'published', 'members', 'mieko', 1, ?0, ?0)`,
		`INSERT INTO post (id, topic, number, author, body, html, renderer, state, created_at, n)
			VALUES ('P1', 'T1', 1, 'mieko', '整理券をやめたのはなぜですか。', '', 1, 'published', ?, 2)`,
	}, &event.Event{Kind: event.EntryPublished, Subject: "E1"},
		&event.Event{Kind: event.TopicOpened, Subject: "T1", Topic: "T1"},
		&event.Event{Kind: event.PostAdded, Subject: "P1", Topic: "T1"})
}

// follow opens an index on dir and follows d until the test ends or stop is called.
func follow(t *testing.T, dir string, d *db.DB) (x *search.Index, stop func()) {
	t.Helper()
	x, err := search.Open(dir, search.Options{Vocabulary: search.DefaultVocabulary(), Resolve: search.ResolvePlaces})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = x.Follow(ctx, d)
	}()
	stopped := false
	stop = func() {
		if !stopped {
			stopped = true
			cancel()
			<-done
			if err := x.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	t.Cleanup(stop)
	return x, stop
}

func reach(t *testing.T, x *search.Index, seq int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if !x.WaitFor(ctx, seq) {
		t.Fatalf("index is at %d, want %d", x.Seq(), seq)
	}
}

// found gives the ids of the hits, asked again by SQL as the page does.
func found(t *testing.T, x *search.Index, d *db.DB, v access.Viewer, query string) []string {
	t.Helper()
	r, err := x.Search(t.Context(), v, search.Request{Text: query})
	if err != nil {
		t.Fatal(err)
	}
	hits, err := search.Confirm(t.Context(), d, v, r.Hits)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, h := range hits {
		ids = append(ids, h.ID)
	}
	return ids
}

func TestIndexFollowsTheLog(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		addPerson(t, d)
		dir := t.TempDir()
		x, stop := follow(t, dir, d)
		reach(t, x, addEntry(t, d))
		for _, test := range []struct{ query, want string }{
			{"待ち時間", "E1"}, {"椅子", "E1"}, {"整理券", "T1"}, {"塩尻市 窓口", "E1"}, {"みえこ", "E1"}, {"三年後", "E1"}, {"駅前", "E1"},
		} {
			if got := found(t, x, d, member, test.query); len(got) == 0 || got[0] != test.want {
				t.Errorf("%s found %v; want %s first", test.query, got, test.want)
			}
		}
		if got := found(t, x, d, member, "課長 反対"); len(got) > 0 {
			t.Errorf("a cohort's section was found by another: %v", got)
		}
		stop()
		// what happened while the node was down is there after its next start
		seq := exec(t, d, []string{"UPDATE entry SET state = 'withdrawn', version = 2, withdrawn_at = ? WHERE id = 'E1'"},
			&event.Event{Kind: event.EntryWithdrawn, Subject: "E1"})
		x, _ = follow(t, dir, d)
		reach(t, x, seq)
		if got := found(t, x, d, member, "待ち時間"); len(got) > 0 {
			t.Errorf("a withdrawn entry was found: %v", got)
		}
	})
}

func TestHitsAreAskedAgainBeforeTheyAreShown(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		addPerson(t, d)
		x, stop := follow(t, t.TempDir(), d)
		reach(t, x, addEntry(t, d))
		other := access.Viewer{Person: "other", Member: true}
		if got := found(t, x, d, other, "待ち時間"); len(got) != 1 {
			t.Fatalf("found %v; want the entry", got)
		}
		// the row is narrowed, and no event tells the index
		exec(t, d, []string{"UPDATE entry SET audience = 'team', team = 'x', version = 1 WHERE id = 'E1' AND created_at <= ?"})
		if got := found(t, x, d, other, "待ち時間"); len(got) > 0 {
			t.Errorf("found %v although the row was narrowed", got)
		}
		stop()
	})
}

func TestAskedForANewIndexItIsBuiltWhileTheOldServes(t *testing.T) {
	d := testkit.SQLite(t)
	addPerson(t, d)
	x, _ := follow(t, t.TempDir(), d)
	reach(t, x, addEntry(t, d))
	// a row that no event told of is found only by an index built anew
	exec(t, d, []string{insertEntry + `('E2', 'report', '朝の雑談', '202151', 2020, 'regular', '', 'published', 'members', 'members', 1,
		'mieko', ?0, ?0, ?0)`})
	if err := search.Ask(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	deadline := time.After(30 * time.Second)
	for len(found(t, x, d, member, "雑談")) == 0 {
		if got := found(t, x, d, member, "待ち時間"); len(got) == 0 {
			t.Fatal("the old index did not serve meanwhile")
		}
		select {
		case <-deadline:
			t.Fatal("the index was not built anew")
		default:
		}
	}
}

func TestAHitInTheSecondFileOpensItsPage(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		addPerson(t, d)
		x, _ := follow(t, t.TempDir(), d)
		addEntry(t, d)
		ready := event.Event{Kind: event.FileReady, Subject: "F2"}.With(map[string]string{"entry": "E1"})
		reach(t, x, exec(t, d, []string{
			`INSERT INTO file (id, entry, position, name, type, size, sha256, blob, state, page_count, created_by, created_at)
				VALUES ('F2', 'E1', 2, '付録.pdf', 'application/pdf', 1, '', '', 'ready', 2, 'mieko', ?)`,
			`INSERT INTO page (file, number, width, height, text, words) VALUES ('F2', 2, 1, 1, '番号札の枚数', '[]')`,
		}, &ready))
		r, err := x.Find(t.Context(), d, member, search.Request{Text: "番号札"}, 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Hits) != 1 || r.Hits[0].At != "file=F2&page=2" || r.Hits[0].Snippets[0].Label != "資料2 p.2" {
			t.Errorf("found %+v; want the second file's second page", r.Hits)
		}
	})
}
