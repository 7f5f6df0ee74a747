package file

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/manetomo/manetomo/internal/file/pdfium"
)

// Find looks for the words of a query in the text of pages and says where on the picture they stand. It takes the
// query as it was typed into the search box: marks of the query language are passed over, letters of any width and
// case are alike.
func Find(pages []Page, query string) []Hit {
	terms := terms(query)
	if len(terms) == 0 {
		return nil
	}
	var hits []Hit
	for _, p := range pages {
		found := findIn(p, terms)
		if len(found) == 0 {
			found = findInText(p, terms)
		}
		hits = append(hits, found...)
		if len(hits) >= maxHits {
			return hits[:maxHits]
		}
	}
	return hits
}

// Hit is one place where a word of a query stands.
type Hit struct {
	Page                int
	Boxes               [][4]int // per mille of the shown page; more than one where the word is broken over lines; none where people wrote the text
	Before, Text, After string   // what stands around it
}

const (
	maxHits   = 200
	maxTerms  = 16
	around    = 12 // letters of the text beside a hit
	fieldMark = ":："
)

// terms are the words of a query that are looked for, folded.
func terms(query string) []string {
	var list []string
	for _, w := range strings.FieldsFunc(query, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("\"“”「」『』()（）", r)
	}) {
		if strings.HasPrefix(w, "-") || strings.HasPrefix(w, "－") || strings.ContainsAny(w, fieldMark) || w == "OR" || w == "AND" {
			continue
		}
		if w = strings.TrimRight(fold(w), "*"); w != "" && len(list) < maxTerms {
			list = append(list, w)
		}
	}
	return list
}

func fold(s string) string { return strings.ToLower(norm.NFKC.String(s)) }

// letter is one folded letter of a page and where it comes from.
type letter struct {
	r          rune
	word       int
	index, all int // the how manyth letter of its word, of how many
}

// lettersOf lists the letters of a page, folded, without blanks: a phrase is found over a line's end.
func lettersOf(words []pdfium.Word) []letter {
	var list []letter
	for w, word := range words {
		runes := []rune(word.Text)
		for i, r := range runes {
			for _, f := range fold(string(r)) {
				if !unicode.IsSpace(f) {
					list = append(list, letter{f, w, i, len(runes)})
				}
			}
		}
	}
	return list
}

func findIn(p Page, terms []string) []Hit {
	letters := lettersOf(p.Words)
	runes := make([]rune, len(letters))
	for i, l := range letters {
		runes[i] = l.r
	}
	var hits []Hit
	for at := 0; at < len(runes) && len(hits) < maxHits; {
		n := longest(runes[at:], terms)
		if n == 0 {
			at++
			continue
		}
		found := letters[at : at+n]
		hits = append(hits, Hit{Page: p.Number, Boxes: boxes(p.Words, found), Before: original(p.Words, letters, at-around, at),
			Text: original(p.Words, letters, at, at+n), After: original(p.Words, letters, at+n, at+n+around)})
		at += n
	}
	return hits
}

// findInText looks in the text alone: what people wrote of a page may hold words that the machine did not place.
func findInText(p Page, terms []string) (hits []Hit) {
	for line := range strings.SplitSeq(p.Text, "\n") {
		plain := pdfium.Word{Text: line}
		for _, h := range findIn(Page{Number: p.Number, Words: []pdfium.Word{plain}}, terms) {
			h.Boxes = nil
			hits = append(hits, h)
		}
	}
	return hits
}

// longest is the length of the longest term that the text begins with.
func longest(text []rune, terms []string) int {
	best := 0
	for _, t := range terms {
		term := []rune(t)
		if len(term) > best && len(term) <= len(text) && string(text[:len(term)]) == t {
			best = len(term)
		}
	}
	return best
}

// boxes frames letters: within a word by their share of its length, which is even in Japanese.
func boxes(words []pdfium.Word, found []letter) [][4]int {
	var list [][4]int
	for i := 0; i < len(found); {
		j := i
		for j < len(found) && found[j].word == found[i].word {
			j++
		}
		list = join(list, part(words[found[i].word].Box, found[i].index, found[j-1].index+1, found[i].all))
		i = j
	}
	return list
}

// part is the part of a word's box from letter from to letter to, of all.
func part(b [4]int, from, to, all int) [4]int {
	side, at := 2, 0 // along the width
	if b[3] > b[2] && all > 1 {
		side, at = 3, 1 // down a column
	}
	start, end := b[side]*from/all, (b[side]*to+all-1)/all
	b[at] += start
	b[side] = max(1, end-start)
	return b
}

// join adds a box, into the last one when it goes on in the same line or column.
func join(list [][4]int, b [4]int) [][4]int {
	if len(list) == 0 {
		return append(list, b)
	}
	l := &list[len(list)-1]
	x0, y0, x1, y1 := min(l[0], b[0]), min(l[1], b[1]), max(l[0]+l[2], b[0]+b[2]), max(l[1]+l[3], b[1]+b[3])
	const slack = 4 // per mille between letters
	sameLine := x1-x0 <= l[2]+b[2]+slack && y1-y0 <= max(l[3], b[3])*5/4
	sameColumn := y1-y0 <= l[3]+b[3]+slack && x1-x0 <= max(l[2], b[2])*5/4
	if sameLine || sameColumn {
		*l = [4]int{x0, y0, x1 - x0, y1 - y0}
		return list
	}
	return append(list, b)
}

// original is the text of letters from to to as it stands on the page.
func original(words []pdfium.Word, letters []letter, from, to int) string {
	var b strings.Builder
	last := letter{word: -1}
	for i := max(0, from); i < min(to, len(letters)); i++ {
		l := letters[i]
		if l.word == last.word && l.index == last.index {
			continue // one character that folds into several
		}
		b.WriteRune([]rune(words[l.word].Text)[l.index])
		last = l
	}
	return b.String()
}
