package search

import (
	"strings"

	"github.com/manetomo/manetomo/search/japanese"
	"github.com/manetomo/manetomo/search/query"
)

// What a piece of a run of kana costs: of several ways to cut it the cheapest counts. A word of the field and a town are
// known to be words; a reading of the index can be a part of any.
const (
	knownPiece    = 1.0
	readingPiece  = 1.6
	particlePiece = 0.6
)

// Lengths of pieces in kana.
const (
	shortestKnown   = 2
	shortestReading = 3
	longestPiece    = 14
	longestRun      = 30
	mostRuns        = 4 // so many of a query's words are cut: it costs some hundred looks into the index
)

// apart cuts words that were typed together in kana or romaji (ひとづくりじんじ) into words: those of the field, towns, and
// what is read so somewhere that the viewer may read. It gives nothing for what is one word or cannot be cut without a rest.
func (s *searching) apart(p *wordPlan) ([]wordPlan, error) {
	run := []rune(p.kana)
	if len(run) < 2*shortestKnown || len(run) > longestRun || p.Phrase || p.Exclude {
		return nil, nil
	}
	type way struct {
		cost  float64
		from  int
		word  string // "" for a particle
		words int
	}
	best := make([]*way, len(run)+1)
	best[0] = &way{}
	for end := 1; end <= len(run); end++ {
		for start := max(0, end-longestPiece); start < end; start++ {
			before := best[start]
			if before == nil {
				continue
			}
			word, cost, err := s.piece(string(run[start:end]), end-start, start > 0 && before.word != "" && end < len(run))
			if err != nil {
				return nil, err
			}
			if cost == 0 || best[end] != nil && best[end].cost <= before.cost+cost {
				continue
			}
			next := &way{before.cost + cost, start, word, before.words}
			if word != "" {
				next.words++
			}
			best[end] = next
		}
	}
	last := best[len(run)]
	if last == nil || last.words < 2 {
		return nil, nil
	}
	plans := make([]wordPlan, last.words)
	for at := last; at.words > 0; at = best[at.from] {
		if at.word != "" {
			plans[at.words-1] = planWord(query.Word{Text: at.word}, s.vocabulary, s.resolve)
		}
	}
	return plans, nil
}

// piece tells what a piece of a run of kana is as a word, and what it costs; 0 if it is none.
func (s *searching) piece(kana string, n int, between bool) (word string, cost float64, err error) {
	if n == 1 && between && strings.Contains("のとをにでがはもやへ", kana) {
		return "", particlePiece, nil
	}
	if n < shortestKnown {
		return "", 0, nil
	}
	if word := s.vocabulary.Read(kana); word != "" {
		return word, knownPiece, nil
	}
	if n < shortestReading {
		return "", 0, nil
	}
	if s.resolve != nil && len(s.resolve(kana)) > 0 {
		return kana, knownPiece, nil
	}
	for _, way := range append([]string{kana}, japanese.Alike(kana)...) {
		cuts, err := s.cuts(kindReading, []rune(way))
		if err != nil {
			return "", 0, err
		}
		for _, cut := range cuts {
			found, err := s.phrase(kindReading, cut)
			if err != nil {
				return "", 0, err
			}
			if len(found.docs) > 0 {
				return way, readingPiece, nil
			}
		}
	}
	return "", 0, nil
}

// cutApart puts the pieces of runs of kana in the place of the runs; changed tells whether there are any.
func (s *searching) cutApart(wanted []*wordPlan) (out []*wordPlan, changed bool, err error) {
	runs := 0
	for _, p := range wanted {
		var pieces []wordPlan
		if p.kana != "" && runs < mostRuns {
			runs++
			if pieces, err = s.apart(p); err != nil {
				return nil, false, err
			}
		}
		if len(pieces) == 0 {
			out = append(out, p)
			continue
		}
		changed = true
		for i := range pieces {
			out = append(out, &pieces[i])
		}
	}
	return out, changed, nil
}

// Read gives the word of the field that is read so.
func (v *Vocabulary) Read(kana string) string {
	if v == nil {
		return ""
	}
	return v.byReading[vocabularyKey(kana)]
}

// readable tells whether a reading is one: nothing but kana.
func readable(reading string) bool {
	_, roman, ok := japanese.Kana(reading)
	return ok && !roman
}
