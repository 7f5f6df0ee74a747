package search

import (
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/internal/theme"
)

var facetTitles = map[string]string{"kind": "種類", "theme": "テーマ", "region": "地方", "prefecture": "都道府県",
	"municipality": "自治体", "band": "自治体の規模", "year": "年度", "course": "コース", "stage": "段階",
	"audience": "公開範囲", "files": "資料"}

// FacetTitle names a facet as pages do.
func FacetTitle(facet string) string { return facetTitles[facet] }

var valueLabels = map[string]map[string]string{
	"kind": {"report": "実践レポート", "poster": "ポスター", "paper": "共同論文", "material": "資料", "topic": "話題", "collection": "特集"},
	"stage": {"proposal": "提言", "trial": "試行", "running": "実施", "rooted": "定着", "changed": "形を変えた",
		"stopped": "休止・終了"},
	"audience": {"public": "だれでも", "members": "会員", "cohort": "同じ期", "team": "チーム", "staff": "運営"},
	"files":    {"1": "資料あり"},
}

// Label is a facet's value as people read it.
func Label(facet, value string) string {
	switch facet {
	case "theme":
		return theme.Name(value)
	case "municipality":
		if m, ok := municipality.Get(value); ok {
			return m.Label()
		}
	case "band":
		if label := municipality.Band(value).Label(); label != "" {
			return label
		}
	case "course":
		if label := cohort.Course(value).Label(); label != "" {
			return label
		}
	case "year":
		return value + "年度"
	}
	if label, ok := valueLabels[facet][value]; ok {
		return label
	}
	return value
}
