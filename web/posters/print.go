package posters

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/web/cite"
	"github.com/manetomo/manetomo/web/page"
)

// printing is what the page for paper shows.
type printing struct {
	view
	Cite     *cite.Citation
	Paper    string // a4, a3
	WithText bool
	All      bool // all pages, not only the one that is looked at
}

// Print shows an entry as it goes on paper: GET /posters/{id}/print. Each sheet fills one page of the paper that is chosen,
// lying or standing as the sheet does, without frames; its text follows if wanted; citation and code stand at the foot.
func (p Pages) Print(w http.ResponseWriter, r *http.Request) error {
	e, err := p.Archive.Get(r.Context(), page.Viewer(r.Context()), r.PathValue("id"))
	if err != nil {
		return err
	}
	s := printing{view: view{Entry: e, Viewer: page.Viewer(r.Context())}, Paper: "a4",
		WithText: r.FormValue("text") == "1", All: r.FormValue("all") == "1"}
	if r.FormValue("paper") == "a3" {
		s.Paper = "a3"
	}
	if s.Files, err = p.Files.List(r.Context(), s.Viewer, e.ID); err != nil {
		return err
	}
	if err := p.choose(r, &s.view); err != nil {
		return err
	}
	if c, ok := cite.Of(e, page.From(r.Context()).BaseURL, page.Now(r.Context())); ok {
		s.Cite = &c
	}
	return page.Render(w, r, http.StatusOK, page.Frame{Title: e.Title + "を印刷する", Section: "archive", NoTabbar: true, Paper: true}, paper(s))
}

// mostPrinted bounds how many sheets one print has: pages behind have no picture anyway.
const mostPrinted = 100

// sheets are the pages that are printed.
func (s printing) sheets() []file.Page {
	switch {
	case s.Page == nil:
		return nil
	case !s.All:
		return []file.Page{*s.Page}
	}
	return s.Pages[:min(len(s.Pages), mostPrinted)]
}

// lies tells whether a sheet is printed on paper that lies.
func lies(p file.Page) bool { return p.Width > p.Height }

// printAddress is the page for paper of the sheet that is looked at.
func (s view) printAddress() string {
	q := url.Values{}
	if len(s.Files) > 1 && s.File != nil {
		q.Set("file", s.File.ID)
	}
	if s.Page != nil && s.Page.Number > 1 {
		q.Set("page", strconv.Itoa(s.Page.Number))
	}
	if len(q) == 0 {
		return s.Entry.URL() + "/print"
	}
	return s.Entry.URL() + "/print?" + q.Encode()
}
