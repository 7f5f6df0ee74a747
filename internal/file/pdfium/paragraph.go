package pdfium

import (
	"math"
	"strings"
	"unicode"
)

// displaySize is the height, in per mille of the page, from which letters are a title that is broken for looks.
const displaySize = 35

// between says what stands in the text between two lines: nothing or a blank when the second goes on with the first's
// sentence, a new line otherwise. A phrase that is broken over two lines must be found as one.
func between(a, b line, aspect float64) string {
	switch {
	case goesOn(a, b, aspect):
		if wide(a.last().Rune) || wide(b.chars[0].Rune) {
			return ""
		}
		return " "
	case !a.vertical && !b.vertical && overlap(a.last().Y0, a.last().Y1, b.chars[0].Y0, b.chars[0].Y1) >= 0.5 &&
		b.chars[0].X0 > a.last().X0:
		return " " // the next cell of a row
	}
	return "\n"
}

func goesOn(a, b line, aspect float64) bool {
	ab, bb := a.box(), b.box()
	ae, be := a.em(aspect), b.em(aspect)
	if ae <= 0 || be <= 0 || a.vertical != b.vertical && len(a.chars) > 1 && len(b.chars) > 1 ||
		math.Min(ae, be)/math.Max(ae, be) < 0.8 || startsItem(b.chars[0].Rune) {
		return false
	}
	em := math.Max(ae, be)
	display := em >= displaySize
	if a.vertical {
		gap := (ab.X0 - bb.X1) * aspect // the next column stands to the left
		aligned := math.Abs(ab.Y0-bb.Y0) < 1.2*em
		return gap > -0.5*em && gap < 1.1*em && aligned && (display || ab.Y1 >= bb.Y1-1.2*em)
	}
	gap := bb.Y0 - ab.Y1
	aligned := math.Abs(ab.X0-bb.X0)*aspect < 2.2*em // an indented first line too
	return gap > -0.5*em && gap < 0.9*em && aligned && (display || (ab.X1-bb.X1)*aspect >= -1.2*em)
}

// startsItem tells whether a line that begins with r is an item of a list.
func startsItem(r rune) bool {
	return strings.ContainsRune("・●■◆○◎□◇▶▸►※☆★-–—―*【（(", r) || unicode.Is(unicode.No, r)
}

func (l line) box() Char {
	b := l.chars[0]
	for _, c := range l.chars {
		b.X0, b.Y0 = math.Min(b.X0, c.X0), math.Min(b.Y0, c.Y0)
		b.X1, b.Y1 = math.Max(b.X1, c.X1), math.Max(b.Y1, c.Y1)
	}
	return b
}

// em is the size of the line's letters: the largest box, because marks and narrow letters are smaller.
func (l line) em(aspect float64) float64 {
	var em float64
	for _, c := range l.chars {
		em = math.Max(em, size(c, aspect))
	}
	return em
}
