package japanese

import (
	"strings"
	"unicode/utf8"

	"github.com/ikawaha/kagome/v2/tokenizer"
)

// Word is one word of a text, as it is compared.
type Word struct {
	Term       string // base form, folded; katakana as hiragana, so that ゴミ and ごみ meet
	Reading    string // hiragana; empty if unknown
	Start, End int    // bytes of the original
	Pos        int    // counts dropped words too, so that a phrase knows its gaps
	Weak       bool   // says little by its kind: verbs, adjectives, numbers
}

// maxSentence bounds what goes to the analyzer at once: its lattice grows with the text.
const maxSentence = 400

// Words cuts text into words; ok is false while the dictionary is not loaded. Particles, auxiliaries, signs and
// words without meaning of their own are dropped but keep their position.
func Words(text string) (words []Word, ok bool) {
	if !Ready() {
		return nil, false
	}
	c := cutter{tok: shared.tok}
	c.cut(Fold(text))
	return c.words, true
}

// WordsOf is Words for runes that are folded already.
func WordsOf(runes []Rune) (words []Word, ok bool) {
	if !Ready() {
		return nil, false
	}
	c := cutter{tok: shared.tok}
	c.cut(runes)
	return c.words, true
}

type cutter struct {
	tok   *tokenizer.Tokenizer
	words []Word
	pos   int
}

// cut walks over runs: Latin runs are words as they are, Japanese runs go to the analyzer, signs separate.
func (c *cutter) cut(runes []Rune) {
	for i := 0; i < len(runes); {
		j := i
		switch r := runes[i].R; {
		case latin(r):
			for j < len(runes) && latin(runes[j].R) {
				j++
			}
			c.add(String(runes[i:j]), "", false, runes[i:j])
		case wordy(r):
			for j < len(runes) && j-i < maxSentence && wordy(runes[j].R) && !latin(runes[j].R) {
				j++
			}
			c.analyze(runes[i:j])
		default:
			for j < len(runes) && !wordy(runes[j].R) {
				if separates(runes[j].R) {
					c.pos += 2 // no phrase runs over the end of a sentence
				}
				j++
			}
		}
		i = j
	}
}

func separates(r rune) bool { return strings.ContainsRune("。.!?\n|、,", r) }

// analyze cuts a Japanese run by the dictionary.
func (c *cutter) analyze(runes []Rune) {
	text := String(runes)
	at := 0 // index of the rune where the token starts
	for _, t := range c.tok.Analyze(text, tokenizer.Search) {
		n := utf8.RuneCountInString(t.Surface)
		span := runes[at : at+n]
		at += n
		pos := t.POS()
		base, _ := t.BaseForm()
		if base == "" || base == "*" || !inflects(pos) {
			base = t.Surface
		}
		if dropped(pos, base) {
			c.pos++
			continue
		}
		reading, _ := t.Reading()
		if reading == "" || reading == "*" {
			reading = t.Surface
		}
		c.add(Term(base), kanaOnly(reading), weak(pos), span)
	}
}

func (c *cutter) add(term, reading string, weak bool, span []Rune) {
	if term == "" {
		return
	}
	c.words = append(c.words, Word{Term: term, Reading: reading, Pos: c.pos, Weak: weak,
		Start: span[0].Start, End: span[len(span)-1].End})
	c.pos++
}

func inflects(pos []string) bool {
	return len(pos) > 0 && (pos[0] == "動詞" || pos[0] == "形容詞")
}

// dropped tells words that say nothing by themselves.
func dropped(pos []string, base string) bool {
	if len(pos) == 0 {
		return true
	}
	switch pos[0] {
	case "助詞", "助動詞", "記号", "フィラー", "接続詞", "感動詞", "その他":
		return true
	case "動詞":
		return pos[1] == "非自立" || pos[1] == "接尾" || light(base)
	case "名詞":
		return pos[1] == "非自立" && onlyKana(base) || pos[1] == "特殊"
	case "連体詞", "副詞":
		return onlyKana(base)
	}
	return false
}

func light(base string) bool {
	switch base {
	case "する", "なる", "ある", "いる", "できる", "やる", "くる", "いく":
		return true
	}
	return false
}

// weak tells words that say little by what kind of word they are.
func weak(pos []string) bool {
	return inflects(pos) || pos[0] == "副詞" || len(pos) > 1 && (pos[1] == "副詞可能" || pos[1] == "接尾" || pos[1] == "数")
}

// Term makes a word comparable: katakana becomes hiragana, a long mark at the end of a longer one is dropped
// (サーバー and サーバ).
func Term(s string) string {
	runes := []rune(s)
	for i, r := range runes {
		runes[i] = ToHiragana(r)
	}
	if n := len(runes); n > 3 && runes[n-1] == 'ー' {
		runes = runes[:n-1]
	}
	return string(runes)
}

// kanaOnly gives the reading in hiragana, or nothing if it holds anything but kana.
func kanaOnly(s string) string {
	var b strings.Builder
	for _, r := range s {
		r = ToHiragana(r)
		if !hiragana(r) && r != 'ー' {
			return ""
		}
		b.WriteRune(r)
	}
	return b.String()
}

func onlyKana(s string) bool { return kanaOnly(s) != "" }
