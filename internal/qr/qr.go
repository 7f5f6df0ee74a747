// Package qr makes QR codes (ISO/IEC 18004) of short texts, such as addresses on paper: byte mode, error correction M,
// versions 1 to 10, which is up to 213 bytes.
//
// What stays true: the same text gives the same code; a code is as small as the text allows; its mask is the one with the
// least penalty, as the standard asks.
package qr

import (
	"errors"
	"fmt"
	"strings"
)

// ErrTooLong tells that a text does not fit into version 10.
var ErrTooLong = errors.New("qr: the text is too long")

// Code is a QR code: Size×Size modules.
type Code struct {
	Size  int
	Mask  int
	dark  []bool
	fixed []bool // modules of patterns, which no mask turns
}

// Dark tells whether a module is dark.
func (c *Code) Dark(x, y int) bool { return c.dark[y*c.Size+x] }

// version is what level M of a version holds: data bytes, check bytes of each block, and how many blocks of which size.
type version struct {
	check         int
	blocks, bytes int // the first blocks
	blocks2       int // more blocks, each a byte longer
	alignment     []int
}

// versions by number; the first is empty (tables 7, 9 and annex E of the standard, level M).
var versions = [11]version{
	1: {10, 1, 16, 0, nil}, 2: {16, 1, 28, 0, []int{6, 18}}, 3: {26, 1, 44, 0, []int{6, 22}}, 4: {18, 2, 32, 0, []int{6, 26}},
	5: {24, 2, 43, 0, []int{6, 30}}, 6: {16, 4, 27, 0, []int{6, 34}}, 7: {18, 4, 31, 0, []int{6, 22, 38}},
	8: {22, 2, 38, 2, []int{6, 24, 42}}, 9: {22, 3, 36, 2, []int{6, 26, 46}}, 10: {26, 4, 43, 1, []int{6, 28, 50}},
}

func (v version) data() int { return v.blocks*v.bytes + v.blocks2*(v.bytes+1) }

// Encode makes the smallest code of a text.
func Encode(text string) (*Code, error) {
	for n := 1; n < len(versions); n++ {
		head := 4 + 8
		if n >= 10 {
			head = 4 + 16
		}
		if head+8*len(text) <= 8*versions[n].data() {
			return draw(n, withCheck(versions[n], codewords(n, text))), nil
		}
	}
	return nil, fmt.Errorf("%w: %d bytes", ErrTooLong, len(text))
}

// codewords are the text's bytes with the head before and the padding behind.
func codewords(n int, text string) []byte {
	var b bits
	b.add(0b0100, 4)
	if n >= 10 {
		b.add(len(text), 16)
	} else {
		b.add(len(text), 8)
	}
	for i := range len(text) {
		b.add(int(text[i]), 8)
	}
	room := 8 * versions[n].data()
	b.add(0, min(4, room-b.n))
	b.add(0, (8-b.n%8)%8)
	for pad := 0xec; b.n < room; pad ^= 0xec ^ 0x11 {
		b.add(pad, 8)
	}
	return b.bytes
}

type bits struct {
	bytes []byte
	n     int
}

func (b *bits) add(value, length int) {
	for i := length - 1; i >= 0; i-- {
		if b.n%8 == 0 {
			b.bytes = append(b.bytes, 0)
		}
		if value>>i&1 == 1 {
			b.bytes[b.n/8] |= 0x80 >> (b.n % 8)
		}
		b.n++
	}
}

// withCheck splits data into blocks, gives each its check bytes and weaves them together.
func withCheck(v version, data []byte) []byte {
	var blocks, checks [][]byte
	for i := range v.blocks + v.blocks2 {
		size := v.bytes
		if i >= v.blocks {
			size++
		}
		blocks, checks = append(blocks, data[:size]), append(checks, remainder(data[:size], v.check))
		data = data[size:]
	}
	var out []byte
	for i := range v.bytes + 1 {
		for _, b := range blocks {
			if i < len(b) {
				out = append(out, b[i])
			}
		}
	}
	for i := range v.check {
		for _, c := range checks {
			out = append(out, c[i])
		}
	}
	return out
}

// remainder is the Reed-Solomon check of a block over GF(256) with the polynomial 0x11d.
func remainder(data []byte, n int) []byte {
	divisor := make([]byte, n)
	divisor[n-1] = 1
	root := byte(1)
	for range n {
		for j := range divisor {
			divisor[j] = multiply(divisor[j], root)
			if j+1 < n {
				divisor[j] ^= divisor[j+1]
			}
		}
		root = multiply(root, 2)
	}
	rest := make([]byte, n)
	for _, b := range data {
		factor := b ^ rest[0]
		copy(rest, rest[1:])
		rest[n-1] = 0
		for i := range rest {
			rest[i] ^= multiply(divisor[i], factor)
		}
	}
	return rest
}

func multiply(x, y byte) byte {
	z := 0
	for i := 7; i >= 0; i-- {
		z = z<<1 ^ (z>>7)*0x11d
		z ^= int(y>>i&1) * int(x)
	}
	return byte(z)
}

// Path is the code as the path of an SVG whose unit is a module, with the quiet zone of four modules that readers need:
// one stroke of dark modules for each run in a row. Side is the width of the drawing in modules.
func (c *Code) Path() (path string, side int) {
	var b strings.Builder
	for y := range c.Size {
		for x := 0; x < c.Size; x++ {
			run := 0
			for x+run < c.Size && c.Dark(x+run, y) {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x+4, y+4, run, run)
				x += run
			}
		}
	}
	return b.String(), c.Size + 8
}
