package japanese

import "unicode/utf8"

// Gram is a term of one or two runes over the loose fold.
type Gram struct {
	Term       string
	Start, End int
	Pos        int
}

// Grams cuts text into every pair of neighbouring runes and, when singles is set, every rune, never across a sign
// or a blank. Singles are for the index only: a query of two runes or more is looked up by its pairs.
func Grams(runes []Rune, singles bool) []Gram {
	runes = Loose(runes)
	grams := make([]Gram, 0, 2*len(runes))
	text := String(runes) // every term is a piece of it: no memory of its own for each of thousands
	pos, from := 0, 0
	for i, r := range runes {
		at := from
		from += utf8.RuneLen(r.R)
		if !wordy(r.R) {
			pos += 2 // breaks the phrase
			continue
		}
		if singles {
			grams = append(grams, Gram{text[at:from], r.Start, r.End, pos})
		}
		if i+1 < len(runes) && wordy(runes[i+1].R) {
			next := runes[i+1]
			grams = append(grams, Gram{text[at : from+utf8.RuneLen(next.R)], r.Start, max(r.End, next.End), pos})
		}
		pos++
	}
	return grams
}

// Loose folds further than running text allows, for the n-grams only: katakana to hiragana, the ヶ and の of place
// names to one letter between kanji or digits, spellings of one surname to one, no long mark at the end of katakana.
func Loose(runes []Rune) []Rune {
	out := make([]Rune, 0, len(runes))
	names := nameVariants()
	for i, r := range runes {
		switch {
		case r.R == 'ー' && !(i+1 < len(runes) && (katakana(runes[i+1].R) || hiragana(runes[i+1].R))):
			if n := len(out); n > 0 && i > 0 && katakana(runes[i-1].R) {
				out[n-1].End = r.End
				continue
			}
		case i > 0 && i+1 < len(runes) && joins(runes[i-1].R) && joins(runes[i+1].R):
			r.R = looseGap(r.R)
		}
		if to, ok := names[r.R]; ok {
			r.R = to
		}
		r.R = ToHiragana(r.R)
		out = append(out, r)
	}
	return out
}

func joins(r rune) bool { return kanji(r) || '0' <= r && r <= '9' }

// looseGap gives one letter for the forms of が and の in names such as 茅ヶ崎 and 山ノ内.
func looseGap(r rune) rune {
	switch r {
	case 'ヶ', 'ケ', 'が', 'カ', 'か', 'ガ', 'ヵ', '箇', '个', 'ゖ', 'ゕ':
		return 'が'
	case 'ノ', 'の', '之', '乃':
		return 'の'
	}
	return r
}
