package files

import (
	"encoding/json"
	"image"
	"net/http"
	"strconv"
	"strings"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/web/page"
)

// info is the description of a picture in the IIIF Image API 3, level 0: tiles and sizes that exist, nothing more.
type info struct {
	Context  string  `json:"@context"`
	ID       string  `json:"id"`
	Type     string  `json:"type"`
	Protocol string  `json:"protocol"`
	Profile  string  `json:"profile"`
	Width    int     `json:"width"`
	Height   int     `json:"height"`
	MaxWidth int     `json:"maxWidth"` // of one answer: the whole page at its full size is only there in tiles
	Sizes    []size  `json:"sizes"`
	Tiles    []tiles `json:"tiles,omitempty"`
}

type size struct {
	Width  int `json:"width"`
	Height int `json:"height"`
}

type tiles struct {
	Width        int   `json:"width"`
	ScaleFactors []int `json:"scaleFactors"`
}

// Info describes how a page can be zoomed: GET /files/{id}/iiif/{page}/info.json.
func (p Pages) Info(w http.ResponseWriter, r *http.Request) error {
	number, err := strconv.Atoi(r.PathValue("page"))
	if err != nil {
		return apperr.Missing()
	}
	z, err := p.Files.Zoom(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), number)
	if err != nil {
		return err
	}
	d := info{Context: "http://iiif.io/api/image/3/context.json", ID: p.BaseURL + file.TilesURL(r.PathValue("id"), number),
		Type: "ImageService3", Protocol: "http://iiif.io/api/image", Profile: "level0", Width: z.Width, Height: z.Height, MaxWidth: z.Largest().X}
	for _, s := range z.Sizes {
		d.Sizes = append(d.Sizes, size{s.X, s.Y})
	}
	if z.Tiled {
		last := z.Smallest()
		d.Sizes = append([]size{{last.X, last.Y}}, d.Sizes...)
		d.Tiles = []tiles{{Width: file.TileSide, ScaleFactors: z.Factors()}}
	}
	body, err := json.Marshal(d)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", `application/ld+json;profile="http://iiif.io/api/image/3/context.json"`)
	h.Set("Cache-Control", "private, no-cache")
	h.Set("ETag", z.ETag())
	if r.Header.Get("If-None-Match") == z.ETag() {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	_, err = w.Write(body)
	return err
}

// Tile sends a part of a page: GET /files/{id}/iiif/{page}/{region}/{size}/{rotation}/{quality}.
func (p Pages) Tile(w http.ResponseWriter, r *http.Request) error {
	number, err := strconv.Atoi(r.PathValue("page"))
	region, ok1 := numbers(r.PathValue("region"), 4)
	size, ok2 := numbers(r.PathValue("size"), 2)
	if r.PathValue("region") == "full" {
		region, ok1 = []int{0, 0, 0, 0}, true
	} else if ok1 {
		ok1 = region[2] > 0 && region[3] > 0
	}
	if r.PathValue("size") == "max" && r.PathValue("region") == "full" {
		size, ok2 = []int{0, 0}, true
	} else if ok2 {
		ok2 = size[0] > 0 && size[1] > 0
	}
	if err != nil || !ok1 || !ok2 || r.PathValue("rotation") != "0" || r.PathValue("quality") != "default.jpg" {
		return apperr.Missing()
	}
	c, err := p.Files.OpenTile(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), number,
		image.Rect(region[0], region[1], region[0]+region[2], region[1]+region[3]), image.Pt(size[0], size[1]))
	if err != nil {
		return err
	}
	Serve(w, r, c, "inline")
	return nil
}

// numbers reads n numbers with commas between them, none of them negative or larger than any picture.
func numbers(text string, n int) (list []int, ok bool) {
	for part := range strings.SplitSeq(text, ",") {
		v, err := strconv.ParseUint(part, 10, 20)
		if err != nil {
			return nil, false
		}
		list = append(list, int(v))
	}
	return list, len(list) == n
}
