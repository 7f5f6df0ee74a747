package municipality

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestResolve(t *testing.T) {
	for _, test := range []struct {
		name string
		want string // labels, separated by "|"
		text []string
	}{
		{"茅ヶ崎はどう書いても茅ヶ崎", "神奈川県 茅ヶ崎市", []string{"茅ヶ崎市", "茅ケ崎市", "茅が崎市", "茅ガ崎", "茅ヶ﨑市",
			"ちがさき", "チガサキシ", "ﾁｶﾞｻｷ", "Chigasaki", "chigasaki-shi", "Tigasaki", "Chigasaki City", "142077", "14207", "１４２０７",
			"神奈川・茅ヶ崎", "神奈川県茅ケ崎市", "神奈川県　茅ヶ崎市", "茅ヶ崎市（神奈川県）", "茅ヶ崎市役所", "かながわけんちがさきし", "Chigasaki, Kanagawa"}},
		{"市町村を省いても前に県を付けても", "長野県 塩尻市", []string{"塩尻", "塩尻市", "長野県塩尻市", "長野 塩尻", "鹽尻市", "しおじり", "Shiojiri", "siozirisi", "Shiojiri-shi, Nagano Prefecture"}},
		{"旧字と異体字", "青森県 鰺ヶ沢町", []string{"鰺ヶ沢町", "鯵ヶ沢", "鯵ケ澤町", "西津軽郡鰺ヶ沢町", "青森県西津軽郡鯵ヶ沢町"}},
		{"龍と竜、ケとヶ", "茨城県 龍ケ崎市", []string{"龍ケ崎市", "竜ヶ崎市", "龍ヶ崎", "りゅうがさき", "りゆうがさきし"}},
		{"正字が先: 鹿嶋", "茨城県 鹿嶋市", []string{"鹿嶋市", "鹿嶋", "茨城県鹿島市"}},
		{"正字が先: 鹿島", "佐賀県 鹿島市", []string{"鹿島市", "鹿島", "佐賀県鹿嶋市"}},
		{"読みは両方", "茨城県 鹿嶋市|佐賀県 鹿島市", []string{"かしまし"}},
		{"同名は聞き返す: 伊達市", "北海道 伊達市|福島県 伊達市", []string{"伊達市", "伊達"}},
		{"県を添えれば決まる: 伊達市", "福島県 伊達市", []string{"福島県伊達市", "福島・伊達", "ふくしまだて", "伊達市(福島)"}},
		{"同名は聞き返す: 高森町", "長野県 高森町|熊本県 高森町", []string{"高森町", "高森"}},
		{"郡を添えれば決まる: 高森町", "長野県 高森町", []string{"下伊那郡高森町", "長野県下伊那郡高森町", "Takamori-machi, Nagano"}},
		{"同名は聞き返す: 府中市", "東京都 府中市|広島県 府中市", []string{"府中市", "府中市役所"}},
		{"都を添えれば決まる", "東京都 府中市", []string{"東京都府中市", "東京府中市"}},
		{"京都は東京都の中にいない", "京都府|京都府 京都市", []string{"京都"}},
		{"種類のない名は、その名の全部", "山形県|山形県 山形市|長野県 山形村", []string{"山形"}},
		{"種類があれば一つ", "長野県 山形村", []string{"山形村", "やまがたむら", "長野県東筑摩郡山形村"}},
		{"区は東京の区が先", "東京都 港区", []string{"港区", "みなとく"}},
		{"政令市の行政区", "大阪府 大阪市港区", []string{"大阪市港区", "大阪府大阪市港区", "大阪府港区"}},
		{"郡の字を持つ市", "福島県 郡山市", []string{"郡山市", "福島県郡山市", "郡山"}},
		{"市の字で終わる名", "三重県 四日市市", []string{"四日市", "四日市市"}},
		{"一字の名", "三重県 津市", []string{"津市", "津", "tsu-shi"}},
		{"仮名の名", "北海道 ニセコ町", []string{"ニセコ町", "にせこ町", "二セコ町", "ニセコ"}},
		{"長い母音", "大阪府 大阪市", []string{"Ōsaka-shi", "Oosaka-shi", "おおさかし"}},
		{"別の正式表記", "高知県 檮原町", []string{"檮原町", "梼原町", "ゆすはら"}},
		{"音だけでは名と市の境が分からない", "宮城県 白石市|千葉県 白井市|佐賀県 白石町", []string{"しろいし", "shiroishi"}},
		{"音でも種類まで言えば決まる", "宮城県 白石市", []string{"しろいしし", "shiroishi-shi"}},
		{"都道府県", "北海道", []string{"北海道", "ほっかいどう", "Hokkaido", "010006"}},
		{"旧市町村名", "兵庫県 丹波篠山市", []string{"篠山市", "丹波篠山", "兵庫県篠山市"}},
		{"旧い名の町は県を添えれば", "福岡県 那珂川市", []string{"福岡県那珂川町", "那珂川市"}},
		{"いまもある名は、いまの町", "栃木県 那珂川町", []string{"那珂川町"}},
		{"見本の自治体", "見本 みどり見本市", []string{"990001", "みどり見本市", "みどりみほん", "見本 みどり見本市"}},
		{"分からないもの", "", []string{"", "　", "対話", "999999", "123", "長野県対話市", "塩尻町", "\xff\xfe", strings.Repeat("市", 500)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, text := range test.text {
				var got []string
				for _, m := range Resolve(text).Found {
					got = append(got, m.Label())
				}
				if diff := cmp.Diff(test.want, strings.Join(got, "|")); diff != "" {
					t.Errorf("Resolve(%q):\n%s", text, diff)
				}
			}
		})
	}
}

