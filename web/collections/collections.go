// Package collections shows what the moderators put together (特集): an introduction and entries in their order, each
// with a word. A reader sees only the entries that are for them.
package collections

import (
	"net/http"

	"github.com/manetomo/manetomo/internal/curate"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

// Pages are the pages of collections.
type Pages struct {
	Curate *curate.Service
}

// List shows all collections.
func (p Pages) List(w http.ResponseWriter, r *http.Request) error {
	all, err := p.Curate.Collections(r.Context(), page.Viewer(r.Context()))
	if err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, page.Frame{Title: "特集", Section: "collections", Index: true,
		Description: "運営が選んで並べた、自治体の実践の特集です。"}, list(all))
}

// Show shows one collection.
func (p Pages) Show(w http.ResponseWriter, r *http.Request) error {
	c, picks, err := p.Curate.Collection(r.Context(), page.Viewer(r.Context()), r.PathValue("slug"))
	if err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, page.Frame{Title: c.Title, Section: "collections", Index: c.Audience == "public",
		Description: c.Lead}, show(*c, picks, page.Viewer(r.Context()).CanModerate()))
}

// picture is the first page of an entry's file, at the size of a list.
func picture(p curate.Pick) *ui.Picture {
	if p.File == "" || p.Width == 0 {
		return nil
	}
	return &ui.Picture{URL: "/files/" + p.File + "/1-512.jpg", Width: 512, Height: int(512 * p.Height / p.Width)}
}

func place(p curate.Pick) string { return municipality.Label(p.Municipality) }
