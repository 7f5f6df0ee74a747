package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// prefecture is a tile: its JIS code, its short and its full name.
type prefecture struct{ Code, Short, Name string }

// prefectures stand in the order of reading the map, row by row from the north.
var prefectures = []prefecture{
	{"01", "北海道", "北海道"},
	{"02", "青森", "青森県"},
	{"05", "秋田", "秋田県"},
	{"03", "岩手", "岩手県"},
	{"06", "山形", "山形県"},
	{"04", "宮城", "宮城県"},
	{"17", "石川", "石川県"},
	{"16", "富山", "富山県"},
	{"15", "新潟", "新潟県"},
	{"07", "福島", "福島県"},
	{"18", "福井", "福井県"},
	{"21", "岐阜", "岐阜県"},
	{"20", "長野", "長野県"},
	{"10", "群馬", "群馬県"},
	{"09", "栃木", "栃木県"},
	{"08", "茨城", "茨城県"},
	{"35", "山口", "山口県"},
	{"32", "島根", "島根県"},
	{"31", "鳥取", "鳥取県"},
	{"28", "兵庫", "兵庫県"},
	{"26", "京都", "京都府"},
	{"25", "滋賀", "滋賀県"},
	{"23", "愛知", "愛知県"},
	{"19", "山梨", "山梨県"},
	{"11", "埼玉", "埼玉県"},
	{"13", "東京", "東京都"},
	{"12", "千葉", "千葉県"},
	{"34", "広島", "広島県"},
	{"33", "岡山", "岡山県"},
	{"27", "大阪", "大阪府"},
	{"29", "奈良", "奈良県"},
	{"24", "三重", "三重県"},
	{"22", "静岡", "静岡県"},
	{"14", "神奈川", "神奈川県"},
	{"30", "和歌山", "和歌山県"},
	{"41", "佐賀", "佐賀県"},
	{"40", "福岡", "福岡県"},
	{"44", "大分", "大分県"},
	{"42", "長崎", "長崎県"},
	{"43", "熊本", "熊本県"},
	{"45", "宮崎", "宮崎県"},
	{"38", "愛媛", "愛媛県"},
	{"37", "香川", "香川県"},
	{"39", "高知", "高知県"},
	{"36", "徳島", "徳島県"},
	{"46", "鹿児島", "鹿児島県"},
	{"47", "沖縄", "沖縄県"},
}

// Map says how many there are in each prefecture.
type Map struct {
	Counts   map[string]int           // by the two-digit JIS code of the prefecture
	Unit     string                   // 自治体 when empty
	URL      func(code string) string // where a tile leads; nil for a picture
	Selected string                   // the chosen prefecture's code
}

func (m Map) unit() string {
	if m.Unit == "" {
		return "自治体"
	}
	return m.Unit
}

func (m Map) label(p prefecture) string {
	return fmt.Sprintf("%s %d%s", p.Name, m.Counts[p.Code], m.unit())
}

// step is the shade of a count: 0, 1–2, 3–5, 6–9, 10 and more.
func step(n int) string {
	switch {
	case n >= 10:
		return "t4"
	case n >= 6:
		return "t3"
	case n >= 3:
		return "t2"
	case n >= 1:
		return "t1"
	}
	return "t0"
}

// summary is the picture of the map in words: the prefectures with the most.
func (m Map) summary() string {
	top := make([]prefecture, 0, len(prefectures))
	for _, p := range prefectures {
		if m.Counts[p.Code] >= 9 {
			top = append(top, p)
		}
	}
	slices.SortStableFunc(top, func(a, b prefecture) int { return cmp.Compare(m.Counts[b.Code], m.Counts[a.Code]) })
	words := make([]string, 0, 6)
	for _, p := range top[:min(len(top), 6)] {
		words = append(words, fmt.Sprintf("%s%d", p.Name, m.Counts[p.Code]))
	}
	s := "都道府県別の参加" + m.unit() + "数"
	if len(words) == 0 {
		return s
	}
	return s + "。" + strings.Join(words, "、") + "などが多い。"
}

// byCode is the order of the JIS codes, for tables.
func byCode() []prefecture {
	out := slices.Clone(prefectures)
	slices.SortFunc(out, func(a, b prefecture) int { return cmp.Compare(a.Code, b.Code) })
	return out
}
