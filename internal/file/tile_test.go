package file

import (
	"bytes"
	"image"
	"image/jpeg"
	"io"
	"sync"
	"testing"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/file/blob"
	"github.com/manetomo/manetomo/internal/testkit"
)

// TestGrid: every tile of every level is found by what the IIIF Image API calls it, in the order of the blob.
func TestGrid(t *testing.T) {
	for _, g := range []Grid{{1, 1}, {512, 512}, {513, 512}, {4967, 3512}, {1000, 14000}, {5823, 4121}} {
		index := 0
		for _, s := range g.Factors() {
			level := g.at(s)
			for y := 0; y < level.Y; y += TileSide {
				for x := 0; x < level.X; x += TileSide {
					size := image.Pt(min(TileSide, level.X-x), min(TileSide, level.Y-y))
					region := image.Rect(x*s, y*s, min(g.Width, (x+TileSide)*s), min(g.Height, (y+TileSide)*s))
					got, ok := g.find(region, size)
					if !ok || got > index {
						t.Fatalf("%v: tile %v in %v is %d %v, want %d", g, region, size, got, ok, index)
					}
					index++
				}
			}
		}
		if last := g.Smallest(); index != g.count() || last.X > TileSide || last.Y > TileSide {
			t.Errorf("%v: %d tiles, counted %d; the smallest level is %v", g, index, g.count(), last)
		}
		for _, wrong := range []image.Rectangle{image.Rect(1, 0, 513, 512), image.Rect(0, 0, g.Width+1, g.Height), image.Rect(-512, 0, 0, 512)} {
			if _, ok := g.find(wrong, image.Pt(TileSide, TileSide)); ok {
				t.Errorf("%v: %v is a tile", g, wrong)
			}
		}
	}
}

func TestALargeSheetIsCutIntoTilesWhenNobodyWaits(t *testing.T) {
	e := engine(t)
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := archive(t, d)
		f := attach(t, s, "entry", "poster-soma.pdf")
		if did, err := s.TileOne(t.Context(), e); did || err != nil {
			t.Errorf("a file that is not read yet was cut: %v, %v", did, err)
		}
		if _, err := s.WorkOne(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		if did, err := s.TileOne(t.Context(), e); did || err != nil {
			t.Errorf("a sheet into which nobody zoomed was cut: %v, %v", did, err)
		}
		z, err := s.Zoom(t.Context(), fellow, f.ID, 1)
		if err != nil || z.Tiled || len(z.Sizes) != 3 || z.Width != 2560 {
			t.Fatalf("before: %+v, %v", z, err)
		}
		open := func(region image.Rectangle, size image.Point) (image.Config, error) {
			c, err := s.OpenTile(t.Context(), fellow, f.ID, 1, region, size)
			if err != nil {
				return image.Config{}, err
			}
			defer c.Close()
			data, err := io.ReadAll(c)
			if err != nil || c.ETag == "" || c.Type != "image/jpeg" {
				t.Errorf("tile: %s %s %v", c.ETag, c.Type, err)
			}
			return jpeg.DecodeConfig(bytes.NewReader(data))
		}
		if c, err := open(image.Rectangle{}, z.Sizes[0]); err != nil || c.Width != 512 {
			t.Errorf("the smallest picture: %v, %v", c.Width, err)
		}
		waiting := attach(t, s, "entry", "poster-suzaka.pdf")
		if did, err := s.TileOne(t.Context(), e); !did || err != nil {
			t.Errorf("TileOne = %v, %v", did, err)
		}
		if z, _ := s.Zoom(t.Context(), fellow, f.ID, 1); z.Tiled {
			t.Error("a sheet was cut although a document waits")
		}
		exec(t, d, "DELETE FROM file WHERE id = ?", waiting.ID)
		if did, err := s.TileOne(t.Context(), e); !did || err != nil {
			t.Fatalf("TileOne = %v, %v", did, err)
		}
		if did, err := s.TileOne(t.Context(), e); did || err != nil {
			t.Errorf("TileOne with nothing to do = %v, %v", did, err)
		}
		if z, err = s.Zoom(t.Context(), fellow, f.ID, 1); err != nil || !z.Tiled || z.Width < 4900 {
			t.Fatalf("after: %+v, %v", z, err)
		}
		c, err := open(image.Rect(512, 512, 1024, 1024), image.Pt(512, 512))
		if err != nil || c.Width != 512 || c.Height != 512 {
			t.Errorf("tile is %d×%d, %v", c.Width, c.Height, err)
		}
		if c, err := open(image.Rectangle{}, z.Smallest()); err != nil || c.Width != z.Smallest().X {
			t.Errorf("the whole sheet is %d wide, %v", c.Width, err)
		}
		if _, err := open(image.Rect(0, 0, 100, 100), image.Pt(100, 100)); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("a region outside the grid: %v", err)
		}
		exec(t, d, "UPDATE entry SET state = 'hidden' WHERE id = 'entry'")
		if _, err := open(image.Rectangle{}, z.Smallest()); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("a tile of a hidden poster: %v", err)
		}
		if _, err := s.Zoom(t.Context(), visitor, f.ID, 1); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("the description of a hidden poster: %v", err)
		}
	})
}

// TestTilesThatAreLost: a blob that is cut short is an error of ours, not another page's picture.
func TestTilesThatAreLost(t *testing.T) {
	data, err := pack(image.NewRGBA(image.Rect(0, 0, 600, 300)))
	if err != nil {
		t.Fatal(err)
	}
	n := Grid{600, 300}.count()
	for _, size := range []int{0, 3, 4 * (n + 1), len(data) - 1} {
		if _, err := tile(&blob.Blob{ReadSeekCloser: closing{bytes.NewReader(data[:size])}, Size: int64(size)}, n-1, n); err == nil {
			t.Errorf("a blob of %d bytes of %d gave a tile", size, len(data))
		}
	}
}

// BenchmarkTiles compares cutting an A1 sheet with reading it.
func BenchmarkTiles(b *testing.B) {
	e := engine(b)
	data := sample(b, "poster-soma.pdf")
	var p Page
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			_, err := readFile(b.Context(), e, new(sync.Mutex), PDF, data, 1, wholly, func(s sheet) error {
				p = Page{File: "f", Number: 1, Width: s.width, Height: s.height}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	var img *image.RGBA
	b.Run("draw", func(b *testing.B) {
		for b.Loop() {
			d, err := e.Document(b.Context(), data)
			if err == nil {
				img, err = drawn(b.Context(), d, p)
				d.Close()
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("pack", func(b *testing.B) {
		size := 0
		for b.Loop() {
			out, err := pack(img)
			if err != nil {
				b.Fatal(err)
			}
			size = len(out)
		}
		b.ReportMetric(float64(size), "bytes")
	})
}
