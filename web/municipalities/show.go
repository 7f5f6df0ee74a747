package municipalities

import (
	"net/http"
	"strconv"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/web/ui"
)

// The tabs of a municipality's page, as they stand in the address; the first has none.
const (
	tabReports = "reports"
	tabPosters = "posters"
	tabPeople  = "people"
)

// shown is the page of one municipality.
type shown struct {
	M      municipality.Municipality
	Tab    string // "", reports, posters, people
	Member bool   // the reader is a member: people are shown
	Count  counts
	Years  []yearOf
	People []ui.Link
	Near   []ui.Link
	Alike  []ui.Link
	First  *ui.Link // the nearest municipality with a practice, when this one has none
}

// counts are what the reader may read of it.
type counts struct{ Reports, Posters int }

// yearOf is what came out of one fiscal year.
type yearOf struct {
	Year  int
	Items []ui.FeedItem
}

// find gives the municipality of an address, or answers with where it really stands: under its six digits, at its
// city (a ward), under the name it bears now, or on the list when the name is several.
func find(w http.ResponseWriter, r *http.Request) (m municipality.Municipality, found bool, err error) {
	text := r.PathValue("code")
	m, ok := municipality.Get(text)
	switch {
	case ok && m.Kind != municipality.KindWard:
		return m, true, nil
	case ok:
		http.Redirect(w, r, address(m.Parent), http.StatusMovedPermanently)
		return m, false, nil
	}
	if full, ok := municipality.CompleteCode(text); ok {
		http.Redirect(w, r, address(full), http.StatusMovedPermanently)
		return m, false, nil
	}
	named := municipality.Resolve(text)
	if one, ok := named.One(); ok {
		http.Redirect(w, r, address(one.Code), http.StatusMovedPermanently)
		return m, false, nil
	}
	if len(named.Found) > 1 {
		http.Redirect(w, r, searchURL(text), http.StatusFound)
		return m, false, nil
	}
	return m, false, apperr.Missing()
}

// facts are what the code table says about a municipality.
func facts(m municipality.Municipality) []ui.Fact {
	list := []ui.Fact{
		{Label: "よみ", Text: m.Kana},
		{Label: "種類", Text: m.Kind},
		{Label: "地方", Text: m.Region},
	}
	if m.County != "" {
		list = append(list, ui.Fact{Label: "郡", Text: m.County})
	}
	if m.Population > 0 {
		list = append(list, ui.Fact{Label: "人口", Text: ui.Count(m.Population) + "人（令和2年国勢調査）"})
	}
	if m.Demo {
		list[len(list)-1].Text = ui.Count(m.Population) + "人（見本の数字）"
	}
	if m.Website != "" {
		list = append(list, ui.Fact{Label: "公式ページ", Text: m.Website, URL: m.Website})
	}
	return append(list, ui.Fact{Label: "団体コード", Text: m.Code})
}

// neighbours turns municipalities beside this one into links; n tells how many practices each has.
func neighbours(list []municipality.Neighbor, counts map[string]int, note func(municipality.Neighbor) string) []ui.Link {
	links := make([]ui.Link, 0, len(list))
	for _, n := range list {
		l := ui.Link{Text: n.Label(), URL: address(n.Code), Note: note(n)}
		if c := counts[n.Code]; c > 0 {
			l.Note = "実践 " + strconv.Itoa(c)
		}
		links = append(links, l)
	}
	return links
}

func (s shown) crumbs() []ui.Link {
	links := []ui.Link{{Text: "自治体", URL: "/municipalities"}}
	if s.M.Kind != municipality.KindPrefecture && !s.M.Demo {
		links = append(links, ui.Link{Text: s.M.Prefecture, URL: "/municipalities?prefecture=" + s.M.PrefectureCode})
	}
	return links
}

func (s shown) tabs() []ui.Tab {
	at := address(s.M.Code)
	tabs := []ui.Tab{
		{Text: "あゆみ", URL: at, Current: s.Tab == ""},
		{Text: "実践", URL: at + "?t=reports", Count: s.Count.Reports, Current: s.Tab == tabReports},
		{Text: "ポスター", URL: at + "?t=posters", Count: s.Count.Posters, Current: s.Tab == tabPosters},
	}
	if s.Member {
		tabs = append(tabs, ui.Tab{Text: "マネ友", URL: at + "?t=people", Count: len(s.People), Current: s.Tab == tabPeople})
	}
	return tabs
}

func (s shown) heading() string { return s.M.Name + "の" + s.word() }

// word is what the chosen tab shows.
func (s shown) word() string {
	switch s.Tab {
	case tabReports:
		return "実践レポート"
	case tabPosters:
		return "ポスター"
	}
	return "あゆみ"
}

func (s shown) moments() []ui.Moment {
	list := make([]ui.Moment, 0, len(s.Years))
	for i, y := range s.Years {
		list = append(list, ui.Moment{Date: strconv.Itoa(y.Year) + "年度", Now: i == 0, Body: practiceCards(y.Items)})
	}
	return list
}

func (s shown) emptyText() string {
	if s.First != nil {
		return "いちばん近くで実践が読めるのは、" + s.First.Text + "です。"
	}
	return "ほかの自治体の実践をさがすと、近い悩みが見つかるかもしれません。"
}

func (s shown) emptyActs() []ui.EmptyAct {
	acts := []ui.EmptyAct{{Text: "実践をさがす", URL: "/archive", Look: ui.Primary}}
	if s.First != nil {
		acts = append(acts, ui.EmptyAct{Text: s.First.Text + "を見る", URL: s.First.URL})
	}
	return acts
}
