package reports

import (
	"net/http"
	"strconv"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/file"
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

// Attach keeps a file beside a report.
func (p Pages) Attach(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	f, err := page.ReadForm(w, r, maxUpload)
	if err != nil {
		return err
	}
	part, head, err := r.FormFile("file")
	if err != nil {
		f.Errors = []apperr.Field{{Name: "file", Detail: "資料を選んでから送ってください。"}}
		return p.compose(w, withStep(r, finish), f, http.StatusUnprocessableEntity)
	}
	defer part.Close()
	kept, err := p.Files.Attach(r.Context(), page.Viewer(r.Context()), id,
		file.Upload{Name: head.Filename, Type: head.Header.Get("Content-Type"), Body: part})
	if err != nil {
		if f.WithError(err) {
			return p.compose(w, withStep(r, finish), f, apperr.From(err).Kind.Status())
		}
		return err
	}
	page.Wrote(w, kept.Seq)
	http.Redirect(w, r, "/reports/"+id+"/edit?step=8&saved=1#files", http.StatusSeeOther)
	return nil
}

const maxUpload = 101 << 20 // one file and its form

func withStep(r *http.Request, n int) *http.Request {
	q := r.URL.Query()
	q.Set("step", strconv.Itoa(n))
	r2 := r.Clone(r.Context())
	r2.URL.RawQuery = q.Encode()
	return r2
}
