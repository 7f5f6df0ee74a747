package search_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/search"
)

var public = access.Audience{Rung: access.Public}

// report is a document with one section for everybody, besides which tests put others.
func report(id, title, text string, more ...search.Section) search.Document {
	return search.Document{ID: id, Kind: "report", URL: "/reports/" + id, Title: title, Audience: public, At: time.Unix(0, 0),
		Sections: append([]search.Section{{Key: "practice", Label: "取り組み", Text: text, Audience: public}}, more...)}
}

func index(t testing.TB, docs ...search.Document) *search.Index {
	t.Helper()
	x, err := search.Open(t.TempDir(), search.Options{Vocabulary: search.DefaultVocabulary(), Resolve: search.ResolvePlaces})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	if err := x.Rebuild(t.Context(), search.Fixed(docs)); err != nil {
		t.Fatal(err)
	}
	return x
}

func ask(t testing.TB, x *search.Index, v access.Viewer, req search.Request) search.Result {
	t.Helper()
	r, err := x.Search(t.Context(), v, req)
	if err != nil {
		t.Fatalf("Search(%.60q): %v", req.Text, err)
	}
	return r
}

func ids(r search.Result) string {
	var out []string
	for _, h := range r.Hits {
		out = append(out, h.ID)
	}
	return strings.Join(out, " ")
}

func TestWordsAreFoundAsPeopleWriteThem(t *testing.T) {
	docs := []search.Document{
		report("meeting", "1on1ミーティングを広げる", "上司と部下が向き合う。残業を減らした。"),
		report("kyoto", "京都の町家", "京都で学んだ。"),
		report("tokyo", "東京都の研修", "東京都庁を訪ねた。"),
		report("gomi", "ごみの分別", "サーバーを更新した。澤田課長の話。"),
		report("ikukyu", "育児休業を当たり前に", "避難所の運営も考えた。"),
	}
	shiojiri := report("shiojiri", "窓口を変える", "待ち時間が短くなった。")
	shiojiri.Municipality, shiojiri.MunicipalityName, shiojiri.MunicipalityKana = "202151", "塩尻市", "しおじりし"
	shiojiri.Prefecture, shiojiri.Year = "長野県", 2023
	x := index(t, append(docs, shiojiri)...)
	for _, test := range []struct{ name, query, first string }{
		{"全角", "１ＯＮ１", "meeting"}, {"活用", "残業が減る", "meeting"}, {"半角カナ", "ｻｰﾊﾞ", "gomi"}, {"かなの違い", "ゴミ", "gomi"},
		{"新字", "沢田課長", "gomi"}, {"近いことば", "育休", "ikukyu"}, {"読み", "ひなんじょ", "ikukyu"}, {"自治体の漢字", "塩尻市", "shiojiri"},
		{"自治体のかな", "しおじり", "shiojiri"}, {"自治体のローマ字", "shiojiri", "shiojiri"}, {"都道府県", "長野県 窓口", "shiojiri"},
		{"元号", "令和5年度 窓口", "shiojiri"}, {"語の一部", "別", "gomi"}, {"引用", `"上司と部下"`, "meeting"}, {"京都は東京都ではない", "京都", "kyoto"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := ask(t, x, access.Viewer{}, search.Request{Text: test.query})
			if len(r.Hits) == 0 || r.Hits[0].ID != test.first {
				t.Errorf("%s found [%s]; want %s first", test.query, ids(r), test.first)
			}
		})
	}
	if r := ask(t, x, access.Viewer{}, search.Request{Text: "研修 -東京都"}); strings.Contains(ids(r), "tokyo") {
		t.Errorf("excluded word found: %s", ids(r))
	}
}

