package file

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/jpeg"

	"golang.org/x/image/draw"
)

// TileSide is the side of a tile in pixels.
const TileSide = 512

// Grid is how a picture is cut into tiles: at its full size and halved again and again, until one tile shows it all.
// This is the pyramid of the IIIF Image API's level 0.
type Grid struct{ Width, Height int }

// Factors are the scale factors of the levels: 1, 2, 4 …
func (g Grid) Factors() []int {
	list := []int{1}
	for s := 1; g.at(s).X > TileSide || g.at(s).Y > TileSide; {
		s *= 2
		list = append(list, s)
	}
	return list
}

// at is the picture's size at a scale factor.
func (g Grid) at(s int) image.Point { return image.Pt(ceil(g.Width, s), ceil(g.Height, s)) }

// Smallest is the size of the level that is one tile.
func (g Grid) Smallest() image.Point {
	f := g.Factors()
	return g.at(f[len(f)-1])
}

func ceil(a, b int) int { return (a + b - 1) / b }

// tiles counts the tiles of a level, across and down.
func (g Grid) tiles(s int) (across, down int) {
	p := g.at(s)
	return ceil(p.X, TileSide), ceil(p.Y, TileSide)
}

func (g Grid) count() (n int) {
	for _, s := range g.Factors() {
		across, down := g.tiles(s)
		n += across * down
	}
	return n
}

// find is the place, in the order in which pack writes them, of the tile that shows a region of the full picture in
// a size. Only the regions and sizes of the grid exist: that is what level 0 means.
func (g Grid) find(region image.Rectangle, size image.Point) (index int, ok bool) {
	for _, s := range g.Factors() {
		across, down := g.tiles(s)
		side, level := TileSide*s, g.at(s)
		col, row := region.Min.X/side, region.Min.Y/side
		if region.Min == image.Pt(col*side, row*side) && col < across && row < down &&
			region.Max == image.Pt(min(g.Width, (col+1)*side), min(g.Height, (row+1)*side)) &&
			region.Min.X >= 0 && region.Min.Y >= 0 &&
			size == image.Pt(min(TileSide, level.X-col*TileSide), min(TileSide, level.Y-row*TileSide)) {
			return index + row*across + col, true
		}
		index += across * down
	}
	return 0, false
}

// pack cuts a picture into its tiles and puts them into one blob: where each begins and the last ends, 4 bytes each,
// then the tiles. One blob for a page is there whole or not at all, and a store of a thousand posters stays countable.
func pack(img *image.RGBA) ([]byte, error) {
	g := Grid{img.Bounds().Dx(), img.Bounds().Dy()}
	n := g.count()
	out := bytes.NewBuffer(make([]byte, 4*(n+1)))
	ends := make([]uint32, 1, n+1)
	ends[0] = uint32(out.Len())
	level := img
	for i, s := range g.Factors() {
		if i > 0 {
			p := g.at(s)
			half := image.NewRGBA(image.Rectangle{Max: p})
			draw.ApproxBiLinear.Scale(half, half.Bounds(), level, level.Bounds(), draw.Src, nil)
			level = half
		}
		across, down := g.tiles(s)
		for t := range across * down {
			at := image.Pt(t%across, t/across).Mul(TileSide)
			r := image.Rectangle{at, at.Add(image.Pt(TileSide, TileSide))}.Intersect(level.Bounds())
			if err := jpeg.Encode(out, level.SubImage(r), &jpeg.Options{Quality: quality}); err != nil {
				return nil, fmt.Errorf("encode tile: %w", err)
			}
			ends = append(ends, uint32(out.Len()))
		}
	}
	for i, end := range ends {
		binary.BigEndian.PutUint32(out.Bytes()[4*i:], end)
	}
	return out.Bytes(), nil
}

var errTiles = errors.New("the blob of tiles is not built like one")
