package municipality

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTable(t *testing.T) {
	kinds := map[Kind]int{}
	people := 0
	for _, m := range All() {
		kinds[m.Kind]++
		if m.Kind != KindPrefecture {
			people += m.Population
		}
		if last, ok := CheckDigit(m.Code[:5]); !ok || last != m.Code[5] {
			t.Errorf("%s %s: check digit %c", m.Code, m.Name, last)
		}
		if BandOf(m) == "" || BandOf(m).Label() == "" {
			t.Errorf("%s has no band", m.Label())
		}
	}
	want := map[Kind]int{"都道府県": 47, "政令市": 20, "中核市": 62, "市": 710, "特別区": 23, "町": 743, "村": 183}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Error(diff)
	}
	if people != 126_146_099 {
		t.Errorf("population = %d; want the census's 126146099", people)
	}
	if got := len(All(Wards)); got != 1959 {
		t.Errorf("with wards %d; want 1959", got)
	}
	if got := len(All(Demo)); got != 1788+4 {
		t.Errorf("with the demo %d; want 1792", got)
	}
}

func TestParticipants(t *testing.T) {
	if got := len(Participants()); got != 179 {
		t.Fatalf("%d participants; want 179", got)
	}
	sum := 0
	for _, n := range ParticipantCounts() {
		sum += n
	}
	if sum != 179 {
		t.Errorf("counts by prefecture add up to %d; want 179", sum)
	}
	for code, want := range map[string]int{"200000": 19, "220001": 13, "430005": 12, "010006": 0} {
		if got := ParticipantCounts()[code]; got != want {
			t.Errorf("%s has %d participants; want %d", Label(code), got, want)
		}
	}
	for _, f := range formers() {
		if _, ok := Get(f.successor); !ok {
			t.Errorf("%s is followed by %s, which is missing", f.name, f.successor)
		}
	}
}

func TestTileMap(t *testing.T) {
	if got := len(Prefectures()); got != 47 {
		t.Fatalf("%d prefectures; want 47", got)
	}
	taken := map[[2]int]string{}
	for _, p := range Prefectures() {
		for dx := range p.Span {
			for dy := range p.Span {
				at := [2]int{p.Col + dx, p.Row + dy}
				if taken[at] != "" || at[0] > Columns || at[1] > Rows {
					t.Errorf("%s lies on %v, where %q is", p.Name, at, taken[at])
				}
				taken[at] = p.Name
			}
		}
	}
	for at, want := range map[[2]int]string{{10, 7}: "長野県", {2, 11}: "熊本県", {13, 2}: "北海道", {10, 9}: "静岡県", {1, 13}: "沖縄県"} {
		if taken[at] != want {
			t.Errorf("on %v lies %s; want %s", at, taken[at], want)
		}
	}
}

func TestCompleteCode(t *testing.T) {
	for _, test := range []struct{ name, code, want string }{
		{"検査数字なし", "20215", "202151"},
		{"検査数字ちがい", "202150", "202151"},
		{"先頭の0が落ちた", "72095", "072095"},
		{"先頭の0も検査数字もない", "7209", "072095"},
		{"存在しない", "999999", ""},
		{"数字でない", "２０２１５", ""},
		{"空", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got, _ := CompleteCode(test.code); got != test.want {
				t.Errorf("CompleteCode(%q) = %q; want %q", test.code, got, test.want)
			}
		})
	}
}

func TestNear(t *testing.T) {
	labels := func(all []Neighbor) (names []string) {
		for _, n := range all {
			names = append(names, n.Label())
		}
		return names
	}
	if diff := cmp.Diff([]string{"長野県 朝日村", "長野県 山形村", "長野県 岡谷市"}, labels(Near("202151", 3))); diff != "" {
		t.Error(diff)
	}
	for _, n := range Alike("202151", 20) {
		if n.Code == "202151" || n.Demo || n.Kind == KindPrefecture || n.Kind == KindWard {
			t.Errorf("%s is named as like 塩尻市", n.Label())
		}
		if n.Score < .5 || n.Reason == "" {
			t.Errorf("%s: score %.2f, reason %q", n.Label(), n.Score, n.Reason)
		}
	}
	if got := labels(Alike("990001", 9)); len(got) != 3 {
		t.Errorf("the demo's neighbours are %v; want the other three", got)
	}
	if got := Near("nothing", 3); got != nil {
		t.Errorf("Near of nothing = %v", got)
	}
}

func TestSuggest(t *testing.T) {
	for text, want := range map[string]string{"しおじ": "塩尻市", "茅が崎": "茅ヶ崎市", "shioj": "塩尻市", "ｿｳﾏ": "相馬市"} {
		got := Suggest(text, 8)
		if len(got) == 0 || got[0].Name != want {
			t.Errorf("Suggest(%q) = %v; want %s first", text, got, want)
		}
	}
	if got := Suggest("みどり見本", 8); len(got) != 0 {
		t.Errorf("the demo is suggested: %v", got)
	}
	if got := Suggest("あ", 8); len(got) != 8 {
		t.Errorf("%d suggested; want at most 8", len(got))
	}
}

// The first use reads the table; the program's start must not feel it.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		buildTable()
	}
}

func BenchmarkIndex(b *testing.B) {
	for b.Loop() {
		buildIndex()
	}
}

func BenchmarkAlike(b *testing.B) {
	for b.Loop() {
		Alike("202151", 30)
	}
}
