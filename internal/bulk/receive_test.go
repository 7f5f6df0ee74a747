package bulk

import (
	"archive/zip"
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/japanese"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/testkit"
)

var desk = access.Viewer{Member: true, Moderator: true}

// zipped makes a zip of names and contents. Names stand in it as they are.
func zipped(t *testing.T, files ...string) Upload {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		one, err := w.CreateHeader(&zip.FileHeader{Name: files[i], Method: zip.Deflate, NonUTF8: files[i] != "" && !isASCII(files[i])})
		if err == nil {
			_, err = one.Write([]byte(files[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return Upload{Name: "まとめ.zip", Size: int64(b.Len()), Body: bytes.NewReader(b.Bytes())}
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > 0x7f }) < 0
}

func shiftJIS(t *testing.T, s string) string {
	t.Helper()
	out, err := japanese.ShiftJIS.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// below lists the files under a folder.
func below(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestAListFromTheDeskIsLookedAtAndBroughtInWithItsFilesWhenToldTo(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := service(t, d)
		list := heads + "ポスター,一枚目,みどり見本市,2019,通常部会,2019/ポスター.pdf,K1\n" + "ポスター,二枚目,みどり見本市,2019,通常部会,ない.pdf,K2\n"
		poster := string(pdf(t)["2019/ポスター.pdf"].Data)
		l, err := s.Receive(t.Context(), desk, "一覧.csv", []byte(list), access.Members, []Upload{zipped(t, shiftJIS(t, `2019\ポスター.pdf`), poster)})
		if err != nil {
			t.Fatal(err)
		}
		_, answers, err := s.Get(t.Context(), desk, l.ID)
		if err == nil {
			answers, err = s.CheckKept(t.Context(), l, answers)
		}
		if err != nil || len(answers) != 2 || answers[0].State != New || answers[1].State != Problem || !strings.Contains(answers[1].Detail, "「ない.pdf」が見つかりません") {
			t.Fatalf("looked at: %+v, %v", answers, err)
		}
		if entries, files := counts(t, d); entries+files != 0 {
			t.Fatalf("before it is told to, %d entries and %d files are there", entries, files)
		}
		if err := s.Go(t.Context(), desk, l.ID); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Work(ctx) }()
		for state := ""; state != Done; {
			written := d.Written()
			got, _, err := s.Get(t.Context(), desk, l.ID)
			if err != nil {
				t.Fatal(err)
			}
			if state = got.State; state != Done {
				<-written
			}
		}
		for tick := time.Tick(10 * time.Millisecond); ; <-tick { // what was sent is let go of when all of it is in
			if _, err := os.Stat(s.folder(l.ID)); err != nil {
				break
			}
		}
		cancel()
		if err := <-ended; err != context.Canceled {
			t.Error(err)
		}
		if entries, files := counts(t, d); entries != 1 || files != 1 {
			t.Errorf("%d entries, %d files", entries, files)
		}
	})
}

func TestWhatAZipSaysOfFoldersStaysBelowTheLists(t *testing.T) {
	s := service(t, testkit.SQLite(t))
	l, err := s.Receive(t.Context(), desk, "一覧.csv", []byte(heads+"ポスター,一枚目,みどり見本市,2019,通常部会,,\n"), access.Members,
		[]Upload{zipped(t, "../../over.pdf", "a", "/etc/passwd", "b", `..\..\back.pdf`, "c", "a/./b/../c.pdf", "d", "..", "e", "nul\x00byte.pdf", "f")})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"a/b/c.pdf", "back.pdf", "etc/passwd", "nulbyte.pdf", "over.pdf"}
	if diff := cmp.Diff(want, below(t, s.folder(l.ID))); diff != "" {
		t.Error(diff)
	}
	for _, name := range below(t, filepath.Dir(s.Dir)) {
		if strings.HasSuffix(name, ".pdf") && !strings.Contains(name, l.ID) {
			t.Errorf("%s lies outside of the list's folder", name)
		}
	}
}

func TestWhatTheDeskCannotUseIsRefusedWithASentence(t *testing.T) {
	good := heads + "ポスター,一枚目,みどり見本市,2019,通常部会,,\n"
	torn := zipped(t, "a.pdf", strings.Repeat("対話", 5000))
	data := make([]byte, torn.Size)
	if _, err := torn.Body.ReadAt(data, 0); err != nil {
		t.Fatal(err)
	}
	copy(data[60:], bytes.Repeat([]byte{0xff}, 40))
	for _, test := range []struct {
		rule, list string
		viewer     access.Viewer
		files      []Upload
		kind       apperr.Kind
		sentence   string
	}{
		{"会員は取りこめない", good, access.Viewer{Member: true}, nil, apperr.Forbidden, "運営の人だけ"},
		{"見出しがちがう", "a,b\n1,2\n", desk, nil, apperr.Invalid, ""},
		{"空の一覧", "", desk, nil, apperr.Invalid, ""},
		{"zipでないzip", good, desk, []Upload{{Name: "a.zip", Size: 4, Body: bytes.NewReader([]byte("PK??"))}}, apperr.Invalid, "「a.zip」を開けませんでした"},
		{"中身のこわれたzip", good, desk, []Upload{{Name: "b.zip", Size: torn.Size, Body: bytes.NewReader(data)}}, apperr.Invalid, "「b.zip」が途中でこわれています"},
	} {
		t.Run(test.rule, func(t *testing.T) {
			s := service(t, testkit.SQLite(t))
			_, err := s.Receive(t.Context(), test.viewer, "一覧.csv", []byte(test.list), access.Members, test.files)
			e := apperr.From(err)
			said := e.Message
			for _, f := range e.All() {
				said += f.Detail
			}
			if err == nil || e.Kind != test.kind || !strings.Contains(said, test.sentence) {
				t.Errorf("%v: %s", err, said)
			}
		})
	}
}

func TestABombIsStoppedAtItsLimit(t *testing.T) {
	r := &receiving{dir: t.TempDir(), left: 1000}
	err := r.unpack(zipped(t, "small.txt", "a", "bomb.txt", strings.Repeat("0", 1<<20)))
	if e := apperr.From(err); err == nil || e.Kind != apperr.Invalid {
		t.Fatalf("a bomb is answered with %v", err)
	}
	info, err := os.Stat(filepath.Join(r.dir, "bomb.txt"))
	if err != nil || info.Size() > 1001 {
		t.Errorf("%d bytes of it were written (%v)", info.Size(), err)
	}
	r = &receiving{dir: t.TempDir(), left: 1 << 20, count: maxEntries}
	if err := r.unpack(zipped(t, "one-more.txt", "a")); apperr.From(err).Kind != apperr.Invalid {
		t.Errorf("too many files are answered with %v", err)
	}
}
