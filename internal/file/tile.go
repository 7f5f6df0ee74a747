package file

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"io"
	"math"
	"slices"
	"strconv"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/file/blob"
)

func tilesBlob(id string, page int) string { return fmt.Sprintf("%s-%d-tiles", id, page) }

// TilesURL is where the IIIF Image API finds a page: TilesURL + "/info.json".
func TilesURL(file string, page int) string { return fmt.Sprintf("/files/%s/iiif/%d", file, page) }

// Zoom is what a page can be zoomed by: its pictures, and its tiles once they are made.
type Zoom struct {
	Grid
	Tiled bool
	Sizes []image.Point // in which there is a picture of the whole page, small to large
}

// Largest is the size of the largest picture of the whole page.
func (z Zoom) Largest() image.Point { return z.Sizes[len(z.Sizes)-1] }

// Zoom says how a page can be zoomed, for a viewer who may read its entry.
func (s *Service) Zoom(ctx context.Context, v access.Viewer, id string, page int) (Zoom, error) {
	_, p, err := s.zoomed(ctx, v, id, page)
	if err != nil {
		return Zoom{}, err
	}
	z := p.zoom()
	if !z.Tiled {
		err = s.askTiles(ctx, id)
	}
	return z, err
}

// zoomed reads a file and what its page says about pictures and tiles.
func (s *Service) zoomed(ctx context.Context, v access.Viewer, id string, page int) (*File, *Page, error) {
	f, err := s.Get(ctx, v, id)
	if err != nil {
		return nil, nil, err
	}
	p := &Page{}
	err = s.DB.Read().NewSelect().Model(p).Column("file", "number", "width", "height", "widths", "tiled_width", "tiled_height").
		Where("p.file = ?", id).Where("p.number = ?", page).Scan(ctx)
	if db.IsMissing(err) || err == nil && p.Widths == "" {
		return nil, nil, apperr.Missing()
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read page %d of file %s: %w", page, id, err)
	}
	return f, p, nil
}

func (p *Page) zoom() Zoom {
	var z Zoom
	for _, w := range p.Sizes() {
		z.Sizes = append(z.Sizes, image.Pt(w, max(1, int(math.Round(float64(w)*p.Height/p.Width)))))
	}
	z.Grid = Grid{z.Largest().X, z.Largest().Y}
	if p.TiledWidth > 0 {
		z.Grid, z.Tiled = Grid{p.TiledWidth, p.TiledHeight}, true
	}
	return z
}

// OpenTile opens the part of a page that the IIIF Image API calls region, in a size. A region without area is all of
// the page; a size without is the largest picture. The caller closes it.
func (s *Service) OpenTile(ctx context.Context, v access.Viewer, id string, page int, region image.Rectangle, size image.Point) (*Content, error) {
	f, p, err := s.zoomed(ctx, v, id, page)
	if err != nil {
		return nil, err
	}
	z := p.zoom()
	whole := image.Rect(0, 0, z.Width, z.Height)
	if region.Empty() {
		region = whole
	}
	if size == (image.Point{}) {
		size = z.Largest()
	}
	if region == whole && slices.Contains(z.Sizes, size) {
		return s.content(ctx, f, pictureBlob(id, page, size.X), "image/jpeg", fmt.Sprintf("%s-%d-%d-%d", id, page, size.X, f.Tries))
	}
	if !z.Tiled {
		return nil, apperr.Missing()
	}
	index, ok := z.find(region, size)
	if !ok {
		return nil, apperr.Missing()
	}
	c, err := s.content(ctx, f, tilesBlob(id, page), "image/jpeg", fmt.Sprintf("%s-%d-t%d-%d", id, page, z.Width, index))
	if err != nil {
		return nil, err
	}
	defer c.Close()
	data, err := tile(c.Blob, index, z.count())
	if err != nil {
		return nil, fmt.Errorf("open tile %d of page %d of file %s: %w", index, page, id, err)
	}
	c.Blob = &blob.Blob{ReadSeekCloser: closing{bytes.NewReader(data)}, Size: int64(len(data)), Modified: c.Modified}
	return c, nil
}

// tile reads one of n tiles out of a blob that pack has made.
func tile(b *blob.Blob, index, n int) ([]byte, error) {
	var ends [8]byte
	if _, err := b.Seek(int64(4*index), io.SeekStart); err != nil {
		return nil, err
	}
	if _, err := io.ReadFull(b, ends[:]); err != nil {
		return nil, err
	}
	from, to := int64(binary.BigEndian.Uint32(ends[:])), int64(binary.BigEndian.Uint32(ends[4:]))
	if from < int64(4*(n+1)) || to < from || to > b.Size {
		return nil, errTiles
	}
	if _, err := b.Seek(from, io.SeekStart); err != nil {
		return nil, err
	}
	data := make([]byte, to-from)
	_, err := io.ReadFull(b, data)
	return data, err
}

// closing is a reader in memory that needs no closing.
type closing struct{ *bytes.Reader }

func (closing) Close() error { return nil }

// ETag is the validator of the page's description, which changes when its tiles have been made.
func (z Zoom) ETag() string {
	return strconv.Quote(fmt.Sprintf("%d-%d-%v", z.Width, z.Height, z.Tiled))
}

// TranscriptURL is where a reader proposes the text of a page.
func TranscriptURL(file string, page int) string { return fmt.Sprintf("/files/%s/text/%d", file, page) }
