package reports

import (
	"net/http"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/web/page"
)

const (
	smallForm = 8 << 10
	textForm  = 2 << 20 // 100,000 characters, three bytes each, percent-encoded
)

// Useful sets 参考になった or takes it back, and returns to the page.
func (p Pages) Useful(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, smallForm)
	if err != nil {
		return err
	}
	viewer, id := page.Viewer(r.Context()), r.PathValue("id")
	out, err := p.Archive.React(r.Context(), viewer, id, archive.Useful, f.Get("on") != "0")
	if err != nil {
		return err
	}
	return p.back(w, r, out.Seq, "")
}

// NewAfter is the form for その後.
func (p Pages) NewAfter(w http.ResponseWriter, r *http.Request) error {
	return p.beside(w, r, page.NewForm(), http.StatusOK, true)
}

// AddAfter adds その後.
func (p Pages) AddAfter(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, textForm)
	if err != nil {
		return err
	}
	out, err := p.Archive.AddFollowUp(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), archive.NewFollowUp{
		Body: f.Get("body"), Result: archive.Result(f.Get("result")), Happened: f.Get("happened")})
	if err != nil {
		if f.WithError(err) {
			return p.beside(w, r, f, apperr.From(err).Kind.Status(), true)
		}
		return err
	}
	return p.back(w, r, out.Seq, "#after")
}

// NewTried is the form for うちでもやってみた.
func (p Pages) NewTried(w http.ResponseWriter, r *http.Request) error {
	return p.beside(w, r, page.NewForm(), http.StatusOK, false)
}

// AddTried adds うちでもやってみた.
func (p Pages) AddTried(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, textForm)
	if err != nil {
		return err
	}
	out, err := p.Archive.AddAdoption(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), archive.NewAdoption{
		Body: f.Get("body"), Result: archive.Result(f.Get("result")), Municipality: f.Get("municipality")})
	if err != nil {
		if f.WithError(err) {
			return p.beside(w, r, f, apperr.From(err).Kind.Status(), false)
		}
		return err
	}
	return p.back(w, r, out.Seq, "#tried")
}

// beside shows one of the two one-box forms beside a report.
func (p Pages) beside(w http.ResponseWriter, r *http.Request, f *page.Form, status int, after bool) error {
	v, err := p.read(r)
	if err != nil {
		return goneOr(w, r, err)
	}
	frame := page.Frame{Title: "うちでもやってみた", Islands: []string{"draft"}, NoTabbar: true, ErrorPrefix: f.Failed()}
	form := triedForm(v, f)
	may := v.CanAdopt
	if after {
		frame.Title, form, may = "その後を書く", afterForm(v, f), v.CanFollowUp
	}
	if !may {
		return apperr.New(apperr.Forbidden, "ここには書けません。その後は筆者と同じ自治体の人が、うちでもやってみたはほかの自治体の人が書けます。")
	}
	return page.Render(w, r, status, frame, form)
}

// AskWithdraw asks for the reason before an entry is withdrawn.
func (p Pages) AskWithdraw(w http.ResponseWriter, r *http.Request) error {
	return p.withdrawForm(w, r, page.NewForm(), http.StatusOK)
}

func (p Pages) withdrawForm(w http.ResponseWriter, r *http.Request, f *page.Form, status int) error {
	v, err := p.read(r)
	if err != nil {
		return goneOr(w, r, err)
	}
	if !v.CanEdit {
		return apperr.New(apperr.Forbidden, "取り下げられるのは筆者だけです。気づいたことは通報から知らせてください。")
	}
	return page.Render(w, r, status, page.Frame{Title: withdrawWord(v), NoTabbar: true, ErrorPrefix: f.Failed()}, withdrawPage(v, f))
}

// Withdraw withdraws an entry.
func (p Pages) Withdraw(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, textForm)
	if err != nil {
		return err
	}
	out, err := p.Archive.Withdraw(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), f.Get("reason"))
	if err != nil {
		if f.WithError(err) {
			return p.withdrawForm(w, r, f, apperr.From(err).Kind.Status())
		}
		return err
	}
	if out.Seq == 0 {
		http.Redirect(w, r, "/drafts", http.StatusSeeOther)
		return nil
	}
	return p.back(w, r, out.Seq, "")
}

// Versions shows the old texts to the authors and the moderators.
func (p Pages) Versions(w http.ResponseWriter, r *http.Request) error {
	e, old, err := p.Archive.Versions(r.Context(), page.Viewer(r.Context()), r.PathValue("id"))
	if err != nil {
		return goneOr(w, r, err)
	}
	return page.Render(w, r, http.StatusOK, page.Frame{Title: "前の版"}, versions(e, olds(r, old)))
}

// back returns to the entry's page after a write.
func (p Pages) back(w http.ResponseWriter, r *http.Request, seq int64, anchor string) error {
	if seq > 0 {
		page.Wrote(w, seq)
	}
	http.Redirect(w, r, "/"+firstSegment(r.URL.Path)+"/"+r.PathValue("id")+anchor, http.StatusSeeOther)
	return nil
}
