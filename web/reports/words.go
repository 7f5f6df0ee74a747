package reports

import (
	"strconv"
	"strings"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

// title is a title, or what stands for one that is not written yet.
func title(s string) string {
	if s == "" {
		return "（題名はまだありません）"
	}
	return s
}

func audienceTag(r access.Rung) string {
	return map[access.Rung]string{access.Public: "だれでも読めます", access.Members: "会員に公開", access.Cohort: "同じ期に公開",
		access.Team: "チームに公開", access.Staff: "運営だけ"}[r]
}

func useful(v *reading) string {
	if v.Useful == 0 {
		return "参考になった"
	}
	return "参考になった " + ui.Count(v.Useful)
}

// visible tells whether the report is in sight, and so has a discussion.
func visible(v *reading) bool {
	return v.State == access.Published || v.State == access.Review
}

func onOff(on bool) string {
	if on {
		return "1"
	}
	return "0"
}

func withdrawWord(v *reading) string {
	if !v.Published() {
		return "下書きを消す"
	}
	return "取り下げる"
}

// team is who wrote it, in a word: 塩尻市チーム 3人.
func team(v *reading) string {
	name := v.TeamName
	if name == "" {
		if m, ok := municipality.Get(v.Municipality); ok {
			name = m.Name
		}
	}
	if v.People > 1 || name == "" {
		return name + " " + strconv.Itoa(v.People) + "人"
	}
	return name
}

// authorPlaces gives each author the first character of a municipality; at most five stand in the row.
func authorPlaces(v *reading) []string {
	m, _ := municipality.Get(v.Municipality)
	places := make([]string, min(max(v.People, 1), 5))
	for i := range places {
		places[i] = m.Name
		if i < len(v.Authors) && v.Authors[i].Municipality != "" {
			if own, ok := municipality.Get(v.Authors[i].Municipality); ok {
				places[i] = own.Name
			}
		}
	}
	return places
}

// places are the anchors of the page, in its order.
func places(v *reading) []ui.Link {
	var links []ui.Link
	for _, s := range v.Parts {
		links = append(links, ui.Link{Text: s.Label, URL: "#" + string(s.Key)})
	}
	if len(v.After) > 0 {
		links = append(links, ui.Link{Text: "その後", URL: "#after"})
	}
	if len(v.Tried) > 0 {
		links = append(links, ui.Link{Text: "うちでもやってみた", URL: "#tried"})
	}
	if v.Topic != "" && !v.Visiting {
		text := "話し合い"
		if v.Posts > 0 {
			text += "（" + ui.Count(v.Posts) + "）"
		}
		links = append(links, ui.Link{Text: text, URL: "#discussion"})
	}
	return links
}

func rungHelp(r access.Rung) string {
	return map[access.Rung]string{
		access.Public:  "会員でない人も読めます。派遣元の確認か、運営の確認のあとで公開されます。それまでは会員に公開されます。",
		access.Members: "マネ友・研究生・幹事など、会員みんなが読めます。",
		access.Cohort:  "同じ年度・コースの人が読めます。",
		access.Team:    "同じチームの人だけが読めます。",
		access.Staff:   "運営だけが読めます。",
	}[r]
}

func faultsTitle(m *writing) string {
	if n := len(m.Form.Errors); n > 0 {
		return strconv.Itoa(n) + "か所、直すところがあります"
	}
	return "保存できませんでした"
}

// faultURL leads to the field, on this screen or on its own.
func faultURL(m *writing, field string) string {
	for i, s := range steps() {
		for _, name := range s.names() {
			if name == field && i+1 != m.No {
				return m.at(i+1) + "#" + (ui.Field{Name: field}).ID()
			}
		}
	}
	if field == "sections" {
		return m.at(4)
	}
	return "#" + (ui.Field{Name: field}).ID()
}

// plainNames gives the faults of sections the names of their fields.
func plainNames(f *page.Form) {
	for i := range f.Errors {
		f.Errors[i].Name = strings.TrimPrefix(f.Errors[i].Name, "sections.")
	}
}
