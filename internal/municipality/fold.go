package municipality

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// variants maps a character to the one it is read as in names of places (data/variants.csv): old forms to new ones,
// look-alikes, の 之 乃 to one. The signs for が between two kanji are not here: foldName does them.
var variants = sync.OnceValue(func() map[rune]rune {
	m := make(map[rune]rune, 1200)
	for r := range records("variants.csv", 10) {
		if r[4] != "any" && r[4] != "name-only" && r[0] != "v002" {
			continue
		}
		canonical := []rune(r[1])[0]
		for _, v := range list(r[2]) {
			if c := []rune(v); len(c) == 1 && c[0] != canonical {
				m[c[0]] = canonical
			}
		}
	}
	for from, to := range m { // 齊 → 斉 → 斎: go to the end of the chain
		for next, ok := m[to]; ok && next != from; next, ok = m[to] {
			to = next
		}
		m[from] = to
	}
	return m
})

// clean makes what was typed comparable without changing a letter: Unicode compatibility forms, no variation
// selectors, no blanks, dots or brackets.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r), unicode.Is(unicode.Variation_Selector, r), r == 0x200B, r == 0xFEFF:
			return -1
		case strings.ContainsRune("・･、,，/／()（）「」『』[]【】.。", r):
			return -1
		}
		return r
	}, norm.NFKC.String(text))
}

// foldName gives the key under which spellings of one name fall together. Both sides of a comparison go through it,
// so it may be coarse where names allow: 鰺/鯵, 龍/竜, 嶋/島, ヶ/ケ/が between kanji, katakana and hiragana, small
// and large kana, ぢ/じ. It takes cleaned text.
func foldName(cleaned string) string {
	in := []rune(cleaned)
	out := make([]rune, len(in))
	table := variants()
	for i, r := range in {
		switch {
		case strings.ContainsRune("ヶケがガかカヵ箇个", r) && i > 0 && i+1 < len(in) && han(in[i-1]) && han(in[i+1]):
			r = 'か'
		case r >= 'ァ' && r <= 'ヶ':
			r = small(r - 'ァ' + 'ぁ')
		case r >= 'ぁ' && r <= 'ゖ':
			r = small(r)
		default:
			if to, ok := table[r]; ok {
				r = to
			}
			r = likeKana(unicode.ToLower(r))
		}
		out[i] = r
	}
	return string(out)
}

// likeKana reads signs that are mistaken for kana as the kana: 二セコ for ニセコ, ハ丈 for 八丈.
func likeKana(r rune) rune {
	switch r {
	case '二':
		return 'に'
	case '八':
		return 'は'
	case 'ノ':
		return 'の'
	case '－', '‐', '‑', '–', '—', '―', '−', '-':
		return 'ー'
	}
	return r
}

func han(r rune) bool { return unicode.Is(unicode.Han, r) }

// small makes small kana large and joins the pairs that sound alike.
func small(r rune) rune {
	switch r {
	case 'ぁ', 'ぃ', 'ぅ', 'ぇ', 'ぉ', 'っ', 'ゃ', 'ゅ', 'ょ', 'ゎ':
		return r + 1
	case 'ゕ':
		return 'か'
	case 'ゖ':
		return 'け'
	case 'ぢ':
		return 'じ'
	case 'づ':
		return 'ず'
	case 'を':
		return 'お'
	}
	return r
}

// romajiPairs brings Hepburn, Kunrei and long vowels to one spelling.
var romajiPairs = strings.NewReplacer(
	"shi", "si", "sh", "sy", "chi", "ti", "tch", "tty", "ch", "ty", "tsu", "tu", "fu", "hu", "ji", "zi", "j", "zy",
	"ou", "o", "oo", "o", "oh", "o", "uu", "u", "mb", "nb", "mp", "np", "mm", "nm", "dzu", "zu", "du", "zu", "di", "zi", "wo", "o",
)

// foldRomaji gives the key of Latin letters, or "" when the text has others.
func foldRomaji(cleaned string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(cleaned)) {
		switch {
		case r >= 'a' && r <= 'z':
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r), r == ' ', r == '-', r == '\'', r == '’', r == '‐', r == 'ー':
		default:
			return ""
		}
	}
	return romajiPairs.Replace(b.String())
}
