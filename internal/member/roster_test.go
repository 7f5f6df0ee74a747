package member_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/member"
	"github.com/manetomo/manetomo/internal/testkit"
)

func testdata(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// answers says what the answer to each kind of error is: its state, and a word of its sentence.
var answers = map[string]struct{ state, word string }{
	"ok":                 {"new", ""},
	"ok_trim":            {"new", ""},
	"duplicate_mail":     {"problem", "2行目と同じ"},
	"unknown_code":       {"problem", "「999999」はありません"},
	"bad_check_digit":    {"problem", "「202151」"},
	"fullwidth_digits":   {"new", "半角に直して"},
	"code_5digits":       {"new", "「202151」"},
	"leading_zero_lost":  {"problem", "072095"},
	"formula":            {"new", "計算式ではなく文字"},
	"bad_mail":           {"problem", "形が正しくありません"},
	"missing_mail":       {"problem", "メールアドレスがありません"},
	"name_code_mismatch": {"problem", "どちらかを直して"},
	"ambiguous_name":     {"problem", "福島県 伊達市"},
	"variant_name":       {"new", "茅ヶ崎市"},
	"kana_katakana":      {"new", "たなか さんぷる"},
	"kana_halfwidth":     {"new", "ふりがなを"},
	"wareki":             {"new", "2023年度"},
	"unknown_course":     {"problem", "コース「特別コース」"},
	"privilege_role":     {"problem", "「管理者」は名簿では付けられません"},
	"newline_in_cell":    {"new", "改行"},
	"markup":             {"problem", "「<」"},
	"extra_column":       {"problem", "列が1個多く"},
	"short_row":          {"problem", "列が足りません"},
	"blank_row":          {"", ""},
	"spaces":             {"new", ""},
	"too_long":           {"problem", "100文字以内"},
}

func TestEveryRecordOfABadRosterIsAnswered(t *testing.T) {
	s := member.New(testkit.SQLite(t))
	r, err := s.PreviewRosterByOperator(t.Context(), testdata(t, "roster-bad.csv"))
	if err != nil {
		t.Fatal(err)
	}
	got := map[int]member.RosterLine{}
	for _, l := range r.Lines {
		got[l.Line] = l
	}
	want, err := csv.NewReader(bytes.NewReader(testdata(t, "roster-bad.expected.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, rec := range want[1:] {
		line, _ := strconv.Atoi(rec[0])
		answer, known := answers[rec[1]]
		l, answered := got[line]
		switch {
		case !known:
			t.Errorf("record %d: no answer is written for %s", line, rec[1])
		case answered != (answer.state != ""):
			t.Errorf("record %d (%s): answered %v", line, rec[1], answered)
		case l.State != answer.state || !strings.Contains(l.Detail, answer.word):
			t.Errorf("record %d (%s): %s %q, want %s with %q", line, rec[1], l.State, l.Detail, answer.state, answer.word)
		}
		t.Logf("%2d %-18s %-8s %s", line, rec[1], l.State, l.Detail)
	}
}

func TestRosterFilesOfAllKinds(t *testing.T) {
	for _, tc := range []struct {
		file         string
		new, problem int
		nameOfFirst  string
	}{
		{"roster.csv", 60, 0, "佐藤 サンプル太郎"},
		{"roster-bad-sjis.csv", 20, 0, "佐藤 サンプル太郎"},
		{"roster-bad-utf16-tab.txt", 10, 0, "佐藤 サンプル太郎"},
		{"roster-bad-columns.csv", 0, 6, ""},
	} {
		t.Run(tc.file, func(t *testing.T) {
			r, err := member.New(testkit.SQLite(t)).PreviewRosterByOperator(t.Context(), testdata(t, tc.file))
			if err != nil {
				t.Fatal(err)
			}
			if r.Count("new") != tc.new || r.Count("problem") != tc.problem || r.Lines[0].Name != tc.nameOfFirst {
				t.Errorf("new %d problem %d first %+v", r.Count("new"), r.Count("problem"), r.Lines[0])
			}
			for _, l := range r.Lines {
				if (l.State == "problem") != (tc.problem > 0) {
					t.Errorf("line %d: %s %s", l.Line, l.State, l.Detail)
				}
			}
		})
	}
}

func TestColumnsMayStandInAnyOrder(t *testing.T) {
	file := "所属\tコース\t 年度 \tE-mail\tお名前\t市区町村名\n総務課\t通常部会\t令和元年度\ta@example.jp\t見本 花子\t塩尻市\n"
	r, err := member.New(testkit.SQLite(t)).PreviewRosterByOperator(t.Context(), []byte(file))
	if err != nil || len(r.Lines) != 1 || r.Lines[0].State != "new" || r.Lines[0].Year != 2019 || r.Lines[0].Municipality != "202151" {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestFilesThatAreNoRosters(t *testing.T) {
	s := member.New(testkit.SQLite(t))
	for name, data := range map[string][]byte{
		"empty": {}, "blank": []byte("\n\n,,\n"), "a picture": []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xfe"),
		"half a UTF-16": {0xff, 0xfe, 0x41}, "NUL": []byte("メールアドレス,氏名\x00"), "too large": bytes.Repeat([]byte("a"), member.MaxRosterBytes+1),
		"too many rows": []byte("メールアドレス,氏名\n" + strings.Repeat("a@example.jp,b\n", 10_001)),
	} {
		if _, err := s.PreviewRosterByOperator(t.Context(), data); err == nil || apperr.Is(err, apperr.Internal) || apperr.From(err).Kind == apperr.Internal {
			t.Errorf("%s: %v", name, err)
		}
	}
	if r, err := s.PreviewRosterByOperator(t.Context(), []byte("\"unclosed\nrow,row\n")); err == nil && r.Count("new") > 0 {
		t.Errorf("unclosed quote: %+v", r)
	}
}

func TestRosterImport(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := member.New(d), t.Context()
		count := func() (n int) {
			if err := d.Read().NewRaw("SELECT count(*) FROM roster_entry").Scan(ctx, &n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		if _, err := s.PreviewRosterByOperator(ctx, testdata(t, "roster.csv")); err != nil || count() != 0 {
			t.Fatalf("a preview wrote %d rows, %v", count(), err)
		}
		r, err := s.ImportRosterByOperator(ctx, testdata(t, "roster.csv"))
		if err != nil || r.Count("new") != 60 || r.Seq == 0 || count() != 60 {
			t.Fatalf("first import: %d rows, %v", count(), err)
		}
		r, err = s.ImportRosterByOperator(ctx, testdata(t, "roster.csv"))
		if err != nil || r.Count("same") != 60 || r.Seq != 0 || count() != 60 {
			t.Fatalf("second import: %d same, %v", r.Count("same"), err)
		}
		moved := strings.Replace(string(testdata(t, "roster.csv")), "2023-相馬市-A,マネ友,総務課", "2023-相馬市-B,マネ友,総務課", 1)
		r, err = s.PreviewRosterByOperator(ctx, []byte(moved))
		if err != nil || r.Count("changed") != 1 || !strings.Contains(r.Lines[0].Detail, "チームが「2023-相馬市-A」から「2023-相馬市-B」に変わります") {
			t.Errorf("change: %+v, %v", r.Lines[0], err)
		}
		r, err = s.ImportRosterByOperator(ctx, testdata(t, "roster-bad.csv"))
		if err != nil || r.Count("problem") != 14 || r.Count("new")+r.Count("changed")+r.Count("same") != 13 || r.Seq == 0 {
			t.Errorf("rows beside problems are taken: %d problems, %v", r.Count("problem"), err)
		}
	})
}

func TestATrustedAddressOnTheRosterAdmits(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := member.New(d), t.Context()
		if _, err := s.ImportRosterByOperator(ctx, testdata(t, "roster.csv")); err != nil {
			t.Fatal(err)
		}
		id := member.Identity{Provider: "office", Subject: "1", Email: "SATO.Taro01@example.jp", Name: "taro"}
		e, err := s.Enter(ctx, id, member.Way{})
		if err != nil || e.Admitted {
			t.Fatalf("an address that nobody vouches for: %+v, %v", e, err)
		}
		id.Trusted = true
		if e, err = s.Enter(ctx, id, member.Way{}); err != nil || !e.Admitted || e.New {
			t.Fatalf("a trusted address: %+v, %v", e, err)
		}
		v, err := s.Viewer(ctx, e.Person)
		if err != nil || !v.Member || v.Name != "佐藤 サンプル太郎" || v.Municipality != "072095" || fmt.Sprint(v.Cohorts) != "[2023-regular]" || len(v.Teams) != 1 {
			t.Errorf("viewer %+v, %v", v, err)
		}
		// Another account with the same address does not get in: the row is claimed.
		other := member.Identity{Provider: "office2", Subject: "9", Email: "sato.taro01@example.jp", Trusted: true}
		if o, err := s.Enter(ctx, other, member.Way{}); err != nil || o.Admitted || o.Person == e.Person {
			t.Errorf("a second account with the address: %+v, %v", o, err)
		}
		// A row that comes later joins who claimed the address, if the name agrees.
		more := "メールアドレス,氏名,自治体コード,年度,コース\nsato.taro01@example.jp,佐藤　サンプル太郎,072095,2024,管理職部会\n"
		if _, err := s.ImportRosterByOperator(ctx, []byte(more)); err != nil {
			t.Fatal(err)
		}
		stranger := strings.NewReplacer("佐藤　サンプル太郎", "別人 サンプル花子", "2024", "2025").Replace(more)
		if _, err := s.ImportRosterByOperator(ctx, []byte(stranger)); err != nil {
			t.Fatal(err)
		}
		if v, err = s.Viewer(ctx, e.Person); err != nil || len(v.Cohorts) != 2 {
			t.Errorf("after later rows: %v, %v", v.Cohorts, err)
		}
		// A change of team moves the one who claimed the row.
		moved := strings.Replace(string(testdata(t, "roster.csv")), "2023-相馬市-A,マネ友,総務課", "2023-相馬市-B,マネ友,総務課", 1)
		before := v.Teams
		if _, err := s.ImportRosterByOperator(ctx, []byte(moved)); err != nil {
			t.Fatal(err)
		}
		if v, err = s.Viewer(ctx, e.Person); err != nil || len(v.Teams) != 2 || fmt.Sprint(v.Teams) == fmt.Sprint(before) {
			t.Errorf("teams after the move: %v (before %v), %v", v.Teams, before, err)
		}
	})
}

func TestOnlyTheSecretariatTouchesTheRoster(t *testing.T) {
	s := member.New(testkit.SQLite(t))
	for name, v := range map[string]access.Viewer{
		"visitor": {}, "member": {Person: "p", Member: true}, "moderator": {Person: "p", Member: true, Moderator: true},
		"read-only token": {Person: "p", Member: true, Secretariat: true, ReadOnly: true},
	} {
		if _, err := s.ImportRoster(t.Context(), v, testdata(t, "roster.csv")); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := s.PreviewRoster(t.Context(), v, testdata(t, "roster.csv")); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("%s previews: %v", name, err)
		}
	}
}
