package pdfium

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// checksum is of pdfium.wasm in @embedpdf/pdfium 2.15.1, as package-lock.json pins it.
const checksum = "5e4cd023c3dad4a895b3571ca573d3fc51bac6de48360d95283134385b954eaa"

func TestWasmIsThePinnedOne(t *testing.T) {
	sum := sha256.Sum256(wasm)
	if got := hex.EncodeToString(sum[:]); got != checksum {
		t.Errorf("pdfium.wasm has SHA-256 %s, want %s: run make pdfium, and change both together", got, checksum)
	}
}

// cacheDir is shared by all tests and runs on this machine: compiling takes seconds.
func cacheDir(t testing.TB) string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return t.TempDir()
	}
	return filepath.Join(dir, "manetomo-pdfium")
}

func open(t testing.TB, o Options) *Engine {
	t.Helper()
	o.CacheDir = cacheDir(t)
	e, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close(context.Background()) })
	return e
}

func sample(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestDocuments(t *testing.T) {
	e := open(t, Options{})
	for _, test := range []struct {
		name, file string
		want       error
		pages      int
		text       string // on the first page
	}{
		{"A1の横長、縦書きの題がつながる", "poster-soma.pdf", nil, 1, "対話がまちの初動を変える。"},
		{"折り返した文がつながる", "poster-soma.pdf", nil, 1, "職層ごとの役割と行動指針を、対話型の研修会で自分たちの言葉にしてきました。"},
		{"字間を空けた英字が切れない", "poster-suzaka.pdf", nil, 1, "S.A.T（Suzaka Active Team）"},
		{"Type3の字も行に入る", "poster-zangyo.pdf", nil, 1, "見本のポスター｜団体名・数値・取組はすべて架空です"},
		{"窓口のポスター", "poster-madoguchi.pdf", nil, 1, "転入手続 74分"},
		{"8頁の論文", "joint-paper.pdf", nil, 8, "残業を減らす前に、話す時間を増やした"},
		{"権限だけの制限は空の合い言葉で開く", "encrypted-owner-only.pdf", nil, 1, "残業を減らす前に"},
		{"合い言葉が要る", "encrypted-user-password.pdf", ErrPassword, 0, ""},
		{"途中で切れた", "truncated.pdf", ErrDamaged, 0, ""},
		{"空", "empty.pdf", ErrDamaged, 0, ""},
		{"HTML", "html-named.pdf", ErrDamaged, 0, ""},
		{"画像だけ", "scan-image-only.pdf", nil, 1, ""},
		{"スクリプトは動かない", "javascript-action.pdf", nil, 1, "OpenAction JavaScript sample"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, err := e.Document(t.Context(), sample(t, test.file))
			if !errors.Is(err, test.want) {
				t.Fatalf("Document(%s) = %v, want %v", test.file, err, test.want)
			}
			if err != nil {
				return
			}
			defer d.Close()
			if d.Pages() != test.pages {
				t.Errorf("%s has %d pages, want %d", test.file, d.Pages(), test.pages)
			}
			text, words := read(t, d, 1)
			if !strings.Contains(text, test.text) || (test.text == "") != (text == "") {
				t.Errorf("text of %s is %q, want it to hold %q", test.file, text, test.text)
			}
			checkWords(t, text, words)
		})
	}
}

func read(t testing.TB, d *Document, number int) (string, []Word) {
	t.Helper()
	p, err := d.Page(context.Background(), number)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	text, words, err := p.Text()
	if err != nil {
		t.Fatal(err)
	}
	return text, words
}

