package file

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/file/blob"
	"github.com/manetomo/manetomo/internal/file/pdfium"
	"github.com/manetomo/manetomo/internal/testkit"
)

var (
	author  = access.Viewer{Person: "author", Member: true}
	fellow  = access.Viewer{Person: "fellow", Member: true}
	visitor = access.Viewer{}
)

// archive is a service with one published entry for members, "entry", and one draft, "draft", both by author.
func archive(t *testing.T, d *db.DB) *Service {
	t.Helper()
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		for _, p := range []string{"author", "fellow"} {
			if _, err := tx.NewRaw("INSERT INTO person (id, name, created_at) VALUES (?, ?, ?)", p, p, tx.Now).Exec(ctx); err != nil {
				return err
			}
		}
		for id, state := range map[string]access.State{"entry": access.Published, "draft": access.Draft} {
			_, err := tx.NewRaw(`INSERT INTO entry (id, kind, title, state, audience, wanted, version, created_by, created_at, updated_at)
				VALUES (?, 'poster', ?, ?, 'members', 'members', 1, 'author', ?, ?)`, id, id, state, tx.Now, tx.Now).Exec(ctx)
			if err != nil {
				return err
			}
			_, err = tx.NewRaw("INSERT INTO entry_author (entry, person, position) VALUES (?, 'author', 1)", id).Exec(ctx)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return &Service{DB: d, Blobs: blob.Folder{Dir: filepath.Join(t.TempDir(), "files")}, Temp: t.TempDir()}
}

func attach(t *testing.T, s *Service, entry, name string) *File {
	t.Helper()
	f, err := s.Attach(t.Context(), author, entry, Upload{Name: name, Alt: "画像の説明", Body: bytes.NewReader(sample(t, name))})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func exec(t *testing.T, d *db.DB, query string, args ...any) {
	t.Helper()
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(query, args...).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func kinds(t *testing.T, d *db.DB) (list []event.Kind) {
	t.Helper()
	events, err := event.After(t.Context(), d, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		list = append(list, e.Kind)
	}
	return list
}

func blobs(t *testing.T, s *Service) (names []string) {
	t.Helper()
	if err := s.Blobs.List(t.Context(), func(name string, _ time.Time) error {
		names = append(names, name)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return names
}

func TestAPosterIsKeptReadAndServed(t *testing.T) {
	e := engine(t)
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := archive(t, d)
		f := attach(t, s, "entry", "poster-soma.pdf")
		if f.State != Processing || f.Seq != 1 || f.Position != 1 || f.Type != PDF {
			t.Errorf("attached %+v", f)
		}
		if did, err := s.WorkOne(t.Context(), e); !did || err != nil {
			t.Fatalf("WorkOne = %v, %v", did, err)
		}
		if did, err := s.WorkOne(t.Context(), e); did || err != nil {
			t.Errorf("WorkOne of an empty queue = %v, %v", did, err)
		}
		f, pages, err := s.Pages(t.Context(), fellow, f.ID)
		if err != nil || f.State != Ready || f.Reason != "" || f.PageCount != 1 || len(pages) != 1 {
			t.Fatalf("Pages = %+v, %d pages, %v", f, len(pages), err)
		}
		if p := pages[0]; !strings.Contains(p.Text, "対話がまちの初動を変える。") || p.Widths != "512,1280,2560" || len(p.Words) < 50 ||
			p.Words[0].Text != "対話が" || p.Words[0].Box[3] == 0 {
			t.Errorf("page has %q, widths %q, %d words", p.Text, p.Widths, len(p.Words))
		}
		c, err := s.Open(t.Context(), fellow, f.ID)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if original, err := io.ReadAll(c); err != nil || !bytes.Equal(original, sample(t, "poster-soma.pdf")) {
			t.Errorf("the original has changed (%v)", err)
		}
		pic, err := s.OpenPicture(t.Context(), fellow, f.ID, 1, 1280)
		if err != nil || pic.Type != "image/jpeg" {
			t.Fatalf("OpenPicture = %+v, %v", pic, err)
		}
		pic.Close()
		covers, err := s.Covers(t.Context(), fellow, []string{"entry", "draft", "none"})
		if err != nil || len(covers) != 1 || covers["entry"].File != f.ID || covers["entry"].Alt != "画像の説明" {
			t.Errorf("Covers = %+v, %v", covers, err)
		}
		if got := kinds(t, d); len(got) != 2 || got[0] != event.FileAttached || got[1] != event.FileReady {
			t.Errorf("events are %v", got)
		}
	})
}

func TestWhoSeesAFile(t *testing.T) {
	e := engine(t)
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := archive(t, d)
		open, draft := attach(t, s, "entry", "exif-rotated-gps.jpg"), attach(t, s, "draft", "exif-rotated-gps.jpg")
		for range 2 {
			if _, err := s.WorkOne(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		for _, test := range []struct {
			rule   string
			viewer access.Viewer
			file   *File
			sees   bool
		}{
			{"会員は会員向けを見る", fellow, open, true},
			{"客は見ない", visitor, open, false},
			{"筆者は下書きを見る", author, draft, true},
			{"ほかの会員は下書きを見ない", fellow, draft, false},
		} {
			_, errGet := s.Get(t.Context(), test.viewer, test.file.ID)
			_, _, errPages := s.Pages(t.Context(), test.viewer, test.file.ID)
			c, errOpen := s.Open(t.Context(), test.viewer, test.file.ID)
			p, errPicture := s.OpenPicture(t.Context(), test.viewer, test.file.ID, 1, 512)
			list, errList := s.List(t.Context(), test.viewer, test.file.Entry)
			covers, errCovers := s.Covers(t.Context(), test.viewer, []string{test.file.Entry})
			if errList != nil || errCovers != nil || (len(list) == 1) != test.sees || (len(covers) == 1) != test.sees {
				t.Errorf("%s: List = %v, %v; Covers = %v, %v", test.rule, list, errList, covers, errCovers)
			}
			for _, err := range []error{errGet, errPages, errOpen, errPicture} {
				if test.sees && err != nil || !test.sees && !errors.Is(err, apperr.Missing()) && !apperr.Is(err, apperr.NotFound) {
					t.Errorf("%s: %v", test.rule, err)
				}
			}
			if test.sees {
				c.Close()
				p.Close()
			}
		}
		_, err := s.Get(t.Context(), author, "nothing")
		_, hidden := s.Get(t.Context(), fellow, draft.ID)
		if err.Error() != hidden.Error() {
			t.Errorf("missing is answered %v, hidden %v", err, hidden)
		}
	})
}

func TestWhoAttaches(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := archive(t, d)
		exec(t, d, "INSERT INTO entry (id, kind, title, state, audience, wanted, version, created_by, created_at, updated_at) SELECT 'gone', kind, title, 'withdrawn', audience, wanted, version, created_by, created_at, updated_at FROM entry WHERE id = 'entry'")
		readOnly := author
		readOnly.ReadOnly = true
		for _, test := range []struct {
			rule   string
			viewer access.Viewer
			entry  string
			want   apperr.Kind
		}{
			{"客", visitor, "entry", apperr.Unauthenticated},
			{"ほかの会員", fellow, "entry", apperr.Forbidden},
			{"見えない下書き", fellow, "draft", apperr.NotFound},
			{"ない記事", author, "nothing", apperr.NotFound},
			{"取り下げた記事", fellow, "gone", apperr.Gone},
			{"読むだけの合い札", readOnly, "entry", apperr.Forbidden},
		} {
			e := &endless{}
			_, err := s.Attach(t.Context(), test.viewer, test.entry, Upload{Name: "a.pdf", Body: e})
			if !apperr.Is(err, test.want) || e.read > 0 {
				t.Errorf("%s: Attach = %v after %d bytes, want kind %v before reading", test.rule, err, e.read, test.want)
			}
		}
		if left := blobs(t, s); len(left) > 0 {
			t.Errorf("refused uploads left %v", left)
		}
	})
}

func TestLimitsOfEntryAndDay(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := archive(t, d)
		f := attach(t, s, "entry", "exif-rotated-gps.jpg")
		again := func(v access.Viewer, entry string) error {
			_, err := s.Attach(t.Context(), v, entry, Upload{Name: "a.jpg", Body: bytes.NewReader(sample(t, "exif-rotated-gps.jpg"))})
			return err
		}
		exec(t, d, "UPDATE file SET size = ? WHERE id = ?", MaxEntrySize-10, f.ID)
		if err := again(author, "entry"); !apperr.Is(err, apperr.TooLarge) || !strings.Contains(err.Error(), "200MBまで") {
			t.Errorf("past the entry's limit: %v", err)
		}
		exec(t, d, "UPDATE file SET size = ? WHERE id = ?", MaxDaySize-10, f.ID)
		if err := again(author, "draft"); !apperr.Is(err, apperr.TooLarge) || !strings.Contains(err.Error(), "2GBまで") {
			t.Errorf("past the day's limit: %v", err)
		}
		operator := author
		operator.Unlimited = true
		if err := again(operator, "draft"); err != nil {
			t.Errorf("an operator's token: %v", err)
		}
		exec(t, d, "UPDATE file SET created_at = ? WHERE id = ?", testkit.Start.Add(-25*time.Hour), f.ID)
		if err := again(author, "draft"); err != nil {
			t.Errorf("the day after: %v", err)
		}
	})
}

