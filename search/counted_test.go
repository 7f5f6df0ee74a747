package search

import (
	"slices"
	"testing"

	"github.com/manetomo/manetomo/search/japanese"
)

func TestCountedWordsAreThoseOfTheTextAndTheStopsOfNow(t *testing.T) {
	<-japanese.Load()
	var known countedTexts
	plain := NewVocabulary(nil)
	names := func(terms []strong) (list []string) {
		for _, s := range terms {
			list = append(list, s.term)
		}
		return list
	}
	first := names(known.words([]string{"窓口の改革", "窓口と朝礼"}, plain))
	if again := names(known.words([]string{"窓口の改革", "窓口と朝礼"}, plain)); !slices.Equal(first, again) || !slices.Contains(first, "窓口") {
		t.Errorf("first %v, then %v", first, again)
	}
	if other := names(known.words([]string{"窓口の改革", "窓口と会議"}, plain)); slices.Equal(first, other) {
		t.Errorf("another text has the words of the first: %v", other)
	}
	terms := known.words([]string{"窓口の改革", "窓口と朝礼"}, plain)
	terms[0].weight = 0 // as a search does with its own copy
	if kept := known.words([]string{"窓口の改革", "窓口と朝礼"}, plain); kept[0].weight == 0 {
		t.Error("one search's weights are another's")
	}
	stops := NewVocabulary([]Group{{Term: "窓口", Stop: true}})
	if now := names(known.words([]string{"窓口の改革", "窓口と朝礼"}, stops)); slices.Contains(now, "窓口") {
		t.Errorf("a word that says little by now still counts: %v", now)
	}
	if len(known.known) != 2 {
		t.Errorf("%d texts are known; want 2", len(known.known))
	}
}
