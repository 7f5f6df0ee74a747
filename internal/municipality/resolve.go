package municipality

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// By tells how a text was understood, the surest first.
type By int

// The ways, sure to loose. A surer way hides the looser ones: 鹿嶋市 is the one of 茨城 although it folds like 鹿島市.
const (
	ByNothing    By = iota
	ByCode          // 142077, or 14207 without the check digit
	ByName          // 茅ヶ崎市, the official form
	BySpelling      // another official spelling: 梼原町
	ByStem          // 茅ヶ崎
	ByFold          // 茅が崎市, 龍ヶ崎市
	ByFoldedStem    // 茅が崎
	ByReading       // ちがさきし
	ByShortReading
	ByRomaji // Chigasaki-shi, Chigasaki City
	ByShortRomaji
	ByFormer // 篠山市, for 丹波篠山市
)

// Resolution is what a text means. None found: the text names no municipality. Several: ask back, with the prefecture.
type Resolution struct {
	Text   string
	By     By
	Found  []Municipality // in official order
	Former string         // the old name, when By is ByFormer
}

// One gives the municipality when the text means exactly one.
func (r Resolution) One() (Municipality, bool) {
	if len(r.Found) != 1 {
		return Municipality{}, false
	}
	return r.Found[0], true
}

// longest is the most runes looked at: a prefecture, a county, a ward's full name and some air.
const longest = 40

// Resolve finds what a text means: a name in kanji, kana or romaji, official or not, with or without 市区町村, with
// the prefecture (or prefecture and county) before or behind it, a former name, or a code.
func Resolve(text string) Resolution {
	r := Resolution{Text: text}
	if len(text) > longest*utf8.UTFMax || !utf8.ValidString(text) {
		return r
	}
	c := clean(text)
	if c == "" || utf8.RuneCountInString(c) > longest {
		return r
	}
	if digits(c) {
		return byCode(r, c)
	}
	x := index()
	hits := x.find(c, "")
	if len(hits) == 0 {
		hits = x.findSplit(c)
	}
	if office := strings.TrimSuffix(strings.TrimSuffix(c, "役所"), "役場"); len(hits) == 0 && office != c {
		hits = x.find(office, "")
	}
	if len(hits) > 0 {
		r = x.resolution(r, hits)
	}
	return r
}

func byCode(r Resolution, c string) Resolution {
	m, ok := Get(c)
	if !ok && len(c) == 5 {
		last, _ := CheckDigit(c)
		m, ok = Get(c + string(last))
	}
	if ok {
		r.By, r.Found = ByCode, []Municipality{m}
	}
	return r
}

// find looks a name up as a whole, in one prefecture if given, and keeps the hits of the surest way.
func (x *names) find(cleaned, prefecture string) []hit {
	if cleaned == "" {
		return nil
	}
	if romaji := romajiKey(cleaned); romaji != "" {
		return surest(x.folded[romaji], prefecture)
	}
	if hits := surest(x.exact[cleaned], prefecture); len(hits) > 0 {
		return hits
	}
	return surest(x.folded[foldName(cleaned)], prefecture)
}

func surest(hits []hit, prefecture string) (found []hit) {
	for _, h := range hits {
		if prefecture != "" && table().rows[h.row].PrefectureCode != prefecture {
			continue
		}
		if len(found) > 0 && h.by.sure() < found[0].by.sure() {
			found = found[:0]
		}
		if len(found) == 0 || h.by.sure() == found[0].by.sure() {
			found = append(found, h)
		}
	}
	return found
}

// sure is how far a way can be trusted, less is surer. A sound says nothing of where a name ends and its 市町村 begins:
// しろいし is 白井市 (しろい・し) and 白石市 (しろいし・し) alike.
func (b By) sure() By {
	switch b {
	case ByShortReading:
		return ByReading
	case ByShortRomaji:
		return ByRomaji
	}
	return b
}

// findSplit takes a prefecture off the front or the back, or a county off the front, and looks the rest up in it.
func (x *names) findSplit(cleaned string) []hit {
	key := romajiKey(cleaned)
	latin := key != ""
	if !latin {
		key = cleaned
	}
	at := make([]int, 0, longest) // where a character ends
	for i := range key {
		if i > 0 {
			at = append(at, i)
		}
	}
	for _, i := range slices.Backward(at) { // the longest prefecture first: 東京都 before 東京
		if code := x.prefecture(key[:i], latin); code != "" {
			if hits := x.findRest(key[i:], code); len(hits) > 0 {
				return hits
			}
		}
	}
	for _, i := range at {
		if code := x.prefecture(key[i:], latin); code != "" {
			if hits := x.findRest(key[:i], code); len(hits) > 0 {
				return hits
			}
		}
	}
	return x.findCounty(cleaned, "")
}

func (x *names) prefecture(key string, latin bool) string {
	if !latin {
		key = foldName(key)
	}
	return x.prefectures[key]
}

func (x *names) findRest(rest, prefecture string) []hit {
	if hits := x.find(rest, prefecture); len(hits) > 0 {
		return hits
	}
	return x.findCounty(rest, prefecture)
}

// findCounty reads 下伊那郡高森町: the county must be the town's own.
func (x *names) findCounty(cleaned, prefecture string) []hit {
	county, town, ok := strings.Cut(cleaned, "郡")
	if !ok || county == "" {
		return nil
	}
	county = foldName(county + "郡")
	return slices.DeleteFunc(x.find(town, prefecture), func(h hit) bool {
		return foldName(table().rows[h.row].County) != county
	})
}

func (x *names) resolution(r Resolution, hits []hit) Resolution {
	slices.SortFunc(hits, func(a, b hit) int { return int(a.row) - int(b.row) })
	r.By = hits[0].by
	for i, h := range hits {
		if i > 0 && h.row == hits[i-1].row {
			continue
		}
		r.Found = append(r.Found, table().rows[h.row])
		if h.former != 0 {
			r.Former = formers()[h.former-1].name
		}
	}
	return r
}