func TestWordsStandWhereTheyAreDrawn(t *testing.T) {
	d, err := open(t, Options{}).Document(t.Context(), sample(t, "poster-soma.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	_, words := read(t, d, 1)
	for _, w := range words {
		if w.Text == "初動を" { // the second column of the vertical title, right of the middle
			if w.Box[3] < 2*w.Box[2] || w.Box[0] < 700 || w.Box[0] > 800 {
				t.Errorf("初動を stands at %v, want a tall box right of the middle", w.Box)
			}
			return
		}
	}
	t.Errorf("no word 初動を in %v", words)
}

func TestRender(t *testing.T) {
	d, err := open(t, Options{}).Document(t.Context(), sample(t, "poster-soma.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	p, err := d.Page(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	img, err := p.Render(512)
	if err != nil {
		t.Fatal(err)
	}
	if img.Bounds() != image.Rect(0, 0, 512, 362) {
		t.Errorf("picture is %v, want 512×362", img.Bounds())
	}
	if r, g, b, _ := img.At(290, 190).RGBA(); r>>8 < 0xC0 || g>>8 > 0x70 || b>>8 > 0x50 {
		t.Errorf("the sun is %02x%02x%02x, want red", r>>8, g>>8, b>>8)
	}
}

// pdf makes a document of one page from its content and resources.
func pdf(content, resources string, objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	var at []int
	add := func(body string) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(at), body)
	}
	add("<< /Type /Catalog /Pages 2 0 R >>")
	add("<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
	add("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 400] /Contents 4 0 R /Resources << " + resources + " >> >>")
	add(fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(content), content))
	for _, o := range objects {
		add(o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF", len(at)+1, start)
	return b.Bytes()
}

// unembedded is 研修 in a font that the file only names.
func unembedded() []byte {
	return pdf("BT /F 80 Tf 40 200 Td <78144FEE> Tj ET", "/Font << /F 5 0 R >>",
		"<< /Type /Font /Subtype /Type0 /BaseFont /KozMinPr6N-Regular /Encoding /UniJIS-UTF16-H /DescendantFonts [6 0 R] >>",
		"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /KozMinPr6N-Regular /CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) /Supplement 6 >> /FontDescriptor 7 0 R >>",
		"<< /Type /FontDescriptor /FontName /KozMinPr6N-Regular /Flags 4 /Ascent 880 /Descent -120 /CapHeight 700 /ItalicAngle 0 /StemV 80 /FontBBox [0 -120 1000 880] >>")
}

func TestFontsThatAreOnlyNamed(t *testing.T) {
	e := open(t, Options{})
	d, err := e.Document(t.Context(), unembedded())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if text, _ := read(t, d, 1); text != "研修" {
		t.Errorf("text is %q, want 研修", text)
	}
	p, err := d.Page(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	img, err := p.Render(400)
	if err != nil {
		t.Fatal(err)
	}
	dark := 0
	for i := 0; i < len(img.Pix); i += 4 {
		if img.Pix[i] < 128 {
			dark++
		}
	}
	// With a Japanese font the two kanji are drawn; without one the page stays empty and its text is still found.
	if drawn := dark > 500; drawn != (len(e.fonts) > 0) {
		t.Errorf("%d dark pixels with %d Japanese fonts on this machine", dark, len(e.fonts))
	}
}

// bomb draws a form that draws a form … ten at a time: 10^9 rectangles in two kilobytes.
func bomb() []byte {
	var objects []string
	for level := range 9 {
		content := strings.Repeat("/X Do ", 10)
		if level == 8 {
			content = "0 0 400 400 re f"
		}
		objects = append(objects, fmt.Sprintf(
			"<< /Type /XObject /Subtype /Form /BBox [0 0 400 400] /Resources << /XObject << /X %d 0 R >> >> /Length %d >>\nstream\n%s\nendstream",
			6+level, len(content), content))
	}
	return pdf("/X Do", "/XObject << /X 5 0 R >>", objects...)
}

func TestLimits(t *testing.T) {
	for _, test := range []struct {
		name    string
		options Options
		file    []byte
		want    error
	}{
		{"長くかかる頁", Options{PageTimeout: 300 * time.Millisecond}, bomb(), ErrTooLong},
		{"小さな記憶に大きな画像", Options{MemoryLimit: 20 << 20}, sample(t, "poster-soma.pdf"), ErrMemory},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, err := open(t, test.options).Document(t.Context(), test.file)
			if err == nil {
				defer d.Close()
				var p *Page
				if p, err = d.Page(t.Context(), 1); err == nil {
					defer p.Close()
					_, err = p.Render(2560)
				}
			}
			if !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}
