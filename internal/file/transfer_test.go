package file

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/testkit"
)

// bytesOf is a file of n bytes that begins like a PDF.
func bytesOf(n int, seed uint64) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(seed)})
	_, _ = r.Read(b)
	copy(b, "%PDF-1.7\n")
	return b
}

func begin(t *testing.T, s *Service, data []byte) *Transfer {
	t.Helper()
	tr, err := s.Begin(t.Context(), author, "a.pdf", "application/pdf", "posters/new", int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

var errCut = errors.New("the line broke")

// cutAt gives data up to a byte and then breaks off.
func cutAt(data []byte, n int) io.Reader {
	return io.MultiReader(bytes.NewReader(data[:n]), iotest.ErrReader(errCut))
}

// TestAnUploadCutAnywhereGoesOnWhereItStopped: whatever the bytes at which the line breaks, the file is the same and
// there is one of it.
func TestAnUploadCutAnywhereGoesOnWhereItStopped(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 2))
	const size = 5<<20 + 77 // two whole parts and some
	cuts := [][]int{{}, {0}, {1}, {4}, {sniffed - 1}, {sniffed}, {sniffed + 1}, {partSize - 1}, {partSize}, {partSize + 1},
		{2 * partSize}, {size - 1}, {size}, {1, 2, 3}, {0, 0, 0}, {partSize, 2 * partSize, size - 1}}
	for range 12 {
		var list []int
		for at := random.IntN(size); at < size && len(list) < 6; at += 1 + random.IntN(size/3) {
			list = append(list, at)
		}
		cuts = append(cuts, list)
	}
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := archive(t, d)
		for i, list := range cuts {
			data := bytesOf(size, uint64(i))
			tr := begin(t, s, data)
			at := int64(0)
			for _, cut := range append(list, size) {
				got, err := s.Append(t.Context(), author, tr.ID, at, cutAt(data[at:], max(0, cut-int(at))))
				if err != nil && !errors.Is(err, errCut) {
					t.Fatalf("cuts %v: Append = %v", list, err)
				}
				if want := int64(max(cut, int(at))); got != want {
					t.Fatalf("cuts %v: after the cut at %d there are %d bytes", list, cut, got)
				}
				if at = got; at == size {
					break
				}
			}
			taken, err := s.TakeTransfer(t.Context(), author, tr.ID, "")
			if err != nil {
				t.Fatalf("cuts %v: %v", list, err)
			}
			kept, err := io.ReadAll(io.NewSectionReader(taken.temp, 0, taken.size))
			if err != nil || !bytes.Equal(kept, data) {
				t.Errorf("cuts %v: %d bytes came back, not the same (%v)", list, len(kept), err)
			}
			if i > 0 {
				taken.Discard()
				continue
			}
			again, err := s.TakeTransfer(t.Context(), author, tr.ID, "") // a form that is sent twice
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Keep(t.Context(), author, "entry", taken); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Keep(t.Context(), author, "entry", again); !apperr.Is(err, apperr.Conflict) {
				t.Errorf("the same upload made a second file: %v", err)
			}
			taken.Discard()
			again.Discard()
			if names := blobs(t, s); len(names) != 1 || !strings.HasSuffix(names[0], "-original") {
				t.Errorf("left are %v, want the original alone", names)
			}
		}
		files, err := s.List(t.Context(), author, "entry")
		if err != nil || len(files) != 1 || files[0].Size != size {
			t.Errorf("files are %+v, %v", files, err)
		}
	})
}

