// Package archive is the page on which people search what the network has left (さがす): as a list, as a wall of
// posters, and by the map. Everything it shows stands in its address, so a search can be kept, sent and gone back to;
// it works without scripts.
package archive

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/internal/vocabulary"
	"github.com/manetomo/manetomo/search"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

// Pages are the pages of the search.
type Pages struct {
	DB     *db.DB
	Index  *search.Index
	Files  *file.Service
	Misses *vocabulary.Misses
}

// Ways to look at what was found.
const (
	asList = ""
	asWall = "wall"
	asMap  = "map"
)

// view is what the page shows.
type view struct {
	address
	Result   search.Result
	Req      search.Request
	Near     []ui.Link
	Chips    []ui.Link
	Facets   []ui.FacetBox
	Results  []ui.Result
	Pins     []ui.Pin
	Map      ui.Map
	Selected string // the prefecture chosen on the map
	Places   []ui.Link
	Meant    []ui.Link
	Drops    []ui.Link
	Pages    int
	Member   bool
	Talkers  []search.Talker
	Town     string // the reader's, when what is from towns like it can come first
}

// Show answers GET /archive.
func (p Pages) Show(w http.ResponseWriter, r *http.Request) error {
	who := page.Viewer(r.Context())
	at := readAddress(r.URL.Query())
	req := search.ReadRequest(at.query)
	switch at.As {
	case asWall:
		return p.wall(w, r, at, req)
	case asMap:
		req.Per = 1
	default:
		req.Per = 20
	}
	found, err := p.Index.Find(r.Context(), p.DB, who, req, page.MinSeq(r))
	if err != nil {
		return err
	}
	if missed(req, found) {
		p.Misses.Add(who, req.Text)
	}
	pictures, err := search.Pictures(r.Context(), p.DB, found.Hits)
	if err != nil {
		return err
	}
	places, err := p.Files.Places(r.Context(), who, filesOf(found.Hits), req.Text)
	if err != nil {
		return err
	}
	v := p.view(who, at, req, found)
	if at.As == asList && req.Page == 1 {
		if v.Talkers, err = search.Talkers(r.Context(), p.DB, who, found, mostTalkers); err != nil {
			return err
		}
	}
	for _, h := range found.Hits {
		v.Results = append(v.Results, resultOf(h, pictureOf(pictures[h.ID]), req.Text, places))
	}
	v.fill()
	frame := page.Frame{Title: titleOf("実践をさがす", req), Section: "archive", Query: req.Text, NoTabbar: v.Panel}
	if at.As == asList && len(v.Facets) > 0 {
		frame.Islands = []string{"facets"}
	}
	return page.Render(w, r, http.StatusOK, frame, show(v))
}

// view is what every way to look at a result has.
func (p Pages) view(who access.Viewer, at address, req search.Request, found search.Result) view {
	v := view{address: at, Result: found, Req: req, Member: who.Member, Town: townOf(who), Pages: (found.Total + req.Per - 1) / req.Per}
	v.Pages = min(v.Pages, search.MaxDepth/req.Per)
	for _, near := range p.Index.Near(req.Text) {
		v.Near = append(v.Near, ui.Link{Text: near, URL: at.with("q", near)})
	}
	return v
}

// titleOf names a page of results.
func titleOf(browsing string, req search.Request) string {
	if req.Text == "" {
		return browsing
	}
	return "「" + cut(req.Text) + "」の検索結果"
}

// missed tells whether the words alone found nothing, or only things that share a part of them.
func missed(req search.Request, found search.Result) bool {
	return !found.Preparing && req.Text != "" && len(req.Filters) == 0 && req.Page == 1 &&
		!slices.ContainsFunc(found.Hits, func(h search.Hit) bool { return !h.Loose })
}

