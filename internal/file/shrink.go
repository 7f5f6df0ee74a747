package file

import (
	"image"

	"golang.org/x/image/draw"
)

// share is how a pixel goes into a smaller picture: a part into the pixel at, the rest into the one after it.
type share struct {
	at          int
	first, rest float32
}

// spread shares n pixels out to fewer, so that each of these gets one in all.
func spread(n, fewer int) []share {
	shares := make([]share, n)
	one := float64(fewer) / float64(n)
	for i := range shares {
		at := i * fewer / n
		inside := min(one, float64(at+1)-float64(i)*one)
		shares[i] = share{at, float32(inside), float32(one - inside)}
	}
	return shares
}

// stripRows is how many rows of a picture are whitened at once: a large one is not to stand in memory twice.
const stripRows = 64

// shrunk draws a picture smaller, on white: each pixel is the mean of the area that it stands for, so that fine lines and
// small letters become paler and never vanish. The kernels of x/image/draw take longer than drawing the page itself.
func shrunk(src image.Image, scale float64) *image.RGBA {
	b := src.Bounds()
	w, h := max(1, int(float64(b.Dx())*scale+0.5)), max(1, int(float64(b.Dy())*scale+0.5))
	if w >= b.Dx() && h >= b.Dy() {
		return whitened(src, b)
	}
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	across, down := spread(b.Dx(), w), spread(b.Dy(), h)
	row := make([]float32, 3*(w+1)) // one more, for the last pixel's rest, which is nothing
	sum, next := make([]float32, len(row)), make([]float32, len(row))
	for top := 0; top < b.Dy(); top += stripRows {
		strip := whitened(src, image.Rect(b.Min.X, b.Min.Y+top, b.Max.X, min(b.Min.Y+top+stripRows, b.Max.Y)))
		for y := range strip.Rect.Dy() {
			squeeze(row, strip.Pix[y*strip.Stride:], across)
			s := down[top+y]
			for i, v := range row {
				sum[i] += v * s.first
				next[i] += v * s.rest
			}
			if last := top+y+1 == b.Dy(); last || down[top+y+1].at > s.at {
				write(dst.Pix[s.at*dst.Stride:][:4*w], sum)
				sum, next = next, sum
				clear(next)
			}
		}
	}
	return dst
}

// squeeze shares the pixels of a row out.
func squeeze(row []float32, pixels []byte, across []share) {
	clear(row)
	for i, s := range across {
		p, to := pixels[4*i:4*i+3:4*i+3], row[3*s.at:3*s.at+6:3*s.at+6]
		r, g, b := float32(p[0]), float32(p[1]), float32(p[2])
		to[0] += r * s.first
		to[1] += g * s.first
		to[2] += b * s.first
		to[3] += r * s.rest
		to[4] += g * s.rest
		to[5] += b * s.rest
	}
}

// write puts a finished row into the picture.
func write(pixels []byte, sum []float32) {
	for i := 0; i < len(pixels)/4; i++ {
		for c := range 3 {
			pixels[4*i+c] = byte(min(255, sum[3*i+c]+0.5))
		}
		pixels[4*i+3] = 0xff
	}
}

// whitened is a part of a picture on white.
func whitened(src image.Image, part image.Rectangle) *image.RGBA {
	dst := image.NewRGBA(image.Rect(0, 0, part.Dx(), part.Dy()))
	draw.Draw(dst, dst.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(dst, dst.Bounds(), src, part.Min, draw.Over)
	return dst
}
