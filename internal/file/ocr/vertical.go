package ocr

import (
	"cmp"
	"context"
	"image"
	"image/color"
	"image/draw"
	"slices"
	"strings"
	"unicode"

	"github.com/manetomo/manetomo/internal/file/pdfium"
)

const (
	columnMargin   = 0.2 // of a letter, around a column
	columnContrast = 2   // a letter that is half as dark as black is black
	sureColumn     = 80  // how sure tesseract must be of a column: it makes letters of strokes
	fewLetters     = 3
)

// letterWidths are the pixels of a letter in which a column is tried: what tesseract does not see in one it sees in another.
var letterWidths = []int{36, 48, 72}

// readColumns reads the vertical writing among what the horizontal passes have not read.
func (r *Reader) readColumns(ctx context.Context, img image.Image, lines []line) (down []line, err error) {
	small := shrunk(img, columnsWidth)
	found := columns(without(small, lines))
	if len(found) == 0 {
		return nil, nil
	}
	slices.SortStableFunc(found, func(a, b image.Rectangle) int { return cmp.Compare(b.Max.X, a.Max.X) }) // as they are read
	full := shrunk(img, passes[0].width)
	for n, c := range found {
		w, h := 1000/float64(small.Rect.Dx()), 1000/float64(small.Rect.Dy())
		l := line{vertical: true, pass: len(passes), n: n,
			x0: float64(c.Min.X) * w, y0: float64(c.Min.Y) * h, x1: float64(c.Max.X) * w, y1: float64(c.Max.Y) * h}
		for _, width := range letterWidths {
			out, err := r.run(ctx, columnOf(full, c, float64(full.Rect.Dx())/float64(small.Rect.Dx()), width), pass{language: "jpn_vert", psm: "5"})
			if err != nil {
				return nil, err
			}
			if l.words = wordsOf(out); len(l.letters()) >= fewLetters && l.sure() >= sureColumn {
				down = append(down, l)
				break
			}
		}
	}
	return down, nil
}

// columnOf cuts a column out, black on white whatever its colours are, in the size in which it is read best.
func columnOf(full *image.Gray, c image.Rectangle, scale float64, width int) *image.Gray {
	at := func(v int) int { return int(float64(v) * scale) }
	cut := image.Rect(at(c.Min.X-2), at(c.Min.Y-2), at(c.Max.X+2), at(c.Max.Y+2)).Intersect(full.Rect)
	margin := 1 + int(columnMargin*float64(cut.Dx()))
	out := image.NewGray(image.Rect(0, 0, cut.Dx()+2*margin, cut.Dy()+2*margin))
	draw.Draw(out, out.Rect, image.White, image.Point{}, draw.Src)
	ground := int(full.GrayAt(cut.Min.X, cut.Min.Y).Y)
	for y := range cut.Dy() {
		for x := range cut.Dx() {
			d := int(full.GrayAt(cut.Min.X+x, cut.Min.Y+y).Y) - ground
			out.SetGray(margin+x, margin+y, color.Gray{uint8(max(0, 255-columnContrast*max(d, -d)))})
		}
	}
	return shrunk(out, int(float64(width)*(1+2*columnMargin)))
}

// wordsOf are all words of a table, in their order.
func wordsOf(tsv []byte) (words []word) {
	for row := range strings.Lines(string(tsv)) {
		if w, _, ok := parseRow(row); ok {
			words = append(words, w)
		}
	}
	return words
}

// letters are the runes of a line.
func (l line) letters() (runes []rune) {
	for _, w := range l.words {
		for _, r := range w.text {
			if unicode.IsGraphic(r) {
				runes = append(runes, r)
			}
		}
	}
	return runes
}

// down spreads the letters of a column evenly over it.
func (l line) down() (list []pdfium.Char) {
	runes := l.letters()
	step := (l.y1 - l.y0) / float64(len(runes))
	for i, r := range runes {
		y := l.y0 + float64(i)*step
		list = append(list, pdfium.Char{Rune: r, X0: inPage(l.x0), Y0: inPage(y), X1: inPage(l.x1), Y1: inPage(y + step)})
	}
	return append(list, pdfium.Char{Rune: '\n', X0: inPage(l.x0), Y0: inPage(l.y1), X1: inPage(l.x1), Y1: inPage(l.y1)})
}

// withColumns adds the columns, and leaves out what a horizontal pass has made of their letters.
func withColumns(lines, down []line) []line {
	kept := slices.DeleteFunc(lines, func(l line) bool {
		return slices.ContainsFunc(down, func(c line) bool { return covers(c, l) })
	})
	return append(kept, down...)
}
