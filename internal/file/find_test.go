package file

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/manetomo/manetomo/internal/file/pdfium"
)

func TestFind(t *testing.T) {
	page := Page{Number: 1, Words: []pdfium.Word{
		{Text: "対話が", Box: [4]int{800, 40, 60, 300}}, // down a column
		{Text: "まちの", Box: [4]int{740, 40, 60, 300}},
		{Text: "対話する", Box: [4]int{100, 100, 80, 20}},
		{Text: "文化", Box: [4]int{180, 100, 40, 20}},
		{Text: "ＡＢＣ㈱", Box: [4]int{100, 200, 40, 10}},
	}}
	for _, test := range []struct {
		rule, query string
		want        []Hit
	}{
		{"縦と横の両方で見つかる", "対話", []Hit{
			{1, [][4]int{{800, 40, 60, 200}}, "", "対話", "がまちの対話する文化ＡＢ"},
			{1, [][4]int{{100, 100, 40, 20}}, "対話がまちの", "対話", "する文化ＡＢＣ㈱"},
		}},
		{"語をまたいでつながる", "「対話する文化」", []Hit{{1, [][4]int{{100, 100, 120, 20}}, "対話がまちの", "対話する文化", "ＡＢＣ㈱"}}},
		{"列をまたぐと枠は二つ", "がまち", []Hit{{1, [][4]int{{800, 240, 60, 100}, {740, 40, 60, 200}}, "対話", "がまち", "の対話する文化ＡＢＣ㈱"}}},
		{"全角も半角も同じ", "abc", []Hit{{1, [][4]int{{100, 200, 30, 10}}, "話がまちの対話する文化", "ＡＢＣ", "㈱"}}},
		{"除くことばと項目は探さない", "-対話 municipality:072095", nil},
		{"ない", "議会", nil},
		{"空", "　", nil},
	} {
		got := Find([]Page{page}, test.query)
		for i := range got {
			if len([]rune(got[i].Before)) > 12 || len([]rune(got[i].After)) > 12 {
				t.Errorf("%s: too much around %+v", test.rule, got[i])
			}
		}
		if len(got) != len(test.want) {
			t.Errorf("%s: Find(%q) = %+v, want %+v", test.rule, test.query, got, test.want)
			continue
		}
		for i, want := range test.want {
			if diff := cmp.Diff(want.Boxes, got[i].Boxes); diff != "" || got[i].Text != want.Text {
				t.Errorf("%s: hit %d is %q at %v, want %q at %v", test.rule, i, got[i].Text, got[i].Boxes, want.Text, want.Boxes)
			}
		}
	}
}

func FuzzFind(f *testing.F) {
	f.Add("対話する文化 ABC", "対話 文化")
	f.Fuzz(func(t *testing.T, text, query string) {
		page := Page{Number: 1, Words: []pdfium.Word{{Text: text, Box: [4]int{10, 10, 900, 20}}, {Text: text, Box: [4]int{10, 40, 20, 900}}}}
		for _, h := range Find([]Page{page}, query) {
			for _, b := range h.Boxes {
				if b[0] < 0 || b[1] < 0 || b[2] < 1 || b[3] < 1 || b[0]+b[2] > 1000 || b[1]+b[3] > 1000 {
					t.Errorf("Find(%q) in %q frames %v", query, text, b)
				}
			}
		}
	})
}
