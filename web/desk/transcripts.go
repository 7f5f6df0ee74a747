package desk

import (
	"context"
	"net/http"
	"strings"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

// textRow is a page's text as a reader would have it, beside what it is.
type textRow struct {
	file.Proposal
	When     ui.Stamp
	Form     *page.Form
	Old, New []line
}

// line of a text; Changed when the other text has no such line.
type line struct {
	Text    string
	Changed bool
}

// Transcripts shows the texts that readers propose for pages (書き起こし).
func (p Pages) Transcripts(w http.ResponseWriter, r *http.Request) error {
	return p.transcripts(w, r, nil)
}

func (p Pages) transcripts(w http.ResponseWriter, r *http.Request, f *page.Form) error {
	d, err := p.open(r, "/desk/transcripts", f)
	if err != nil {
		return err
	}
	list, err := p.Files.Proposals(r.Context(), page.Viewer(r.Context()))
	if err != nil {
		return err
	}
	var rows []textRow
	for _, one := range list {
		row := textRow{Proposal: one, When: page.Stamp(one.CreatedAt, page.Now(r.Context())), Form: page.NewForm(),
			Old: against(one.Now, one.Text), New: against(one.Text, one.Now)}
		if f != nil && f.Get("id") == one.ID {
			row.Form = f
		}
		rows = append(rows, row)
	}
	return page.Render(w, r, status(f), page.Frame{Title: "書き起こし｜運営の机", Wide: true, ErrorPrefix: f != nil}, transcriptsPage(d, rows))
}

// DecideTranscript takes a proposed text or declines it.
func (p Pages) DecideTranscript(w http.ResponseWriter, r *http.Request) error {
	return act(w, r, p.transcripts, func(ctx context.Context, v access.Viewer, f *page.Form) (string, string, int64, error) {
		approve := f.Get("decision") == file.Approved
		seq, err := p.Files.DecideProposal(ctx, v, f.Get("id"), approve, f.Get("seen"), f.Get("reason"))
		done := file.Declined
		if approve {
			done = file.Approved
		}
		return "/desk/transcripts", done, seq, err
	})
}

// against marks the lines of a text that the other has not.
func against(words, other string) (list []line) {
	have := map[string]bool{}
	for l := range strings.SplitSeq(other, "\n") {
		have[l] = true
	}
	for l := range strings.SplitSeq(words, "\n") {
		if l != "" {
			list = append(list, line{l, !have[l]})
		}
	}
	return list
}
