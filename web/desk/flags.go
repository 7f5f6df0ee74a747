package desk

import (
	"context"
	"net/http"
	"strconv"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/curate"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

// flagRow is an open flag as the desk shows it.
type flagRow struct {
	curate.Raised
	What string // 投稿 12 など
	URL  string
	When ui.Stamp
	Form *page.Form // its own when it came back, else the page's
}

// Flags shows what members asked the moderators to look at.
func (p Pages) Flags(w http.ResponseWriter, r *http.Request) error { return p.flags(w, r, nil) }

func (p Pages) flags(w http.ResponseWriter, r *http.Request, f *page.Form) error {
	d, err := p.open(r, "/desk/flags", f)
	if err != nil {
		return err
	}
	list, err := p.Curate.Flags(r.Context(), page.Viewer(r.Context()))
	if err != nil {
		return err
	}
	now := page.Now(r.Context())
	var rows []flagRow
	for _, one := range list {
		row := flagRow{Raised: one, When: page.Stamp(one.CreatedAt, now), Form: page.NewForm()}
		if f != nil && f.Get("id") == one.ID {
			row.Form = f
		}
		switch one.Kind {
		case "entry":
			row.What, row.URL = ui.KindWord(one.EntryKind), "/e/"+one.Subject
		case "topic":
			row.What, row.URL = "話題", "/topics/"+one.Subject
		case "post":
			row.What = "投稿 " + strconv.FormatInt(one.Number, 10)
			row.URL = "/topics/" + one.TopicID + "/posts/" + one.Subject
		}
		rows = append(rows, row)
	}
	return page.Render(w, r, status(f), page.Frame{Title: "通報｜運営の机", Wide: true, ErrorPrefix: f != nil}, flagsPage(d, rows))
}

// DecideFlag carries a decision about a flagged thing out.
func (p Pages) DecideFlag(w http.ResponseWriter, r *http.Request) error {
	return act(w, r, p.flags, func(ctx context.Context, v access.Viewer, f *page.Form) (string, string, int64, error) {
		seq, err := p.Curate.DecideFlag(ctx, v, f.Get("id"), curate.Verdict(f.Get("decision")), f.Get("reason"))
		return "/desk/flags", f.Get("decision"), seq, err
	})
}

// Raise is the form by which any member asks the moderators to look at something.
func (p Pages) Raise(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	f := page.NewForm().Set("kind", q.Get("kind")).Set("id", q.Get("id"))
	return page.Render(w, r, http.StatusOK, page.Frame{Title: "運営に知らせる"}, raisePage(f, q.Get("done") == "1"))
}

// Raised takes that form.
func (p Pages) Raised(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	_, seq, err := p.Curate.Raise(r.Context(), page.Viewer(r.Context()), f.Get("kind"), f.Get("id"), f.Get("reason"))
	if err != nil {
		if f.WithError(err) {
			return page.Render(w, r, http.StatusUnprocessableEntity, page.Frame{Title: "運営に知らせる", ErrorPrefix: true}, raisePage(f, false))
		}
		return err
	}
	page.Wrote(w, seq)
	http.Redirect(w, r, "/flags/new?done=1", http.StatusSeeOther)
	return nil
}