func TestAFileThatCannotBeReadIsKept(t *testing.T) {
	e := engine(t)
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := archive(t, d)
		f := attach(t, s, "entry", "encrypted-user-password.pdf")
		if _, err := s.WorkOne(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		got, err := s.Get(t.Context(), author, f.ID)
		if err != nil || got.State != Failed || got.Reason != reasonPassword {
			t.Errorf("Get = %+v, %v", got, err)
		}
		c, err := s.Open(t.Context(), author, f.ID)
		if err != nil {
			t.Fatalf("the original is gone: %v", err)
		}
		c.Close()
		if got := kinds(t, d); got[len(got)-1] != event.FileFailed {
			t.Errorf("events are %v", got)
		}
	})
}

func TestTheQueueSurvives(t *testing.T) {
	e := engine(t)
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := archive(t, d)
		f := attach(t, s, "entry", "exif-rotated-gps.jpg")
		state := func() *File {
			got, err := s.Get(t.Context(), author, f.ID)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		stopped, stop := context.WithCancel(t.Context())
		claimed, err := s.claimReading(t.Context())
		if err != nil || claimed == nil || claimed.Tries != 1 {
			t.Fatalf("claim = %+v, %v", claimed, err)
		}
		if other, err := s.claimReading(t.Context()); other != nil || err != nil {
			t.Errorf("a second worker got %+v, %v", other, err)
		}
		// The worker dies: its lease ends, another takes over, and the first can write nothing more.
		exec(t, d, "UPDATE file SET lease_until = ? WHERE id = ?", testkit.Start.Add(-time.Second), f.ID)
		second, err := s.claimReading(t.Context())
		if err != nil || second == nil || second.Tries != 2 {
			t.Fatalf("claim after a death = %+v, %v", second, err)
		}
		if err := s.keepPage(t.Context(), claimed, sheet{number: 1, width: 1, height: 1}); !errors.Is(err, errLost) {
			t.Errorf("the dead worker kept a page: %v", err)
		}
		if err := s.finish(t.Context(), claimed, Failed, "x"); err != nil || state().State != Processing {
			t.Errorf("the dead worker finished: %v, %+v", err, state())
		}
		// The program stops in an orderly way: the try does not count.
		if err := s.giveBack(t.Context(), second, 0, second.Tries-1); err != nil {
			t.Fatal(err)
		}
		stop()
		if did, err := s.WorkOne(stopped, e); did && err == nil && state().State != Processing {
			t.Errorf("a stopped worker went on: %+v", state())
		}
		// A file that kills whoever reads it is parked.
		exec(t, d, "UPDATE file SET tries = 3, lease_until = NULL WHERE id = ?", f.ID)
		if _, err := s.WorkOne(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		if got := state(); got.State != Failed || got.Reason != reasonGivenUp {
			t.Errorf("after three deaths: %+v", got)
		}
	})
}

