package reports

import (
	"net/http"
	"strconv"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/web/files"
	"github.com/manetomo/manetomo/web/page"
)

// Preview shows a report as its readers will see it.
func (p Pages) Preview(w http.ResponseWriter, r *http.Request) error {
	v, err := p.read(r)
	if err != nil {
		return goneOr(w, r, err)
	}
	if !v.CanEdit {
		return apperr.Missing()
	}
	v.Preview = true
	return page.Render(w, r, http.StatusOK, page.Frame{Title: "見た目を確かめる"}, preview(v))
}

// Attach keeps files beside a report.
func (p Pages) Attach(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	f, err := page.ReadForm(w, r, files.MaxForm)
	if err != nil {
		return err
	}
	if err := files.KeepAll(w, r, p.Files, f, id); err != nil {
		if f.WithError(err) {
			files.Stay(r, p.Files, f, "entry:"+id)
			return p.compose(w, withStep(r, finish), f, apperr.From(err).Kind.Status())
		}
		return err
	}
	http.Redirect(w, r, "/reports/"+id+"/edit?step=8&saved=1#files", http.StatusSeeOther)
	return nil
}

func withStep(r *http.Request, n int) *http.Request {
	q := r.URL.Query()
	q.Set("step", strconv.Itoa(n))
	r2 := r.Clone(r.Context())
	r2.URL.RawQuery = q.Encode()
	return r2
}
