package ocr

import (
	"context"
	"image"
	"image/color"
	"image/draw"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/file/pdfium"
)

// drawn is the sample poster whose title runs downwards, as a picture.
func drawn(t testing.TB) image.Image {
	t.Helper()
	o := pdfium.Options{CacheDir: t.TempDir()}
	if dir, err := os.UserCacheDir(); err == nil {
		o.CacheDir = filepath.Join(dir, "manetomo-pdfium") // as the tests of pdfium do
	}
	e, err := pdfium.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close(context.Background())
	data, err := os.ReadFile("../testdata/poster-soma.pdf")
	if err != nil {
		t.Fatal(err)
	}
	d, err := e.Document(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	p, err := d.Page(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	img, err := p.Render(2560)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestATitleThatRunsDownwardsIsRead(t *testing.T) {
	r := reader(t)
	if !r.vertical {
		t.Fatalf("the tests need %v", Packages)
	}
	img := drawn(t)
	across := *r
	across.vertical = false
	for _, test := range []struct {
		rule  string
		r     *Reader
		title bool
	}{{"縦書きを読む", r, true}, {"横書きだけを読む", &across, false}} {
		text, words, err := test.r.Read(t.Context(), img)
		if err != nil {
			t.Fatal(err)
		}
		check(t, text, words)
		for _, title := range []string{"初動を", "変える"} {
			if strings.Contains(fold(text), title) != test.title {
				t.Errorf("%s: of the title %s there is: %v, want %v\n%s", test.rule, title, !test.title, test.title, text)
			}
		}
		if !strings.Contains(fold(text), "対話型の研修会で自分たちの言葉に") {
			t.Errorf("%s: what runs across is lost:\n%s", test.rule, text)
		}
	}
}

func TestColumns(t *testing.T) {
	gray := func(boxes ...image.Rectangle) *image.Gray {
		img := image.NewGray(image.Rect(0, 0, columnsWidth, 600))
		draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
		for _, b := range boxes {
			for y := b.Min.Y; y < b.Max.Y; y++ {
				for x := b.Min.X; x < b.Max.X; x++ {
					if (x/3+y/3)%2 == 0 { // about as much ink as a letter has
						img.SetGray(x, y, color.Gray{0})
					}
				}
			}
		}
		return img
	}
	at := func(x, y, w, h int) image.Rectangle { return image.Rect(x, y, x+w, y+h) }
	for _, test := range []struct {
		rule  string
		boxes []image.Rectangle
		want  int
	}{
		{"白い紙", nil, 0},
		{"字が縦に4つ", []image.Rectangle{at(600, 50, 40, 40), at(600, 98, 40, 40), at(600, 146, 40, 40), at(600, 194, 40, 40)}, 1},
		{"字が横に4つ", []image.Rectangle{at(50, 50, 40, 40), at(98, 50, 40, 40), at(146, 50, 40, 40), at(194, 50, 40, 40)}, 0},
		{"字が一つ", []image.Rectangle{at(300, 300, 40, 40)}, 0},
		{"細い線", []image.Rectangle{at(300, 100, 3, 300)}, 0},
		{"広い面", []image.Rectangle{at(100, 100, 300, 400)}, 0},
	} {
		if got := columns(gray(test.boxes...)); len(got) != test.want {
			t.Errorf("%s: %v, want %d", test.rule, got, test.want)
		}
	}
}
