package pdfium

import (
	"encoding/binary"
	"math"
	"unicode"
	"unicode/utf16"

	"github.com/tetratelabs/wazero/api"
	"golang.org/x/text/unicode/norm"
)

// Char is one character with its box in per mille of the shown page, from the top left.
type Char struct {
	Rune           rune
	X0, Y0, X1, Y1 float64
}

// maxChars bounds one page's text; past it the page is not text that a person reads.
const maxChars = 200_000

// Text reads the page's text layer: what a person would copy from it, and the words with their places.
// A page without one (a scan) has neither.
func (p *Page) Text() (string, []Word, error) {
	chars, err := p.chars()
	if err != nil {
		return "", nil, err
	}
	text, words := Group(chars, p.Width/p.Height)
	return text, words, nil
}

func (p *Page) chars() ([]Char, error) {
	d := p.doc
	text, err := d.call(p.ctx, "FPDFText_LoadPage", p.ptr)
	if err != nil || text == 0 {
		return nil, err
	}
	defer d.call(p.ctx, "FPDFText_ClosePage", text)
	count, err := d.call(p.ctx, "FPDFText_CountChars", text)
	if err != nil {
		return nil, err
	}
	toShown, err := p.transform()
	if err != nil {
		return nil, err
	}
	n := min(int(int32(count)), maxChars)
	chars := make([]Char, 0, max(n, 0))
	var unplaced []int
	var before glyph
	for i := range n {
		code, err := d.call(p.ctx, "FPDFText_GetUnicode", text, uint64(i))
		if err != nil {
			return nil, err
		}
		r := rune(code)
		if len(chars) > 0 && utf16.IsSurrogate(chars[len(chars)-1].Rune) && utf16.IsSurrogate(r) {
			chars[len(chars)-1].Rune = utf16.DecodeRune(chars[len(chars)-1].Rune, r)
			continue
		}
		g, err := p.glyphAt(text, i, toShown)
		if err != nil {
			return nil, err
		}
		if !unicode.IsSpace(r) {
			if g.lost(before) {
				unplaced = append(unplaced, len(chars))
				g.char = Char{X0: g.ownX, Y0: g.ownY, X1: g.ownX, Y1: g.ownY}
				g.size = before.size
			}
			before = g
		}
		g.char.Rune = plain(r)
		chars = append(chars, g.char)
	}
	settle(chars, unplaced)
	return chars, nil
}

// glyph is what PDFium says about one character, in points of the page.
type glyph struct {
	char   Char       // its box on the shown page
	own    [2]float64 // where the text object that holds it starts
	size   float64    // the longer side of the box
	astray float64    // how far its box lies from own
	ownX   float64    // own, on the shown page
	ownY   float64
}

// glyphAt asks for the box that a letter's line and advance give it: even boxes make even frames.
func (p *Page) glyphAt(text uint64, i int, toShown func(x, y float64) (float64, float64)) (g glyph, err error) {
	d := p.doc
	if _, err := d.call(p.ctx, "FPDFText_GetLooseCharBox", text, uint64(i), d.scratch); err != nil {
		return g, err
	}
	left, top, right, bottom := d.float32At(0), d.float32At(4), d.float32At(8), d.float32At(12)
	if _, err := d.call(p.ctx, "FPDFText_GetMatrix", text, uint64(i), d.scratch); err != nil {
		return g, err
	}
	g.own = [2]float64{d.float32At(16), d.float32At(20)}
	g.size = math.Max(right-left, top-bottom)
	g.astray = math.Max(math.Abs((left+right)/2-g.own[0]), math.Abs((top+bottom)/2-g.own[1]))
	x0, y0 := toShown(left, top)
	x1, y1 := toShown(right, bottom)
	g.char = Char{X0: min(x0, x1), Y0: min(y0, y1), X1: max(x0, x1), Y1: max(y0, y1)}
	g.ownX, g.ownY = toShown(g.own[0], g.own[1])
	return g, nil
}

// lost tells whether PDFium answered with a box elsewhere on the page, as it does for some letters of Type 3 fonts.
// Only a letter that is a text object by itself can be told so: it stands where its object starts.
func (g glyph) lost(before glyph) bool {
	const far = 3
	return g.own != before.own && g.size > 0 && g.astray > far*math.Max(g.size, before.size)
}

// settle gives a letter without a box the size of the next one, or of the one before.
func settle(chars []Char, unplaced []int) {
	for _, i := range unplaced {
		for _, j := range []int{i + 1, i - 1, i + 2, i - 2} {
			if j < 0 || j >= len(chars) || chars[j].X1 <= chars[j].X0 {
				continue
			}
			c, n := &chars[i], chars[j]
			h := n.Y1 - n.Y0
			c.X1 = min(1000, c.X0+n.X1-n.X0)
			c.Y0 = max(0, c.Y1-h)
			if math.Abs(n.Y1-c.Y1) < h { // the same line
				c.Y0, c.Y1 = n.Y0, n.Y1
			}
			break
		}
	}
}

// plain turns a radical (⼈, U+2F08) into the character it looks like (人): some printers write the one for the other,
// and nobody finds or reads aloud a radical.
func plain(r rune) rune {
	if r < 0x2E80 || r > 0x2FD5 {
		return r
	}
	for _, n := range norm.NFKC.String(string(r)) {
		return n
	}
	return r
}

// transform finds how PDFium maps page points to the shown page (crop, rotation), by asking for three of them.
func (p *Page) transform() (func(x, y float64) (float64, float64), error) {
	const shown = 1_000_000 // pixels of an imagined picture, so that whole numbers are exact enough
	ask := func(x, y float64) (px, py float64, err error) {
		_, err = p.doc.call(p.ctx, "FPDF_PageToDevice", p.ptr, 0, 0, shown, shown, 0,
			api.EncodeF64(x), api.EncodeF64(y), p.doc.scratch, p.doc.scratch+4)
		if err != nil {
			return 0, 0, err
		}
		b, _ := p.doc.module.Memory().Read(uint32(p.doc.scratch), 8)
		return float64(int32(binary.LittleEndian.Uint32(b))), float64(int32(binary.LittleEndian.Uint32(b[4:]))), nil
	}
	const far = 100
	ox, oy, err := ask(0, 0)
	if err != nil {
		return nil, err
	}
	xx, xy, err := ask(far, 0)
	if err != nil {
		return nil, err
	}
	yx, yy, err := ask(0, far)
	if err != nil {
		return nil, err
	}
	perMille := func(v float64) float64 { return math.Max(0, math.Min(1000, v/shown*1000)) }
	return func(x, y float64) (float64, float64) {
		return perMille(ox + (xx-ox)/far*x + (yx-ox)/far*y), perMille(oy + (xy-oy)/far*x + (yy-oy)/far*y)
	}, nil
}