func cut(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// fill makes the parts of the page out of what was found.
func (v *view) fill() {
	v.Chips = v.chips()
	for _, f := range v.Result.Facets {
		if box, ok := boxOf(f); ok {
			v.Facets = append(v.Facets, box)
		}
	}
	slices.SortStableFunc(v.Facets, func(a, b ui.FacetBox) int {
		return slices.Index(facetOrder, a.Name) - slices.Index(facetOrder, b.Name)
	})
	for _, place := range v.Result.Places {
		v.Meant = append(v.Meant, ui.Link{Text: place.Label, URL: v.with("municipality", place.Code)})
	}
	for _, d := range v.Result.Dropped {
		v.Drops = append(v.Drops, ui.Link{Text: "「" + search.FacetTitle(d.Facet) + "」の条件をはずす（" + ui.Count(d.Count) + "件）",
			URL: v.without(d.Facet)})
	}
	if v.As == asMap {
		v.fillMap()
	}
}

// fillMap counts the prefectures, and the municipalities of the chosen one.
func (v *view) fillMap() {
	codes, names := map[string]string{}, map[string]string{}
	for _, p := range municipality.Prefectures() {
		codes[p.Name], names[p.Code] = p.Code, p.Name
	}
	v.Map = ui.Map{Counts: map[string]int{}, Unit: "件", URL: func(code string) string { return v.with("prefecture", names[code]) }}
	if chosen := v.query["prefecture"]; len(chosen) > 0 {
		v.Selected = chosen[0]
		v.Map.Selected = codes[v.Selected]
	}
	for _, f := range v.Result.Facets {
		for _, value := range f.Values {
			switch f.Name {
			case "prefecture":
				v.Map.Counts[codes[value.Value]] = value.Count
			case "municipality":
				m, ok := municipality.Get(value.Value)
				if ok && m.Prefecture == v.Selected && value.Count > 0 {
					v.Places = append(v.Places, ui.Link{Text: m.Name, URL: v.as(asList).with("municipality", m.Code),
						Note: "実践 " + ui.Count(value.Count)})
				}
			}
		}
	}
}

// address is the page's own address, taken apart.
type address struct {
	query url.Values
	As    string
	Panel bool // the filters as a page of their own, on phones
}

// readAddress keeps of a query what this page knows.
func readAddress(q url.Values) address {
	a := address{query: url.Values{}, Panel: q.Get("panel") == "filters"}
	switch q.Get("view") {
	case asWall:
		a.As = asWall
	case asMap:
		a.As = asMap
	}
	for _, name := range append([]string{"q", "sort", "like", "page"}, search.FacetNames()...) {
		values := q[name]
		for _, value := range values[:min(len(values), 50)] {
			if value != "" && len(value) < 8000 {
				a.query[name] = append(a.query[name], value)
			}
		}
	}
	return a
}

// change gives the address with something changed; a change leads to the first page.
func (a address) change(f func(url.Values)) string {
	q := url.Values{}
	for name, values := range a.query {
		q[name] = slices.Clone(values)
	}
	q.Del("page")
	if a.As != asList {
		q.Set("view", a.As)
	}
	f(q)
	if len(q) == 0 {
		return "/archive"
	}
	return "/archive?" + q.Encode()
}

func (a address) with(name, value string) string {
	return a.change(func(q url.Values) { q.Set(name, value) })
}

func (a address) without(name string) string { return a.change(func(q url.Values) { q.Del(name) }) }

func (a address) as(as string) address {
	a.As = as
	return a
}

func (a address) self() string { return a.change(func(url.Values) {}) }

func (a address) toPage(n int) string {
	return a.change(func(q url.Values) {
		if n > 1 {
			q.Set("page", strconv.Itoa(n))
		}
	})
}

// bare is the search without any condition.
func (a address) bare() string {
	return a.change(func(q url.Values) {
		for _, name := range search.FacetNames() {
			q.Del(name)
		}
	})
}

// chips are the conditions in use; each leads to the search without it.
func (v *view) chips() []ui.Link {
	var out []ui.Link
	for _, facet := range facetOrder {
		for _, value := range v.query[facet] {
			out = append(out, ui.Link{Text: search.Label(facet, value), URL: v.change(func(q url.Values) {
				q[facet] = slices.DeleteFunc(q[facet], func(s string) bool { return s == value })
				if len(q[facet]) == 0 {
					q.Del(facet)
				}
			})})
		}
	}
	return out
}