func TestOnlyOneOfTwoWhoBringTheSameBytesIsTaken(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := archive(t, d)
		data := bytesOf(3*partSize, 1)
		tr := begin(t, s, data)
		done := make(chan error, 2)
		for range 2 {
			go func() {
				_, err := s.Append(context.Background(), author, tr.ID, 0, bytes.NewReader(data))
				done <- err
			}()
		}
		for range 2 {
			if err := <-done; err != nil && !apperr.Is(err, apperr.Conflict) {
				t.Errorf("Append = %v", err)
			}
		}
		for tr.Received < tr.Size { // both may have lost to the other once: the client goes on from where it stands
			var err error
			if tr, err = s.Transfer(t.Context(), author, tr.ID); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Append(t.Context(), author, tr.ID, tr.Received, bytes.NewReader(data[tr.Received:])); err != nil {
				t.Fatal(err)
			}
		}
		taken, err := s.TakeTransfer(t.Context(), author, tr.ID, "")
		if err != nil {
			t.Fatal(err)
		}
		defer taken.Discard()
		if kept, err := io.ReadAll(taken.temp); err != nil || !bytes.Equal(kept, data) {
			t.Errorf("the bytes are mixed up (%v)", err)
		}
	})
}

func TestAnUploadBelongsToItsAccount(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := archive(t, d)
		data := bytesOf(2000, 1)
		tr := begin(t, s, data)
		missing := func(v access.Viewer, id string) string {
			_, err := s.Transfer(t.Context(), v, id)
			_, errAppend := s.Append(t.Context(), v, id, 0, bytes.NewReader(data))
			_, errLook := s.LookAt(t.Context(), v, id)
			_, errOpen := s.OpenLook(t.Context(), v, id)
			errCancel := s.Cancel(t.Context(), v, id)
			for _, e := range []error{err, errAppend, errLook, errOpen, errCancel} {
				if !apperr.Is(e, apperr.NotFound) {
					t.Errorf("%s got %v", v.Person, e)
				}
			}
			return err.Error()
		}
		if missing(fellow, tr.ID) != missing(author, "nothing000") || missing(visitor, tr.ID) != missing(author, "nothing000") {
			t.Error("another's upload is answered otherwise than one that never was")
		}
		if list, err := s.Transfers(t.Context(), fellow, "posters/new"); err != nil || len(list) > 0 {
			t.Errorf("Transfers of a fellow = %v, %v", list, err)
		}
		if list, err := s.Transfers(t.Context(), author, "posters/new"); err != nil || len(list) != 1 {
			t.Errorf("Transfers = %v, %v", list, err)
		}
		if err := s.Cancel(t.Context(), author, tr.ID); err != nil {
			t.Fatal(err)
		}
		missing(author, tr.ID)
	})
}

func TestWhatIsRefusedWhenAnUploadBegins(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := archive(t, d)
		for _, test := range []struct {
			rule   string
			viewer access.Viewer
			name   string
			size   int64
			want   apperr.Kind
		}{
			{"客", visitor, "a.pdf", 10, apperr.Unauthenticated},
			{"参加していない人", access.Viewer{Person: "author"}, "a.pdf", 10, apperr.Forbidden},
			{"空", author, "a.pdf", 0, apperr.Invalid},
			{"100MBまで", author, "a.pdf", MaxSize + 1, apperr.TooLarge},
			{"HEIC", author, "IMG_0001.HEIC", 10, apperr.Invalid},
		} {
			if _, err := s.Begin(t.Context(), test.viewer, test.name, "", "", test.size); !apperr.Is(err, test.want) {
				t.Errorf("%s: Begin = %v", test.rule, err)
			}
		}
		for range MaxDaySize / MaxSize {
			if _, err := s.Begin(t.Context(), author, "a.pdf", "", "", MaxSize); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Begin(t.Context(), author, "a.pdf", "", "", MaxSize); !apperr.Is(err, apperr.TooLarge) {
			t.Errorf("past the day's limit: %v", err)
		}
		for range openTransfers {
			if _, err := s.Begin(t.Context(), fellow, "a.pdf", "", "", 10); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Begin(t.Context(), fellow, "a.pdf", "", "", 10); !apperr.Is(err, apperr.Throttled) {
			t.Errorf("one upload too many: %v", err)
		}
	})
}

