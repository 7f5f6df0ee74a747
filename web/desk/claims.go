package desk

import (
	"context"
	"net/http"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

// claimRow is a claim that waits.
type claimRow struct {
	archive.Claim
	When ui.Stamp
	Form *page.Form
}

// Claims shows who says that an imported entry is theirs: GET /desk/claims.
func (p Pages) Claims(w http.ResponseWriter, r *http.Request) error { return p.claims(w, r, nil) }

func (p Pages) claims(w http.ResponseWriter, r *http.Request, f *page.Form) error {
	d, err := p.open(r, "/desk/claims", f)
	if err != nil {
		return err
	}
	list, err := p.Archive.Claims(r.Context(), page.Viewer(r.Context()))
	if err != nil {
		return err
	}
	rows := make([]claimRow, len(list))
	for i, c := range list {
		rows[i] = claimRow{Claim: c, When: page.Stamp(c.CreatedAt, page.Now(r.Context())), Form: page.NewForm()}
		if f != nil && f.Get("id") == c.ID {
			rows[i].Form = f
		}
	}
	return page.Render(w, r, status(f), page.Frame{Title: "うちのものです｜運営の机", Wide: true, ErrorPrefix: f != nil}, claimsPage(d, rows))
}

// DecideClaim gives an entry to who claims it, or declines: POST /desk/claims.
func (p Pages) DecideClaim(w http.ResponseWriter, r *http.Request) error {
	return act(w, r, p.claims, func(ctx context.Context, v access.Viewer, f *page.Form) (string, string, int64, error) {
		done := "notgiven"
		if f.Get("decision") == "approve" {
			done = "given"
		}
		seq, err := p.Archive.DecideClaim(ctx, v, f.Get("id"), done == "given", f.Get("reason"))
		return "/desk/claims", done, seq, err
	})
}