// broken is a store that does not answer.
type brokenStore struct{ blob.Store }

func (brokenStore) Get(context.Context, string) (*blob.Blob, error) {
	return nil, errors.New("no answer")
}

func TestAFaultThatMayPassIsTriedThreeTimes(t *testing.T) {
	e := engine(t)
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := archive(t, d)
		f := attach(t, s, "entry", "exif-rotated-gps.jpg")
		s.Blobs = brokenStore{s.Blobs}
		for try := 1; try <= 3; try++ {
			did, err := s.WorkOne(t.Context(), e)
			if !did || (err != nil) != (try < 3) {
				t.Fatalf("try %d: %v, %v", try, did, err)
			}
			if did, err := s.WorkOne(t.Context(), e); did || err != nil {
				t.Errorf("try %d came without a pause: %v", try, err)
			}
			exec(t, d, "UPDATE file SET lease_until = ? WHERE id = ? AND state = 'processing'", testkit.Start.Add(-time.Second), f.ID)
		}
		got, err := s.Get(t.Context(), author, f.ID)
		if err != nil || got.State != Failed || got.Reason != reasonGivenUp {
			t.Errorf("after three tries: %+v, %v", got, err)
		}
	})
}

// TestASlowMachineIsNoFaultOfTheFile: time is the wall's, so a page that took too long gets more of it, twice.
func TestASlowMachineIsNoFaultOfTheFile(t *testing.T) {
	o := options(t)
	o.PageTimeout = time.Nanosecond
	e, err := pdfium.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close(context.Background())
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := archive(t, d)
		f := attach(t, s, "entry", "javascript-action.pdf")
		for try := 1; try <= maxTries; try++ {
			if did, err := s.WorkOne(t.Context(), e); !did || (err != nil) != (try < maxTries) {
				t.Fatalf("try %d: %v, %v", try, did, err)
			}
			exec(t, d, "UPDATE file SET lease_until = ? WHERE id = ? AND state = 'processing'", testkit.Start.Add(-time.Second), f.ID)
		}
		got, err := s.Get(t.Context(), author, f.ID)
		if err != nil || got.State != Failed || got.Reason != reasonTooLong {
			t.Errorf("after three tries: %+v, %v", got, err)
		}
	})
}

