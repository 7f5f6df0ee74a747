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

func TestAHitOnASheetSaysHowManyPlacesItLeadsTo(t *testing.T) {
	places := map[string]int{"F2": 4, "F3": -1}
	for _, test := range []struct{ kind, at, text string }{
		{"poster", "file=F2&page=3", "一致した場所を表示する（4か所）"},
		{"paper", "file=F3&page=1", "一致した場所を表示する"}, // too long to be counted
		{"poster", "file=F4&page=1", ""},           // the words stand there in another form only
		{"poster", "", ""},                         // the words stand in its title
		{"report", "file=F2&page=3", ""},
		{"topic", "from=20#p30", ""},
	} {
		h := search.Hit{Document: search.Document{Kind: test.kind, URL: "/x"}, At: test.at}
		r := resultOf(h, nil, "窓口", places)
		if test.text == "" {
			if r.Hit != nil {
				t.Errorf("%s at %q: %+v; want none", test.kind, test.at, r.Hit)
			}
			continue
		}
		if r.Hit == nil || r.Hit.Text != test.text || r.Hit.URL != "/x?"+test.at+"&q=%E7%AA%93%E5%8F%A3#sheet" {
			t.Errorf("%s at %q: %+v", test.kind, test.at, r.Hit)
		}
	}
}
