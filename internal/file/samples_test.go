package file

import (
	"bytes"
	"context"
	"errors"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/file/pdfium"
)

// options let all tests and runs on this machine share the compiled engine.
func options(t testing.TB) pdfium.Options {
	t.Helper()
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = t.TempDir()
	}
	return pdfium.Options{CacheDir: filepath.Join(dir, "manetomo-pdfium")}
}

func engine(t testing.TB) *pdfium.Engine {
	t.Helper()
	e, err := pdfium.Open(context.Background(), options(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close(context.Background()) })
	return e
}

func sample(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestEverySample sends every sample through the whole way: taken in, then read.
func TestEverySample(t *testing.T) {
	e := engine(t)
	for _, test := range []struct {
		file    string
		refused string // at once, with a sentence that holds this
		reason  string // after reading: why it failed, or what could not be read
		failed  bool
		pages   int
		text    string
	}{
		{file: "poster-soma.pdf", pages: 1, text: "対話がまちの初動を変える。"},
		{file: "poster-suzaka.pdf", pages: 1, text: "方針は、全員でつくる。"},
		{file: "poster-zangyo.pdf", pages: 1, text: "残業を減らす前に、話す時間を増やした。"},
		{file: "poster-madoguchi.pdf", pages: 1, text: "書かせない。回らせない。待たせない。"},
		{file: "poster-shiojiri.png", pages: 1},
		{file: "poster-yameru.png", pages: 1},
		{file: "poster-tonari.jpg", pages: 1},
		{file: "joint-paper.pdf", pages: 8, text: "私たち3人は、それぞれ異なる部署から部会に参加した。"},
		{file: "encrypted-user-password.pdf", failed: true, reason: "パスワードが要る"},
		{file: "encrypted-owner-only.pdf", pages: 1, text: "残業を減らす前に"},
		{file: "truncated.pdf", failed: true, reason: "途中で切れているか、壊れています"},
		{file: "empty.pdf", refused: "空です"},
		{file: "scan-image-only.pdf", pages: 1, reason: "本文は検索できません"},
		{file: "javascript-action.pdf", pages: 1, text: "OpenAction JavaScript sample"},
		{file: "html-named.pdf", refused: "ウェブページ（HTML）"},
		{file: "polyglot-html.pdf", refused: "ウェブページ（HTML）"},
		{file: "png-named.jpg", refused: "中身はPNG画像ですが、名前の終わりが「.jpg」"},
		{file: "huge-30000x30000.png", refused: "横30000×縦30000画素"},
		{file: "lying-header-65500x65500.png", refused: "横65500×縦65500画素"},
		{file: "script.svg", refused: "SVGの図"},
		{file: "exif-rotated-gps.jpg", pages: 1},
		{file: "taiwakai-guide.docx", pages: 1, text: "庁内対話会の進め方", reason: "PDFもいっしょに"},
		{file: "teigen-slides.pptx", pages: 4, text: "人材育成基本方針", reason: "PDFもいっしょに"},
	} {
		t.Run(test.file, func(t *testing.T) {
			in, err := takeIn(t.TempDir(), test.file, "", bytes.NewReader(sample(t, test.file)))
			if test.refused != "" {
				var a *apperr.Error
				if !errors.As(err, &a) || a.Kind != apperr.Invalid || a.Field != "file" || !strings.Contains(a.Message, test.refused) {
					t.Errorf("takeIn = %v, want Invalid with %q", err, test.refused)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer in.Discard()
			data, err := os.ReadFile(in.temp.Name())
			if err != nil {
				t.Fatal(err)
			}
			var text string
			var pages int
			note, err := readFile(t.Context(), e, new(sync.Mutex), in.kind, data, 1, wholly, func(s sheet) error {
				pages++
				text += s.text
				if !in.kind.Office() {
					checkSheet(t, s)
				}
				return nil
			})
			if failed := err != nil; failed != test.failed {
				t.Fatalf("readFile = %v, want failure: %v", err, test.failed)
			}
			if err != nil {
				note = reasonFor(err)
			}
			if !strings.Contains(note, test.reason) || (note == "") != (test.reason == "") {
				t.Errorf("reason is %q, want %q", note, test.reason)
			}
			if pages != test.pages || !strings.Contains(text, test.text) {
				t.Errorf("%d pages with %q, want %d with %q", pages, text, test.pages, test.text)
			}
		})
	}
}

func checkSheet(t *testing.T, s sheet) {
	t.Helper()
	if s.width <= 0 || s.height <= 0 || len(s.colour) != 7 || len(s.pictures) == 0 {
		t.Errorf("page %d: %v×%v, colour %q, %d pictures", s.number, s.width, s.height, s.colour, len(s.pictures))
	}
	for _, p := range s.pictures {
		c, err := jpeg.DecodeConfig(bytes.NewReader(p.jpeg))
		if err != nil || c.Width > p.width {
			t.Errorf("page %d: picture of %d is %d wide (%v)", s.number, p.width, c.Width, err)
		}
		if want := s.height / s.width; float64(c.Height)/float64(c.Width) < want-0.01 || float64(c.Height)/float64(c.Width) > want+0.01 {
			t.Errorf("page %d: picture of %d is %d×%d, the page %v×%v", s.number, p.width, c.Width, c.Height, s.width, s.height)
		}
		if bytes.Contains(p.jpeg, []byte("Exif")) {
			t.Errorf("page %d: the picture carries Exif", s.number)
		}
	}
}
