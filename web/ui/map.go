package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/manetomo/manetomo/internal/municipality"
)

// tiles are the prefectures in the order of reading the map, row by row from the north.
func tiles() []municipality.Prefecture {
	out := slices.Clone(municipality.Prefectures())
	slices.SortFunc(out, func(a, b municipality.Prefecture) int {
		return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(a.Col, b.Col))
	})
	return out
}

// place is the class that puts a tile where its prefecture lies.
func place(p municipality.Prefecture) string { return "p" + p.Code[:2] }

// Map says how many there are in each prefecture.
type Map struct {
	Counts   map[string]int           // by the six-digit code of the prefecture
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

func (m Map) label(p municipality.Prefecture) string {
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
	top := make([]municipality.Prefecture, 0, 47)
	for _, p := range tiles() {
		if m.Counts[p.Code] >= 9 {
			top = append(top, p)
		}
	}
	slices.SortStableFunc(top, func(a, b municipality.Prefecture) int { return cmp.Compare(m.Counts[b.Code], m.Counts[a.Code]) })
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
