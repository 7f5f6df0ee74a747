package municipality

import (
	"strings"
	"sync"
)

// names is every way of writing every name.
type names struct {
	exact       map[string][]hit  // as officially written
	folded      map[string][]hit  // after foldName or foldRomaji
	prefectures map[string]string // folded forms of a prefecture's name → its code
}

type hit struct {
	row    int16
	former int16 // 1 + index of formers, or 0
	by     By
}

var index = sync.OnceValue(buildIndex)

func buildIndex() *names {
	x := &names{exact: make(map[string][]hit, 4000), folded: make(map[string][]hit, 12000), prefectures: make(map[string]string, 300)}
	for i, m := range table().rows {
		x.addAll(int16(i), m)
	}
	for i, f := range formers() {
		row, ok := table().byCode[f.successor]
		if !ok {
			continue
		}
		h := hit{row: int16(row), former: int16(i + 1), by: ByFormer}
		for _, key := range []string{foldName(f.name), foldName(trimLast(f.name, "市町村")), foldName(f.kana)} {
			add(x.folded, key, h)
		}
	}
	x.prefectures[foldName(demoPrefecture)] = demoPrefectureID
	return x
}

func (x *names) addAll(row int16, m Municipality) {
	stem := m.Stem()
	add(x.exact, m.Name, hit{row: row, by: ByName})
	add(x.exact, stem, hit{row: row, by: ByStem})
	for _, alt := range m.AltNames {
		add(x.exact, alt, hit{row: row, by: BySpelling})
		add(x.folded, foldName(alt), hit{row: row, by: ByFold})
	}
	for _, way := range []struct {
		key string
		by  By
	}{
		{foldName(m.Name), ByFold},
		{foldName(stem), ByFoldedStem},
		{foldName(m.Kana), ByReading},
		{foldName(kanaStem(m)), ByShortReading},
		{foldRomaji(m.Romaji), ByRomaji},
		{foldRomaji(romajiStem(m)), ByShortRomaji},
	} {
		add(x.folded, way.key, hit{row: row, by: way.by})
		if m.Kind == KindPrefecture {
			x.prefectures[way.key] = m.Code
		}
	}
}

// add keeps the surest way when two forms of one name are the same word; the ways come in that order.
func add(to map[string][]hit, key string, h hit) {
	for _, old := range to[key] {
		if old.row == h.row {
			return
		}
	}
	to[key] = append(to[key], h)
}

// kanaStem is the reading without the reading of the kind: ちがさき, やまがた.
func kanaStem(m Municipality) string {
	if m.Kind == KindWard || m.Stem() == m.Name {
		return m.Kana
	}
	for _, end := range []string{"ちょう", "まち", "むら", "そん", "けん", "し", "く", "ふ", "と"} {
		if stem, ok := strings.CutSuffix(m.Kana, end); ok && stem != "" {
			return stem
		}
	}
	return m.Kana
}

// romajiStem is the romaji without -shi, -ku and the like; prefectures carry none.
func romajiStem(m Municipality) string {
	if i := strings.LastIndexByte(m.Romaji, '-'); i > 0 && m.Kind != KindWard {
		return m.Romaji[:i]
	}
	return m.Romaji
}

// romajiKey is foldRomaji for what people type: an English word for the kind behind the name is taken off.
func romajiKey(cleaned string) string {
	if cleaned == "" || cleaned[0] >= 0x80 && !strings.ContainsAny(cleaned, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		return ""
	}
	text := strings.ToLower(cleaned)
	for _, word := range []string{"prefecture", "pref", "city", "town", "village", "ward"} {
		if stem, ok := strings.CutSuffix(text, word); ok && stem != "" {
			text = stem
			break
		}
	}
	return foldRomaji(text)
}
