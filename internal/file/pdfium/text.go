package pdfium

import (
	"encoding/binary"
	"math"
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
	for i := range n {
		c, err := d.call(p.ctx, "FPDFText_GetUnicode", text, uint64(i))
		if err != nil {
			return nil, err
		}
		r := rune(c)
		if len(chars) > 0 && utf16.IsSurrogate(chars[len(chars)-1].Rune) && utf16.IsSurrogate(r) {
			chars[len(chars)-1].Rune = utf16.DecodeRune(chars[len(chars)-1].Rune, r)
			continue
		}
		if _, err := d.call(p.ctx, "FPDFText_GetLooseCharBox", text, uint64(i), d.scratch); err != nil {
			return nil, err
		}
		b := d.float32s(4) // left, top, right, bottom
		x0, y0 := toShown(b[0], b[1])
		x1, y1 := toShown(b[2], b[3])
		chars = append(chars, Char{Rune: plain(r), X0: min(x0, x1), Y0: min(y0, y1), X1: max(x0, x1), Y1: max(y0, y1)})
	}
	return chars, nil
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
