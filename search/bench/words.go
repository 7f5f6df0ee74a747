package bench

import (
	"math/rand/v2"
	"strings"
	"unicode"

	"github.com/ikawaha/kagome-dict/ipa"

	"github.com/manetomo/manetomo/search"
)

// Words of a made-up archive: as many different ones as a real archive has, since a handful of words in every document
// would make each query match everything.
const (
	vocabularySize = 30_000
	fieldWords     = 300 // of the field, among the first ranks
)

// nouns gives words by rank, the same for the same source of chance: nouns of the dictionary and, among the frequent
// ones, those of the field.
func nouns(chance *rand.Rand) []string {
	words := dictionaryNouns()
	chance.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
	words = words[:min(len(words), vocabularySize)]
	var field []string
	for _, t := range search.DefaultVocabulary().Terms {
		field = append(field, t.Text)
	}
	chance.Shuffle(len(field), func(i, j int) { field[i], field[j] = field[j], field[i] })
	for i, w := range field[:min(len(field), fieldWords)] {
		words[4*i+3] = w
	}
	return words
}

// dictionaryNouns gives the plain nouns of two to four letters that are not in hiragana, in the dictionary's order.
func dictionaryNouns() []string {
	d := ipa.Dict()
	id := func(name string) int {
		for i, n := range d.POSTable.NameList {
			if n == name {
				return i
			}
		}
		return -1
	}
	noun, common, verbal := id("名詞"), id("一般"), id("サ変接続")
	base := int(d.ContentsMeta["_base"] - d.ContentsMeta["_pos_hierarchy"])
	var words []string
	for i, features := range d.Contents {
		pos := d.POSTable.POSs[i]
		if len(pos) < 2 || int(pos[0]) != noun || int(pos[1]) != common && int(pos[1]) != verbal || base >= len(features) {
			continue
		}
		w := features[base]
		if n := len([]rune(w)); n < 2 || n > 4 || strings.ContainsFunc(w, func(r rune) bool {
			return !unicode.In(r, unicode.Han, unicode.Katakana)
		}) {
			continue
		}
		if len(words) == 0 || words[len(words)-1] != w {
			words = append(words, w)
		}
	}
	return words
}
