package ocr

import (
	"image"
	"image/color"
	"image/draw"
	"slices"
	"unicode/utf8"
)

// Columns of vertical writing are found by their shape, among what no horizontal pass has read: ink that stands below ink
// in a narrow strip. Tesseract asked for vertical writing on a whole poster takes every line of it for columns.

// How wide the picture is in which columns are looked for, and what a column is there.
const (
	columnsWidth = 800
	inkStep      = 40  // levels of grey between ink and its ground
	ground       = 24  // how far around a pixel its ground is
	narrowest    = 8   // pixels
	widest       = 110 //
	tallEnough   = 2.2 // times the width: three letters
	mostColumns  = 12
)

// gaps are how far letters of a column may stand apart, from titles to small print. A column that stands close to something
// else is found by a small one.
var gaps = []int{26, 20, 14, 11, 8, 5}

// columns finds where text may run downwards: rectangles in img, which is columnsWidth wide.
func columns(img *image.Gray) (found []image.Rectangle) {
	for _, sign := range []int{-1, 1} { // dark letters, then light ones
		found = columnsOf(inkOf(img, sign), found)
	}
	return found[:min(len(found), mostColumns)]
}

// columnsOf adds the columns of one kind of ink.
func columnsOf(ink mask, found []image.Rectangle) []image.Rectangle {
	for _, gap := range gaps {
		for _, box := range pieces(joined(ink, gap)) {
			w, h := float64(box.Dx()), float64(box.Dy())
			if box.Dx() < narrowest || box.Dx() > widest || h < tallEnough*w || gap > box.Dx()/2+4 {
				continue
			}
			if share := ink.share(box); share < 0.08 || share > 0.95 { // a line of a drawing, a bar
				continue
			}
			if !slices.ContainsFunc(found, func(r image.Rectangle) bool { return overlapping(r, box) }) {
				found = append(found, box)
			}
		}
	}
	return found
}

// overlapping tells whether most of one lies in the other.
func overlapping(a, b image.Rectangle) bool {
	both := a.Intersect(b)
	return 2*both.Dx()*both.Dy() > min(a.Dx()*a.Dy(), b.Dx()*b.Dy())
}

// mask is which pixels are ink.
type mask struct {
	w, h int
	on   []bool
}

func (m mask) share(r image.Rectangle) float64 {
	n := 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if m.on[y*m.w+x] {
				n++
			}
		}
	}
	return float64(n) / float64(r.Dx()*r.Dy())
}

// inkOf finds what is darker (-1) or lighter (1) than its surroundings.
func inkOf(img *image.Gray, sign int) mask {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	sums := make([]int, (w+1)*(h+1)) // of everything above and to the left
	for y := range h {
		row := 0
		for x := range w {
			row += int(img.Pix[y*img.Stride+x])
			sums[(y+1)*(w+1)+x+1] = sums[y*(w+1)+x+1] + row
		}
	}
	m := mask{w, h, make([]bool, w*h)}
	for y := range h {
		for x := range w {
			x0, y0, x1, y1 := max(0, x-ground), max(0, y-ground), min(w, x+ground), min(h, y+ground)
			sum := sums[y1*(w+1)+x1] - sums[y0*(w+1)+x1] - sums[y1*(w+1)+x0] + sums[y0*(w+1)+x0]
			d := int(img.Pix[y*img.Stride+x]) - sum/((x1-x0)*(y1-y0))
			m.on[y*w+x] = sign*d > inkStep
		}
	}
	return m
}

// joined fills gaps between ink and ink below it.
func joined(ink mask, gap int) mask {
	out := mask{ink.w, ink.h, slices.Clone(ink.on)}
	for x := range ink.w {
		last := -gap - 2
		for y := range ink.h {
			if !ink.on[y*ink.w+x] {
				continue
			}
			if y-last <= gap {
				for between := last + 1; between < y; between++ {
					out.on[between*ink.w+x] = true
				}
			}
			last = y
		}
	}
	return out
}

// pieces are the boxes of what hangs together.
func pieces(m mask) (boxes []image.Rectangle) {
	seen := make([]bool, len(m.on))
	var stack []int
	for start, on := range m.on {
		if !on || seen[start] {
			continue
		}
		box := image.Rectangle{}
		seen[start] = true
		stack = append(stack[:0], start)
		for len(stack) > 0 {
			at := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			x, y := at%m.w, at/m.w
			box = box.Union(image.Rect(x, y, x+1, y+1))
			for dy := -1; dy <= 1; dy++ {
				for dx := -3; dx <= 3; dx++ { // strokes of one letter stand side by side
					nx, ny := x+dx, y+dy
					if nx < 0 || ny < 0 || nx >= m.w || ny >= m.h {
						continue
					}
					if next := ny*m.w + nx; m.on[next] && !seen[next] {
						seen[next] = true
						stack = append(stack, next)
					}
				}
			}
		}
		boxes = append(boxes, box)
	}
	return boxes
}

// without paints over what has been read.
func without(img *image.Gray, lines []line) *image.Gray {
	out := image.NewGray(img.Rect)
	draw.Draw(out, out.Rect, img, img.Rect.Min, draw.Src)
	x, y := float64(img.Rect.Dx())/1000, float64(img.Rect.Dy())/1000
	for _, l := range lines {
		box := image.Rect(int(l.x0*x)-1, int(l.y0*y)-1, int(l.x1*x)+2, int(l.y1*y)+2).Intersect(img.Rect)
		if box.Empty() || l.sure() < readSurely || !l.runs(x/y) {
			continue
		}
		draw.Draw(out, box, image.NewUniform(color.Gray{img.GrayAt(box.Min.X, box.Min.Y).Y}), image.Point{}, draw.Src)
	}
	return out
}

// runs tells whether the letters of a line follow each other closely, as those of columns that stand side by side do not.
func (l line) runs(aspect float64) bool {
	n := 0
	for _, w := range l.words {
		n += utf8.RuneCountInString(w.text)
	}
	return n >= 4 && (l.x1-l.x0)*aspect < 1.5*float64(n)*(l.y1-l.y0)
}

// readSurely is how sure tesseract is of a line that needs no second look.
const readSurely = 75
