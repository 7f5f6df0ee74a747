package files

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

// maxText is a page's text in a form.
const maxText = 1 << 20

// sheet is a page whose text somebody wants to put right.
type sheet struct {
	Entry   *archive.View
	File    *file.File
	Page    file.Page
	History []past
	Sent    bool
	Open    []file.Proposal // what the viewer decides about: as an author of an entry that moderators do not read, or at the desk
}

// past is what somebody proposed before, and what became of it.
type past struct {
	file.Proposal
	When ui.Stamp
	Mine bool
}

// back is the page of the entry, at this page of the file.
func (s sheet) back() string {
	return s.Entry.URL() + "?file=" + s.File.ID + "&page=" + strconv.Itoa(s.Page.Number)
}

// Transcript shows a page's text to be put right (書き起こし): GET /files/{id}/text/{page}.
func (p Pages) Transcript(w http.ResponseWriter, r *http.Request) error {
	return p.transcript(w, r, http.StatusOK, page.NewForm())
}

func (p Pages) transcript(w http.ResponseWriter, r *http.Request, status int, f *page.Form) error {
	ctx, v := r.Context(), page.Viewer(r.Context())
	kept, pages, err := p.Files.Sheets(ctx, v, r.PathValue("id"))
	if err != nil {
		return err
	}
	s := sheet{File: kept, Sent: r.URL.Query().Get("sent") == "1"}
	for _, one := range pages {
		if strconv.Itoa(one.Number) == r.PathValue("page") {
			s.Page = one
		}
	}
	switch {
	case s.Page.Number == 0 || kept.State != file.Ready:
		return apperr.Missing()
	case !v.CanWrite():
		return apperr.SignIn()
	}
	if s.Entry, err = p.Archive.Get(ctx, v, kept.Entry); err != nil {
		return err
	}
	list, err := p.Files.History(ctx, v, kept.ID, s.Page.Number)
	if err != nil {
		return err
	}
	waiting, err := p.Files.Proposals(ctx, v)
	if err != nil {
		return err
	}
	for _, one := range waiting {
		if one.File == kept.ID && one.Number == s.Page.Number {
			s.Open = append(s.Open, one)
		}
	}
	if !f.Failed() {
		f.Set("text", s.Page.Text)
	}
	for _, one := range list {
		s.History = append(s.History, past{one, page.Stamp(one.CreatedAt, page.Now(ctx)), one.By == v.Person})
		if one.By == v.Person && one.State == file.Open && !f.Failed() {
			f.Set("text", one.Text) // they go on with what they sent
		}
	}
	return page.Render(w, r, status, page.Frame{Title: "書き起こしを直す", ErrorPrefix: f.Failed(), Wide: true, NoTabbar: true}, transcriptPage(f, s))
}

// Propose sends a page's text to the desk: POST /files/{id}/text/{page}.
func (p Pages) Propose(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, maxText)
	if err != nil {
		return err
	}
	number, err := strconv.Atoi(r.PathValue("page"))
	if err != nil {
		return apperr.Missing()
	}
	seq, err := p.Files.Propose(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), number, f.Get("text"))
	if err != nil {
		if f.WithError(err) {
			return p.transcript(w, r, http.StatusUnprocessableEntity, f)
		}
		return err
	}
	page.Wrote(w, seq)
	http.Redirect(w, r, file.TranscriptURL(r.PathValue("id"), number)+"?sent=1", http.StatusSeeOther)
	return nil
}

// stateWord says what became of a proposal.
func (p past) stateWord() string {
	switch p.State {
	case file.Approved:
		return "取り入れられました"
	case file.Declined:
		return "見送りになりました"
	}
	return "運営の確認を待っています"
}

func rows(words string) int { return min(30, max(8, strings.Count(words, "\n")+3)) }