// Every word below stands on one rung only; each viewer must find exactly what they may read, by any stage.
func TestNoWordOfARungAboveMatchesCountsShowsOrIsSuggested(t *testing.T) {
	in := func(rung access.Rung, text string) search.Section {
		return search.Section{Key: "outcome", Label: "成果・変化", Text: text,
			Audience: access.Audience{Rung: rung, Cohort: "c1", Team: "t1"}}
	}
	secret := report("secret", "窓口の改善", "誰でも読める蜜柑の話。", in(access.Members, "会員だけの林檎の話。"), in(access.Cohort, "期だけの葡萄の話。"),
		in(access.Team, "班だけの西瓜の話。"), in(access.Staff, "運営だけの胡桃の話。"))
	hidden := report("hidden", "枇杷の報告", "枇杷")
	hidden.Audience = access.Audience{Rung: access.Cohort, Cohort: "c1"}
	hidden.Sections[0].Audience = hidden.Audience
	x := index(t, secret, hidden)
	words := []string{"蜜柑", "林檎", "葡萄", "西瓜", "胡桃", "枇杷"}
	for _, test := range []struct {
		name   string
		viewer access.Viewer
		reads  string
	}{
		{"だれでも", access.Viewer{}, "蜜柑"},
		{"会員", access.Viewer{Person: "a", Member: true}, "蜜柑 林檎"},
		{"ほかの期の会員", access.Viewer{Person: "a", Member: true, Cohorts: []string{"c2"}, Teams: []string{"t2"}}, "蜜柑 林檎"},
		{"同じ期", access.Viewer{Person: "a", Member: true, Cohorts: []string{"c1"}}, "蜜柑 林檎 葡萄 枇杷"},
		{"同じチーム", access.Viewer{Person: "a", Member: true, Cohorts: []string{"c1"}, Teams: []string{"t1"}}, "蜜柑 林檎 葡萄 西瓜 枇杷"},
		{"運営", access.Viewer{Person: "a", Member: true, Moderator: true}, "蜜柑 林檎 胡桃"},
		{"事務局", access.Viewer{Person: "a", Member: true, Moderator: true, Secretariat: true}, "蜜柑 林檎 葡萄 西瓜 胡桃 枇杷"},
		{"会員でない人の期は効かない", access.Viewer{Person: "a", Cohorts: []string{"c1"}, Teams: []string{"t1"}}, "蜜柑"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, word := range words {
				reads := strings.Contains(test.reads, word)
				for _, query := range []string{word, `"` + word + `"`, "窓口を変える" + word + "という話をした話"} {
					r := ask(t, x, test.viewer, search.Request{Text: query})
					if query != words[0] && len(query) < 20 && (r.Total > 0) != reads {
						t.Errorf("%s found %d; may read: %v", query, r.Total, reads)
					}
					checkNothingOf(t, r, words, test.reads)
				}
			}
			r := ask(t, x, test.viewer, search.Request{})
			if reads := strings.Contains(test.reads, "枇杷"); (r.Total == 2) != reads {
				t.Errorf("browsing counts %d; may read the hidden one: %v", r.Total, reads)
			}
			checkNothingOf(t, r, words, test.reads)
			if got := x.Suggest(test.viewer, "枇杷", 8); (len(got) > 0) != strings.Contains(test.reads, "枇杷") {
				t.Errorf("suggested %v", got)
			}
		})
	}
}

// checkNothingOf looks for words that may not be read anywhere in a result.
func checkNothingOf(t *testing.T, r search.Result, words []string, reads string) {
	t.Helper()
	for _, h := range r.Hits {
		all := h.Title + h.TitleHTML
		for _, s := range h.Snippets {
			all += s.HTML
		}
		for _, s := range h.Sections {
			all += s.Text
		}
		for _, word := range words {
			if !strings.Contains(reads, word) && strings.Contains(all, word) {
				t.Errorf("%s shows in %q", word, all)
			}
		}
	}
}

func TestFacetsCountWhatTheirOwnFilterHides(t *testing.T) {
	a, b, c := report("a", "対話", "対話"), report("b", "対話", "対話"), report("c", "対話", "対話")
	a.Prefecture, b.Prefecture, c.Prefecture = "長野県", "山形県", "山形県"
	a.Year, b.Year, c.Year = 2019, 2019, 2020
	c.Kind = "poster"
	x := index(t, a, b, c)
	r := ask(t, x, access.Viewer{}, search.Request{Text: "対話", Filters: map[string][]string{"prefecture": {"長野県"}}})
	if r.Total != 1 || ids(r) != "a" {
		t.Fatalf("found %d [%s]", r.Total, ids(r))
	}
	for facet, want := range map[string]string{"prefecture": "山形県=2 長野県=1*", "year": "2019=1", "kind": "report=1"} {
		if got := counts(r, facet); got != want {
			t.Errorf("%s: %s; want %s", facet, got, want)
		}
	}
	r = ask(t, x, access.Viewer{}, search.Request{Text: "対話", Filters: map[string][]string{"prefecture": {"長野県"}, "year": {"2020"}}})
	if r.Total != 0 || len(r.Dropped) != 2 {
		t.Errorf("found %d, dropped %+v; want what each filter hides", r.Total, r.Dropped)
	}
	r = ask(t, x, access.Viewer{}, search.Request{Filters: map[string][]string{"prefecture": {"長野県", "山形県"}, "kind": {"poster"}}})
	if ids(r) != "c" {
		t.Errorf("found [%s]; want several values to mean or, several facets and", ids(r))
	}
}

