package search

import (
	"context"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/search/japanese"
	"github.com/manetomo/manetomo/search/query"
)

// didYouMean gives the query with the word that is nearest to one of the field's words replaced by it. Only words
// everybody knows are offered: nothing of what is hidden can be guessed from it.
func (x *Index) didYouMean(_ access.Viewer, q query.Query) string {
	vocabulary := x.Vocabulary()
	if vocabulary == nil || len(q.Words) > 8 {
		return ""
	}
	for _, w := range q.Words {
		if w.Exclude || w.Year != 0 {
			continue
		}
		if near := vocabulary.nearest(w.Text); near != "" {
			out := ""
			for _, o := range q.Words {
				text := o.Text
				if o == w {
					text = near
				}
				if o.Exclude {
					text = "-" + text
				}
				if out != "" {
					out += " "
				}
				out += text
			}
			return out
		}
	}
	return ""
}

// nearest gives the word of the field a few letters away from text in writing or reading, but not text itself.
func (v *Vocabulary) nearest(text string) string {
	key := []rune(vocabularyKey(text))
	if len(key) < 3 || len(key) > 24 {
		return ""
	}
	reading := []rune(vocabularyKey(readingOf(text)))
	best, least := "", 3
	for _, t := range v.spelled {
		if t.key == string(key) {
			return ""
		}
		if bound := min(least, len(key)/3+1); bound > 0 {
			if d := distance(key, []rune(t.key), bound); d < bound {
				best, least = t.Text, d
			}
		}
		if bound := min(least, len(reading)/4+1); len(reading) > 2 && bound > 0 {
			if d := distance(reading, []rune(t.reading), bound); d < bound {
				best, least = t.Text, d
			}
		}
	}
	return best
}

// readingOf gives how a word is read: kana and romaji as they are, the rest by the dictionary; nothing if it does not
// know a part of it.
func readingOf(text string) string {
	if kana, _, ok := japanese.Kana(text); ok {
		return kana
	}
	words, _ := japanese.Words(text)
	whole := ""
	for _, w := range words {
		if w.Reading == "" {
			return ""
		}
		whole += w.Reading
	}
	return whole
}

// distance is how many letters differ, or bound if it is at least that.
func distance(a, b []rune, bound int) int {
	if d := len(a) - len(b); d >= bound || -d >= bound {
		return bound
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, ra := range a {
		diagonal, least := row[0], i+1
		row[0] = i + 1
		for j, rb := range b {
			cost := diagonal
			if ra != rb {
				cost = min(diagonal, row[j], row[j+1]) + 1
			}
			diagonal, row[j+1] = row[j+1], cost
			least = min(least, cost)
		}
		if least >= bound {
			return bound
		}
	}
	return min(row[len(b)], bound)
}

// WaitForDictionary waits until words can be searched: for commands, which run once.
func WaitForDictionary(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-japanese.Load():
		return nil
	}
}

// Near gives near words (近いことば) of the words of a query, to search for instead.
func (x *Index) Near(text string) []string {
	const most = 6
	var out []string
	for _, w := range query.Parse(text).Words {
		if w.Exclude {
			continue
		}
		for _, near := range x.Vocabulary().Near(w.Text) {
			if len(out) < most {
				out = append(out, near)
			}
		}
	}
	return out
}
