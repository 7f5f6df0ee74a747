// Package files serves what is attached to entries: originals as downloads, pages as pictures. Access is asked at
// every request, also for a part of a file and for a picture that the browser already has.
//
// An original leaves as an attachment that may not be shown or run in the site's name; what is shown in pages are
// pictures that the program itself has made.
package files

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/web/page"
)

// Pages are the addresses under /files.
type Pages struct {
	Files   *file.Service
	Archive *archive.Service
	BaseURL string // of the site, for addresses that others take away
}

// Original sends the file as it was attached: GET /files/{id}/original.
func (p Pages) Original(w http.ResponseWriter, r *http.Request) error {
	c, err := p.Files.Open(r.Context(), page.Viewer(r.Context()), r.PathValue("id"))
	if err != nil {
		return err
	}
	Serve(w, r, c, "attachment")
	return nil
}

// Picture sends a page as a picture: GET /files/{id}/{page}-{width}.jpg.
func (p Pages) Picture(w http.ResponseWriter, r *http.Request) error {
	number, width, ok := PictureName(r.PathValue("picture"))
	if !ok {
		return apperr.Missing()
	}
	c, err := p.Files.OpenPicture(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), number, width)
	if errors.Is(err, file.ErrLost) {
		return Placeholder(w)
	}
	if err != nil {
		return err
	}
	Serve(w, r, c, "inline")
	return nil
}

// Placeholder stands where a picture is lost, in the place that the page has kept for it.
func Placeholder(w http.ResponseWriter) error {
	h := w.Header()
	h.Set("Content-Type", "image/svg+xml")
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNotFound) // browsers show the picture of such an answer
	_, err := io.WriteString(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 420 297" lang="ja"><rect width="420" height="297" fill="#eef1ef"/>`+
		`<g fill="#3b463f" font-family="sans-serif" text-anchor="middle"><text x="210" y="140" font-size="20">画像が見つかりません</text>`+
		`<text x="210" y="172" font-size="13">文字は読めます。事務局に知らせてください。</text></g></svg>`)
	return err
}

// PictureName reads 3-1280.jpg.
func PictureName(name string) (number, width int, ok bool) {
	name, ok = strings.CutSuffix(name, ".jpg")
	n, size, both := strings.Cut(name, "-")
	number, err1 := strconv.Atoi(n)
	width, err2 := strconv.Atoi(size)
	return number, width, ok && both && err1 == nil && err2 == nil
}

// Serve sends a file's content, or the part of it that was asked for, and closes it.
func Serve(w http.ResponseWriter, r *http.Request, c *file.Content, how string) {
	defer c.Close()
	h := w.Header()
	h.Set("Content-Type", c.Type)
	if how == "attachment" {
		how = mime.FormatMediaType("attachment", map[string]string{"filename": c.File.Name})
	}
	h.Set("Content-Disposition", how)
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	// The browser may keep it but asks every time: who has lost access loses the picture too.
	h.Set("Cache-Control", "private, no-cache")
	h.Set("ETag", c.ETag)
	http.ServeContent(w, r, "", c.Modified, c)
}

// stateHeld is how long a question is held that has no news: short, since the end of the program waits for it.
const stateHeld = 3 * time.Second

// State says how far reading a file has come, for the script of a page that waits for it: GET /files/{id}/state. With
// ?known= it answers when that is no longer so, or after a while.
func (p Pages) State(w http.ResponseWriter, r *http.Request) error {
	f, err := p.Files.Await(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), r.FormValue("known"), stateHeld)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write([]byte(f.Progress()))
	return err
}
