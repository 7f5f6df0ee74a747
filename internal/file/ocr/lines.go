package ocr

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/manetomo/manetomo/internal/file/pdfium"
)

// least is how sure tesseract must be of a word, of 100. Below it pictures turn into letters that nobody wrote.
const least = 15

// word is what tesseract calls one: in Japanese a letter or a few. Places are per mille of the picture.
type word struct {
	text           string
	x0, y0, x1, y1 float64
	conf           float64
}

// line is words that follow each other.
type line struct {
	words          []word
	vertical       bool
	pass, block, n int
	x0, y0, x1, y1 float64
	top, left      float64 // of its block
}

// parse reads tesseract's table of words. It trusts nothing in it.
func parse(tsv []byte, pass, width, height int) (lines []line) {
	if width <= 0 || height <= 0 {
		return nil
	}
	var last place
	x, y := 1000/float64(width), 1000/float64(height)
	for row := range strings.Lines(string(tsv)) {
		w, key, ok := parseRow(row)
		if !ok {
			continue
		}
		w.x0, w.y0, w.x1, w.y1 = inPage(w.x0*x), inPage(w.y0*y), inPage(w.x1*x), inPage(w.y1*y)
		if len(lines) == 0 || key != last || lines[len(lines)-1].farFrom(w, float64(width)/float64(height)) {
			last = key
			lines = append(lines, line{pass: pass, block: key.block, n: len(lines), x0: w.x0, y0: w.y0, x1: w.x1, y1: w.y1})
		}
		l := &lines[len(lines)-1]
		l.words = append(l.words, w)
		l.x0, l.y0, l.x1, l.y1 = min(l.x0, w.x0), min(l.y0, w.y0), max(l.x1, w.x1), max(l.y1, w.y1)
	}
	return slices.DeleteFunc(lines, line.noise)
}

// place is where in the table's order a word stands.
type place struct{ page, block, paragraph, line int }

// parseRow reads a word of the table, with its place in pixels.
func parseRow(row string) (w word, at place, ok bool) {
	f := strings.Split(strings.TrimRight(row, "\r\n"), "\t")
	if len(f) < 12 || f[0] != "5" {
		return w, at, false
	}
	var n [10]float64 // from f[1]: page, block, paragraph, line, word, left, top, width, height, confidence
	for i := range n {
		v, err := strconv.ParseFloat(f[1+i], 64)
		if err != nil || math.IsNaN(v) || math.Abs(v) >= 1e7 {
			return w, at, false
		}
		n[i] = v
	}
	w = word{strings.Join(strings.Fields(f[11]), ""), n[5], n[6], n[5] + n[7], n[6] + n[8], n[9]}
	return w, place{int(n[0]), int(n[1]), int(n[2]), int(n[3])}, w.text != "" && utf8.ValidString(w.text) && w.conf >= least
}

func inPage(v float64) float64 { return max(0, min(1000, v)) }

// farFrom tells whether a word stands so far behind the line that it belongs to another column.
func (l line) farFrom(w word, aspect float64) bool {
	const far = 1.3 // letters
	return (w.x0-l.x1)*aspect > far*min(l.y1-l.y0, w.y1-w.y0)
}

// noise tells whether a line is only marks and strokes, or so short that tesseract would have to be surer of it.
func (l line) noise() bool {
	letters := 0
	for _, w := range l.words {
		for _, r := range w.text {
			if (unicode.IsLetter(r) || unicode.IsDigit(r)) && !strings.ContainsRune(strokes, r) {
				letters++
			}
		}
	}
	conf := l.sure()
	return letters == 0 || letters == 1 && conf < 80 || letters <= 4 && conf < 60 || conf < 45
}

// sure is how sure tesseract is of a line's words.
func (l line) sure() (conf float64) {
	for _, w := range l.words {
		conf += w.conf / float64(len(l.words))
	}
	return conf
}

// strokes are letters that lines of a drawing are taken for.
const strokes = "ーニ一二ノンIl"

// worth is how much a line says: its letters, as far as tesseract is sure of them.
func (l line) worth() (sum float64) {
	for _, w := range l.words {
		sum += float64(utf8.RuneCountInString(w.text)) * (w.conf - 30)
	}
	return sum
}

// best keeps of lines that lie over each other, seen by different passes, the one that says most.
func best(lines []line) (kept []line) {
	slices.SortStableFunc(lines, func(a, b line) int { return cmp.Compare(b.worth(), a.worth()) })
	for _, l := range lines {
		if !slices.ContainsFunc(kept, func(k line) bool { return k.pass != l.pass && covers(k, l) }) {
			kept = append(kept, l)
		}
	}
	return kept
}

// covers tells whether two lines share a good part of the smaller one's place.
func covers(a, b line) bool {
	w, h := min(a.x1, b.x1)-max(a.x0, b.x0), min(a.y1, b.y1)-max(a.y0, b.y0)
	smaller := min((a.x1-a.x0)*(a.y1-a.y0), (b.x1-b.x0)*(b.y1-b.y0))
	const share = 0.3
	return w > 0 && h > 0 && w*h > share*smaller
}

// order puts lines as a person would read them: block by block, from the top and from the left.
func order(lines []line) []line {
	type key struct{ pass, block int }
	corner := map[key][2]float64{}
	for _, l := range lines {
		k := key{l.pass, l.block}
		if c, ok := corner[k]; ok {
			corner[k] = [2]float64{min(c[0], l.y0), min(c[1], l.x0)}
		} else {
			corner[k] = [2]float64{l.y0, l.x0}
		}
	}
	for i := range lines {
		c := corner[key{lines[i].pass, lines[i].block}]
		lines[i].top, lines[i].left = c[0], c[1]
	}
	slices.SortStableFunc(lines, func(a, b line) int {
		return cmp.Or(cmp.Compare(a.top, b.top), cmp.Compare(a.left, b.left), cmp.Compare(a.pass, b.pass), cmp.Compare(a.n, b.n))
	})
	return lines
}

// chars spreads the letters of each word evenly over its place, so that they can be put into words and lines like the
// letters of a PDF. Tesseract's boxes for single letters are uneven and lie over each other: letters of a line get the
// line's height, and none begins before the one before it.
func chars(lines []line) (list []pdfium.Char) {
	for _, l := range lines {
		if l.vertical {
			list = append(list, l.down()...)
			continue
		}
		from := l.x0
		for _, w := range l.words {
			runes := []rune(w.text)
			step := (w.x1 - w.x0) / float64(len(runes))
			for i, r := range runes {
				x0 := max(from, w.x0+float64(i)*step)
				x1 := max(x0, w.x0+float64(i+1)*step)
				list = append(list, pdfium.Char{Rune: r, X0: inPage(x0), Y0: l.y0, X1: inPage(x1), Y1: l.y1})
				from = x0 + (x1-x0)/2
			}
		}
		list = append(list, pdfium.Char{Rune: '\n', X0: l.x1, Y0: l.y0, X1: l.x1, Y1: l.y1})
	}
	return list
}
