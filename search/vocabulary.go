package search

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"

	"github.com/manetomo/manetomo/search/japanese"
)

// vocabularyCSV is the list of near words to begin with; what moderators change stands beside it (internal/vocabulary).
//
//go:embed vocabulary.csv
var vocabularyCSV string

// Group is a word of the field with the words that mean nearly the same (近いことば), or, as a Stop, a word that says
// little by itself.
type Group struct {
	ID            string
	Term, Reading string
	Near          []string
	Weak          []string // those of Near that are too general to be looked for instead
	Stop          bool
}

// Vocabulary holds groups of words that mean nearly the same. It is used when a query is read, so that a change
// counts at once and nothing is indexed again. It never changes: a changed list is another Vocabulary.
type Vocabulary struct {
	groups  [][]string       // the terms of each group that may stand for one another
	byTerm  map[string][]int // folded term → groups
	stops   map[string]bool
	Terms   []Term
	keys    []termKey
	spelled []termKey // every word that can be meant, near words too

	byReading map[string]string // folded reading → term
}

// termKey is a term folded for looking up what begins with something.
type termKey struct {
	Term
	key, reading string
}

// Term is a word of the field with its reading, for suggestions.
type Term struct{ Text, Reading string }

// defaultStops are words that a question has whatever it is about.
var defaultStops = []string{"方法", "工夫", "仕方", "やり方", "事例", "取り組み", "取組", "場合", "必要", "実践", "理由"}

// DefaultGroups is the embedded list.
func DefaultGroups() []Group {
	groups, err := readGroups(vocabularyCSV)
	if err != nil {
		panic("vocabulary.csv: " + err.Error()) // embedded: a broken file is a broken build
	}
	for i, word := range defaultStops {
		groups = append(groups, Group{ID: fmt.Sprintf("s%03d", i+1), Term: word, Stop: true})
	}
	return groups
}

// DefaultVocabulary is the embedded list, ready for use.
func DefaultVocabulary() *Vocabulary { return NewVocabulary(DefaultGroups()) }

// readGroups reads a list in the form of vocabulary.csv: id, canonical, reading, synonyms, weak, category, note.
func readGroups(text string) ([]Group, error) {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read vocabulary: %w", err)
	}
	split := func(s string) []string {
		return slices.DeleteFunc(strings.Split(s, "|"), func(s string) bool { return s == "" })
	}
	var groups []Group
	for _, row := range rows[min(1, len(rows)):] {
		groups = append(groups, Group{ID: row[0], Term: row[1], Reading: row[2], Near: split(row[3]), Weak: split(row[4])})
	}
	return groups, nil
}

// NewVocabulary makes groups ready for use.
func NewVocabulary(groups []Group) *Vocabulary {
	v := &Vocabulary{byTerm: map[string][]int{}, stops: map[string]bool{}, byReading: map[string]string{}}
	for _, g := range groups {
		if g.Stop {
			v.stops[vocabularyKey(g.Term)] = true
			continue
		}
		var strong []string
		for _, t := range append([]string{g.Term}, g.Near...) {
			if t == "" || slices.Contains(g.Weak, t) {
				continue
			}
			strong = append(strong, t)
			key := vocabularyKey(t)
			v.byTerm[key] = append(v.byTerm[key], len(v.groups))
		}
		v.groups = append(v.groups, strong)
		term := Term{g.Term, g.Reading}
		v.Terms = append(v.Terms, term)
		v.keys = append(v.keys, termKey{term, vocabularyKey(term.Text), vocabularyKey(term.Reading)})
		for _, t := range strong {
			k := termKey{Term: Term{Text: t}, key: vocabularyKey(t)}
			k.reading = k.key // of kana; writing that is not kana is no reading, and nothing is near to it
			if t == g.Term && g.Reading != "" {
				k.reading = vocabularyKey(g.Reading)
			}
			if readable(t) || t == g.Term && readable(g.Reading) {
				v.byReading[k.reading] = t
			}
			v.spelled = append(v.spelled, k)
		}
	}
	return v
}

// Near gives the words that may stand for term, without term itself.
func (v *Vocabulary) Near(term string) []string {
	if v == nil {
		return nil
	}
	key := vocabularyKey(term)
	var near []string
	for _, g := range v.byTerm[key] {
		for _, t := range v.groups[g] {
			if vocabularyKey(t) != key && !slices.Contains(near, t) {
				near = append(near, t)
			}
		}
	}
	return near
}

// Stop tells whether a word says little by itself: in a question it counts less than the others.
func (v *Vocabulary) Stop(word string) bool { return v != nil && v.stops[vocabularyKey(word)] }

// SameWord tells whether two spellings are one word to the vocabulary.
func SameWord(a, b string) bool { return vocabularyKey(a) == vocabularyKey(b) }

// InWord tells whether a word begins with or holds what was typed, however spelled.
func InWord(word, typed string) bool {
	return strings.Contains(vocabularyKey(word), vocabularyKey(typed))
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

// Key is what spellings of the same words have in common.
func Key(words string) string { return vocabularyKey(words) }
