package posters

import (
	"net/http"

	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/web/page"
)

// Claim says that an imported entry is the viewer's team's: POST /posters/{id}/claim.
func (p Pages) Claim(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, 1<<20)
	if err != nil {
		return err
	}
	state, seq, err := p.Archive.Claim(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), f.Get("note"))
	if err != nil {
		return err
	}
	page.Wrote(w, seq)
	done := "asked"
	if state == archive.ClaimApproved {
		done = "ours"
	}
	http.Redirect(w, r, "/e/"+r.PathValue("id")+"?claim="+done, http.StatusSeeOther)
	return nil
}

// claimed says what came of a claim that was just made.
func claimed(r *http.Request) string {
	return map[string]string{
		"ours":  "このページは、あなたのチームのものになりました。直したり、その後を書いたりできます。",
		"asked": "お申し出を運営に送りました。決まるとお知らせします。",
	}[r.URL.Query().Get("claim")]
}
