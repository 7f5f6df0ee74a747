package search

import (
	"strconv"

	"github.com/manetomo/manetomo/search/japanese"
)

// What an alternative counts beside the word as it was typed.
const (
	unitsFactor   = 0.8 // all parts somewhere, not as typed together
	looseFactor   = 0.5 // the pieces of one part, apart
	nearFactor    = 0.5 // a near word
	readingFactor = 0.8
	alikeFactor   = 0.7 // づ for ず
	laxFactor     = 0.5
	gramFactor    = 0.6
	placeScore    = 9 // the thing is from there: more than any mention
	insideScore   = 5 // it is from inside the prefecture
	yearScore     = 5
)

// wordExact gives the documents that hold a word as typed: the one alternative of a phrase and of an exclusion.
func (e *evaluator) wordExact(p wordPlan) ([]scored, error) {
	if len(p.units) == 0 {
		return e.wordGrams(p)
	}
	l, err := e.phrase(kindWord, p.units[0].places)
	return l.docs, err
}

// wordGrams gives the documents that hold a word's letters.
func (e *evaluator) wordGrams(p wordPlan) ([]scored, error) {
	if len(p.grams) == 0 {
		return nil, nil
	}
	l, err := e.phrase(gramKind(p.grams), p.grams)
	return l.docs, err
}

// word gives the documents a word matches in the first stage: as typed, by its parts, by near words, by reading,
// by place and year. The best alternative counts, and that a thing is from the place or year adds to it.
func (e *evaluator) word(p *wordPlan) ([]scored, error) {
	if p.Phrase || p.Exclude {
		return e.wordExact(*p)
	}
	var ways []factored
	if len(p.units) > 0 {
		units, err := e.allOf(len(p.units), func(i int) (int, error) { return e.unitCount(p.units[i]) },
			func(i int) ([]scored, error) { return e.unit(p.units[i]) })
		if err != nil {
			return nil, err
		}
		if len(p.units) == 1 {
			ways = append(ways, factored{units, 1})
		} else {
			whole, err := e.phrase(kindWord, p.whole)
			if err != nil {
				return nil, err
			}
			ways = append(ways, factored{whole.docs, 1.2}, factored{units, unitsFactor})
		}
	}
	readings, err := e.readings(p)
	if err != nil {
		return nil, err
	}
	ways = append(ways, readings...)
	docs := e.best(ways...)
	return e.add(docs, e.facts(p.places, p.Year)), nil
}

// unit gives the documents a part of a word matches.
func (e *evaluator) unit(u unitPlan) ([]scored, error) {
	l, err := e.phrase(kindWord, u.places)
	if err != nil {
		return nil, err
	}
	ways := []factored{{l.docs, 1}}
	if len(u.places) > 1 && u.named == nil { // 府中 and 市 apart are not 府中市
		pieces, err := e.allOf(len(u.places), func(i int) (int, error) { return e.frequency(kindWord, u.places[i].term) },
			func(i int) ([]scored, error) {
				piece, err := e.term(kindWord, u.places[i].term)
				return piece.docs, err
			})
		if err != nil {
			return nil, err
		}
		ways = append(ways, factored{pieces, looseFactor})
	}
	for _, near := range u.near {
		n, err := e.phrase(kindWord, near)
		if err != nil {
			return nil, err
		}
		ways = append(ways, factored{n.docs, nearFactor})
	}
	return e.add(e.best(ways...), e.facts(u.named, 0)), nil
}

// facts gives the documents that are from the places or of the year that a word names.
func (e *evaluator) facts(places []Place, fiscal int) []scored {
	if len(places) == 0 && fiscal == 0 {
		return nil
	}
	taken := map[int32]bool{} // by something that counts more
	var out []scored
	add := func(facet int, value string, score float32) {
		number := e.cols.number(facet, value)
		if number == 0 {
			return
		}
		for _, doc := range e.cols.having(facet, number) {
			if !taken[doc] {
				taken[doc] = true
				out = append(out, scored{doc, score})
			}
		}
	}
	for _, place := range places {
		add(municipalityFacet, place.Code, placeScore)
	}
	for _, place := range places {
		add(prefectureFacet, place.Prefecture, insideScore)
	}
	if fiscal != 0 {
		add(yearFacet, strconv.Itoa(fiscal), yearScore)
	}
	return out
}

// add joins two lists by the sum of their scores.
func (e *evaluator) add(a, b []scored) []scored {
	if len(b) == 0 {
		return a
	}
	touched := e.touched[:0]
	for _, docs := range [][]scored{a, b} {
		for _, d := range docs {
			if e.acc[d.doc] == 0 {
				touched = append(touched, d.doc)
			}
			e.acc[d.doc] += max(d.score, 1e-6)
		}
	}
	return e.drain(touched)
}

// maxPieces bounds how many ways to cut a reading into the index's readings are tried.
const maxPieces = 6

// readings gives the documents whose words read like a word in kana, exactly and loosely. Which words that could be is found
// by cutting it into readings that the index holds.
func (e *evaluator) readings(p *wordPlan) ([]factored, error) {
	if p.kana == "" {
		return nil, nil
	}
	p.cuts = nil
	var ways []factored
	type way struct {
		kind, text string
		factor     float32
	}
	texts := []way{{kindReading, p.kana, readingFactor}, {kindLax, japanese.LooseReading(p.kana), laxFactor}}
	for _, other := range japanese.Alike(p.kana) {
		texts = append(texts, way{kindReading, other, alikeFactor})
	}
	for _, way := range texts {
		cuts, err := e.cuts(way.kind, []rune(way.text))
		if err != nil {
			return nil, err
		}
		for _, cut := range cuts {
			p.cuts = append(p.cuts, readingCut{way.kind, cut})
			l, err := e.phrase(way.kind, cut)
			if err != nil {
				return nil, err
			}
			ways = append(ways, factored{l.docs, way.factor})
		}
	}
	return ways, nil
}

// cuts gives the ways to cut text into terms of the index, fewest pieces first.
func (e *evaluator) cuts(kind string, text []rune) ([][]place, error) {
	const longest = 12 // runes of one reading
	if len(text) < 2 || len(text) > 40 {
		return nil, nil
	}
	// ways[i] holds the best cuts of text[:i]
	ways := make([][][]place, len(text)+1)
	ways[0] = [][]place{nil}
	for end := 1; end <= len(text); end++ {
		for start := max(0, end-longest); start < end; start++ {
			if len(ways[start]) == 0 {
				continue
			}
			term := string(text[start:end])
			ok, err := e.exists(kind, term)
			if err != nil {
				return nil, err
			}
			if !ok {
				continue
			}
			for _, before := range ways[start] {
				if len(before) < 4 {
					cut := append(before[:len(before):len(before)], place{term, len(before)})
					ways[end] = append(ways[end], cut)
				}
			}
		}
		ways[end] = fewest(ways[end])
	}
	return ways[len(text)], nil
}

// fewest keeps the cuts with the fewest pieces.
func fewest(cuts [][]place) [][]place {
	for i := 1; i < len(cuts); i++ {
		for j := i; j > 0 && len(cuts[j]) < len(cuts[j-1]); j-- {
			cuts[j], cuts[j-1] = cuts[j-1], cuts[j]
		}
	}
	return cuts[:min(len(cuts), maxPieces)]
}
