package web

import (
	"context"
	"fmt"
	"net/http"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/top"
	"github.com/manetomo/manetomo/web/ui"
)

// front reads what changes on the front page, as a visitor may see it.
func (s *Site) front(ctx context.Context) (top.Data, error) {
	d := top.Data{Counts: municipality.ParticipantCounts()}
	reports, err := s.Archive.Recent(ctx, 3, archive.Report)
	if err != nil {
		return d, err
	}
	for _, r := range reports {
		d.Stories = append(d.Stories, top.Story{Municipality: municipality.Label(r.Municipality), Title: r.Title, URL: r.URL(),
			Text: r.Summary, Metas: []top.Meta{{Icon: "report", Text: r.Kind.Label()}}})
	}
	posters, err := s.Archive.Recent(ctx, 8, archive.Poster)
	if err != nil {
		return d, err
	}
	ids := make([]string, len(posters))
	for i, p := range posters {
		ids[i] = p.ID
	}
	covers, err := s.Files.Covers(ctx, access.Viewer{}, ids)
	if err != nil {
		return d, err
	}
	for _, p := range posters {
		d.Posters = append(d.Posters, pin(p, covers[p.ID]))
	}
	c, picks, err := s.Curate.Front(ctx, access.Viewer{})
	if err != nil || c == nil {
		return d, err
	}
	d.Feature = &top.Feature{Title: c.Title, URL: c.Path(), Lead: c.Lead, Note: fmt.Sprintf("%d件の実践", len(picks))}
	return d, nil
}

// pin hangs an entry on the wall by its cover; without one it is a title sheet.
func pin(e archive.Summary, cover file.Cover) ui.Pin {
	m, _ := municipality.Get(e.Municipality) // an unknown one has no name
	p := ui.Pin{URL: e.URL(), Title: e.Title, Alt: m.Name + "のポスター", Note: m.Name}
	if e.Year > 0 {
		p.Note += "・" + page.FiscalYear(e.Year)
	}
	if cover.Width > 0 {
		p.Picture = &ui.Picture{URL: "/files/" + cover.File + "/1-512.jpg", Width: 512, Height: int(512 * cover.Height / cover.Width)}
	}
	return p
}

// entry leads from the short address of an entry to its page: letters, notices and prints need not know its kind.
func (s *Site) entry(w http.ResponseWriter, r *http.Request) error {
	e, err := s.Archive.Get(r.Context(), page.Viewer(r.Context()), r.PathValue("id"))
	if err != nil {
		return err
	}
	to := e.Entry.URL()
	if r.URL.RawQuery != "" {
		to += "?" + r.URL.RawQuery
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}
