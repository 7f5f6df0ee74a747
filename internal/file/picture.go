package file

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"math"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"
)

// Limits of pictures: an A1 sheet scanned at 300 dpi has 70 million pixels.
const (
	maxPixels = 80_000_000
	maxSide   = 16_000
	quality   = 82
)

// Widths is the ladder of sizes that pictures are served in.
var Widths = []int{512, 1280, 2560}

// checkHeader reads a picture's size from its header, before anything is decoded, and refuses one that is too large.
func checkHeader(kind Type, r io.Reader) (image.Config, error) {
	var c image.Config
	var err error
	switch kind {
	case PNG:
		c, err = png.DecodeConfig(r)
	case WebP:
		c, err = webp.DecodeConfig(r)
	default:
		c, err = jpeg.DecodeConfig(r)
	}
	if err != nil || c.Width <= 0 || c.Height <= 0 {
		return c, refuse("この画像を読み取れませんでした。壊れているかもしれません。画像のソフトで開き、保存し直してから選んでください。")
	}
	if c.Width > maxSide || c.Height > maxSide || c.Width*c.Height > maxPixels {
		return c, refuse(fmt.Sprintf("この画像は横%d×縦%d画素です。8,000万画素、1辺16,000画素までのものを選んでください。画像のソフトで縮小できます。", c.Width, c.Height))
	}
	return c, nil
}

// picture is one size of the ladder, encoded.
type picture struct {
	width int // of the ladder; the picture itself may be narrower when its source is
	jpeg  []byte
}

// turnOf reads which way up a picture is that strip has written.
func turnOf(kind Type, r io.Reader) (int, error) {
	switch kind {
	case JPEG:
		head, err := io.ReadAll(io.LimitReader(r, 1<<17)) // Exif has at most 64 kB and stands first
		return orientationOf(head), err
	case WebP:
		data, err := io.ReadAll(r)
		return webpTurn(data), err
	}
	return 1, nil
}

// decode reads a whole picture, the right way up, on white, not wider than width and with at most most pixels.
func decode(kind Type, data []byte, width, most int) (*image.RGBA, error) {
	var src image.Image
	var err error
	turn := 1
	switch kind {
	case PNG:
		src, err = png.Decode(bytes.NewReader(data))
	case WebP:
		src, err = webp.Decode(bytes.NewReader(data))
		turn = webpTurn(data)
	default:
		src, err = jpeg.Decode(bytes.NewReader(data))
		turn = orientationOf(data)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %v", errBroken, err)
	}
	// Scaled first: turning and whitening a large picture would need it in memory twice.
	shown := src.Bounds().Dx()
	if turn >= 5 {
		shown = src.Bounds().Dy()
	}
	pixels := float64(src.Bounds().Dx()) * float64(src.Bounds().Dy())
	scale := min(1, float64(width)/float64(shown), math.Sqrt(float64(most)/pixels))
	return turned(shrunk(src, scale), turn), nil
}

// turned puts a picture the way up that Exif's orientation says.
func turned(src *image.RGBA, o int) *image.RGBA {
	if o <= 1 || o > 8 {
		return src
	}
	w, h := src.Bounds().Dx(), src.Bounds().Dy()
	dw, dh := w, h
	if o >= 5 {
		dw, dh = h, w
	}
	dst := image.NewRGBA(image.Rect(0, 0, dw, dh))
	for y := range h {
		for x := range w {
			dx, dy := x, y
			switch o {
			case 2:
				dx = w - 1 - x
			case 3:
				dx, dy = w-1-x, h-1-y
			case 4:
				dy = h - 1 - y
			case 5:
				dx, dy = y, x
			case 6:
				dx, dy = h-1-y, x
			case 7:
				dx, dy = h-1-y, w-1-x
			case 8:
				dx, dy = y, w-1-x
			}
			copy(dst.Pix[dst.PixOffset(dx, dy):][:4], src.Pix[src.PixOffset(x, y):][:4])
		}
	}
	return dst
}

// ladder encodes a picture in the widths given, largest first made and the smaller ones from it. A narrow picture is
// never drawn larger: it stands under the first width that is not smaller.
func ladder(src *image.RGBA, widths []int) ([]picture, error) {
	var made []picture
	cur := src
	for i := len(widths) - 1; i >= 0; i-- {
		if i > 0 && src.Bounds().Dx() <= widths[i-1] {
			continue // the smaller width already shows all of it
		}
		if w := cur.Bounds().Dx(); w > widths[i] {
			cur = shrunk(cur, float64(widths[i])/float64(w))
		}
		var b bytes.Buffer
		if err := jpeg.Encode(&b, cur, &jpeg.Options{Quality: quality}); err != nil {
			return nil, fmt.Errorf("encode picture: %w", err)
		}
		made = append(made, picture{widths[i], b.Bytes()})
	}
	return made, nil
}

// colour is the colour that most of the picture has, as #rrggbb: what is shown until the picture is there.
func colour(src image.Image) string {
	const side = 48
	small := image.NewRGBA(image.Rect(0, 0, side, side))
	draw.ApproxBiLinear.Scale(small, small.Bounds(), src, src.Bounds(), draw.Src, nil)
	type sum struct{ n, r, g, b int }
	var bins [512]sum // three bits of each colour
	for y := range side {
		for x := range side {
			c := small.RGBAAt(x, y)
			s := &bins[bin(c)]
			s.n, s.r, s.g, s.b = s.n+1, s.r+int(c.R), s.g+int(c.G), s.b+int(c.B)
		}
	}
	var most sum
	for _, s := range bins {
		if s.n > most.n {
			most = s
		}
	}
	return fmt.Sprintf("#%02x%02x%02x", most.r/most.n, most.g/most.n, most.b/most.n)
}

func bin(c color.RGBA) int { return int(c.R>>5)<<6 | int(c.G>>5)<<3 | int(c.B>>5) }
