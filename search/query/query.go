// Package query reads what people type into the search box. It never refuses: whatever cannot be understood is
// searched as it stands, and what was left out is told as a hint.
//
// Words are parted by blanks of any width; "…" and 「…」 keep a phrase together; a leading minus excludes. Fiscal
// years in any of the ways they are written (令和5年度, R5, 2023年度, 第18期) are understood as years.
package query

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of contract §5.
const (
	MaxRunes = 2000
	MaxWords = 64
)

// ManyWords tells that only the first were searched for.
const ManyWords = "ことばが多いため、はじめの64語で探しました。"

// Query is what was understood.
type Query struct {
	Text  string // what was searched for, within the limits
	Words []Word
	Hints []string // sentences for the person, about what was left out
}

// Word is one piece of a query.
type Word struct {
	Text    string
	Phrase  bool // stood in quotes: exactly this
	Exclude bool // had a minus
	Year    int  // the fiscal year it names, or 0
}

// Empty tells whether nothing is asked for.
func (q Query) Empty() bool { return len(q.Words) == 0 }

// Parse reads text.
func Parse(text string) Query {
	var q Query
	text = strings.ToValidUTF8(text, "")
	if utf8.RuneCountInString(text) > MaxRunes {
		text = string([]rune(text)[:MaxRunes])
		q.Hints = append(q.Hints, "検索のことばが長いため、はじめの2,000文字で探しました。")
	}
	q.Text = strings.TrimFunc(text, blank)
	s := scanner{rest: q.Text}
	for {
		word, ok := s.next()
		if !ok {
			break
		}
		if len(q.Words) == MaxWords {
			q.Hints = append(q.Hints, ManyWords)
			break
		}
		q.Words = append(q.Words, word)
	}
	if len(q.Words) == 0 && q.Text != "" {
		q.Hints = append(q.Hints, "探すことばを、文字か数字で入れてください。")
	}
	if len(q.Words) > 0 && !hasWanted(q.Words) {
		q.Hints = append(q.Hints, "「-」を付けたことばのほかに、探すことばも入れると見つけやすくなります。")
	}
	return q
}

func hasWanted(words []Word) bool {
	for _, w := range words {
		if !w.Exclude {
			return true
		}
	}
	return false
}

type scanner struct{ rest string }

// next gives the next word that holds at least one letter or digit.
func (s *scanner) next() (Word, bool) {
	for {
		s.rest = strings.TrimLeftFunc(s.rest, blank)
		if s.rest == "" {
			return Word{}, false
		}
		var w Word
		if after, found := cutMinus(s.rest); found {
			w.Exclude, s.rest = true, after
		}
		if inner, after, found := cutQuoted(s.rest); found {
			w.Text, w.Phrase, s.rest = inner, true, after
		} else {
			end := strings.IndexFunc(s.rest, func(r rune) bool { return blank(r) || opens(r) })
			switch {
			case end < 0:
				w.Text, s.rest = s.rest, ""
			case end == 0: // a quote that never closes: a sign like any other
				_, n := utf8.DecodeRuneInString(s.rest)
				s.rest = s.rest[n:]
				continue
			default:
				w.Text, s.rest = s.rest[:end], s.rest[end:]
			}
		}
		w.Text = strings.TrimFunc(w.Text, blank)
		if !strings.ContainsFunc(w.Text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
			continue
		}
		if !w.Phrase {
			w.Year, _ = Year(w.Text)
		}
		return w, true
	}
}

// blank tells what parts words: blanks, control signs and the comma of a list.
func blank(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || r == '、' || r == ',' || r == '，'
}

// closing gives the sign that ends a phrase, for each sign that begins one.
var closing = map[rune]string{'"': `"`, '“': "”", '”': "”", '＂': "＂", '「': "」", '『': "』", '｢': "｣"}

func opens(r rune) bool { _, ok := closing[r]; return ok }

func cutQuoted(s string) (inner, after string, found bool) {
	r, n := utf8.DecodeRuneInString(s)
	end, ok := closing[r]
	if !ok {
		return "", "", false
	}
	if inner, after, found = strings.Cut(s[n:], end); !found {
		return "", "", false
	}
	return inner, after, true
}

// cutMinus takes a minus off a word; a minus by itself is a sign.
func cutMinus(s string) (after string, found bool) {
	for _, minus := range []string{"-", "－", "−", "‐"} {
		if after, found := strings.CutPrefix(s, minus); found {
			r, _ := utf8.DecodeRuneInString(after)
			if unicode.IsLetter(r) || unicode.IsDigit(r) || opens(r) {
				return after, true
			}
		}
	}
	return s, false
}
