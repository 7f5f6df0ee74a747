package cite

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/cohort"
)

func entry() *archive.View {
	at := time.Date(2020, 2, 29, 16, 0, 0, 0, time.UTC) // 1 March in Japan
	e := &archive.View{TeamName: "チーム絆", Authors: []archive.Author{{Name: "見本 花子"}, {Name: "例示 太郎"}}}
	e.ID, e.Kind, e.Title, e.Municipality, e.Year, e.Course, e.PublishedAt = "01ABCDEFGH", archive.Poster, "100%の{対話}", "990001", 2019, cohort.Regular, &at
	return e
}

var now = time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)

func TestHowAnEntryIsQuoted(t *testing.T) {
	c, ok := Of(entry(), "https://manetomo.example.jp", now)
	if !ok {
		t.Fatal("a published entry has no citation")
	}
	want := "見本 花子・例示 太郎（みどり見本市 チーム絆）. 「100%の{対話}」. 人材マネジメント部会 2019年度 通常部会 ポスター. マネ友, 2020-03-01. " +
		"https://manetomo.example.jp/posters/01ABCDEFGH, （参照 2026-11-22）."
	if d := cmp.Diff(want, c.Japanese()); d != "" {
		t.Error(d)
	}
	for _, part := range []string{"@misc{manetomo01ABCDEFGH,", `author = {{見本 花子} and {例示 太郎}}`, `title = {{100\%の\{対話\}}}`, "year = {2019}"} {
		if !strings.Contains(c.BibTeX(), part) {
			t.Errorf("BibTeX lacks %s:\n%s", part, c.BibTeX())
		}
	}
	lines := strings.Split(c.RIS(), "\r\n")
	if lines[0] != "TY  - GEN" || lines[1] != "AU  - 見本 花子" || lines[len(lines)-2] != "ER  - " {
		t.Errorf("RIS: %q", lines)
	}
	if path, box := c.code(); path == "" || box != "0 0 37 37" {
		t.Errorf("the code is drawn in %s", box)
	}
}

func TestAVisitorsCitationNamesTheTownAlone(t *testing.T) {
	e := entry()
	e.Authors, e.TeamName = nil, ""
	c, _ := Of(e, "https://manetomo.example.jp", now)
	if !strings.HasPrefix(c.Japanese(), "みどり見本市. 「") || !strings.Contains(c.RIS(), "AU  - みどり見本市\r\n") {
		t.Errorf("%s\n%s", c.Japanese(), c.RIS())
	}
}

func TestASampleIsQuotedAsOne(t *testing.T) {
	e := entry()
	e.Title, e.Sample = "窓口", true
	c, _ := Of(e, "https://manetomo.example.jp", now)
	for _, quoted := range []string{c.Japanese(), c.BibTeX(), c.RIS()} {
		if !strings.Contains(quoted, "【見本】窓口") {
			t.Errorf("it does not say that it is a sample: %s", quoted)
		}
	}
}

func TestADraftIsNotQuoted(t *testing.T) {
	e := entry()
	e.PublishedAt = nil
	if _, ok := Of(e, "", now); ok {
		t.Error("a draft has a citation")
	}
}
