package qr

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The standard's own example (annex I): 01234567 as version 1-M.
func TestCheckBytesOfTheStandardsExample(t *testing.T) {
	data, _ := hex.DecodeString("10200c566180ec11ec11ec11ec11ec11")
	if got := hex.EncodeToString(remainder(data, 10)); got != "a524d4c1ed36c7872c55" {
		t.Errorf("check bytes %s", got)
	}
}

func TestFormatAndVersionOfTheStandardsExamples(t *testing.T) {
	c := &Code{Size: 45, dark: make([]bool, 45*45), fixed: make([]bool, 45*45)}
	c.format(5)
	read := func(n int, at func(i int) (x, y int)) (s string) {
		for i := n - 1; i >= 0; i-- {
			s += map[bool]string{true: "1", false: "0"}[c.Dark(at(i))]
		}
		return s
	}
	got := read(15, func(i int) (int, int) {
		if i < 8 {
			return c.Size - 1 - i, 8
		}
		return 8, c.Size - 15 + i
	})
	if got != "100000011001110" {
		t.Errorf("format of M with mask 5: %s", got)
	}
	c.number(7)
	if got := read(18, func(i int) (int, int) { return c.Size - 11 + i%3, i / 3 }); got != "000111110010010100" {
		t.Errorf("version 7: %s", got)
	}
}

func TestATextThatIsTooLongIsRefused(t *testing.T) {
	if _, err := Encode(strings.Repeat("w", 214)); !errors.Is(err, ErrTooLong) {
		t.Errorf("214 bytes: %v", err)
	}
}

func TestThePathDrawsEveryDarkModule(t *testing.T) {
	c, err := Encode("A")
	if err != nil {
		t.Fatal(err)
	}
	path, side := c.Path()
	if side != 29 || !strings.HasPrefix(path, "M4 4h7v1h-7z") {
		t.Errorf("side %d, path %.30s", side, path)
	}
}

// The codes of another encoder (npm qrcode 1.5.4, MIT), as the hash of their rows.
func TestCodesAreThoseOfAnotherEncoder(t *testing.T) {
	type code struct {
		Size, Mask int
		Rows       string
	}
	for text, want := range map[string]code{
		"A": {21, 3, "bc9009ae87ca68f1"},
		"https://manetomo.example.jp/e/01ABCDEFGH": {29, 3, "22c2413b028e27d0"},
		"対話する文化を、市役所のふだんにする":                       {33, 2, "0dd6e3af678cc0e2"},
		strings.Repeat("x", 100):                   {41, 0, "898a791db8daf879"},
		strings.Repeat("v", 120):                   {45, 2, "4d729e4648166576"},
		strings.Repeat("y", 150):                   {49, 1, "230adb2b282df71c"},
		strings.Repeat("z", 180):                   {53, 1, "b5b8a6ef7916e3ed"},
		strings.Repeat("w", 213):                   {57, 4, "9018344b2b099d5a"},
	} {
		c, err := Encode(text)
		if err != nil {
			t.Fatal(err)
		}
		var rows []string
		for y := range c.Size {
			row := ""
			for x := range c.Size {
				row += map[bool]string{true: "1", false: "0"}[c.Dark(x, y)]
			}
			rows = append(rows, row)
		}
		sum := sha256.Sum256([]byte(strings.Join(rows, "\n")))
		if d := cmp.Diff(want, code{c.Size, c.Mask, hex.EncodeToString(sum[:8])}); d != "" {
			t.Errorf("%.30s: %s", text, d)
		}
	}
}