func counts(r search.Result, facet string) string {
	var out []string
	for _, f := range r.Facets {
		if f.Name == facet {
			for _, v := range f.Values {
				on := ""
				if v.On {
					on = "*"
				}
				out = append(out, v.Value+"="+string(rune('0'+v.Count))+on)
			}
		}
	}
	return strings.Join(out, " ")
}

func TestMarksFallOnTheLettersThatMatched(t *testing.T) {
	x := index(t, report("a", "「ＤＸ」で<窓口>を", "課の髙橋さんは、待ち時間を減らした。"))
	for _, test := range []struct{ query, title, text string }{
		{"dx", "「<mark>ＤＸ</mark>」で&lt;窓口&gt;を", "課の髙橋さんは、待ち時間を減らした。"},
		{"高橋", "「ＤＸ」で&lt;窓口&gt;を", "課の<mark>髙橋</mark>さんは、待ち時間を減らした。"},
		{"減らす", "「ＤＸ」で&lt;窓口&gt;を", "課の髙橋さんは、待ち時間を<mark>減らし</mark>た。"},
		{"まちじかん", "「ＤＸ」で&lt;窓口&gt;を", "課の髙橋さんは、<mark>待ち時間</mark>を減らした。"},
	} {
		r := ask(t, x, access.Viewer{}, search.Request{Text: test.query})
		if len(r.Hits) != 1 || len(r.Hits[0].Snippets) != 1 {
			t.Errorf("%s found %d", test.query, r.Total)
			continue
		}
		if h := r.Hits[0]; h.TitleHTML != test.title || h.Snippets[0].HTML != test.text || h.Snippets[0].Label != "取り組み" {
			t.Errorf("%s: %s / %s", test.query, h.TitleHTML, h.Snippets[0].HTML)
		}
	}
}

// FuzzMarks: whatever the text and the query, taking the marks off gives the text again.
func FuzzMarks(f *testing.F) {
	x := index(f, report("a", "はじめ", "はじめ"))
	for _, s := range [][2]string{{"課の髙橋さん", "高橋"}, {"ﾃﾞｼﾞﾀﾙ化", "デジタル"}, {"佐々木", "佐佐木"}, {"<b>&amp;", "b"}, {"\u202eab", "ab"}, {"e\u0301a", "é"}} {
		f.Add(s[0], s[1])
	}
	plain := strings.NewReplacer("<mark>", "", "</mark>", "", "&lt;", "<", "&gt;", ">", "&#34;", `"`, "&#39;", "'", "&amp;", "&")
	f.Fuzz(func(t *testing.T, text, query string) {
		text = strings.ToValidUTF8(text, "")
		if len(text) > 200 {
			text = strings.ToValidUTF8(text[:200], "")
		}
		if err := x.Apply(t.Context(), []search.Document{report("a", text, "x")}, nil, 1); err != nil {
			t.Fatal(err)
		}
		for _, h := range ask(t, x, access.Viewer{}, search.Request{Text: query}).Hits {
			if got := plain.Replace(h.TitleHTML); got != text {
				t.Fatalf("%q marked for %q reads %q", text, query, got)
			}
		}
	})
}

func TestNothingThatIsTypedMakesAnErrorOrALongWait(t *testing.T) {
	x := index(t, report("a", "対話で変える", "窓口の対話"), report("b", "研修", "人材育成"))
	many := make([]string, 5000)
	for i := range many {
		many[i] = strings.Repeat("県", 1+i%7)
	}
	for name, req := range map[string]search.Request{
		"100kB":        {Text: strings.Repeat("対話と研修を", 6000)},
		"100kB of one": {Text: strings.Repeat("あ", 35000)},
		"64 words":     {Text: strings.Repeat("対話 人材 育成 窓口 ", 500)},
		"signs":        {Text: "？！（）「」…・"}, "quotes": {Text: `"""「「「`}, "minus": {Text: "-対話"}, "stars": {Text: "*話 ?? ~2 ^9"},
		"control": {Text: "\x00対\x01話\x7f"}, "zero width": {Text: "対\u200b話\u200d"}, "ivs": {Text: "葛\U000E0100飾"}, "surrogate": {Text: "𠮷野 𩸽"},
		"rtl": {Text: "\u202e話対"}, "invalid": {Text: "\xff\xfe対話"}, "one letter": {Text: "話"}, "romaji": {Text: strings.Repeat("ka", 1000)},
		"kana":   {Text: strings.Repeat("たいわ", 600)},
		"filter": {Text: "対話", Filters: map[string][]string{"prefecture": many, "theme": many, "year": {"x"}, "nosuch": {"y"}}},
		"page":   {Text: "対話", Page: 1_000_000_000, Per: 1_000_000}, "negative": {Text: "対話", Page: -5, Per: -1, Sort: "nosuch"},
	} {
		t.Run(name, func(t *testing.T) {
			ask(t, x, access.Viewer{Person: "a", Member: true, Cohorts: many[:50]}, req)
			x.Suggest(access.Viewer{}, req.Text, 8)
			x.Near(req.Text)
		})
	}
}

