package pdfium

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Word is a piece of a page's text short enough to point at. Joined together, the words of a page are its text
// without the blanks. Japanese has none, so a word here ends where the kind of letter changes (残業を・減らす・前に).
type Word struct {
	Text string `json:"text"`
	Box  [4]int `json:"box"` // x, y, w, h in per mille of the shown page, from the top left
}

// maxWord keeps boxes short where one kind of letter goes on for long.
const maxWord = 16

// line is a run of characters that follow each other, to the right or downwards.
type line struct {
	chars    []Char
	vertical bool
	gap      []bool // gap[i]: a blank stood before chars[i]
}

// Group puts characters, in the order in which the file has them, into lines, lines into text, and text into words.
// aspect is the page's width divided by its height. It trusts nothing about the characters.
func Group(chars []Char, aspect float64) (string, []Word) {
	if !(aspect > 0.001 && aspect < 1000) {
		aspect = 1
	}
	lines := toLines(chars, aspect)
	var text strings.Builder
	var words []Word
	for i, l := range lines {
		if i > 0 {
			text.WriteString(between(lines[i-1], l, aspect))
		}
		words = append(words, l.write(&text)...)
	}
	return text.String(), words
}

func toLines(chars []Char, aspect float64) []line {
	var lines []line
	var blank, stretched bool
	for _, c := range chars {
		if !finite(c) || !utf8.ValidRune(c.Rune) {
			continue
		}
		switch {
		case unicode.IsSpace(c.Rune):
			blank = true
			// A real blank fills its place; without it, two words of one line would stand too far apart.
			if n := len(lines); n > 0 && c.Rune != '\n' && c.Rune != '\r' && c.X1 > c.X0 {
				stretched = lines[n-1].stretch(c)
			}
			continue
		case !unicode.IsGraphic(c.Rune) || c.Rune == utf8.RuneError:
			continue // marks of the engine (a hyphen at a line's end) and bytes without a meaning
		}
		n := len(lines)
		if n == 0 || !lines[n-1].takes(c, aspect) {
			lines = append(lines, line{})
			n++
			blank = false
		}
		l := &lines[n-1]
		l.gap = append(l.gap, blank && l.apart(c, stretched, aspect))
		l.chars = append(l.chars, c)
		blank, stretched = false, false
	}
	return lines
}

func finite(c Char) bool {
	for _, v := range []float64{c.X0, c.Y0, c.X1, c.Y1} {
		if !(v >= 0 && v <= 1000) {
			return false
		}
	}
	return c.X1 >= c.X0 && c.Y1 >= c.Y0
}

func (l *line) last() Char {
	if len(l.chars) == 0 {
		return Char{Rune: ' '}
	}
	return l.chars[len(l.chars)-1]
}

// stretch notes that a blank follows the last character on its line; it tells whether it does.
func (l *line) stretch(c Char) bool {
	p := &l.chars[len(l.chars)-1]
	follows := !l.vertical && overlap(p.Y0, p.Y1, c.Y0, c.Y1) >= 0 && c.X0 >= p.X0 && c.X0 <= p.X1+(p.Y1-p.Y0)
	return follows
}

// apart tells whether a blank before c is one to keep. PDFium also makes blanks of wide-set letters: those go.
func (l *line) apart(c Char, real bool, aspect float64) bool {
	if len(l.chars) == 0 {
		return false
	}
	p := l.last()
	if real {
		return true
	}
	const narrowest = 0.15 // of the letter's size: less is spacing between letters
	return !(wide(p.Rune) && wide(c.Rune)) && (c.X0-p.X1)*aspect > narrowest*size(p, aspect)
}

// takes tells whether c goes on where the line ends, and settles the line's direction with its second character.
func (l *line) takes(c Char, aspect float64) bool {
	p := l.last()
	// Everything in per mille of the page's height, so that lengths in both directions compare.
	em := math.Max(size(p, aspect), size(c, aspect))
	smaller := math.Min(size(p, aspect), size(c, aspect))
	if em <= 0 {
		return true
	}
	if len(l.chars) == 1 || !l.vertical {
		gap := (c.X0 - p.X1) * aspect
		if overlap(p.Y0, p.Y1, c.Y0, c.Y1) >= 0.5 && gap > -0.8*em && gap < 1.1*em {
			return true
		}
	}
	if len(l.chars) == 1 || l.vertical {
		gap := c.Y0 - p.Y1
		below := overlap(p.X0, p.X1, c.X0, c.X1) >= 0.5 && gap > -0.6*em && gap < 0.5*em && c.Y0 > p.Y0
		if below && (l.vertical || wide(p.Rune) && wide(c.Rune) && smaller > 0.25*em) {
			l.vertical = true
			return true
		}
	}
	return false
}

// size is the larger side of a character's box in per mille of the page's height.
func size(c Char, aspect float64) float64 { return math.Max((c.X1-c.X0)*aspect, c.Y1-c.Y0) }

// overlap is how much of the shorter of two spans lies in the other, 0 to 1; negative when they do not touch.
func overlap(a0, a1, b0, b1 float64) float64 {
	shorter := math.Min(a1-a0, b1-b0)
	both := math.Min(a1, b1) - math.Max(a0, b0)
	if shorter <= 0 {
		if both >= 0 {
			return 1
		}
		return -1
	}
	return both / shorter
}

// wide tells whether r is written without blanks around it.
func wide(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r >= 0x3000 && r <= 0x30FF || r >= 0xFF00 && r <= 0xFFEF
}

// write adds the line's text and returns its words.
func (l line) write(text *strings.Builder) []Word {
	var words []Word
	start := 0
	for i, c := range l.chars {
		if i > 0 && (l.gap[i] || i-start >= maxWord || breaks(l.chars[i-1].Rune, c.Rune)) {
			words = append(words, word(l.chars[start:i]))
			start = i
		}
		if l.gap[i] {
			text.WriteByte(' ')
		}
		text.WriteRune(c.Rune)
	}
	return append(words, word(l.chars[start:]))
}

func word(chars []Char) Word {
	var s strings.Builder
	b := chars[0]
	for _, c := range chars {
		s.WriteRune(c.Rune)
		b.X0, b.Y0 = math.Min(b.X0, c.X0), math.Min(b.Y0, c.Y0)
		b.X1, b.Y1 = math.Max(b.X1, c.X1), math.Max(b.Y1, c.Y1)
	}
	x, y := min(999, int(math.Floor(b.X0))), min(999, int(math.Floor(b.Y0)))
	return Word{s.String(), [4]int{x, y, max(1, int(math.Ceil(b.X1))-x), max(1, int(math.Ceil(b.Y1))-y)}}
}

// kinds of letters, coarse: where they change, a word may end.
const (
	latin = iota
	han
	hiragana
	katakana
	other
)

func kindOf(r rune) int {
	switch {
	case r == 'ー' || r == '・' || unicode.Is(unicode.Katakana, r):
		return katakana
	case r == '々' || r == 'ヶ' || unicode.Is(unicode.Han, r):
		return han
	case unicode.Is(unicode.Hiragana, r):
		return hiragana
	case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
		return latin
	}
	return other
}

// breaks tells whether a word ends between two characters: kana stay with the kanji before them (減らす), marks stay
// with what they close.
func breaks(a, b rune) bool {
	ka, kb := kindOf(a), kindOf(b)
	return ka != kb && kb != other && !(ka == han && kb == hiragana)
}
