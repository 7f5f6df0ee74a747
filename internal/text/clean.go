// Package text treats what people write: it cleans and measures single lines and blocks, and renders Markdown to HTML
// that is safe to put into a page.
//
// What stays true: text is stored as it was typed but for control and bidi characters, which only serve to deceive;
// variant selectors, surrogate-plane kanji and half-width kana are kept. HTML leaves this package sanitised, without
// ids, names, styles, pictures and raw HTML of its writer, however hostile the Markdown.
package text

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/manetomo/manetomo/internal/apperr"
)

// Limits of the contract (§5), in characters as people count them.
const (
	MaxTitle   = 200
	MaxSummary = 1_000
	MaxSection = 100_000
	MaxPost    = 20_000
)

// Line cleans a text of one line and checks that it has 1 to most characters. label is what the field is called on the
// page. An empty text answers with an Invalid error of the field; use Optional where it may be empty.
func Line(field, label, s string, most int) (string, error) {
	s = clean(s, false)
	if !visible(s) {
		return "", apperr.At(field, label+"を書いてください。")
	}
	return s, within(field, label, s, most)
}

// Block is Line for a text of several lines.
func Block(field, label, s string, most int) (string, error) {
	s = clean(s, true)
	if !visible(s) {
		return "", apperr.At(field, label+"を書いてください。")
	}
	return s, within(field, label, s, most)
}

// OptionalLine is Line for a field that may be left empty.
func OptionalLine(field, label, s string, most int) (string, error) {
	if s = clean(s, false); !visible(s) {
		return "", nil
	}
	return s, within(field, label, s, most)
}

// OptionalBlock is Block for a field that may be left empty.
func OptionalBlock(field, label, s string, most int) (string, error) {
	if s = clean(s, true); !visible(s) {
		return "", nil
	}
	return s, within(field, label, s, most)
}

func within(field, label, s string, most int) error {
	if n := Count(s); n > most || len(s) > 8*most { // a character with its marks is rarely more than 8 bytes
		return apperr.At(field, fmt.Sprintf("%sは%s文字以内にしてください。（いまは%s文字です）", label, thousands(most), thousands(n)))
	}
	return nil
}

// Count counts characters as people do: selectors of variants, joiners and combining marks belong to the character
// before them.
func Count(s string) int {
	n := 0
	for _, r := range s {
		if !unicode.Is(unicode.Mn, r) && r != '\u200d' && r != '\r' {
			n++
		}
	}
	return n
}

// Cut shortens s to at most n characters and marks the cut; it never splits a character from its marks.
func Cut(s string, n int) string {
	if Count(s) <= n {
		return s
	}
	count := 0
	for i, r := range s {
		if !unicode.Is(unicode.Mn, r) && r != '\u200d' {
			if count++; count > n-1 {
				return strings.TrimRightFunc(s[:i], unicode.IsSpace) + "…"
			}
		}
	}
	return s
}

// Key is what e-mail addresses are compared by: casefold(NFKC(trim(s))).
func Key(email string) string {
	return cases.Fold().String(norm.NFKC.String(strings.TrimSpace(email)))
}

// Storable tells whether s can be stored at all: valid UTF-8 without NUL. Anything else is refused at the edge.
func Storable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// clean drops what is neither seen nor meant: C0, C1 and bidi controls, and line ends in a single line. Blanks around
// the text go; within it they stay, since poems and tables may need them.
func clean(s string, lines bool) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ReplaceAll(s, "\r", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			if lines {
				return r
			}
			return ' '
		case unicode.Is(unicode.Cc, r), bidi(r), r == '\ufeff', r == '\u2028', r == '\u2029', r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
	if lines {
		return strings.TrimRightFunc(strings.Trim(s, "\n"), unicode.IsSpace)
	}
	return strings.TrimSpace(s)
}

func bidi(r rune) bool {
	return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' || r == '\u200e' || r == '\u200f' || r == '\u061c'
}

// visible tells whether anything of s shows on paper.
func visible(s string) bool {
	for _, r := range s {
		switch {
		case unicode.IsSpace(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Mn, r), r == '\u3164', r == '\u115f', r == '\u1160', r == '\u2800':
		default:
			return true
		}
	}
	return false
}

func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
