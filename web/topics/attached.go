package topics

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/web/files"
	"github.com/manetomo/manetomo/web/page"
)

// Attached sends a file of a post as it was attached: GET /attachments/{id}/original.
func (p Pages) Attached(w http.ResponseWriter, r *http.Request) error {
	c, err := p.Talk.OpenAttached(r.Context(), page.Viewer(r.Context()), r.PathValue("id"))
	if err != nil {
		return err
	}
	files.Serve(w, r, c, "attachment")
	return nil
}

// Picture sends its picture: GET /attachments/{id}/{width}.jpg.
func (p Pages) Picture(w http.ResponseWriter, r *http.Request) error {
	name, ok := strings.CutSuffix(r.PathValue("picture"), ".jpg")
	width, err := strconv.Atoi(name)
	if !ok || err != nil {
		return apperr.Missing()
	}
	c, err := p.Talk.OpenPicture(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), width)
	if errors.Is(err, file.ErrLost) {
		return files.Placeholder(w)
	}
	if err != nil {
		return err
	}
	files.Serve(w, r, c, "inline")
	return nil
}
