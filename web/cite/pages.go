package cite

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"strconv"

	"golang.org/x/image/draw"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/web/page"
)

// Pages are what is fetched of a citation.
type Pages struct {
	Archive *archive.Service
	Files   *file.Service
	BaseURL string
}

// BibTeX answers GET /e/{id}/cite.bib.
func (p Pages) BibTeX(w http.ResponseWriter, r *http.Request) error {
	return p.send(w, r, "application/x-bibtex", ".bib", Citation.BibTeX)
}

// RIS answers GET /e/{id}/cite.ris.
func (p Pages) RIS(w http.ResponseWriter, r *http.Request) error {
	return p.send(w, r, "application/x-research-info-systems", ".ris", Citation.RIS)
}

func (p Pages) send(w http.ResponseWriter, r *http.Request, kind, ending string, write func(Citation) string) error {
	e, err := p.Archive.Get(r.Context(), page.Viewer(r.Context()), r.PathValue("id"))
	if err != nil {
		return err
	}
	c, ok := Of(e, p.BaseURL, page.Now(r.Context()))
	if !ok {
		return apperr.Missing()
	}
	h := w.Header()
	h.Set("Content-Type", kind+"; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="manetomo-`+c.ID+ending+`"`)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "private, no-cache")
	_, err = w.Write([]byte(write(c)))
	return err
}

// The card's size: what the large link cards of chats and networks show.
const cardWidth, cardHeight = 1200, 630

// Card is the picture for links to an entry: GET /e/{id}/card.jpg. It asks as a visitor, whoever asks, so that it shows
// nothing that is not public; without a picture there is none.
func (p Pages) Card(w http.ResponseWriter, r *http.Request) error {
	var visitor access.Viewer
	e, err := p.Archive.Get(r.Context(), visitor, r.PathValue("id"))
	if err != nil {
		return err
	}
	covers, err := p.Files.Covers(r.Context(), visitor, []string{e.ID})
	if err != nil {
		return err
	}
	cover, ok := covers[e.ID]
	if !ok {
		return apperr.Missing()
	}
	c, err := p.Files.OpenPicture(r.Context(), visitor, cover.File, cover.Number, 1280)
	if err != nil {
		return err
	}
	defer c.Close()
	h := w.Header()
	h.Set("ETag", strconv.Quote("card-"+cover.File))
	h.Set("Cache-Control", "public, max-age=3600")
	if r.Header.Get("If-None-Match") == h.Get("ETag") {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	sheet, err := jpeg.Decode(c)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, card(sheet, cover.Colour), &jpeg.Options{Quality: 85}); err != nil {
		return err
	}
	h.Set("Content-Type", "image/jpeg")
	h.Set("X-Content-Type-Options", "nosniff")
	_, err = w.Write(b.Bytes())
	return err
}

// card puts a sheet on a ground of its own colour, whole.
func card(sheet image.Image, colour string) image.Image {
	dst := image.NewRGBA(image.Rect(0, 0, cardWidth, cardHeight))
	draw.Draw(dst, dst.Bounds(), image.NewUniform(ground(colour)), image.Point{}, draw.Src)
	const margin = 24
	b := sheet.Bounds()
	scale := min(float64(cardWidth-2*margin)/float64(b.Dx()), float64(cardHeight-2*margin)/float64(b.Dy()))
	w, h := int(float64(b.Dx())*scale), int(float64(b.Dy())*scale)
	at := image.Rect(0, 0, w, h).Add(image.Pt((cardWidth-w)/2, (cardHeight-h)/2))
	draw.CatmullRom.Scale(dst, at, sheet, b, draw.Src, nil)
	return dst
}

// ground is the card's colour: the sheet's own, or the product's faint paper.
func ground(colour string) color.RGBA {
	if n, err := strconv.ParseUint(colour[min(1, len(colour)):], 16, 24); err == nil && len(colour) == 7 {
		return color.RGBA{uint8(n >> 16), uint8(n >> 8), uint8(n), 255}
	}
	return color.RGBA{0xf5, 0xf7, 0xf4, 255}
}

// CardOf is the card's address, for an entry that everybody may read and that has a picture; else empty.
func CardOf(ctx context.Context, files *file.Service, e *archive.View) string {
	if e.Audience != access.Public || e.State != access.Published {
		return ""
	}
	covers, err := files.Covers(ctx, access.Viewer{}, []string{e.ID})
	if _, ok := covers[e.ID]; err != nil || !ok {
		return "" // a link without a picture is still a link
	}
	return page.From(ctx).BaseURL + "/e/" + e.ID + "/card.jpg"
}
