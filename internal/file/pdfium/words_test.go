package pdfium

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// checkWords holds for every page: words joined are the text without blanks, boxes lie on the page.
func checkWords(t testing.TB, text string, words []Word) {
	t.Helper()
	var joined strings.Builder
	for _, w := range words {
		joined.WriteString(w.Text)
		b := w.Box
		if b[0] < 0 || b[1] < 0 || b[2] < 1 || b[3] < 1 || b[0]+b[2] > 1000 || b[1]+b[3] > 1000 {
			t.Errorf("%s stands at %v, outside the page", w.Text, b)
		}
	}
	bare := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
	if joined.String() != bare {
		t.Errorf("words join to %q, the text is %q", joined.String(), bare)
	}
	if !utf8.ValidString(text) {
		t.Errorf("text %q is not UTF-8", text)
	}
}

// row sets characters side by side from x, each of the size given.
func row(s string, x, y, size float64) []Char {
	var chars []Char
	for _, r := range s {
		chars = append(chars, Char{r, x, y, x + size, y + size})
		x += size
	}
	return chars
}

func column(s string, x, y, size float64) []Char {
	var chars []Char
	for _, r := range s {
		chars = append(chars, Char{r, x, y, x + size, y + size}, Char{Rune: '\n', X0: x, Y0: y, X1: x, Y1: y})
		y += size
	}
	return chars
}

func TestGroup(t *testing.T) {
	join := func(parts ...[]Char) (all []Char) {
		for _, p := range parts {
			all = append(all, p...)
		}
		return all
	}
	for _, test := range []struct {
		name  string
		chars []Char
		want  string
	}{
		{"何もない", nil, ""},
		{"横の一行", row("対話の場", 100, 100, 20), "対話の場"},
		{"折り返しはつながる", join(row("対話の場をひら", 100, 100, 20), row("く。", 100, 125, 20)), "対話の場をひらく。"},
		{"離れた段落は分かれる", join(row("前の段落", 100, 100, 20), row("次の段落", 100, 180, 20)), "前の段落\n次の段落"},
		{"箇条書きは分かれる", join(row("・集まる人", 100, 100, 20), row("・話す人", 100, 125, 20)), "・集まる人\n・話す人"},
		{"大きさが違えば分かれる", join(row("見出し", 100, 100, 30), row("本文の一行", 100, 135, 12)), "見出し\n本文の一行"},
		{"縦書きの列は右から左へつながる", join(column("対話がまち", 800, 100, 40), column("を変える", 740, 100, 40)), "対話がまちを変える"},
		{"同じ段の離れた語は空ける", join(row("四月", 100, 100, 20), row("八人", 400, 100, 20)), "四月 八人"},
		{"部首の字は漢字にする", row(string([]rune{plain('⼈'), '材'}), 100, 100, 20), "人材"},
	} {
		t.Run(test.name, func(t *testing.T) {
			text, words := Group(test.chars, 1)
			if text != test.want {
				t.Errorf("Group(…) = %q, want %q", text, test.want)
			}
			checkWords(t, text, words)
		})
	}
}

func FuzzGroup(f *testing.F) {
	encode := func(chars []Char) (b []byte) {
		for _, c := range chars {
			for _, v := range []uint16{uint16(c.Rune), uint16(c.X0), uint16(c.Y0), uint16(c.X1), uint16(c.Y1)} {
				b = binary.LittleEndian.AppendUint16(b, v)
			}
		}
		return b
	}
	f.Add(encode(row("対話の場 in AB", 100, 100, 20)), 1.4)
	f.Add(encode(column("縦書き。", 800, 100, 40)), 0.7)
	f.Fuzz(func(t *testing.T, b []byte, aspect float64) {
		var chars []Char
		for ; len(b) >= 10; b = b[10:] {
			v := func(i int) float64 { return float64(int16(binary.LittleEndian.Uint16(b[i*2:]))) }
			chars = append(chars, Char{rune(binary.LittleEndian.Uint16(b)), v(1), v(2), v(3), v(4)})
		}
		text, words := Group(chars, aspect)
		checkWords(t, text, words)
	})
}
