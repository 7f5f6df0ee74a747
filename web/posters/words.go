package posters

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/internal/theme"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

// alt says what the picture shows; the words themselves stand beside it.
func (s view) alt() string {
	if s.File.Alt != "" && s.Page.Number == 1 {
		return s.File.Alt
	}
	return s.sheet() + "の画像。文字は「書き起こし」で読めます。"
}

// sheet names the page that is shown.
func (s view) sheet() string {
	name := municipality.Label(s.Entry.Municipality) + "の" + s.Entry.Kind.Label()
	if len(s.Pages) > 1 {
		name += fmt.Sprintf("（%d頁）", s.Page.Number)
	}
	return name
}

// shape is the class that fits the picture into the stage.
func shape(p file.Page) string {
	switch r := p.Width / p.Height; {
	case r < 0.45:
		return "slim"
	case r < 0.85:
		return "tall"
	case r < 1.2:
		return "square"
	}
	return "broad"
}

// size is the picture's size at a width, so that nothing moves while it loads.
func size(p file.Page, width int) (w, h string) {
	return strconv.Itoa(width), strconv.Itoa(max(1, int(math.Round(float64(width)*p.Height/p.Width))))
}

// middle is the width that a page shows first: 1280 where there is one.
func middle(p file.Page) int {
	best := 0
	for _, w := range p.Sizes() {
		if w <= 1280 {
			best = w
		}
	}
	return best
}

func srcset(p file.Page) string {
	var list []string
	for _, w := range p.Sizes() {
		list = append(list, fmt.Sprintf("%s %dw", file.PictureURL(p.File, p.Number, w), w))
	}
	return strings.Join(list, ", ")
}

// largest is the address of the largest picture, for those who zoom without a script.
func largest(p file.Page) string {
	sizes := p.Sizes()
	return file.PictureURL(p.File, p.Number, sizes[len(sizes)-1])
}

func hitID(n int) string { return "hit-" + strconv.Itoa(n+1) }

// firstHit is the first place on the page that is shown: whoever comes from the search lands there.
func (s view) firstHit() int {
	for n, h := range s.Hits {
		if h.Page == s.Page.Number {
			return n
		}
	}
	return 0
}

// anchor is where a found word stands: its frame on the sheet, or the text where there is no frame.
func anchor(h file.Hit, n int) string {
	if len(h.Boxes) == 0 {
		return "#text"
	}
	return "#" + hitID(n)
}

// roomy lets frames stand a little outside of the letters, so that small ones stay legible.
func roomy(boxes [][4]int) [][4]int {
	const x, y = 2, 3 // per mille of the sheet
	out := make([][4]int, len(boxes))
	for i, b := range boxes {
		out[i] = [4]int{b[0] - x, b[1] - y, b[2] + 2*x, b[3] + 2*y}
	}
	return out
}

// paragraphs of a page's text.
func paragraphs(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == '\n' })
}

func kindOf(t file.Type) string {
	switch t {
	case file.PDF:
		return "PDF"
	case file.PNG:
		return "PNG画像"
	}
	return "JPEG画像"
}

// fileWord is how a link to a file is written: 共同論文（PDF・1.8MB）.
func fileWord(f file.File) string {
	return f.Name + "（" + kindOf(f.Type) + "・" + ui.FileSize(f.Size) + "）"
}

func (s view) facts() []ui.Fact {
	e := s.Entry
	var names []string
	for _, a := range e.Authors {
		names = append(names, a.Name)
	}
	var themes []string
	for _, t := range e.Themes {
		themes = append(themes, theme.Name(t))
	}
	facts := []ui.Fact{
		{Label: "自治体", Text: municipality.Label(e.Municipality), URL: "/municipalities/" + e.Municipality},
		{Label: "年度・コース", Text: yearAndCourse(e)},
		{Label: "チーム", Text: e.TeamName},
		{Label: "書いた人", Text: strings.Join(names, "、")},
		{Label: "テーマ", Text: strings.Join(themes, "、")},
		{Label: "公開範囲", Text: archive.AudienceLabel(e.Audience)},
	}
	if e.Municipality == "" {
		facts[0] = ui.Fact{}
	}
	if e.PublishedAt != nil {
		facts = append(facts, ui.Fact{Label: "公開した日", Text: page.Day(*e.PublishedAt)})
	}
	if s.File != nil && len(s.Pages) > 1 {
		facts = append(facts, ui.Fact{Label: "頁の数", Text: ui.Count(s.File.PageCount) + "頁"})
	}
	return facts
}

func yearAndCourse(e *archive.View) string {
	if e.Year == 0 {
		return e.Course.Label()
	}
	return page.FiscalYear(e.Year) + " " + e.Course.Label()
}