// Every official name finds its own municipality, alone or among its homonyms, and alone with its prefecture; so do
// the reading and the romaji.
func TestEveryNameFindsItself(t *testing.T) {
	has := func(r Resolution, code string) bool {
		for _, m := range r.Found {
			if m.Code == code {
				return true
			}
		}
		return false
	}
	for _, m := range All(Wards, Demo) {
		for _, text := range []string{m.Name, m.Kana, m.Romaji, m.Code} {
			if r := Resolve(text); !has(r, m.Code) {
				t.Errorf("Resolve(%q) does not name %s", text, m.Label())
			}
		}
		if one, ok := Resolve(m.Label()).One(); !ok || one.Code != m.Code {
			t.Errorf("Resolve(%q) = %v; want only %s", m.Label(), Resolve(m.Label()).Found, m.Code)
		}
	}
}

// Inside one prefecture no two names of authorities fall together: else the prefecture would not decide.
func TestFoldKeepsNamesApart(t *testing.T) {
	seen := map[string]string{}
	for _, m := range All(Wards) {
		key := m.PrefectureCode + foldName(clean(m.Name))
		if other, taken := seen[key]; taken {
			t.Errorf("%s and %s fold to the same name", m.Label(), other)
		}
		seen[key] = m.Label()
	}
}

func TestParticipantsResolveToThemselves(t *testing.T) {
	for _, p := range Participants() {
		if r := Resolve(p.SeedName); len(r.Found) == 0 || len(r.Found) == 1 && r.Found[0].Code != p.Code {
			t.Errorf("Resolve(%q) = %v; want %s", p.SeedName, r.Found, p.Code)
		}
	}
}

func TestHowItWasFound(t *testing.T) {
	for text, want := range map[string]By{
		"142077": ByCode, "茅ヶ崎市": ByName, "梼原町": BySpelling, "茅ヶ崎": ByStem, "茅が崎市": ByFold, "茅が崎": ByFoldedStem,
		"チガサキシ": ByReading, "ちがさき": ByShortReading, "Chigasaki-shi": ByRomaji, "chigasaki": ByShortRomaji, "篠山市": ByFormer, "犬": ByNothing,
	} {
		if got := Resolve(text).By; got != want {
			t.Errorf("Resolve(%q).By = %d; want %d", text, got, want)
		}
	}
	if got := Resolve("篠山市").Former; got != "篠山市" {
		t.Errorf("Former = %q; want 篠山市", got)
	}
}

func FuzzResolve(f *testing.F) {
	for _, seed := range []string{"茅ヶ崎市", "神奈川・茅ヶ崎", "下伊那郡高森町", "Takamori, Nagano", "14207", "郡", "ヶ", "ー", "\u200b\xf0", "が郡が", "上川郡森"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := Resolve(text)
		if (r.By == ByNothing) != (len(r.Found) == 0) {
			t.Fatalf("Resolve(%q): by %d with %d found", text, r.By, len(r.Found))
		}
		codes := map[string]bool{}
		for _, m := range r.Found {
			if codes[m.Code] {
				t.Fatalf("Resolve(%q) names %s twice", text, m.Code)
			}
			codes[m.Code] = true
		}
		if again := Resolve(text); !cmp.Equal(r, again) {
			t.Fatalf("Resolve(%q) answers differently the second time", text)
		}
		Suggest(text, 8)
	})
}

func BenchmarkResolve(b *testing.B) {
	for _, text := range []string{"茅が崎市", "神奈川県茅ケ崎市", "chigasaki", "対話の場づくり"} {
		b.Run(text, func(b *testing.B) {
			Resolve(text)
			for b.Loop() {
				Resolve(text)
			}
		})
	}
}
