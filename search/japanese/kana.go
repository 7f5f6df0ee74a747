package japanese

import "strings"

// LooseReading makes readings alike that people mix up: voicing, small kana and long vowels are dropped.
func LooseReading(kana string) string {
	var b strings.Builder
	var last rune
	for _, r := range kana {
		r = plainKana(ToHiragana(r))
		if r == 'ー' || r == 'っ' {
			continue
		}
		if long(last, r) {
			continue
		}
		b.WriteRune(r)
		last = r
	}
	return b.String()
}

// Alike gives the other ways to write what sounds the same: ず and づ, じ and ぢ, which romaji and many people do not tell
// apart. Those of one kind go together: no word has both.
func Alike(kana string) (others []string) {
	for _, pair := range [][2]string{{"ず", "づ"}, {"じ", "ぢ"}} {
		for _, other := range []string{strings.ReplaceAll(kana, pair[0], pair[1]), strings.ReplaceAll(kana, pair[1], pair[0])} {
			if other != kana {
				others = append(others, other)
			}
		}
	}
	return others
}

// plainKana drops voicing and smallness.
func plainKana(r rune) rune {
	const from = "がぎぐげござじずぜぞだぢづでどばびぶべぼぱぴぷぺぽぁぃぅぇぉゃゅょゎゔを"
	const to__ = "かきくけこさしすせそたしすてとはひふへほはひふへほあいうえおやゆよわうお"
	if i := strings.IndexRune(from, r); i >= 0 {
		return []rune(to__)[i/3]
	}
	return r
}

// long tells whether r only lengthens the vowel of last.
func long(last, r rune) bool {
	switch r {
	case 'う':
		return row(last, "おこそとのほもよろうくすつぬふむゆる")
	case 'お':
		return row(last, "おこそとのほもよろ")
	case 'い':
		return row(last, "いきしちにひみり")
	case 'あ':
		return row(last, "あかさたなはまやらわ")
	case 'え':
		return row(last, "えけせてねへめれ")
	}
	return false
}

func row(r rune, kana string) bool { return r != 0 && strings.ContainsRune(kana, r) }

// Kana gives text in hiragana if it is nothing but kana or romaji; ok tells whether it is, roman which of them.
func Kana(text string) (kana string, roman, ok bool) {
	folded := FoldString(text)
	if kana := kanaOnly(folded); kana != "" {
		return kana, false, true
	}
	if kana := fromRomaji(folded); kana != "" {
		return kana, true, true
	}
	return "", false, false
}

// romaji lists syllables longest first within their length; Hepburn and Kunrei.
var romaji = map[string]string{
	"a": "あ", "i": "い", "u": "う", "e": "え", "o": "お", "ka": "か", "ki": "き", "ku": "く", "ke": "け", "ko": "こ",
	"sa": "さ", "si": "し", "shi": "し", "su": "す", "se": "せ", "so": "そ", "ta": "た", "ti": "ち", "chi": "ち", "tu": "つ",
	"tsu": "つ", "te": "て", "to": "と", "na": "な", "ni": "に", "nu": "ぬ", "ne": "ね", "no": "の", "ha": "は", "hi": "ひ",
	"hu": "ふ", "fu": "ふ", "he": "へ", "ho": "ほ", "ma": "ま", "mi": "み", "mu": "む", "me": "め", "mo": "も", "ya": "や",
	"yu": "ゆ", "yo": "よ", "ra": "ら", "ri": "り", "ru": "る", "re": "れ", "ro": "ろ", "wa": "わ", "wo": "を",
	"ga": "が", "gi": "ぎ", "gu": "ぐ", "ge": "げ", "go": "ご", "za": "ざ", "zi": "じ", "ji": "じ", "zu": "ず", "ze": "ぜ",
	"zo": "ぞ", "da": "だ", "di": "ぢ", "du": "づ", "de": "で", "do": "ど", "ba": "ば", "bi": "び", "bu": "ぶ", "be": "べ",
	"bo": "ぼ", "pa": "ぱ", "pi": "ぴ", "pu": "ぷ", "pe": "ぺ", "po": "ぽ", "fa": "ふぁ", "fi": "ふぃ", "fe": "ふぇ", "fo": "ふぉ",
	"kya": "きゃ", "kyu": "きゅ", "kyo": "きょ", "sha": "しゃ", "shu": "しゅ", "sho": "しょ", "sya": "しゃ", "syu": "しゅ",
	"syo": "しょ", "cha": "ちゃ", "chu": "ちゅ", "cho": "ちょ", "tya": "ちゃ", "tyu": "ちゅ", "tyo": "ちょ", "nya": "にゃ",
	"nyu": "にゅ", "nyo": "にょ", "hya": "ひゃ", "hyu": "ひゅ", "hyo": "ひょ", "mya": "みゃ", "myu": "みゅ", "myo": "みょ",
	"rya": "りゃ", "ryu": "りゅ", "ryo": "りょ", "gya": "ぎゃ", "gyu": "ぎゅ", "gyo": "ぎょ", "ja": "じゃ", "ju": "じゅ",
	"jo": "じょ", "jya": "じゃ", "jyu": "じゅ", "jyo": "じょ", "zya": "じゃ", "zyu": "じゅ", "zyo": "じょ", "bya": "びゃ",
	"byu": "びゅ", "byo": "びょ", "pya": "ぴゃ", "pyu": "ぴゅ", "pyo": "ぴょ",
}

// plainVowels takes the marks off ō and û.
var plainVowels = strings.NewReplacer("ā", "a", "ī", "i", "ū", "u", "ē", "e", "ō", "o",
	"â", "a", "î", "i", "û", "u", "ê", "e", "ô", "o", "'", "", "-", "")

// fromRomaji gives hiragana, or nothing if text is no romaji.
func fromRomaji(text string) string {
	text = plainVowels.Replace(text)
	if len(text) < 2 || len(text) > 60 {
		return ""
	}
	var b strings.Builder
next:
	for i := 0; i < len(text); {
		for n := min(3, len(text)-i); n > 0; n-- {
			if kana, ok := romaji[text[i:i+n]]; ok {
				b.WriteString(kana)
				i += n
				continue next
			}
		}
		rest := text[i:]
		switch {
		case rest[0] == 'n', rest[0] == 'm' && len(rest) > 1 && strings.ContainsRune("bmp", rune(rest[1])):
			b.WriteString("ん")
		case len(rest) > 1 && (rest[0] == rest[1] || strings.HasPrefix(rest, "tch")) &&
			strings.ContainsRune("kstcpgzdbhfjmr", rune(rest[0])):
			b.WriteString("っ")
		default:
			return ""
		}
		i++
	}
	return b.String()
}
