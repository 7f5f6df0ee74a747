package member

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/internal/text"
)

var address = regexp.MustCompile(`^[A-Za-z0-9._%+/=?^~!#$&*'{|}-]+@([A-Za-z0-9-]+\.)+[A-Za-z0-9-]{2,}$`)

var rosterRoles = map[string]string{
	"研究生": Fellow, "現役": Fellow, "fellow": Fellow,
	"マネ友": Alumnus, "修了生": Alumnus, "alumnus": Alumnus,
	"幹事": Adviser, "幹事団": Adviser, "adviser": Adviser,
	"運営委員": Steward, "steward": Steward,
}

// checking is the look at one record: what stops it, and what was read otherwise than it stands.
type checking struct {
	t        *table
	rec      text.TableRow
	now      time.Time
	row      rosterRow
	problems []string
	remarks  []string
}

func (c *checking) problem(format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, args...))
}

func (c *checking) remark(format string, args ...any) {
	c.remarks = append(c.remarks, fmt.Sprintf(format, args...))
}

func (c *checking) cell(col column) string { return c.t.cell(c.rec, col) }

// check reads one record into a roster row.
func check(t *table, rec text.TableRow, now time.Time) *checking {
	c := &checking{t: t, rec: rec, now: now}
	switch {
	case len(rec.Cells) > t.width && !text.Blank(rec.Cells[t.width:]):
		c.problem("列が%d個多くあります。区切りの「,」が余分に入っていないか確かめてください。", len(rec.Cells)-t.width)
		return c
	case len(rec.Cells) < t.width:
		c.problem("列が足りません。見出しは%d列ですが、この行は%d列です。", t.width, len(rec.Cells))
		return c
	}
	for _, col := range []column{colName, colKana, colTeam, colSection} {
		if strings.ContainsAny(c.cell(col), "<>") {
			c.problem("%sに「<」「>」が入っています。文字だけにしてください。", columnNames[col][0])
			return c
		}
	}
	c.email()
	c.name()
	c.municipality()
	c.year()
	c.courseAndRole()
	c.row.Team = c.line(colTeam, "team", maxTeam)
	c.row.Section = c.line(colSection, "section", maxSection)
	return c
}

func (c *checking) email() {
	s := strings.TrimSpace(norm.NFKC.String(c.cell(colEmail)))
	switch {
	case s == "":
		c.problem("メールアドレスがありません。招待と照合に使うので、書いてください。")
	case len(s) > 254 || !address.MatchString(s):
		c.problem("メールアドレス「%s」の形が正しくありません。例：sample@example.jp", text.Cut(s, 60))
	}
	c.row.Email, c.row.EmailKey = s, text.Key(s)
}

func (c *checking) name() {
	raw := c.cell(colName)
	c.row.Name = c.line(colName, "name", maxName)
	if c.row.Name == "" && len(c.problems) == 0 {
		c.problem("氏名がありません。")
	}
	if strings.Contains(raw, "\n") {
		c.remark("氏名の中の改行は、空白として取りこみます。")
	}
	kana := hiragana(c.line(colKana, "kana", maxName))
	if was := strings.TrimSpace(c.cell(colKana)); kana != was && hiragana(was) != was {
		c.remark("ふりがなを「%s」として取りこみます。", kana)
	}
	c.row.Kana = kana
}

// line reads a text of one line: blanks in order, no control characters, never a formula.
func (c *checking) line(col column, field string, most int) string {
	label := columnNames[col][0]
	s, err := text.OptionalLine(field, label, c.cell(col), most)
	if err != nil {
		c.problem("%s", apperr.From(err).Message)
		return ""
	}
	if s != "" && strings.ContainsRune("=+-@", []rune(s)[0]) {
		c.remark("「%c」で始まる%sは、計算式ではなく文字として取りこみます。", []rune(s)[0], label)
	}
	return strings.Join(strings.FieldsFunc(s, unicode.IsSpace), " ")
}

