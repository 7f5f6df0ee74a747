package bulk

import (
	"errors"
	"fmt"
	"strings"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/text"
)

// Limits of a list.
const (
	MaxBytes = 10 << 20
	maxRows  = 10_000
)

// The columns of a list, as they are kept with a row.
const (
	colKind         = "kind"
	colTitle        = "title"
	colMunicipality = "municipality"
	colYear         = "year"
	colCourse       = "course"
	colFile         = "file"
	colSummary      = "summary"
	colThemes       = "themes"
	colAudience     = "audience"
	colKey          = "key"
	colAlt          = "alt"
)

// headings are the names that a column may have, folded by text.FoldWord. Columns stand in any order; others are left alone.
var headings = map[string][]string{
	colKind:         {"種類", "区分", "kind"},
	colTitle:        {"題名", "タイトル", "表題", "title"},
	colMunicipality: {"自治体", "自治体名", "市区町村", "団体名", "派遣元", "自治体コード", "municipality"},
	colYear:         {"年度", "参加年度", "year"},
	colCourse:       {"コース", "部会", "course"},
	colFile:         {"ファイル", "ファイル名", "file", "files"},
	colSummary:      {"ひとことで", "概要", "要約", "summary"},
	colThemes:       {"テーマ", "theme", "themes"},
	colAudience:     {"公開範囲", "audience"},
	colKey:          {"整理番号", "番号", "key", "id"},
	colAlt:          {"画像の説明", "ことばでの説明", "説明", "alt"},
}

// Row is one line of a list.
type Row struct {
	Line  int // as a spreadsheet counts it
	Cells map[string]string
}

// Read reads a list as spreadsheets save it: CSV or tabs, in the usual encodings, with a line of headings.
func Read(data []byte) ([]Row, error) {
	if len(data) > MaxBytes {
		return nil, apperr.At("list", fmt.Sprintf("一覧のファイルが大きすぎます。%dMBまでにしてください。年度ごとに分けると小さくなります。", MaxBytes>>20))
	}
	lines, err := text.ReadTable(data, maxRows)
	switch {
	case errors.Is(err, text.ErrEncoding):
		return nil, apperr.At("list", "一覧の文字を読み取れませんでした。表計算ソフトで「CSV UTF-8」として保存し直してください。")
	case errors.Is(err, text.ErrTooLong):
		return nil, apperr.At("list", fmt.Sprintf("一覧は一度に%d行までです。年度ごとに分けて取りこんでください。", maxRows))
	case err != nil:
		return nil, apperr.At("list", "一覧を最後まで読めませんでした。表計算ソフトで「CSV UTF-8」として保存し直してください。")
	}
	var at map[string]int
	if len(lines) > 0 {
		if at, err = columns(lines[0].Cells); err != nil {
			return nil, err
		}
	}
	if len(lines) < 2 {
		return nil, apperr.At("list", "一覧に取りこむ行がありません。1行目に見出し、2行目から1件ずつ書いてください。")
	}
	rows := make([]Row, 0, len(lines)-1)
	for _, l := range lines[1:] {
		rows = append(rows, Row{l.Number, pick(l.Cells, at)})
	}
	return rows, nil
}

func columns(heads []string) (map[string]int, error) {
	at := map[string]int{}
	for i, h := range heads {
		for col, names := range headings {
			for _, n := range names {
				if _, have := at[col]; !have && text.FoldWord(h) == text.FoldWord(n) {
					at[col] = i
				}
			}
		}
	}
	var missing []string
	for _, col := range []string{colTitle, colMunicipality, colYear, colCourse} {
		if _, ok := at[col]; !ok {
			missing = append(missing, "「"+headings[col][0]+"」")
		}
	}
	if len(missing) > 0 {
		return nil, apperr.At("list", "一覧に"+strings.Join(missing, "")+"の列がありません。1行目の見出しを確かめてください。")
	}
	return at, nil
}

func pick(cells []string, at map[string]int) map[string]string {
	out := map[string]string{}
	for col, i := range at {
		if i < len(cells) && strings.TrimSpace(cells[i]) != "" {
			out[col] = strings.TrimSpace(cells[i])
		}
	}
	return out
}
