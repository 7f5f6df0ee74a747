package bulk

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/internal/text"
	"github.com/manetomo/manetomo/internal/theme"
)

// plan is what a row asks for.
type plan struct {
	kind   archive.Kind
	change archive.Change
	files  []string
	alt    string
	source string // the row's key: the same row twice is one entry
}

var kinds = map[string]archive.Kind{"": archive.Poster, "ポスター": archive.Poster, "poster": archive.Poster, "共同論文": archive.Paper,
	"論文": archive.Paper, "paper": archive.Paper, "資料": archive.Material, "material": archive.Material}

var audiences = map[string]access.Rung{"公開": access.Public, "だれでも": access.Public, "public": access.Public, "会員": access.Members,
	"members": access.Members, "期": access.Cohort, "cohort": access.Cohort}

// read understands a row, or says in Japanese what is wrong with it, all at once.
func (r Row) read(audience access.Rung) (p plan, wrong []string) {
	cell := func(col string) string { return strings.TrimSpace(r.Cells[col]) }
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	var ok bool
	if p.kind, ok = kinds[text.FoldWord(cell(colKind))]; !ok {
		say("種類「%s」はありません。ポスター・共同論文・資料のどれかを書いてください。", cell(colKind))
	}
	title, summary := cell(colTitle), cell(colSummary)
	if title == "" {
		say("題名がありません。")
	}
	m, ask := municipality.Municipality{}, "自治体がありません。"
	if name := cell(colMunicipality); name != "" {
		if m, ok = municipality.Get(name); ok {
			ask = ""
		} else {
			m, ask = municipality.Choose(name)
		}
	}
	if ask != "" {
		wrong = append(wrong, ask)
	}
	year, byEra := cohort.ReadYear(cell(colYear))
	if !byEra && (year < cohort.FirstYear || year > 2100) {
		say("年度「%s」を読めません。2019 か 令和元 のように書いてください。", cell(colYear))
	}
	course, ok := cohort.ReadCourse(cell(colCourse))
	if !ok {
		say("コース「%s」はありません。「通常部会」か「管理職部会」と書いてください。", cell(colCourse))
	}
	if a := cell(colAudience); a != "" {
		if audience, ok = audiences[text.FoldWord(a)]; !ok {
			say("公開範囲「%s」はありません。公開・会員・期のどれかを書いてください。", a)
		}
	}
	themes, unknown := readThemes(cell(colThemes))
	if unknown != "" {
		say("テーマ「%s」はありません。テーマの名前を確かめてください。", unknown)
	}
	p.files = append(p.files, split(cell(colFile))...)
	p.alt = cell(colAlt)
	p.change = archive.Change{Title: &title, Summary: &summary, Municipality: &m.Code, Year: &year, Course: &course,
		Themes: &themes, Audience: &audience, Publish: true}
	key := cell(colKey)
	if key == "" {
		sum := sha256.Sum256([]byte(strings.Join([]string{string(p.kind), m.Code, strconv.Itoa(year), string(course), text.FoldWord(title)}, "\n")))
		key = hex.EncodeToString(sum[:12])
	}
	p.source = Source + key
	return p, wrong
}

// Source is what the source of an imported entry begins with.
const Source = "import:"

// readThemes takes names or ids of themes.
func readThemes(s string) (ids []string, unknown string) {
	ids = []string{}
next:
	for _, name := range split(s) {
		for _, t := range theme.All() {
			if text.FoldWord(t.Name) == text.FoldWord(name) || t.ID == name {
				ids = append(ids, t.ID)
				continue next
			}
		}
		return nil, name
	}
	return ids, ""
}

func split(s string) (list []string) {
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ';' || r == '；' || r == '|' || r == '\n' }) {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}
