package files

import (
	"fmt"
	"net/http"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/web/page"
)

// Islands are the scripts of a page with the field for files.
var Islands = []string{"upload"}

// Waiting reads what the viewer has sent for a form before.
func Waiting(r *http.Request, s *file.Service, place string) (Uploads, error) {
	list, err := s.Transfers(r.Context(), page.Viewer(r.Context()), place)
	return Uploads{Place: place, Waiting: list}, err
}

// Given tells whether a form brings a file or names one that was sent before.
func Given(r *http.Request, f *page.Form) bool {
	return len(f.All("upload")) > 0 || len(parts(r)) > 0
}

// parts are the files that came with the form: a browser sends an empty one when none was chosen.
func parts(r *http.Request) (names []int) {
	if r.MultipartForm == nil {
		return nil
	}
	for i, h := range r.MultipartForm.File["file"] {
		if h.Filename != "" {
			names = append(names, i)
		}
	}
	return names
}

// Chosen takes all files of a form: first what was sent in pieces, then what came with the form. The words that
// describe the picture belong to the first. What was taken must be discarded; after an error nothing is left.
func Chosen(r *http.Request, s *file.Service, f *page.Form) (list []*file.Taken, err error) {
	if !Given(r, f) {
		return nil, apperr.At("file", "ファイルを選んでください。1つ100MBまでです。")
	}
	alt, sum := f.Get("alt"), int64(0)
	add := func(t *file.Taken, err error) error {
		if err != nil {
			Discard(list)
			return err
		}
		list, alt, sum = append(list, t), "", sum+t.Size()
		if sum > file.MaxEntrySize {
			Discard(list)
			return apperr.At("file", fmt.Sprintf("ひとつの記事に載せられるファイルは、合わせて%dMBまでです。いくつか外してください。", file.MaxEntrySize>>20))
		}
		return nil
	}
	for _, id := range f.All("upload") {
		if err := add(s.TakeTransfer(r.Context(), page.Viewer(r.Context()), id, alt)); err != nil {
			return nil, err
		}
	}
	for _, i := range parts(r) {
		head := r.MultipartForm.File["file"][i]
		part, err := head.Open()
		if err != nil {
			Discard(list)
			return nil, fmt.Errorf("open a file of the form: %w", err)
		}
		err = add(s.Take(file.Upload{Name: head.Filename, Type: head.Header.Get("Content-Type"), Alt: alt, Body: part}))
		part.Close()
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Discard lets go of what was taken.
func Discard(list []*file.Taken) {
	for _, t := range list {
		t.Discard()
	}
}

// KeepAll takes all files of a form and keeps them in an entry.
func KeepAll(w http.ResponseWriter, r *http.Request, s *file.Service, f *page.Form, entry string) error {
	list, err := Chosen(r, s, f)
	if err != nil {
		return err
	}
	defer Discard(list)
	for _, t := range list {
		kept, err := s.Keep(r.Context(), page.Viewer(r.Context()), entry, t)
		if err != nil {
			return err
		}
		page.Wrote(w, kept.Seq)
	}
	return nil
}
