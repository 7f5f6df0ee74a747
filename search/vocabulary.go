package search

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strings"

	"github.com/manetomo/manetomo/search/japanese"
)

// vocabularyCSV is the list of near words to begin with; moderators edit their copy of it.
//
//go:embed vocabulary.csv
var vocabularyCSV string

// Vocabulary holds groups of words that mean nearly the same. It is used when a query is read, so that a change
// counts at once and nothing is indexed again.
type Vocabulary struct {
	groups [][]string     // the terms of each group that may stand for one another
	byTerm map[string]int // folded term → group
	Terms  []Term
	keys   []termKey
}

// termKey is a term folded for looking up what begins with something.
type termKey struct {
	Term
	key, reading string
}

// Term is a word of the field with its reading, for suggestions.
type Term struct{ Text, Reading string }

// DefaultVocabulary is the embedded list.
func DefaultVocabulary() *Vocabulary {
	v, err := ReadVocabulary(vocabularyCSV)
	if err != nil {
		panic("vocabulary.csv: " + err.Error()) // embedded: a broken file is a broken build
	}
	return v
}

// ReadVocabulary reads a list in the form of vocabulary.csv: id, canonical, reading, synonyms, weak, category, note.
// Weak terms are too general to stand for others.
func ReadVocabulary(text string) (*Vocabulary, error) {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read vocabulary: %w", err)
	}
	v := &Vocabulary{byTerm: map[string]int{}}
	for _, row := range rows[min(1, len(rows)):] {
		weak := map[string]bool{}
		for t := range strings.SplitSeq(row[4], "|") {
			weak[t] = true
		}
		var group []string
		for _, t := range append([]string{row[1]}, strings.Split(row[3], "|")...) {
			if t == "" || weak[t] {
				continue
			}
			group = append(group, t)
			v.byTerm[vocabularyKey(t)] = len(v.groups)
		}
		v.groups = append(v.groups, group)
		term := Term{row[1], row[2]}
		v.Terms = append(v.Terms, term)
		v.keys = append(v.keys, termKey{term, vocabularyKey(term.Text), vocabularyKey(term.Reading)})
	}
	return v, nil
}

// Near gives the words that may stand for term, without term itself.
func (v *Vocabulary) Near(term string) []string {
	if v == nil {
		return nil
	}
	key := vocabularyKey(term)
	g, ok := v.byTerm[key]
	if !ok {
		return nil
	}
	var near []string
	for _, t := range v.groups[g] {
		if vocabularyKey(t) != key {
			near = append(near, t)
		}
	}
	return near
}

// vocabularyKey folds a term so that spellings of it meet.
func vocabularyKey(term string) string {
	var b strings.Builder
	for _, r := range japanese.Loose(japanese.Fold(term)) {
		if r.R != ' ' && r.R != '・' {
			b.WriteRune(r.R)
		}
	}
	return b.String()
}
