package reports

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/internal/theme"
	"github.com/manetomo/manetomo/web/page"
)

// step is one screen of writing. Any of them may be written first.
type step struct {
	Name     string
	Note     string
	Question string
	Asks     []ask
	Fields   []string // beside the sections
}

// ask is a box for one section.
type ask struct {
	Key           archive.Key
	Label, Hint   string
	Aim           string // a range, not a limit
	Example       string
	Rows          int
	Value, Rung   string
	OfferedUnsent string // text that was typed elsewhere and not saved
}

const (
	basics = 1
	finish = 8
)

// steps are the eight screens; つまずき stands beside 成果, where it is remembered.
func steps() []step {
	return []step{
		{Name: "基本の情報", Note: "自治体・年度・題名", Question: "どこで、いつ、何をしましたか。あとから直せます。",
			Fields: []string{"title", "team", "municipality", "year", "course", "summary", "themes", "stage"}},
		{Name: "背景・現状", Question: "どんな困りごとがありましたか。はじめる前の職場のようすを書いてください。", Asks: []ask{{Key: archive.Background,
			Label: "はじめる前のようす", Hint: "話を聞いて分かったこと、数字で分かったことがあれば、それも書いてください。", Aim: "目安は200〜400字", Rows: 8,
			Example: "「窓口の待ち時間が長い」という声が月に何件もあった。係ごとに記入例がちがい、書き直しをお願いすることが多かった。"}}},
		{Name: "ありたい姿", Question: "職場や地域が、どうなっていてほしいと考えましたか。", Asks: []ask{{Key: archive.Vision,
			Label: "めざした姿", Hint: "「こうあるべき」より「こうありたい」と思ったことを、自分の言葉で書いてください。", Aim: "目安は100〜300字", Rows: 7,
			Example: "どの係の窓口に来ても、同じ説明を受けられる。困ったときは、係をこえてその場で相談できる。"}}},
		{Name: "取り組み", Question: "だれと、何を、どんな順番でしましたか。読む人が「うちでもできそう」と思えるように、小さなことも書いてください。", Asks: []ask{{Key: archive.Practice,
			Label: "したこと", Hint: "1行ずつ、順番に書くと読みやすくなります。人の名前は書かず、役職や係の名前にしてください。", Aim: "目安は200〜600字", Rows: 10,
			Example: "1. 五つの係から一人ずつ集まり、困る場面を付せんに書き出した。\n2. 記入例を五つの係で一つにそろえた。\n3. 週に二回、朝の10分で前日の困りごとを話した。"}}},
		{Name: "成果とつまずき", Question: "何が変わりましたか。うまくいかなかったことは何ですか。", Asks: []ask{
			{Key: archive.Outcome, Label: "変わったこと", Hint: "人の言葉や動きの変化も成果です。数字があれば、いつの数字かも書いてください。", Aim: "目安は100〜400字", Rows: 7,
				Example: "書き直しをお願いする件数が、三か月で半分ほどになった。ほかの係の人に、先に声をかけるようになった。"},
			{Key: archive.Stumble, Label: "つまずいたこと", Hint: "次に読む人が同じところで困らないように、分かる範囲で書いてください。", Aim: "目安は50〜300字", Rows: 5,
				Example: "はじめは「仕事が増える」と言われ、二つの係は参加しなかった。"}}},
		{Name: "気づき・学び", Question: "やってみて、自分は何に気づきましたか。", Asks: []ask{{Key: archive.Reflection,
			Label: "気づいたこと", Hint: "「わたしは」ではじめると書きやすくなります。", Aim: "目安は100〜300字", Rows: 7,
			Example: "わたしは、説明で動いてもらおうとしていた。一緒に困る時間のほうが、人を動かすと気づいた。"}}},
		{Name: "これから", Question: "次に何をしますか。だれに引き継ぎますか。", Asks: []ask{{Key: archive.Next,
			Label: "次の一歩", Hint: "決まっていないことは、決まっていないと書いてかまいません。", Aim: "目安は50〜200字", Rows: 5,
			Example: "来年度は、税の窓口でも同じことをためす。朝の10分は、係長の持ち回りにする。"}}},
		{Name: "資料と公開範囲", Question: "だれに読んでもらいますか。", Fields: []string{"audience"}},
	}
}

// stepOf reads which screen is meant; anything else is the first.
func stepOf(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > finish {
		return basics
	}
	return n
}

