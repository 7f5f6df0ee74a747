package file

import (
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/file/pdfium"
)

func TestCountIsAsManyAsFindLists(t *testing.T) {
	for _, text := range []string{"対話が まちの 対話する 文化 ＡＢＣ㈱", "対\n話 対話対話", "議会", ""} {
		var words []pdfium.Word
		for _, w := range strings.Fields(text) {
			words = append(words, pdfium.Word{Text: w, Box: [4]int{1, 1, 10, 10}})
		}
		for _, query := range []string{"対話", "対話 対話する", "「対話する文化」", "abc", "対", "-対話", "株"} {
			want := len(Find([]Page{{Number: 1, Words: words, Text: text}}, query))
			if got := count(text, terms(query)); got != want {
				t.Errorf("%q in %q: %d; Find lists %d", query, text, got, want)
			}
		}
	}
}
