package municipalities

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/member"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/internal/theme"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

// Pages are the pages of municipalities.
type Pages struct {
	Archive *archive.Service
	Files   *file.Service
	Members *member.Service
}

// perPage is how many entries the history shows at once: some years of a busy town.
const perPage = 50

// look is how far around a municipality it looks for others that have left something.
const look = 30

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
	Member bool   // the reader is a member: people are shown to members only
	People []ui.Link
	Count  counts
	Years  []yearOf
	More   string // address of the entries that come after, "" at the end
	Near   []ui.Link
	Alike  []ui.Link
	First  *ui.Link // the nearest municipality with a practice, when this one has none
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
	ctx, v := r.Context(), page.Viewer(r.Context())
	s := shown{M: m, Tab: tab(r.URL.Query().Get("t"), v.Member), Member: v.Member}
	fill := func() error { return p.history(ctx, v, &s, r.URL.Query().Get("before")) }
	if s.Tab == tabPeople {
		fill = func() error { return p.people(ctx, v, &s) }
	}
	if err := fill(); err != nil {
		return err
	}
	if err := p.around(ctx, v, &s); err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, page.Frame{Title: m.Label(), Index: !m.Demo && s.Tab == "",
		Description: m.Label() + "が人材マネジメント部会で取り組んだ実践とポスター。"}, show(s))
}

func tab(t string, member bool) string {
	if t == tabReports || t == tabPosters || t == tabPeople && member {
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
	covers, err := p.covers(ctx, v, list)
	if err != nil {
		return err
	}
	slices.SortStableFunc(list, func(a, b archive.Summary) int { return b.Year - a.Year })
	for _, e := range list {
		if len(s.Years) == 0 || s.Years[len(s.Years)-1].Year != e.Year {
			s.Years = append(s.Years, yearOf{Year: e.Year})
		}
		y := &s.Years[len(s.Years)-1]
		y.Items = append(y.Items, item(e, covers))
	}
	if next > 0 {
		s.More = fmt.Sprintf("%s?t=%s&before=%d", address(s.M.Code), s.Tab, next)
	}
	return nil
}

func item(e archive.Summary, covers map[string]file.Cover) ui.FeedItem {
	i := ui.FeedItem{Kind: string(e.Kind), URL: e.URL(), Title: e.Title, Excerpt: e.Excerpt, End: e.Course.Label()}
	if e.Useful > 0 {
		i.Metas = append(i.Metas, ui.Tally{Icon: "useful", Text: "参考になった", Count: e.Useful})
	}
	if e.Adopted > 0 {
		i.Metas = append(i.Metas, ui.Tally{Icon: "sprout", Text: "やってみた", Count: e.Adopted})
	}
	if c, ok := covers[e.ID]; ok && c.Width > 0 {
		i.Picture = &ui.Picture{URL: "/files/" + c.File + "/1-512.jpg", Alt: c.Alt, Width: 512, Height: int(512 * c.Height / c.Width)}
	}
	for _, id := range e.Themes {
		i.Themes = append(i.Themes, ui.Link{Text: theme.Name(id), URL: "/archive?theme=" + id})
	}
	return i
}

// covers are the first pages of the entries' files.
func (p Pages) covers(ctx context.Context, v access.Viewer, list []archive.Summary) (map[string]file.Cover, error) {
	ids := make([]string, len(list))
	for i, e := range list {
		ids[i] = e.ID
	}
	return p.Files.Covers(ctx, v, ids)
}

// people fills in who works there now or took part for it.
func (p Pages) people(ctx context.Context, v access.Viewer, s *shown) error {
	list, err := p.Members.Members(ctx, v, member.Filter{Municipality: s.M.Code, Limit: most})
	if err != nil {
		return err
	}
	for _, m := range list {
		l := ui.Link{Text: m.Name, URL: "/members/" + url.PathEscape(m.ID), Icon: "person"}
		for _, part := range m.Parts {
			if part.Municipality == s.M.Code {
				l.Note = page.FiscalYear(part.Year) + " " + member.RoleName(part.Role)
				break
			}
		}
		s.People = append(s.People, l)
	}
	if len(list) == most {
		s.More = "/members?municipality=" + s.M.Code
	}
	return nil
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
