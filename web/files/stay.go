package files

import (
	"net/http"

	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/web/page"
)

// Stay keeps the files that came with a form which goes back to its writer: a browser forgets what was chosen, so each
// becomes an upload of the form's place and is ticked. One that is not accepted is left out; the form says why.
func Stay(r *http.Request, s *file.Service, f *page.Form, place string) {
	for _, i := range parts(r) {
		if id := stay(r, s, i, place); id != "" {
			f.Values.Add("upload", id)
		}
	}
}

// stay keeps one file and gives its upload. What cannot be kept is chosen again by hand: the form is there without it.
func stay(r *http.Request, s *file.Service, i int, place string) string {
	ctx, v, head := r.Context(), page.Viewer(r.Context()), r.MultipartForm.File["file"][i]
	part, err := head.Open()
	if err != nil {
		return ""
	}
	defer part.Close()
	kind := head.Header.Get("Content-Type")
	taken, err := s.Take(file.Upload{Name: head.Filename, Type: kind, Body: part})
	if err != nil {
		return ""
	}
	taken.Discard()
	if _, err := part.Seek(0, 0); err != nil {
		return ""
	}
	t, err := s.Begin(ctx, v, head.Filename, kind, place, head.Size)
	if err != nil {
		return ""
	}
	if _, err := s.Append(ctx, v, t.ID, 0, part); err != nil {
		return ""
	}
	return t.ID
}
