// Package posters shows what is a sheet or a document rather than a report: posters, joint papers and materials, as a
// picture with its text beside it, and takes new ones in.
//
// Reading, finding a word on the sheet, turning pages and uploading work without a script; the script adds zooming
// and shows the text when it has been read.
package posters

import (
	"net/http"
	"strconv"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/web/cite"
	"github.com/manetomo/manetomo/web/notes"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/similar"
	"github.com/manetomo/manetomo/web/topics"
	"github.com/manetomo/manetomo/web/ui"
)

// Pages are the pages of posters, papers and materials.
type Pages struct {
	Archive *archive.Service
	Files   *file.Service
	Talk    *talk.Service
	Similar similar.Finder
}

// view is what the page of an entry shows.
type view struct {
	Entry   *archive.View
	Viewer  access.Viewer
	Files   []file.File
	File    *file.File // the one that is shown; nil without files
	Pages   []file.Page
	Page    *file.Page // the one that is shown; nil before the file is read
	Query   string
	Hits    []file.Hit
	Note    string         // why the file of a new page was not kept
	Cite    *cite.Citation // nil for a draft
	Claimed string         // what came of a claim that was just made

	Discuss *topics.Discussion
	Notes   *notes.Board
	Near    []ui.Link // similar entries (近い実践)
	Beside  beside
	Side    string // which of the sides is open
}

// Show shows a poster, paper or material: GET /posters/{id} and the like, with ?q=, ?file= and ?page=.
func (p Pages) Show(w http.ResponseWriter, r *http.Request) error {
	ctx, v := r.Context(), page.Viewer(r.Context())
	e, err := p.Archive.Get(ctx, v, r.PathValue("id"))
	if err != nil {
		return err
	}
	if e.URL() != r.URL.Path {
		http.Redirect(w, r, e.URL(), http.StatusSeeOther)
		return nil
	}
	s := view{Entry: e, Viewer: v, Query: r.FormValue("q"), Claimed: claimed(r)}
	if s.Files, err = p.Files.List(ctx, v, e.ID); err != nil {
		return err
	}
	if err := p.choose(r, &s); err != nil {
		return err
	}
	if s.Discuss, err = topics.Load(r, p.Talk, e.ID, e.URL()); err != nil {
		return err
	}
	if err := p.notes(r, &s); err != nil {
		return err
	}
	if err := p.readBeside(r, &s); err != nil {
		return err
	}
	s.chooseSide(r)
	s.Near = p.Similar.To(r, e.ID, e.Municipality)
	if c, ok := cite.Of(e, page.From(ctx).BaseURL, page.Now(ctx)); ok {
		s.Cite = &c
	}
	f := page.Frame{OGImage: cite.CardOf(ctx, p.Files, e), Title: e.Kind.Label() + "「" + e.Title + "」", Section: "archive", Full: true, Wide: true,
		Index: e.Audience == access.Public && e.State == access.Published, Description: e.Summary}
	f.Islands = []string{"poster"}
	if s.Discuss != nil {
		f.Islands = append(append(f.Islands, topics.Islands...), notes.Islands...)
	}
	return page.Render(w, r, http.StatusOK, f, show(s))
}

// notes reads what is pinned to the sheet, for who may read its discussion.
func (p Pages) notes(r *http.Request, s *view) (err error) {
	if s.Discuss == nil {
		return nil
	}
	at := notes.Place{Entry: s.Entry.ID, Back: s.Entry.URL()}
	if s.Page != nil {
		at.File, at.Page, at.Back = s.File.ID, s.Page.Number, s.to(s.Page.Number, sideNotes)
	}
	s.Notes, err = notes.Load(r, p.Talk, s.Discuss.Topic.ID, at)
	return err
}

// choose finds the file and the page to show. Words' places are read only where somebody looks for a word.
func (p Pages) choose(r *http.Request, s *view) (err error) {
	if len(s.Files) == 0 {
		return nil
	}
	s.File = &s.Files[0]
	for i := range s.Files {
		if s.Files[i].ID == r.FormValue("file") {
			s.File = &s.Files[i]
		}
	}
	read := p.Files.Sheets
	if s.Query != "" {
		read = p.Files.Pages
	}
	if s.File, s.Pages, err = read(r.Context(), s.Viewer, s.File.ID); err != nil || len(s.Pages) == 0 {
		return err
	}
	s.Hits = file.Find(s.Pages, s.Query)
	wanted := s.Pages[0].Number
	if len(s.Hits) > 0 {
		wanted = s.Hits[0].Page
	}
	if n, err := strconv.Atoi(r.FormValue("page")); err == nil {
		wanted = n
	}
	s.Page = &s.Pages[0]
	for i := range s.Pages {
		if s.Pages[i].Number == wanted {
			s.Page = &s.Pages[i]
		}
	}
	return nil
}