// names lists the fields of a screen, sections with their rung.
func (s step) names() []string {
	names := append([]string{}, s.Fields...)
	for _, a := range s.Asks {
		names = append(names, string(a.Key), rungField(a.Key))
	}
	return names
}

func rungField(k archive.Key) string { return string(k) + "_audience" }

// value is a field of a text as it stands in a form.
func value(t archive.Text, name string) string {
	switch name {
	case "title":
		return t.Title
	case "summary":
		return t.Summary
	case "municipality":
		return municipality.Label(t.Municipality)
	case "year":
		if t.Year == 0 {
			return ""
		}
		return strconv.Itoa(t.Year)
	case "course":
		return string(t.Course)
	case "team":
		return t.Team
	case "stage":
		return string(t.Stage)
	case "themes":
		return strings.Join(t.Themes, " ")
	case "audience":
		return string(t.Audience)
	}
	key, rung := strings.CutSuffix(name, "_audience")
	s := t.Section(archive.Key(key))
	if rung {
		return string(s.Audience)
	}
	return s.Body
}

// readable is a field's value in words, for the two sides of a conflict.
func readable(t archive.Text, name string) string {
	switch name {
	case "course":
		return t.Course.Label()
	case "stage":
		return t.Stage.Label()
	case "themes":
		var words []string
		for _, id := range t.Themes {
			words = append(words, theme.Name(id))
		}
		return strings.Join(words, "、")
	case "audience":
		return archive.AudienceLabel(t.Audience)
	}
	if key, rung := strings.CutSuffix(name, "_audience"); rung {
		if r := t.Section(archive.Key(key)).Audience; r != "" {
			return archive.AudienceLabel(r)
		}
		return "レポートと同じ"
	}
	return value(t, name)
}

var labels = map[string]string{"title": "題名", "summary": "ひとことで", "municipality": "自治体", "year": "年度", "course": "コース",
	"team": "チーム", "themes": "テーマ", "stage": "いまの段階", "audience": "公開範囲"}

func label(name string) string {
	if l, ok := labels[name]; ok {
		return l
	}
	key, rung := strings.CutSuffix(name, "_audience")
	l := archive.Key(key).Label()
	if rung {
		return l + "を読める人"
	}
	return l
}

// mark tells later whether a field is still what the form was opened with.
func mark(s string) string {
	sum := sha256.Sum256([]byte(strings.ReplaceAll(s, "\r\n", "\n")))
	return hex.EncodeToString(sum[:6])
}

// changeOf makes a change of what one screen sent. Fields of which the other side was chosen stay as they are.
func changeOf(f *page.Form, s step) (archive.Change, error) {
	var c archive.Change
	sent := func(name string) bool { return f.Values.Has(name) && f.Get("keep_"+name) != "theirs" }
	text := func(name string) *string {
		if !sent(name) {
			return nil
		}
		return new(f.Get(name))
	}
	c.Title, c.Summary, c.Municipality, c.Team = text("title"), text("summary"), text("municipality"), text("team")
	if sent("year") {
		year, err := strconv.Atoi(strings.TrimSpace(f.Get("year")))
		if err != nil && strings.TrimSpace(f.Get("year")) != "" {
			return c, apperr.At("year", "年度は西暦の数字で書いてください。令和5年度は 2023 です。")
		}
		c.Year = &year
	}
	if sent("course") {
		c.Course = new(cohort.Course(f.Get("course")))
	}
	if sent("stage") {
		c.Stage = new(archive.Stage(f.Get("stage")))
	}
	if sent("themes_shown") && f.Get("keep_themes") != "theirs" {
		c.Themes = new(append([]string{}, f.All("themes")...))
	}
	if sent("audience") {
		c.Audience = new(access.Rung(f.Get("audience")))
	}
	for _, a := range s.Asks {
		if sent(string(a.Key)) {
			c.Sections = append(c.Sections, archive.Written{Key: a.Key, Body: f.Get(string(a.Key)), Audience: access.Rung(f.Get(rungField(a.Key)))})
		}
	}
	if f.Values.Has("cleared_by") {
		at, err := clearedAt(f.Get("cleared_at"))
		if err != nil {
			return c, err
		}
		c.Clearance = &archive.Clearance{By: f.Get("cleared_by"), At: at}
	}
	return c, nil
}

func clearedAt(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	at, err := time.ParseInLocation("2006-01-02", s, page.JST(time.Time{}).Location())
	if err != nil {
		return at, apperr.At("cleared_at", "派遣元が確認した日を、2026-11-20 のように書いてください。")
	}
	return at, nil
}
