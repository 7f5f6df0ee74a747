package municipalities

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/internal/theme"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

// Pages are the pages of municipalities.
type Pages struct {
	Archive *archive.Service
}

// perPage is how many entries the history shows at once: some years of a busy town.
const perPage = 50

// look is how far around a municipality it looks for others that have left something.
const look = 30

// The tabs of a municipality's page, as they stand in the address; the first has none.
const (
	tabReports = "reports"
	tabPosters = "posters"
)

// shown is the page of one municipality.
type shown struct {
	M     municipality.Municipality
	Tab   string // "", reports, posters
	Count counts
	Years []yearOf
	More  string // address of the entries that come after, "" at the end
	Near  []ui.Link
	Alike []ui.Link
	First *ui.Link // the nearest municipality with a practice, when this one has none
}

// counts are what the reader may read of it.
type counts struct{ All, Reports, Posters int }

func countsOf(kinds map[archive.Kind]int) counts {
	c := counts{Reports: kinds[archive.Report], Posters: kinds[archive.Poster]}
	for _, n := range kinds {
		c.All += n
	}
	return c
}

// yearOf is what came out of one fiscal year.
type yearOf struct {
	Year  int
	Items []ui.FeedItem
}

// Show is the page of one municipality: what it has left, year by year, and who lies near or is like it.
func (p Pages) Show(w http.ResponseWriter, r *http.Request) error {
	m, found, err := find(w, r)
	if err != nil || !found {
		return err
	}
	s := shown{M: m, Tab: tab(r.URL.Query().Get("t"))}
	ctx, v := r.Context(), page.Viewer(r.Context())
	if err := p.history(ctx, v, &s, r.URL.Query().Get("before")); err != nil {
		return err
	}
	if err := p.around(ctx, v, &s); err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, page.Frame{Title: m.Label(), Index: !m.Demo && s.Tab == "",
		Description: m.Label() + "が人材マネジメント部会で取り組んだ実践とポスター。"}, show(s))
}

func tab(t string) string {
	if t == tabReports || t == tabPosters {
		return t
	}
	return ""
}

// history fills in the entries, grouped by fiscal year, the newest year first.
func (p Pages) history(ctx context.Context, v access.Viewer, s *shown, before string) error {
	f := archive.Filter{Municipality: s.M.Code, Limit: perPage}
	f.Before, _ = strconv.ParseInt(before, 10, 64) // anything else begins at the top
	switch s.Tab {
	case tabReports:
		f.Kinds = []archive.Kind{archive.Report}
	case tabPosters:
		f.Kinds = []archive.Kind{archive.Poster}
	}
	list, next, err := p.Archive.Newest(ctx, v, f)
	if err != nil {
		return err
	}
	slices.SortStableFunc(list, func(a, b archive.Summary) int { return b.Year - a.Year })
	for _, e := range list {
		if len(s.Years) == 0 || s.Years[len(s.Years)-1].Year != e.Year {
			s.Years = append(s.Years, yearOf{Year: e.Year})
		}
		y := &s.Years[len(s.Years)-1]
		y.Items = append(y.Items, item(e))
	}
	if next > 0 {
		s.More = fmt.Sprintf("%s?t=%s&before=%d", address(s.M.Code), s.Tab, next)
	}
	return nil
}

func item(e archive.Summary) ui.FeedItem {
	i := ui.FeedItem{Kind: string(e.Kind), URL: e.URL(), Title: e.Title, Excerpt: e.Excerpt, End: e.Course.Label()}
	if e.Useful > 0 {
		i.Metas = append(i.Metas, ui.Tally{Icon: "useful", Text: "参考になった", Count: e.Useful})
	}
	if e.Adopted > 0 {
		i.Metas = append(i.Metas, ui.Tally{Icon: "sprout", Text: "やってみた", Count: e.Adopted})
	}
	for _, id := range e.Themes {
		i.Themes = append(i.Themes, ui.Link{Text: theme.Name(id), URL: "/archive?theme=" + id})
	}
	return i
}

// around fills in the counts of this municipality and its neighbours, in one query for all of them.
func (p Pages) around(ctx context.Context, v access.Viewer, s *shown) error {
	near, alike := municipality.Near(s.M.Code, look), municipality.Alike(s.M.Code, look)
	codes := []string{s.M.Code}
	for _, n := range append(slices.Clone(near), alike...) {
		codes = append(codes, n.Code)
	}
	counts, err := p.Archive.CountIn(ctx, v, codes...)
	if err != nil {
		return err
	}
	s.Count = countsOf(counts[s.M.Code])
	if s.M.Demo {
		near = nil // they lie on no map
	}
	for _, n := range near {
		if s.First == nil && countsOf(counts[n.Code]).All > 0 {
			s.First = &ui.Link{Text: n.Label(), URL: address(n.Code)}
		}
	}
	s.Near = beside(near, counts, 5, func(n municipality.Neighbor) string { return fmt.Sprintf("%.0fkm", n.Km) })
	s.Alike = beside(alike, counts, 3, func(n municipality.Neighbor) string { return n.Reason })
	return nil
}

// beside picks n of the municipalities for a list of links: those that have left something first, each group in its
// order. The note says how much there is to read, or else why the municipality is named.
func beside(list []municipality.Neighbor, counts map[string]map[archive.Kind]int, n int, note func(municipality.Neighbor) string) []ui.Link {
	var with, without []ui.Link
	for _, m := range list {
		l := ui.Link{Text: m.Label(), URL: address(m.Code), Note: note(m)}
		if c := countsOf(counts[m.Code]).All; c > 0 {
			l.Note = "実践 " + strconv.Itoa(c)
			with = append(with, l)
		} else {
			without = append(without, l)
		}
	}
	all := append(with, without...)
	return all[:min(n, len(all))]
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
	return []ui.Tab{
		{Text: "あゆみ", URL: at, Current: s.Tab == ""},
		{Text: "実践", URL: at + "?t=reports", Count: s.Count.Reports, Current: s.Tab == tabReports},
		{Text: "ポスター", URL: at + "?t=posters", Count: s.Count.Posters, Current: s.Tab == tabPosters},
	}
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
