package archive

import (
	"testing"

	"github.com/manetomo/manetomo/search"
)

func TestAHitOpensWhereTheWordsStand(t *testing.T) {
	for _, test := range []struct{ kind, at, query, want string }{
		{"poster", "file=F2&page=3", "番号札 窓口", "/x?file=F2&page=3&q=%E7%95%AA%E5%8F%B7%E6%9C%AD+%E7%AA%93%E5%8F%A3"},
		{"poster", "", "窓口", "/x?q=%E7%AA%93%E5%8F%A3"},
		{"paper", "", "", "/x"},
		{"topic", "from=20#p30", "窓口", "/x?from=20#p30"},
		{"report", "file=F2&page=3", "窓口", "/x"},
	} {
		h := search.Hit{Document: search.Document{Kind: test.kind, URL: "/x"}, At: test.at}
		if got := linkOf(h, test.query); got != test.want {
			t.Errorf("%s at %q: %s; want %s", test.kind, test.at, got, test.want)
		}
	}
}
