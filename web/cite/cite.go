// Package cite says how an entry is quoted: a Japanese line, BibTeX and RIS, its short address and that as a QR code, and
// the picture that stands for it where others link to it.
//
// What stays true: everything but the picture comes from the entry as its reader may see it, so a visitor's citation names
// no authors; the picture exists only for what everybody may read, whoever asks for it.
package cite

import (
	"fmt"
	"strings"
	"time"

	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/internal/qr"
)

// Citation is what is known of an entry by those who quote it.
type Citation struct {
	ID           string
	Kind         archive.Kind
	Title        string
	Authors      []string // for members
	Municipality string
	Team         string
	Year         int
	Course       string
	Published    time.Time
	Address      string // of its page, in full
	Short        string // the same, short: on paper and as a QR code
	Seen         time.Time
	Sample       bool // it comes with the demonstration: nobody is to take it for a practice
}

const series, site = "人材マネジメント部会", "マネ友"

// Of makes the citation of an entry that has been published; false for a draft, which nobody quotes.
func Of(e *archive.View, base string, now time.Time) (Citation, bool) {
	if e.PublishedAt == nil {
		return Citation{}, false
	}
	c := Citation{ID: e.ID, Kind: e.Kind, Title: e.Title, Team: e.TeamName, Year: e.Year, Course: e.Course.Label(),
		Published: e.PublishedAt.In(cohort.Japan), Address: base + e.URL(), Short: base + "/e/" + e.ID, Seen: now.In(cohort.Japan),
		Sample: e.Sample}
	if m, ok := municipality.Get(e.Municipality); ok {
		c.Municipality = m.Name
	}
	for _, a := range e.Authors {
		c.Authors = append(c.Authors, a.Name)
	}
	return c, true
}

// by is who stands in front: the authors with their town, or the town alone.
func (c Citation) by() string {
	place := strings.TrimSpace(c.Municipality + " " + c.Team)
	if len(c.Authors) == 0 {
		return place
	}
	return strings.Join(c.Authors, "・") + "（" + place + "）"
}

// name is the title; of a sample it says that it is one.
func (c Citation) name() string {
	if c.Sample {
		return "【見本】" + c.Title
	}
	return c.Title
}

// in is where it was written: 人材マネジメント部会 2019年度 通常部会 ポスター.
func (c Citation) in() string {
	return fmt.Sprintf("%s %d年度 %s %s", series, c.Year, c.Course, c.Kind.Label())
}

func day(t time.Time) string { return fmt.Sprintf("%d-%02d-%02d", t.Year(), t.Month(), t.Day()) }

// Japanese is the line for a list of literature: author, title, where, when, address, when it was looked at.
func (c Citation) Japanese() string {
	return fmt.Sprintf("%s. 「%s」. %s. %s, %s. %s, （参照 %s）.", c.by(), c.name(), c.in(), site, day(c.Published), c.Address, day(c.Seen))
}

// forBibTeX escapes what means something to TeX.
var forBibTeX = strings.NewReplacer(`\`, `\textbackslash{}`, `{`, `\{`, `}`, `\}`, `%`, `\%`, `&`, `\&`, `$`, `\$`, `#`, `\#`, `_`, `\_`,
	`~`, `\textasciitilde{}`, `^`, `\textasciicircum{}`)

// BibTeX is the entry for LaTeX. Names stand in braces: Japanese ones are not to be turned round.
func (c Citation) BibTeX() string {
	names := c.Authors
	if len(names) == 0 {
		names = []string{strings.TrimSpace(c.Municipality + " " + c.Team)}
	}
	var authors []string
	for _, n := range names {
		authors = append(authors, "{"+forBibTeX.Replace(n)+"}")
	}
	return fmt.Sprintf("@misc{manetomo%s,\n  author = {%s},\n  title = {{%s}},\n  year = {%d},\n  howpublished = {%s},\n  organization = {%s},\n  url = {%s},\n  note = {公開 %s, 参照 %s},\n  langid = {japanese}\n}\n",
		c.ID, strings.Join(authors, " and "), forBibTeX.Replace(c.name()), c.Year, forBibTeX.Replace(c.in()), forBibTeX.Replace(c.Municipality), c.Address, day(c.Published), day(c.Seen))
}

// RIS is the entry for Zotero, EndNote, RefWorks. Its lines end as its specification says.
func (c Citation) RIS() string {
	kind := map[archive.Kind]string{archive.Report: "RPRT", archive.Poster: "GEN", archive.Paper: "RPRT", archive.Material: "GEN"}[c.Kind]
	lines := []string{"TY  - " + kind}
	for _, a := range c.Authors {
		lines = append(lines, "AU  - "+a)
	}
	if len(c.Authors) == 0 {
		lines = append(lines, "AU  - "+strings.TrimSpace(c.Municipality+" "+c.Team))
	}
	lines = append(lines, "TI  - "+c.name(), fmt.Sprintf("PY  - %d", c.Year), "T2  - "+c.in(), "PB  - "+site, "AD  - "+c.Municipality,
		"DA  - "+strings.ReplaceAll(day(c.Published), "-", "/"), "UR  - "+c.Address, "LA  - ja", "ID  - "+c.ID, "ER  - ")
	return strings.Join(lines, "\r\n") + "\r\n"
}

// code is the short address as a drawing, and its width in modules. An address of a site fits.
func (c Citation) code() (path, box string) {
	made, err := qr.Encode(c.Short)
	if err != nil {
		return "", "" // a base address of hundreds of letters: the text beside it is enough
	}
	path, side := made.Path()
	return path, fmt.Sprintf("0 0 %d %d", side, side)
}
