package files

import (
	"net/http"
	"strconv"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/web/page"
)

// Decide takes a proposed text or declines it, beside the page that it is of: POST /files/{id}/text/{page}/decide. The desk
// has all of them on one page; authors of entries for a cohort or a team decide here, since moderators do not read those.
func (p Pages) Decide(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, maxText)
	if err != nil {
		return err
	}
	seq, err := p.Files.DecideProposal(r.Context(), page.Viewer(r.Context()), f.Get("proposal"), f.Get("decision") == file.Approved, f.Get("seen"), f.Get("reason"))
	if err != nil {
		if f.WithError(err) {
			return p.transcript(w, r, http.StatusUnprocessableEntity, f)
		}
		return err
	}
	number, err := strconv.Atoi(r.PathValue("page"))
	if err != nil {
		return apperr.Missing()
	}
	page.Wrote(w, seq)
	http.Redirect(w, r, file.TranscriptURL(r.PathValue("id"), number), http.StatusSeeOther)
	return nil
}
