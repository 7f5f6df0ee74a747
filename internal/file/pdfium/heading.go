package pdfium

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// How a page's title is told from the rest of it.
const (
	fewestLetters = 4    // less is a figure or a mark, however large
	sameSize      = 0.72 // of the title's letters: its other lines are not smaller than that
)

// Heading reads the page's title: the text in its largest letters, at most most characters, on one line. It is empty
// where no text stands out by its size. What it gives is a guess that a person corrects.
func (p *Page) Heading(most int) (string, error) {
	chars, err := p.chars()
	if err != nil {
		return "", err
	}
	return heading(toLines(chars, p.Width/p.Height), p.Width/p.Height, most), nil
}

func heading(lines []line, aspect float64, most int) string {
	largest, smallest, first := 0.0, 0.0, -1
	for i, l := range lines {
		n, em := letters(l, aspect)
		if n > 0 && (smallest == 0 || em < smallest) {
			smallest = em
		}
		if n >= fewestLetters && em > largest {
			largest, first = em, i
		}
	}
	if first < 0 || smallest > sameSize*largest {
		return ""
	}
	from, to := first, first+1
	goesWith := func(i, beside int) bool {
		n, em := letters(lines[i], aspect)
		return n > 0 && em >= sameSize*largest && lines[i].vertical == lines[beside].vertical
	}
	for from > 0 && goesWith(from-1, from) {
		from--
	}
	for to < len(lines) && goesWith(to, to-1) {
		to++
	}
	var s strings.Builder
	for _, l := range lines[from:to] {
		l.write(&s)
	}
	title := strings.Join(strings.Fields(s.String()), " ")
	if utf8.RuneCountInString(title) > most {
		return ""
	}
	return title
}

// letters counts what is read as words, and their size: figures are often larger than any title, and are none.
func letters(l line, aspect float64) (n int, em float64) {
	for _, c := range l.chars {
		if unicode.IsLetter(c.Rune) {
			n++
			em = max(em, size(c, aspect))
		}
	}
	return n, em
}
