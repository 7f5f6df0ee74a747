package archive

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/internal/theme"
	"github.com/manetomo/manetomo/search"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

// facetOrder is the order of the conditions beside the results.
var facetOrder = []string{"kind", "theme", "region", "prefecture", "municipality", "year", "course", "band", "stage", "audience", "files"}

// mostChoices is how many values of a long facet are shown; those in use are always there.
const mostChoices = 12

// boxOf makes a facet's box; false when there is nothing to choose. Narrower themes stand below theirs.
func boxOf(f search.Facet) (ui.FacetBox, bool) {
	box := ui.FacetBox{Title: search.FacetTitle(f.Name), Name: f.Name, Below: map[string][]ui.Option{}}
	box.Open = f.Name == "kind" || f.Name == "theme" || f.Name == "region"
	for i, v := range f.Values {
		box.Open = box.Open || v.On
		o := ui.Option{Value: v.Value, Text: search.Label(f.Name, v.Value), Checked: v.On, Count: v.Count}
		if t, _ := theme.Get(v.Value); f.Name == "theme" && t.Parent != "" {
			box.Below[t.Parent] = append(box.Below[t.Parent], o)
		} else if i < mostChoices || v.On || f.Name != "municipality" {
			box.Options = append(box.Options, o)
		}
	}
	for parent := range box.Below { // one in use stands there although nothing was found with it
		if !slices.ContainsFunc(box.Options, func(o ui.Option) bool { return o.Value == parent }) {
			box.Options = append(box.Options, ui.Option{Value: parent, Text: search.Label(f.Name, parent)})
		}
	}
	if order := orderOf(f.Name); order != nil {
		slices.SortStableFunc(box.Options, func(a, b ui.Option) int { return order(a.Value, b.Value) })
	}
	return box, len(box.Options) > 0
}

// orderOf gives the order of a facet that is not by count.
func orderOf(facet string) func(a, b string) int {
	switch facet {
	case "year":
		return func(a, b string) int { return cmp.Compare(b, a) }
	case "region":
		regions := municipality.Regions()
		return func(a, b string) int { return slices.Index(regions, a) - slices.Index(regions, b) }
	case "prefecture":
		order := map[string]int{}
		for i, p := range municipality.Prefectures() {
			order[p.Name] = i - len(municipality.Prefectures()) // what is no prefecture comes after
		}
		return func(a, b string) int { return order[a] - order[b] }
	case "band":
		bands := municipality.Bands()
		return func(a, b string) int {
			return slices.Index(bands, municipality.Band(a)) - slices.Index(bands, municipality.Band(b))
		}
	}
	return nil
}

// applyLook is the look of the button below the conditions: the page's one act on a phone.
func (v view) applyLook() ui.ButtonLook {
	if v.Panel {
		return ui.Primary
	}
	return ui.Secondary
}

// resultOf is a hit as the list shows it.
func resultOf(h search.Hit, picture *ui.Picture, query string, places map[string]int) ui.Result {
	r := ui.Result{Kind: h.Kind, URL: linkOf(h, query), TitleHTML: h.TitleHTML, Municipality: placeOf(h), Note: noteOf(h), Why: h.LikeWhy, Picture: picture}
	for _, s := range h.Snippets {
		r.Snippets = append(r.Snippets, ui.Snippet{Section: s.Label, HTML: s.HTML, Near: s.Near != ""})
	}
	if h.Useful > 0 {
		r.Metas = append(r.Metas, ui.Tally{Icon: "useful", Text: "参考になった", Count: h.Useful})
	}
	if h.Adopted > 0 {
		r.Metas = append(r.Metas, ui.Tally{Icon: "sprout", Text: "やってみた", Count: h.Adopted})
	}
	if n := places[fileOf(h)]; n != 0 {
		r.Hit = &ui.Link{Text: "一致した場所を表示する", URL: r.URL + "#sheet"}
		if n > 0 {
			r.Hit.Text += "（" + strconv.Itoa(n) + "か所）"
		}
	}
	return r
}

// fileOf is the file of a sheet in which the words of a query stand, "" where they stand elsewhere.
func fileOf(h search.Hit) string {
	q, err := url.ParseQuery(h.At)
	if err != nil || h.Kind == ui.Report {
		return ""
	}
	return q.Get("file")
}

func filesOf(hits []search.Hit) (files []string) {
	for _, h := range hits {
		if f := fileOf(h); f != "" {
			files = append(files, f)
		}
	}
	return files
}

// linkOf leads to where the words stand in the hit: the file and page of a sheet, the post of a topic. A sheet is told the
// words too, so that it can frame them.
func linkOf(h search.Hit, query string) string {
	at, anchor, _ := strings.Cut(h.At, "#")
	switch h.Kind {
	case ui.Poster, ui.Paper, ui.Material:
		if query != "" {
			at = strings.TrimPrefix(at+"&q="+url.QueryEscape(query), "&")
		}
	case "topic":
	default:
		return h.URL // a report is one page, and lists its files
	}
	if at != "" {
		at = "?" + at
	}
	if anchor != "" {
		at += "#" + anchor
	}
	return h.URL + at
}

func placeOf(h search.Hit) string { return municipality.Label(h.Municipality) }

// townOf is the town of a member, "" without one.
func townOf(v access.Viewer) string {
	if m, ok := municipality.Get(v.Municipality); ok && v.Member {
		return m.Name
	}
	return ""
}

// noteOf says when and in which course: 2016年度・通常部会.
func noteOf(h search.Hit) string {
	note := ""
	if h.Year > 0 {
		note = page.FiscalYear(h.Year)
	}
	if h.Course != "" {
		if note != "" {
			note += "・"
		}
		note += search.Label("course", h.Course)
	}
	return note
}

func pictureOf(p search.Picture) *ui.Picture {
	if p.File == "" || p.Width <= 0 {
		return nil
	}
	return &ui.Picture{URL: "/files/" + p.File + "/1-512.jpg", Width: 512, Height: int(512 * p.Height / p.Width)}
}
