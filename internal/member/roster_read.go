package member

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/text"
)

// Limits of a roster file.
const (
	MaxRosterBytes = 5 << 20
	maxRosterRows  = 10_000
)

// column is what a column of a roster means.
type column int

const (
	colEmail column = iota
	colName
	colKana
	colCode
	colMunicipality
	colYear
	colCourse
	colTeam
	colRole
	colSection
	columns
)

// columnNames are the names that the product uses, and those that offices use, folded by foldHeading.
var columnNames = [columns][]string{
	colEmail:        {"メールアドレス", "メール", "eメール", "email", "e-mail", "mail", "メールアドレス(必須)", "アドレス"},
	colName:         {"氏名", "名前", "お名前", "name", "参加者名", "氏名(漢字)"},
	colKana:         {"ふりがな", "フリガナ", "氏名(かな)", "氏名(カナ)", "かな", "カナ", "kana", "よみ", "よみがな"},
	colCode:         {"自治体コード", "団体コード", "全国地方公共団体コード", "市区町村コード", "コード", "code"},
	colMunicipality: {"自治体名", "自治体", "市区町村", "市区町村名", "団体名", "派遣元", "municipality"},
	colYear:         {"年度", "参加年度", "受講年度", "year"},
	colCourse:       {"コース", "部会", "コース名", "course"},
	colTeam:         {"チーム", "チーム名", "班", "team"},
	colRole:         {"役割", "立場", "role"},
	colSection:      {"所属", "所属名", "部署", "課名", "部署名", "section"},
}

// record is one row of the file, with the row number that a spreadsheet shows for it.
type record struct {
	line  int
	cells []string
}

// table is a roster file as it was read.
type table struct {
	at      [columns]int // place of each column, -1 when it is missing
	width   int
	heading []string
	records []record
}

func (t *table) cell(r record, c column) string {
	if i := t.at[c]; i >= 0 && i < len(r.cells) {
		return r.cells[i]
	}
	return ""
}

// missing lists the columns that a roster cannot do without.
func (t *table) missing() []string {
	var names []string
	for _, c := range []column{colEmail, colName, colYear, colCourse} {
		if t.at[c] < 0 {
			names = append(names, columnNames[c][0])
		}
	}
	if t.at[colCode] < 0 && t.at[colMunicipality] < 0 {
		names = append(names, columnNames[colMunicipality][0])
	}
	return names
}

// readRoster takes a file as spreadsheets save it: UTF-8 with or without a mark, UTF-16 with one, or Shift_JIS; commas
// or tabs; columns in any order under any usual name.
func readRoster(data []byte) (*table, error) {
	if len(data) > MaxRosterBytes {
		return nil, apperr.New(apperr.TooLarge, fmt.Sprintf("名簿のファイルが大きすぎます。%dMBまでにしてください。年度ごとに分けると小さくなります。", MaxRosterBytes>>20))
	}
	content, err := decodeRoster(data)
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(strings.NewReader(content))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	first, _, _ := strings.Cut(content, "\n")
	if strings.Count(first, "\t") > strings.Count(first, ",") {
		r.Comma = '\t'
	}
	t := new(table)
	breaks := 0 // line ends within cells: a spreadsheet counts rows, not lines
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, apperr.At("file", "名簿のファイルを最後まで読めませんでした。表計算ソフトで「CSV UTF-8」として保存し直してください。")
		}
		line, _ := r.FieldPos(0)
		rec := record{line - breaks, cells}
		for _, c := range cells {
			breaks += strings.Count(c, "\n")
		}
		switch {
		case blank(cells):
		case t.heading == nil:
			t.head(rec.cells)
		case len(t.records) >= maxRosterRows:
			return nil, apperr.New(apperr.TooLarge, fmt.Sprintf("名簿は一度に%d行までです。年度ごとに分けて取りこんでください。", maxRosterRows))
		default:
			t.records = append(t.records, rec)
		}
	}
	if t.heading == nil {
		return nil, apperr.At("file", "名簿のファイルに何も書かれていません。1行目に見出し、2行目から1人ずつ書いてください。")
	}
	return t, nil
}

func (t *table) head(cells []string) {
	t.heading, t.width = cells, len(cells)
	for c := range columns {
		t.at[c] = -1
	}
	for i, cell := range cells {
		for c := range columns {
			for _, name := range columnNames[c] {
				if t.at[c] < 0 && foldHeading(cell) == foldHeading(name) {
					t.at[c] = i
				}
			}
		}
	}
}

func foldHeading(s string) string {
	return strings.ToLower(strings.Join(strings.Fields(norm.NFKC.String(s)), ""))
}

func blank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

func decodeRoster(data []byte) (string, error) {
	decoded, err := text.Decode(data)
	if err != nil {
		return "", apperr.At("file", "名簿の文字を読み取れませんでした。表計算ソフトで「CSV UTF-8」として保存し直してください。")
	}
	return decoded, nil
}