func TestAnUploadOfTheWrongKindEndsWithItsFirstBytes(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := archive(t, d)
		tr, err := s.Begin(t.Context(), author, "a.pdf", "", "", MaxSize)
		if err != nil {
			t.Fatal(err)
		}
		e := &endless{}
		_, err = s.Append(t.Context(), author, tr.ID, 0, io.MultiReader(strings.NewReader("<!doctype html><script>"), e))
		if !apperr.Is(err, apperr.Invalid) || e.read > partSize {
			t.Errorf("Append = %v after %d bytes", err, e.read)
		}
		if _, err := s.Transfer(t.Context(), author, tr.ID); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("it is still there: %v", err)
		}
		cut := begin(t, s, sample(t, "truncated.pdf"))
		if _, err := s.TakeTransfer(t.Context(), author, cut.ID, ""); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("half an upload was taken: %v", err)
		}
	})
}

func TestAnUploadThatNobodyGoesOnWithIsSweptAway(t *testing.T) {
	now := testkit.Start
	d := testkit.SQLite(t)
	s := archive(t, d)
	tr := begin(t, s, bytesOf(5000, 1))
	if _, err := s.Append(t.Context(), author, tr.ID, 0, bytes.NewReader(bytesOf(5000, 1)[:3000])); err != nil {
		t.Fatal(err)
	}
	age(t, s, now.Add(-2*time.Hour))
	if _, err := s.Sweep(t.Context()); err != nil || len(blobs(t, s)) != 1 {
		t.Errorf("the sweep took what is under way: %v, %v", blobs(t, s), err)
	}
	exec(t, d, "UPDATE transfer SET expires_at = ?", now.Add(-time.Second))
	if _, err := s.Transfer(t.Context(), author, tr.ID); !apperr.Is(err, apperr.NotFound) {
		t.Errorf("an upload lives on after its time: %v", err)
	}
	if _, err := s.Sweep(t.Context()); err != nil || len(blobs(t, s)) != 0 {
		t.Errorf("left behind: %v, %v", blobs(t, s), err)
	}
}

func TestLookingSaysWhatItsAuthorShouldKnow(t *testing.T) {
	e := engine(t)
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := archive(t, d)
		s.engine.Store(e)
		for _, test := range []struct {
			file, notes, trouble, title, sheet string
			pages                              int
			picture                            bool
		}{
			{"poster-soma.pdf", "作成者として「見本」", "", "対話がまちの初動を変える。", "A1 よこ", 1, true},
			{"joint-paper.pdf", "", "", "残業を減らす前に、話す時間を増やした", "A4 たて", 8, true},
			{"exif-rotated-gps.jpg", "撮った場所", "", "", "", 0, true},
			{"teigen-slides.pptx", "発表者ノート", "", "", "", 4, false},
			{"taiwakai-guide.docx", "同じ内容のPDFも", "", "庁内対話会の進め方（見本）", "", 1, false},
			{"encrypted-user-password.pdf", "", "パスワード", "", "", 0, false},
		} {
			data := sample(t, test.file)
			tr, err := s.Begin(t.Context(), author, test.file, "", "", int64(len(data)))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Append(t.Context(), author, tr.ID, 0, bytes.NewReader(data)); err != nil {
				t.Fatal(err)
			}
			for range 2 { // the second time it is known already
				tr, err = s.LookAt(t.Context(), author, tr.ID)
				if err != nil || !tr.Look.Done || tr.Look.Pages != test.pages || tr.Look.Picture != test.picture ||
					tr.Look.Title != test.title || tr.Look.Sheet != test.sheet ||
					!strings.Contains(strings.Join(tr.Look.Notes, ""), test.notes) || !strings.Contains(tr.Look.Trouble, test.trouble) {
					t.Errorf("%s: look = %+v, %v", test.file, tr, err)
				}
			}
			if test.picture {
				c, err := s.OpenLook(t.Context(), author, tr.ID)
				if err != nil {
					t.Fatal(err)
				}
				c.Close()
			}
		}
		data := sample(t, "png-named.jpg")
		tr, err := s.Begin(t.Context(), author, "cut.png", "", "", int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Append(t.Context(), author, tr.ID, 0, bytes.NewReader(data)); err != nil {
			t.Fatal(err)
		}
		if _, err := s.LookAt(t.Context(), author, tr.ID); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("a picture that is cut off: %v", err)
		}
	})
}
