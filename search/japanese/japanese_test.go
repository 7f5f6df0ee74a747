package japanese

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestFoldMakesSpellingsAlike(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"全角英数字は半角に", "ＤＸと１ｏｎ１", "dxと1on1"},
		{"半角カナは全角に、濁点は一つに", "ﾃﾞｼﾞﾀﾙ", "デジタル"},
		{"旧字は新字に", "澤田さんと髙橋さん", "沢田さんと高橋さん"},
		{"カタカナのあとの横線は長音に", "サ-ビス", "サービス"},
		{"英字の間の横線はそのまま", "e-mail", "e-mail"},
		{"々はくり返す", "佐々木", "佐佐木"},
		{"見えない文字は消える", "対\u200b話\U000E0100する", "対話する"},
		{"合字はほどける", "㈱", "(株)"},
		{"本文の「が」は変えない", "子が育つ", "子が育つ"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := FoldString(test.text); got != test.want {
				t.Errorf("Fold(%q) = %q; want %q", test.text, got, test.want)
			}
		})
	}
}

func TestFoldKeepsTheBytesOfTheOriginal(t *testing.T) {
	text := "ﾃﾞ髙\U000E0101橋㈱"
	var got []string
	for _, r := range Fold(text) {
		got = append(got, string(r.R)+"="+text[r.Start:r.End])
	}
	want := []string{"デ=ﾃﾞ", "高=髙\U000E0101", "橋=橋", "(=㈱", "株=㈱", ")=㈱"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func terms(t *testing.T, text string) string {
	t.Helper()
	<-Load()
	words, _ := Words(text)
	var out []string
	for _, w := range words {
		out = append(out, w.Term)
	}
	return strings.Join(out, " ")
}

func TestWords(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"動詞と形容詞は基本形", "残業を減らしたい。長かった会議", "残業 減らす 長い 会議"},
		{"東京都は京都ではない", "東京都", "東京 都"},
		{"英数字は一語", "1on1ミーティング", "1on1 みーてぃんぐ"},
		{"カタカナはひらがなと同じ、語末の長音はない", "サーバーとゴミ", "さーば ごみ"},
		{"記号だけなら何もない", "！？…", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := terms(t, test.text); got != test.want {
				t.Errorf("Words(%q) = %q; want %q", test.text, got, test.want)
			}
		})
	}
}

func TestGramsOfNamesMeet(t *testing.T) {
	for _, pair := range [][2]string{
		{"茅ヶ崎", "茅が崎"}, {"駒ケ根", "駒ヶ根"}, {"山ノ内", "山の内"}, {"ゴミ", "ごみ"}, {"サーバ", "サーバー"}, {"斎藤", "齊藤"},
	} {
		a, b := Grams(Fold(pair[0]), false), Grams(Fold(pair[1]), false)
		var at, bt []string
		for _, g := range a {
			at = append(at, g.Term)
		}
		for _, g := range b {
			bt = append(bt, g.Term)
		}
		if diff := cmp.Diff(at, bt); diff != "" {
			t.Errorf("%s and %s: %s", pair[0], pair[1], diff)
		}
	}
}

func TestKana(t *testing.T) {
	for _, test := range []struct {
		text, want  string
		roman, isOk bool
	}{
		{"しおじり", "しおじり", false, true}, {"シオジリ", "しおじり", false, true}, {"shiojiri", "しおじり", true, true},
		{"Sapporo", "さっぽろ", true, true}, {"namba", "なんば", true, true}, {"塩尻", "", false, false}, {"rpx", "", false, false},
	} {
		got, roman, ok := Kana(test.text)
		if got != test.want || roman != test.roman || ok != test.isOk {
			t.Errorf("Kana(%q) = %q, %v, %v", test.text, got, roman, ok)
		}
	}
	for _, pair := range [][2]string{{"りゅうがさき", "りゆかさき"}, {"とうきょう", "ときよ"}, {"おおさか", "おさか"}} {
		if got := LooseReading(pair[0]); got != pair[1] {
			t.Errorf("LooseReading(%q) = %q; want %q", pair[0], got, pair[1])
		}
	}
}

// FuzzFold: ranges lie in the text, on the edges of runes, and never go backwards; folding twice changes nothing.
func FuzzFold(f *testing.F) {
	for _, s := range []string{"", "ﾃﾞ髙橋", "e\u0301\u0301\u0301", "佐々々木", "\xff\xfe対話", "葛\U000E0100城", "\u202e右から", "𠮷野家", "\u0345ー-‐"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		runes := Fold(text)
		last := 0
		for _, r := range runes {
			if r.Start < 0 || r.End > len(text) || r.Start >= r.End || r.Start < last {
				t.Fatalf("range %d–%d of %q after %d", r.Start, r.End, text, last)
			}
			last = r.Start
			if utf8.ValidString(text) && (!utf8.RuneStart(text[r.Start]) || r.End < len(text) && !utf8.RuneStart(text[r.End])) {
				t.Fatalf("range %d–%d cuts a letter of %q", r.Start, r.End, text)
			}
		}
		for _, g := range Grams(runes, true) {
			if g.Start < 0 || g.End > len(text) || g.Start >= g.End {
				t.Fatalf("gram %+v of %q", g, text)
			}
		}
	})
}
