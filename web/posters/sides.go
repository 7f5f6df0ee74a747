package posters

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/file"
)

// The sides: what a reader has beside the sheet, one at a time. Each has an address of its own.
const (
	sideText   = "text"
	sideBeside = "beside" // the team's report or paper
	sideTalk   = "talk"
	sideNotes  = "notes"
	sideFacts  = "facts"
)

// beside is what else the team brought, and what of it is read beside the sheet.
type beside struct {
	List  []archive.Companion
	Shown *archive.Companion // nil without any
	Entry *archive.View      // read only where it is looked at
	Pages []file.Page        // of a paper's first file
}

// chooseSide says which side is open: the one that is asked for, or that the rest of the address speaks of.
func (s *view) chooseSide(r *http.Request) {
	q := r.URL.Query()
	switch side := q.Get("side"); {
	case side == sideText, side == sideTalk, side == sideFacts, side == sideNotes && s.Notes != nil, side == sideBeside && s.Beside.Shown != nil:
		s.Side = side
	case q.Has("reply"), q.Has("quote"), q.Has("from"): // the discussion's own links
		s.Side = sideTalk
	default:
		s.Side = sideText
	}
}

// readBeside reads what the team has beside the sheet; its text only where that side is open.
func (p Pages) readBeside(r *http.Request, s *view) (err error) {
	ctx := r.Context()
	if s.Beside.List, err = p.Archive.Companions(ctx, s.Viewer, &s.Entry.Entry); err != nil || len(s.Beside.List) == 0 {
		return err
	}
	b := &s.Beside
	b.Shown = &b.List[0]
	for i := range b.List {
		if b.List[i].ID == r.FormValue("with") {
			b.Shown = &b.List[i]
		}
	}
	if side := r.FormValue("side"); side != sideBeside {
		return nil
	}
	if b.Entry, err = p.Archive.Get(ctx, s.Viewer, b.Shown.ID); err != nil || b.Shown.Kind == archive.Report {
		return err
	}
	files, err := p.Files.List(ctx, s.Viewer, b.Shown.ID)
	if err != nil || len(files) == 0 {
		return err
	}
	_, b.Pages, err = p.Files.Sheets(ctx, s.Viewer, files[0].ID)
	return err
}

// sides are the links that choose what stands beside the sheet.
func (s view) sides() []side {
	list := []side{{Name: sideText, Text: "書き起こし"}}
	if s.Beside.Shown != nil {
		list = append(list, side{Name: sideBeside, Text: besideWord(s.Beside.Shown.Kind)})
	}
	talk := side{Name: sideTalk, Text: "話し合い"}
	if s.Discuss != nil {
		talk.Count = int(s.Discuss.Topic.Standing())
	}
	list = append(list, talk)
	if s.Notes != nil {
		list = append(list, side{Name: sideNotes, Text: "付せん", Count: len(s.Notes.Notes)})
	}
	return append(list, side{Name: sideFacts, Text: "情報"})
}

// side is one of the links.
type side struct {
	Name, Text string
	Count      int
}

// besideWord is short: five words stand in a row.
func besideWord(k archive.Kind) string {
	if k == archive.Report {
		return "レポート"
	}
	if k == archive.Paper {
		return "論文"
	}
	return k.Label()
}

// at is the page with another side open, and the same sheet.
func (s view) at(side string) string {
	number := 0
	if s.Page != nil && len(s.Pages) > 1 {
		number = s.Page.Number
	}
	return s.to(number, side) + "#sides"
}

// address is a page of the entry's file with the same words looked for and the same side open.
func (s view) address(number int, anchor string) string { return s.to(number, s.Side) + anchor }

func (s view) to(number int, side string) string {
	q := url.Values{}
	if s.Query != "" {
		q.Set("q", s.Query)
	}
	if len(s.Files) > 1 {
		q.Set("file", s.File.ID)
	}
	if number > 0 {
		q.Set("page", strconv.Itoa(number))
	}
	if side != sideText {
		q.Set("side", side)
	}
	if side == sideBeside && len(s.Beside.List) > 1 {
		q.Set("with", s.Beside.Shown.ID)
	}
	if len(q) == 0 {
		return s.Entry.URL()
	}
	return s.Entry.URL() + "?" + q.Encode()
}

// beside is the page with one of the companions beside the sheet.
func (s view) beside(c *archive.Companion) string {
	s.Beside.Shown = c
	return s.at(sideBeside)
}

// neighbour is the page so many on, nil behind an end.
func (s view) neighbour(by int) *file.Page {
	for i := range s.Pages {
		if at := i + by; s.Pages[i].Number == s.Page.Number && at >= 0 && at < len(s.Pages) {
			return &s.Pages[at]
		}
	}
	return nil
}
