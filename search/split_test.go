package search_test

import (
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/search"
)

func TestWordsTypedTogetherInKanaAreFoundApart(t *testing.T) {
	secret := report("secret", "窓口", "x", search.Section{Key: "next", Label: "これから", Text: "避難所の座布団。", Audience: access.Audience{Rung: access.Staff}})
	shiojiri := report("shiojiri", "塩尻市の防災", "訓練を見直した。")
	shiojiri.Municipality, shiojiri.MunicipalityName, shiojiri.MunicipalityKana = "202151", "塩尻市", "しおじりし"
	x := index(t, report("people", "人事の見直し", "課長が変わった。若手の人づくりを進めた。"), report("only", "人事異動", "課長が変わった。"),
		report("shelter", "避難所の運営", "住民と考えた。"), shiojiri, secret)
	for _, test := range []struct{ name, query, want string }{
		{"二つのことば", "ひとづくりじんじ", "people"},
		{"順が逆でも", "じんじひとづくり", "people"},
		{"助詞をはさむ", "じんじとひとづくり", "people"},
		{"ローマ字で", "jinjihitozukuri", "people"},
		{"自治体とことば", "しおじりくんれん", "shiojiri"},
		{"読めないところのことばでは切れない", "ひなんじょざぶとん", ""},
		{"一つのことばはそのまま", "ひなんじょ", "shelter"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := ask(t, x, access.Viewer{}, search.Request{Text: test.query})
			if got := ids(r); got != test.want {
				t.Errorf("%s finds [%s]; want [%s]", test.query, got, test.want)
			}
			if test.want == "people" && (r.Hits[0].Loose || len(r.Hits[0].Snippets) == 0) {
				t.Errorf("%s: %+v; want it as a whole answer with its text", test.query, r.Hits[0])
			}
		})
	}
}

func TestANameOfSeveralTownsFindsNoOtherTown(t *testing.T) {
	fuchu := report("tokyo", "窓口を変える", "待ち時間が短くなった。")
	fuchu.Municipality, fuchu.MunicipalityName, fuchu.MunicipalityKana, fuchu.Prefecture = "132063", "府中市", "ふちゅうし", "東京都"
	town := report("town", "府中町の防災", "訓練を見直した。")
	town.Municipality, town.MunicipalityName, town.MunicipalityKana, town.Prefecture = "343021", "府中町", "ふちゅうちょう", "広島県"
	other := report("other", "防災の見直し", "市の訓練。")
	x := index(t, fuchu, town, other)
	for _, test := range []struct{ query, want string }{{"府中市", "tokyo"}, {"ふちゅうし", "tokyo"}, {"府中市 防災", ""}, {"府中市の窓口", "tokyo"}} {
		r := ask(t, x, access.Viewer{}, search.Request{Text: test.query})
		if got := ids(r); got != test.want {
			t.Errorf("%s finds [%s]; want [%s]", test.query, got, test.want)
		}
		if test.query == "府中市" && len(r.Places) != 2 {
			t.Errorf("%s asks back %v; want both towns", test.query, r.Places)
		}
	}
}