func (c *checking) municipality() {
	code := strings.TrimSpace(norm.NFKC.String(c.cell(colCode)))
	name := strings.TrimSpace(c.cell(colMunicipality))
	if code == "" {
		c.municipalityByName(name)
		return
	}
	m, ok := municipality.Get(code)
	if !ok {
		full, found := municipality.CompleteCode(code)
		switch {
		case !found:
			c.problem("自治体コード「%s」はありません。6けたのコードを確かめてください。", text.Cut(code, 20))
			return
		case len(code) == 6:
			c.problem("自治体コード「%s」の検査数字（最後の1けた）が違います。%sなら「%s」です。", code, municipality.Label(full), full)
			return
		case full == "0"+code:
			c.remark("自治体コード「%s」は、先頭の0が落ちたものと見て「%s」（%s）と読みました。", code, full, municipality.Label(full))
		default:
			c.remark("自治体コード「%s」に検査数字を補い、「%s」（%s）として取りこみます。", code, full, municipality.Label(full))
		}
		m, _ = municipality.Get(full)
	} else if raw := strings.TrimSpace(c.cell(colCode)); raw != code {
		c.remark("全角の数字を半角に直して取りこみます。")
	}
	c.place(m)
	if r := municipality.Resolve(name); len(r.Found) > 0 && !contains(r.Found, m.Code) {
		c.problem("自治体コード「%s」は%sですが、自治体名は「%s」です。どちらかを直してください。", m.Code, m.Label(), text.Cut(name, 40))
		if len(c.remarks) > 0 {
			c.problems = append(c.remarks[len(c.remarks)-1:], c.problems...)
		}
	}
}

func (c *checking) municipalityByName(name string) {
	r := municipality.Resolve(name)
	m, one := r.One()
	switch {
	case name == "":
		c.problem("自治体の名前かコードを書いてください。")
	case len(r.Found) == 0:
		c.problem("自治体名「%s」が見つかりません。正式な名前か、6けたのコードを書いてください。", text.Cut(name, 40))
	case !one:
		var labels []string
		for _, m := range r.Found {
			labels = append(labels, m.Label()+"（"+m.Code+"）")
		}
		c.problem("「%s」は%sのどれかわかりません。自治体コードを書いてください。", name, strings.Join(labels, "・"))
	default:
		if m.Name != name {
			c.remark("「%s」を%sとして取りこみます。", name, m.Label())
		}
		c.place(m)
	}
}

func (c *checking) place(m municipality.Municipality) {
	if m.Kind == municipality.KindWard {
		c.problem("%sは行政区です。市の名前とコードを書いてください。", m.Name)
	}
	c.row.Municipality = m.Code
}

func contains(list []municipality.Municipality, code string) bool {
	for _, m := range list {
		if m.Code == code {
			return true
		}
	}
	return false
}

func (c *checking) year() {
	raw := strings.TrimSpace(c.cell(colYear))
	var byEra bool
	if c.row.Year, byEra = cohort.ReadYear(raw); byEra {
		c.remark("「%s」を%d年度として取りこみます。", raw, c.row.Year)
	}
	if err := checkYear(c.row.Year, c.now); err != nil {
		c.problem("%s", apperr.From(err).Message)
	}
}

func (c *checking) courseAndRole() {
	course := c.cell(colCourse)
	var ok bool
	if c.row.Course, ok = cohort.ReadCourse(course); !ok {
		c.problem("コース「%s」はありません。「通常部会」か「管理職部会」と書いてください。", text.Cut(strings.TrimSpace(course), 40))
	}
	role := text.FoldWord(c.cell(colRole))
	if role == RoleName(Secretariat) || role == RoleName(Moderator) { // true of them, but a file gives no rights
		c.remark("役割「%s」は名簿では付きません。参加者として取りこみます。役割は「役割」のページで付けてください。", role)
		role = ""
	}
	if role == "" {
		c.row.Role = Alumnus
		if c.row.Year >= cohort.FiscalYear(c.now) {
			c.row.Role = Fellow
		}
		return
	}
	if c.row.Role, ok = rosterRoles[role]; !ok {
		c.problem("役割「%s」は名簿では付けられません。研究生・マネ友・幹事・運営委員のどれかにしてください。運営と事務局は「役割」のページで付けます。",
			text.Cut(strings.TrimSpace(c.cell(colRole)), 40))
	}
}

// hiragana turns katakana, half-width too, into hiragana and puts blanks in order.
func hiragana(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'ァ' && r <= 'ヶ' {
			return r - 'ァ' + 'ぁ'
		}
		return r
	}, norm.NFKC.String(s))
	return strings.Join(strings.Fields(s), " ")
}
