package query

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       []Word
	}{
		{"全角の空白でも分かれる", "塩尻市　対話", []Word{{Text: "塩尻市"}, {Text: "対話"}}},
		{"引用符の中は一つ", `"議会答弁の準備" 対話`, []Word{{Text: "議会答弁の準備", Phrase: true}, {Text: "対話"}}},
		{"かぎかっこも引用符", "「空き家 バンク」", []Word{{Text: "空き家 バンク", Phrase: true}}},
		{"マイナスは除く", "育成 -人材", []Word{{Text: "育成"}, {Text: "人材", Exclude: true}}},
		{"引用符を除く", `対話 -"一部 会社"`, []Word{{Text: "対話"}, {Text: "一部 会社", Phrase: true, Exclude: true}}},
		{"閉じない引用符は記号", `対話 "研修`, []Word{{Text: "対話"}, {Text: "研修"}}},
		{"語の中のマイナスはそのまま", "e-mail", []Word{{Text: "e-mail"}}},
		{"記号だけなら何もない", "？！ - ・・・ \"\"", nil},
		{"年度", "令和5年度 対話", []Word{{Text: "令和5年度", Year: 2023}, {Text: "対話"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, Parse(test.text).Words); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseHasLimitsAndSaysSo(t *testing.T) {
	q := Parse(strings.Repeat("対話 ", 5000))
	if len(q.Words) != MaxWords || utf8.RuneCountInString(q.Text) > MaxRunes || len(q.Hints) != 2 {
		t.Errorf("%d words, %d runes, hints %q", len(q.Words), utf8.RuneCountInString(q.Text), q.Hints)
	}
	if q := Parse("？？"); len(q.Hints) != 1 {
		t.Errorf("only signs: hints %q", q.Hints)
	}
}

func TestYear(t *testing.T) {
	for word, want := range map[string]int{
		"令和5年度": 2023, "令和元年": 2019, "R5": 2023, "ｒ５": 2023, "平成29年度": 2017, "H29": 2017, "2017年度": 2017, "２０１７": 2017,
		"9期": 2014, "第15期": 2020, "15期生": 2020, "第15回": 2020,
		"第3回": 0, "1on1": 0, "昭和": 0, "1234": 0, "R": 0, "2017年度末": 0, "0期": 0,
	} {
		got, ok := Year(word)
		if got != want || ok != (want != 0) {
			t.Errorf("Year(%q) = %d, %v; want %d", word, got, ok, want)
		}
	}
}

// FuzzParse: never more than the limits, never an empty word, and quickly.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"", `"`, "「", "-", "--a", `-"`, "a\"b\"c", "\x00\xff", strings.Repeat("「", 3000), "対話　-「一 二」 R5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		began := time.Now()
		q := Parse(text)
		if len(q.Words) > MaxWords || utf8.RuneCountInString(q.Text) > MaxRunes || !utf8.ValidString(q.Text) {
			t.Fatalf("out of bounds: %d words of %q", len(q.Words), text)
		}
		for _, w := range q.Words {
			if strings.TrimSpace(w.Text) == "" {
				t.Fatalf("empty word in %q: %+v", text, q.Words)
			}
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Fatalf("took %s", took)
		}
	})
}

// FuzzYear: a year is one that the programme could have.
func FuzzYear(f *testing.F) {
	for _, s := range []string{"令和5年度", "H29", "第99回", "平成99年", "2017"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, word string) {
		if year, ok := Year(word); ok && (year < 1990 || year > 2105) || !ok && year != 0 {
			t.Fatalf("Year(%q) = %d, %v", word, year, ok)
		}
	})
}