func TestAPageWithoutABlankIsSearchedByItsBeginningAndSaysSo(t *testing.T) {
	x := index(t, report("a", "対話で変える", "窓口の対話"), report("b", "研修", "人材育成"))
	r := ask(t, x, access.Viewer{}, search.Request{Text: "対話" + strings.Repeat("と研修や人材", 100)})
	if len(r.Hits) == 0 || len(r.Hints) != 1 {
		t.Errorf("found [%s] with hints %q; want something, and that the rest was left out", ids(r), r.Hints)
	}
	if r := ask(t, x, access.Viewer{}, search.Request{Text: "窓口の対話と研修"}); len(r.Hints) != 0 {
		t.Errorf("a short question has hints %q", r.Hints)
	}
}

func TestDamagedIndexIsMovedAwayAndBuiltAnew(t *testing.T) {
	dir := t.TempDir()
	docs := search.Fixed{report("a", "対話", "対話")}
	open := func() *search.Index {
		x, err := search.Open(dir, search.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { x.Close() })
		return x
	}
	x := open()
	if err := x.Rebuild(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	x.Close()
	for name, damage := range map[string]func(generation string) error{
		"names file overwritten": func(g string) error { return os.WriteFile(filepath.Join(g, "store", "root.bolt"), []byte("x"), 0o600) },
		"meta deleted":           func(g string) error { return os.Remove(filepath.Join(g, "index_meta.json")) },
		"everything deleted":     func(g string) error { return os.RemoveAll(g) },
		"segments emptied": func(g string) error {
			files, err := filepath.Glob(filepath.Join(g, "store", "*.zap"))
			for _, f := range files {
				err = os.Truncate(f, 10)
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			if err := damage(filepath.Join(dir, search.Current(dir))); err != nil {
				t.Fatal(err)
			}
			x := open()
			if r := ask(t, x, access.Viewer{}, search.Request{Text: "対話"}); !r.Preparing {
				t.Fatalf("a damaged index answered %+v", r)
			}
			if !x.Stale("") {
				t.Fatal("a damaged index is not stale")
			}
			if err := x.Rebuild(t.Context(), docs); err != nil {
				t.Fatal(err)
			}
			if r := ask(t, x, access.Viewer{}, search.Request{Text: "対話"}); ids(r) != "a" {
				t.Fatalf("after building anew found [%s]", ids(r))
			}
			x.Close()
		})
	}
}

func TestSuggestionsFollowChanges(t *testing.T) {
	x := index(t, report("a", "枇杷の研修", "x"))
	texts := func() []string {
		var out []string
		for _, s := range x.Suggest(access.Viewer{}, "びわ", 8) {
			out = append(out, s.Text)
		}
		for _, s := range x.Suggest(access.Viewer{}, "枇杷", 8) {
			out = append(out, s.Text)
		}
		return out
	}
	if err := x.Apply(t.Context(), []search.Document{report("a", "枇杷の会議", "x"), report("b", "朝の枇杷", "x")}, nil, 1); err != nil {
		t.Fatal(err)
	}
	got := texts()
	if !slices.Contains(got, "枇杷の会議") || !slices.Contains(got, "朝の枇杷") || slices.Contains(got, "枇杷の研修") {
		t.Errorf("after a change: %v", got)
	}
	if err := x.Apply(t.Context(), nil, []string{"a", "b"}, 2); err != nil {
		t.Fatal(err)
	}
	if got := texts(); len(got) > 0 {
		t.Errorf("after deleting: %v", got)
	}
}

// An index built anew counts its segments from the start; nothing known of the old one's may be taken for its own.
func TestAfterBuildingAnewNothingIsKnownByTheOldIndex(t *testing.T) {
	x := index(t, report("a", "対話の会", "x"), report("b", "対話の場", "x"))
	ask(t, x, access.Viewer{}, search.Request{Text: "対話"})
	hidden := report("c", "対話の席", "x")
	hidden.Audience = access.Audience{Rung: access.Members}
	if err := x.Rebuild(t.Context(), search.Fixed{hidden, report("d", "対話の輪", "x"), report("e", "対話の時", "x")}); err != nil {
		t.Fatal(err)
	}
	if r := ask(t, x, access.Viewer{}, search.Request{Text: "対話"}); r.Total != 2 || strings.Contains(ids(r), "c") {
		t.Errorf("a visitor found [%s]; want what is public of the new index", ids(r))
	}
}
