package desk

import (
	"context"
	"net/http"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/member"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

// perJoin is how many applications are shown at once; the oldest come first, so the rest waits its turn.
const perJoin = 50

// joinRow is an application as the desk shows it.
type joinRow struct {
	member.Application
	Place string
	Form  *page.Form // its own when it came back
	When  ui.Stamp
}

// Join shows who wants to come in.
func (p Pages) Join(w http.ResponseWriter, r *http.Request) error { return p.join(w, r, nil) }

func (p Pages) join(w http.ResponseWriter, r *http.Request, f *page.Form) error {
	d, err := p.open(r, "/desk/join", f)
	if err != nil {
		return err
	}
	list, err := p.Members.Applications(r.Context(), page.Viewer(r.Context()), member.Waiting, "", perJoin)
	if err != nil {
		return err
	}
	now := page.Now(r.Context())
	rows := make([]joinRow, len(list))
	for i, a := range list {
		rows[i] = joinRow{Application: a, Form: page.NewForm(), When: page.Stamp(a.CreatedAt, now),
			Place: municipality.Label(a.Municipality) + "・" + cohort.Name(a.Year, a.Course)}
		if f != nil && f.Get("id") == a.ID {
			rows[i].Form = f
		}
	}
	return page.Render(w, r, status(f), page.Frame{Title: "参加の申請｜運営の机", Wide: true, ErrorPrefix: f != nil}, joinPage(d, rows))
}

// DecideJoin answers an application.
func (p Pages) DecideJoin(w http.ResponseWriter, r *http.Request) error {
	return act(w, r, p.join, func(ctx context.Context, v access.Viewer, f *page.Form) (string, string, int64, error) {
		done := "refuse"
		in := member.Decision{Admit: f.Get("decision") == "admit", Reason: f.Get("reason"), Team: f.Get("team")}
		if in.Admit {
			done = "admit"
		}
		seq, err := p.Members.Decide(ctx, v, f.Get("id"), in)
		return "/desk/join", done, seq, err
	})
}
