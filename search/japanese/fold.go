package japanese

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Rune is one folded rune and the bytes of the original text that it stands for.
type Rune struct {
	R          rune
	Start, End int
}

// Fold makes spellings of running text alike: NFKC, lower case, usual kanji for old ones, one kind of dash after
// katakana, the repeated kanji for 々. Signs nobody sees (zero width, direction, variation selectors) vanish; the
// rune before them covers their bytes. Byte ranges never go backwards and never leave the text.
func Fold(text string) []Rune {
	f := folder{table: variants(), out: make([]Rune, 0, len(text)/2)}
	for at := 0; at < len(text); {
		if n := norm.NFKC.QuickSpanString(text[at:]); n > 0 {
			f.plain(text, at, at+n)
			at += n
			continue
		}
		n := norm.NFKC.NextBoundaryInString(text[at:], true)
		if n <= 0 {
			n = len(text) - at
		}
		f.segment(text[at:at+n], at)
		at += n
	}
	return f.out
}

// FoldString is Fold without the ranges.
func FoldString(text string) string { return String(Fold(text)) }

// String joins folded runes.
func String(runes []Rune) string {
	var b strings.Builder
	b.Grow(3 * len(runes))
	for _, r := range runes {
		b.WriteRune(r.R)
	}
	return b.String()
}

type folder struct {
	table map[rune]rune
	out   []Rune
}

// plain adds text that is in NFKC already.
func (f *folder) plain(text string, at, end int) {
	for at < end {
		r, size := utf8.DecodeRuneInString(text[at:end])
		f.add(r, at, at+size)
		at += size
	}
}

// segment adds one normalisation segment. Runes that came out one for one keep their own range; where NFKC joined
// or split, all of them share the segment's.
func (f *folder) segment(segment string, at int) {
	normal := norm.NFKC.String(segment)
	if utf8.RuneCountInString(normal) == utf8.RuneCountInString(segment) {
		start := at
		rest := segment
		for _, r := range normal {
			_, size := utf8.DecodeRuneInString(rest)
			f.add(r, start, start+size)
			start, rest = start+size, rest[size:]
		}
		return
	}
	for _, r := range normal {
		f.add(r, at, at+len(segment))
	}
}

// add folds one rune and appends it.
func (f *folder) add(r rune, start, end int) {
	if r == utf8.RuneError || invisible(r) {
		if n := len(f.out); n > 0 && f.out[n-1].End == start {
			f.out[n-1].End = end
		}
		return
	}
	if unicode.IsControl(r) {
		r = ' '
	}
	r = unicode.ToLower(r)
	if to, ok := f.table[r]; ok {
		r = to
	}
	if n := len(f.out); n > 0 {
		switch last := f.out[n-1].R; {
		case dash(r) && katakana(last):
			r = 'ー'
		case r == '々' && kanji(last):
			r = last
		}
	}
	f.out = append(f.out, Rune{r, start, end})
}

// invisible tells signs that a reader does not see: they neither match nor separate.
func invisible(r rune) bool {
	switch {
	case r == 0xAD, r == 0xFEFF, r == 0x2060, r == 0x180E, r == 0x034F:
	case 0x200B <= r && r <= 0x200F, 0x202A <= r && r <= 0x202E, 0x2066 <= r && r <= 0x2069:
	case 0xFE00 <= r && r <= 0xFE0F, 0xE0100 <= r && r <= 0xE01EF, 0xE0000 <= r && r <= 0xE007F:
	default:
		return false
	}
	return true
}

func dash(r rune) bool {
	switch r {
	case '-', '‐', '‑', '–', '—', '―', '−', '─', '━', 'ｰ':
		return true
	}
	return false
}

func katakana(r rune) bool { return 'ァ' <= r && r <= 'ヺ' || r == 'ー' }
func hiragana(r rune) bool { return 'ぁ' <= r && r <= 'ゖ' }
func kanji(r rune) bool    { return unicode.Is(unicode.Han, r) && r != '々' && r != '〆' }

// latin tells letters and digits that stand together as one word, such as 1on1 or covid19.
func latin(r rune) bool {
	return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' ||
		r > 0x7F && r < 0x0590 && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// Latin tells whether text has no letter but Latin ones and digits.
func Latin(text string) bool {
	for _, r := range Fold(text) {
		if wordy(r.R) && !latin(r.R) {
			return false
		}
	}
	return true
}

// wordy tells runes that can be part of a word at all.
func wordy(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) || r == 'ー'
}

// ToHiragana turns a katakana rune into hiragana.
func ToHiragana(r rune) rune {
	if 'ァ' <= r && r <= 'ヶ' {
		return r - ('ァ' - 'ぁ')
	}
	return r
}
