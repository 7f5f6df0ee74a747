package search_test

import (
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/search"
)

func TestWhatWasMeant(t *testing.T) {
	shiojiri := report("shiojiri", "窓口を変える", "残業が減った。")
	shiojiri.Municipality, shiojiri.MunicipalityName, shiojiri.MunicipalityKana = "202151", "塩尻市", "しおじりし"
	x := index(t, shiojiri, report("people", "人材育成の見直し", "若手職員と話した。"), report("talk", "雑談の力", "コミュニケーションが増えた。"))
	for _, test := range []struct{ name, query, want string }{
		{"かなまじり", "若手しょくいん", "若手職員"},
		{"変換の途中", "人ザイ育成", "人材育成"},
		{"一文字ぬけた片仮名", "ポスターセッシン", "ポスターセッション"},
		{"近いことばの書きまちがい", "コミニケーション", "コミュニケーション"},
		{"自治体の名前は、まちがいではない", "shiojiri", ""},
		{"見つかったことばには言わない", "残業", ""},
		{"似たことばがない", "らくだの屋上", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if r := ask(t, x, access.Viewer{}, search.Request{Text: test.query}); r.DidYouMean != test.want {
				t.Errorf("%s: もしかして %q; want %q", test.query, r.DidYouMean, test.want)
			}
		})
	}
}
