package member

import (
	"errors"
	"fmt"

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

// columnNames are the names that the product uses, and those that offices use, folded by text.FoldWord.
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

// table is a roster file as it was read.
type table struct {
	at      [columns]int // place of each column, -1 when it is missing
	width   int
	heading []string
	records []text.TableRow
}

func (t *table) cell(r text.TableRow, c column) string {
	if i := t.at[c]; i >= 0 && i < len(r.Cells) {
		return r.Cells[i]
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
	lines, err := text.ReadTable(data, maxRosterRows)
	switch {
	case errors.Is(err, text.ErrEncoding):
		return nil, apperr.At("file", "名簿の文字を読み取れませんでした。表計算ソフトで「CSV UTF-8」として保存し直してください。")
	case errors.Is(err, text.ErrTooLong):
		return nil, apperr.New(apperr.TooLarge, fmt.Sprintf("名簿は一度に%d行までです。年度ごとに分けて取りこんでください。", maxRosterRows))
	case err != nil:
		return nil, apperr.At("file", "名簿のファイルを最後まで読めませんでした。表計算ソフトで「CSV UTF-8」として保存し直してください。")
	case len(lines) == 0:
		return nil, apperr.At("file", "名簿のファイルに何も書かれていません。1行目に見出し、2行目から1人ずつ書いてください。")
	}
	t := new(table)
	t.head(lines[0].Cells)
	t.records = lines[1:]
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
				if t.at[c] < 0 && text.FoldWord(cell) == text.FoldWord(name) {
					t.at[c] = i
				}
			}
		}
	}
}
