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

// Chosen takes all files of an entry's form, at least one. What was taken must be discarded; after an error nothing is
// left.
func Chosen(r *http.Request, s *file.Service, f *page.Form) (list []*file.Taken, err error) {
	if !Given(r, f) {
		return nil, apperr.At("file", "ファイルを選んでください。1つ100MBまでです。")
	}
	return take(r, s, f, func(_ int, sum int64) error {
		if sum > file.MaxEntrySize {
			return apperr.At("file", fmt.Sprintf("ひとつの記事に載せられるファイルは、合わせて%dMBまでです。いくつか外してください。", file.MaxEntrySize>>20))
		}
		return nil
	})
}

// OfPost takes the files of a post's form, if it brings some. What was taken must be discarded; after an error nothing
// is left.
func OfPost(r *http.Request, s *file.Service, f *page.Form) ([]*file.Taken, error) {
	if err := file.PostFits(len(f.All("upload"))+len(parts(r)), 0); err != nil {
		return nil, err
	}
	return take(r, s, f, file.PostFits)
}

// take takes first what was sent in pieces, then what came with the form. The field alt describes the first file, the
// fields alt-ID each one of those that were sent in pieces.
func take(r *http.Request, s *file.Service, f *page.Form, fits func(files int, size int64) error) (list []*file.Taken, err error) {
	alt, sum := f.Get("alt"), int64(0)
	add := func(t *file.Taken, err error) error {
		if err == nil {
			list, alt, sum = append(list, t), "", sum+t.Size()
			err = fits(len(list), sum)
		}
		if err != nil {
			Discard(list)
		}
		return err
	}
	for _, id := range f.All("upload") {
		said := alt
		if own := f.Get("alt-" + id); own != "" {
			said = own
		}
		if err := add(s.TakeTransfer(r.Context(), page.Viewer(r.Context()), id, said)); err != nil {
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
