package search

import (
	"strings"
	"unicode/utf8"

	"github.com/manetomo/manetomo/search/japanese"
	"github.com/manetomo/manetomo/search/query"
)

// Place is a municipality or prefecture that a word can mean.
type Place struct {
	Code       string // six digits
	Name       string // 塩尻市
	Label      string // with its prefecture, for asking back
	Prefecture string // of a prefecture: its name, so that everything inside of it counts too
}

// wordPlan is a word of the query with everything it may match.
type wordPlan struct {
	query.Word
	units  []unitPlan // its parts of meaning; none if the dictionary is missing or says nothing of it
	whole  []place    // all of its terms in one row, for the phrase of the whole word
	grams  []place
	kana   string // its reading if it is kana or romaji
	cuts   []readingCut
	places []Place
	left   bool // some of it was left out
}

// maxUnits bounds the parts of one word: more is no word but a page without a blank, and its end says nothing new.
const maxUnits = query.MaxWords

// readingCut is one way to cut a reading into readings that the index holds; found while searching, kept for marks.
type readingCut struct {
	kind   string
	places []place
}

// unitPlan is a part of a word that has a meaning of its own: one word of the text, or several that the vocabulary
// knows as one.
type unitPlan struct {
	places []place
	near   [][]place // near words, each as terms of the word field
	texts  []string  // the near words as written, for labels
	weight float32   // how much it says in a question; 1 for a noun
	named  []Place   // what it means as the name of a town inside of a question
}

// plan reads a query with the words and places that are known now.
func (x *Index) plan(q query.Query) []wordPlan { return plan(q, x.Vocabulary(), x.opts.Resolve) }

// plan reads a query into what the index can be asked.
func plan(q query.Query, vocabulary *Vocabulary, resolve func(string) []Place) []wordPlan {
	plans := make([]wordPlan, 0, len(q.Words))
	for _, w := range q.Words {
		plans = append(plans, planWord(w, vocabulary, resolve))
	}
	return plans
}

func planWord(w query.Word, vocabulary *Vocabulary, resolve func(string) []Place) wordPlan {
	p := wordPlan{Word: w}
	runes := japanese.Fold(w.Text)
	p.grams = gramPlaces(runes)
	words, _ := japanese.WordsOf(runes)
	if len(words) > 0 {
		p.whole = wordPlaces(words)
	}
	switch {
	case w.Phrase || w.Exclude:
		if len(words) > 0 {
			p.units = []unitPlan{{places: p.whole}}
		}
		return p
	default:
		p.units = planUnits(w.Text, words, vocabulary, resolve)
		if len(p.units) > maxUnits {
			p.units, p.left = p.units[:maxUnits], true
		}
	}
	if kana, roman, ok := japanese.Kana(w.Text); ok && (len([]rune(kana)) > 1) && !(roman && len(w.Text) < 3) {
		p.kana = kana
	}
	if resolve != nil && w.Year == 0 && len(runes) > 1 {
		p.places = resolve(w.Text)
	}
	return p
}

// planUnits groups words: the longest runs the vocabulary knows, and every other word by itself.
func planUnits(text string, words []japanese.Word, vocabulary *Vocabulary, resolve func(string) []Place) []unitPlan {
	var units []unitPlan
	for i := 0; i < len(words) && len(units) <= maxUnits; { // one more tells that something was left out
		n, near := 1, []string(nil)
		for j := min(len(words), i+8); j > i; j-- {
			if near = vocabulary.Near(text[words[i].Start:words[j-1].End]); near != nil {
				n = j - i
				break
			}
		}
		var named []Place
		if near == nil {
			if town, places := townIn(text, words[i:], len(words), resolve); places != nil {
				n, named = town, places
			}
		}
		u := unitPlan{places: wordPlaces(words[i : i+n]), weight: 1, named: named}
		switch {
		case named != nil:
			u.weight = 1.3
		case near != nil:
			u.weight = 1.3 // a word of the field
		case words[i].Weak || vocabulary.Stop(text[words[i].Start:words[i].End]):
			u.weight = 0.4
		}
		for _, t := range near {
			if w, _ := japanese.Words(t); len(w) > 0 {
				u.near = append(u.near, wordPlaces(w))
				u.texts = append(u.texts, t)
			}
		}
		units = append(units, u)
		i += n
	}
	return units
}

// townIn tells how many of the words that come next are the name of a town or prefecture with its 市, 町, 村 or the like, and
// which that can be: of 塩尻市の窓口 the town is where the thing is from, whether its text names it or not. A name alone
// is looked up with the whole word.
func townIn(text string, words []japanese.Word, of int, resolve func(string) []Place) (n int, places []Place) {
	const longest = 4
	if resolve == nil {
		return 0, nil
	}
	for n = min(longest, len(words), of-1); n > 0; n-- {
		name := text[words[0].Start:words[n-1].End]
		last, size := utf8.DecodeLastRuneInString(name)
		if size < len(name) && strings.ContainsRune("市町村区都道府県", last) {
			if places := resolve(name); len(places) > 0 {
				return n, places
			}
		}
	}
	return 0, nil
}

func wordPlaces(words []japanese.Word) []place {
	places := make([]place, len(words))
	for i, w := range words {
		places[i] = place{w.Term, w.Pos - words[0].Pos}
	}
	return places
}

// gramKind is the kind of term that the letters of a word are looked up as.
func gramKind(grams []place) string {
	if len(grams) == 1 && oneLetter(grams[0].term) {
		return kindLetter
	}
	return kindGram
}

func oneLetter(term string) bool {
	_, size := utf8.DecodeRuneInString(term)
	return size == len(term)
}

// gramPlaces gives the pairs of a text, or its one letter. Text with a sign inside has a gap: the pairs of both
// sides at some distance never match, so only the longest run is asked.
func gramPlaces(runes []japanese.Rune) []place {
	grams := japanese.Grams(runes, false)
	if len(grams) == 0 {
		for _, g := range japanese.Grams(runes, true) {
			return []place{{g.Term, 0}}
		}
		return nil
	}
	places := make([]place, len(grams))
	for i, g := range grams {
		places[i] = place{g.Term, g.Pos - grams[0].Pos}
	}
	return places
}
