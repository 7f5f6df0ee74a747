package files

import (
	"errors"
	"net/http"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/web/page"
)

// MaxForm is what a form may bring: as many files as an entry may have, and the fields beside them.
const MaxForm = file.MaxEntrySize + 1<<20

// New shows the form that adds a file to an entry: GET /files/new?entry=ID.
func (p Pages) New(w http.ResponseWriter, r *http.Request) error {
	return p.form(w, r, http.StatusOK, page.NewForm().Set("entry", r.FormValue("entry")))
}

func (p Pages) form(w http.ResponseWriter, r *http.Request, status int, f *page.Form) error {
	e, err := p.Archive.Get(r.Context(), page.Viewer(r.Context()), f.Get("entry"))
	if err != nil {
		return err
	}
	if !e.CanEdit {
		return apperr.New(apperr.Forbidden, "ファイルを載せたり外したりできるのは、このページの筆者だけです。")
	}
	u, err := Waiting(r, p.Files, "entry:"+e.ID)
	if err != nil {
		return err
	}
	return page.Render(w, r, status, page.Frame{Title: "ファイルを載せる", NoTabbar: true, ErrorPrefix: f.Failed(), Islands: Islands}, attachForm(f, e, u))
}

// Attach adds files to an entry: POST /files.
func (p Pages) Attach(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, MaxForm)
	if err != nil {
		return err
	}
	entry := f.Get("entry")
	if err := KeepAll(w, r, p.Files, f, entry); err != nil {
		if f.WithError(err) {
			Stay(r, p.Files, f, "entry:"+entry)
			return p.form(w, r, http.StatusUnprocessableEntity, f)
		}
		return err
	}
	return p.back(w, r, entry)
}

// Remove takes a file out of its entry: POST /files/{id}/remove.
func (p Pages) Remove(w http.ResponseWriter, r *http.Request) error {
	f, err := p.Files.Remove(r.Context(), page.Viewer(r.Context()), r.PathValue("id"))
	if err != nil {
		return err
	}
	return p.back(w, r, f.Entry)
}

// back leads to the entry's page.
func (p Pages) back(w http.ResponseWriter, r *http.Request, entry string) error {
	e, err := p.Archive.Get(r.Context(), page.Viewer(r.Context()), entry)
	if err != nil {
		return err
	}
	http.Redirect(w, r, archive.Kind(e.Kind).URL(e.ID), http.StatusSeeOther)
	return nil
}

// Sent gives the file of a multipart form to take. A form without one is an Invalid error of the field.
func Sent(r *http.Request, field, alt string, take func(file.Upload) error) error {
	part, head, err := r.FormFile(field)
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return apperr.At(field, "ファイルを選んでください。PDF・PNG・JPEGで、100MBまでです。")
	}
	if err != nil {
		return err
	}
	defer part.Close()
	return take(file.Upload{Name: head.Filename, Type: head.Header.Get("Content-Type"), Alt: alt, Body: part})
}
