package file

import (
	"image"
	"image/color"
	"testing"
)

// drawnBy is a picture whose pixels are given.
func drawnBy(w, h int, at func(x, y int) color.NRGBA) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(7, 3, 7+w, 3+h)) // not from zero, as parts of pictures are
	for y := range h {
		for x := range w {
			img.SetNRGBA(7+x, 3+y, at(x, y))
		}
	}
	return img
}

func TestShrunk(t *testing.T) {
	one := func(r, g, b, a uint8) func(int, int) color.NRGBA {
		return func(int, int) color.NRGBA { return color.NRGBA{r, g, b, a} }
	}
	for _, test := range []struct {
		rule  string
		w, h  int
		scale float64
		at    func(x, y int) color.NRGBA
		want  func(x, y int) color.RGBA
	}{
		{"一色は一色のまま", 701, 311, 0.37, one(10, 200, 90, 255), func(int, int) color.RGBA { return color.RGBA{10, 200, 90, 255} }},
		{"透けた所は白", 64, 64, 0.5, one(0, 0, 0, 0), func(int, int) color.RGBA { return color.RGBA{255, 255, 255, 255} }},
		{"等倍でも透けた所は白", 9, 9, 1, one(9, 9, 9, 0), func(int, int) color.RGBA { return color.RGBA{255, 255, 255, 255} }},
		{"1画素の線は消えず、淡くなる", 90, 30, 1.0 / 3, func(x, y int) color.NRGBA {
			v := uint8(255)
			if x%3 == 1 {
				v = 0
			}
			return color.NRGBA{v, v, v, 255}
		}, func(int, int) color.RGBA { return color.RGBA{170, 170, 170, 255} }},
		{"境は動かない", 300, 200, 0.4, func(x, y int) color.NRGBA {
			if x < 150 {
				return color.NRGBA{0, 0, 255, 255}
			}
			return color.NRGBA{255, 0, 0, 255}
		}, func(x, y int) color.RGBA {
			if x < 60 {
				return color.RGBA{0, 0, 255, 255}
			}
			return color.RGBA{255, 0, 0, 255}
		}},
		{"高さ1の画像", 100, 1, 0.1, one(1, 2, 3, 255), func(int, int) color.RGBA { return color.RGBA{1, 2, 3, 255} }},
	} {
		got := shrunk(drawnBy(test.w, test.h, test.at), test.scale)
		w, h := int(float64(test.w)*test.scale+0.5), max(1, int(float64(test.h)*test.scale+0.5))
		if got.Bounds() != image.Rect(0, 0, w, h) {
			t.Errorf("%s: it is %v, want %d×%d", test.rule, got.Bounds(), w, h)
			continue
		}
		for y := range h {
			for x := range w {
				if c := got.RGBAAt(x, y); c != test.want(x, y) {
					t.Fatalf("%s: at %d,%d it is %v, want %v", test.rule, x, y, c, test.want(x, y))
				}
			}
		}
	}
}