func TestALostBlobIsNoFault(t *testing.T) {
	e := engine(t)
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := archive(t, d)
		f := attach(t, s, "entry", "exif-rotated-gps.jpg")
		if _, err := s.WorkOne(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		for _, name := range blobs(t, s) {
			if err := s.Blobs.Delete(t.Context(), name); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Open(t.Context(), author, f.ID); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("Open = %v", err)
		}
		if _, err := s.OpenPicture(t.Context(), author, f.ID, 1, 512); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("OpenPicture = %v", err)
		}
		lost := attach(t, s, "entry", "exif-rotated-gps.jpg")
		if err := s.Blobs.Delete(t.Context(), lost.Blob); err != nil {
			t.Fatal(err)
		}
		if _, err := s.WorkOne(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Get(t.Context(), author, lost.ID); err != nil || got.Reason != reasonMissing {
			t.Errorf("Get = %+v, %v", got, err)
		}
		var noted int
		if err := d.Read().NewRaw("SELECT COUNT(*) FROM audit WHERE act = 'file.missing'").Scan(t.Context(), &noted); err != nil || noted != 2 {
			t.Errorf("the record names %d lost files, want 2, each once (%v)", noted, err)
		}
	})
}

// age makes all blobs old.
func age(t *testing.T, s *Service, to time.Time) {
	t.Helper()
	for _, name := range blobs(t, s) {
		path := filepath.Join(s.Blobs.(blob.Folder).Dir, name[:2], name)
		if err := os.Chtimes(path, time.Time{}, to); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRemoveAndSweep(t *testing.T) {
	e := engine(t)
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := archive(t, d)
		kept, removed := attach(t, s, "entry", "exif-rotated-gps.jpg"), attach(t, s, "entry", "exif-rotated-gps.jpg")
		for range 2 {
			if _, err := s.WorkOne(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Remove(t.Context(), fellow, removed.ID); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("a fellow removed: %v", err)
		}
		if _, err := s.Remove(t.Context(), author, removed.ID); err != nil {
			t.Fatal(err)
		}
		if got := kinds(t, d); got[len(got)-1] != event.FileRemoved {
			t.Errorf("events are %v", got)
		}
		// The test's clock stands still, so the blobs are made old.
		age(t, s, testkit.Start.Add(-2*time.Hour))
		folder := s.Blobs.(blob.Folder)
		young := db.NewID() + "-original"
		if err := s.Blobs.Put(t.Context(), young, strings.NewReader("x"), 1); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(filepath.Join(folder.Dir, young[:2], young), time.Time{}, testkit.Start); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		left := blobs(t, s)
		for _, name := range left {
			if name != young && !strings.HasPrefix(name, kept.ID) {
				t.Errorf("%s is still there", name)
			}
		}
		if len(left) != 4 { // the young one, and the kept file's original and two pictures
			t.Errorf("left are %v", left)
		}
	})
}

// TestWork runs the worker as serve does, until everything is read.
func TestWork(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := archive(t, d)
		for range 3 {
			attach(t, s, "entry", "javascript-action.pdf")
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- s.Work(ctx, options(t), 2) }()
		for {
			written := d.Written()
			waiting, err := d.Read().NewSelect().Table("file").Where("state = 'processing'").Count(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if waiting == 0 {
				break
			}
			<-written
		}
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("Work = %v", err)
		}
	})
}
