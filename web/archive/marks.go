package archive

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/web/page"
)

// Marks draws where the words of a query stand on the first page of a file: GET /archive/marks/{file}?q=. It lies over the
// picture on the wall and is asked for when the picture is, so that a wall of hundreds reads no sheet that nobody sees.
func (p Pages) Marks(w http.ResponseWriter, r *http.Request) error {
	first, err := p.Files.First(r.Context(), page.Viewer(r.Context()), r.PathValue("file"))
	if err != nil {
		return err
	}
	hits := file.Find([]file.Page{*first}, r.FormValue("q"))
	h := w.Header()
	h.Set("Content-Type", "image/svg+xml")
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "private, no-cache")
	_, err = w.Write([]byte(drawing(hits)))
	return err
}

// drawing frames hits: dark within 山吹, seen on any sheet. A frame has a least size, since letters on a thumbnail are
// smaller than a point.
func drawing(hits []file.Hit) string {
	const room, least = 6, 30 // per mille of the sheet
	var b strings.Builder
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 1000" preserveAspectRatio="none" fill="none">`)
	for _, h := range hits {
		for _, box := range h.Boxes {
			x, y, width, height := box[0]-room, box[1]-room, box[2]+2*room, box[3]+2*room
			if width < least {
				x, width = x-(least-width)/2, least
			}
			if height < least {
				y, height = y-(least-height)/2, least
			}
			rect := fmt.Sprintf(`<rect x="%d" y="%d" width="%d" height="%d" rx="4" vector-effect="non-scaling-stroke"`, x, y, width, height)
			b.WriteString(rect + ` stroke="#ffc533" stroke-width="5"/>` + rect + ` stroke="#1a1a1a" stroke-width="1.5"/>`)
		}
	}
	b.WriteString(`</svg>`)
	return b.String()
}
