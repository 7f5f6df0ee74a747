// Package notes shows and takes sticky notes (付せん) on sheets: beside a poster, and in a poster session.
//
// Everything works without a script: the form places a note by one of nine zones or on the sheet as a whole. The script
// lets a place be pointed at, by hand or with the arrow keys, and asks for the lists again when the channel says that a
// note has come, so what is shown of a note is always what the server shows this reader.
package notes

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

// Islands are the scripts that a page with a board asks for.
var Islands = []string{"notes"}

// Place is where a board stands: a page of an entry's file, on the page at Back, during a session or not.
type Place struct {
	Entry, File string
	Page        int
	Session     string
	Back        string // a page of ours, with its query
}

// Board is what stands on one sheet.
type Board struct {
	Place
	Topic     string // whose events tell of notes
	Notes     []talk.NoteView
	Viewer    access.Viewer
	Now       time.Time
	MayAnswer bool
	Form      *page.Form
}

// Load reads the notes of an entry for a page that shows its discussion; without one there is no board.
func Load(r *http.Request, s *talk.Service, topic string, at Place) (*Board, error) {
	b := &Board{Place: at, Topic: topic, Viewer: page.Viewer(r.Context()), Now: page.Now(r.Context()), Form: page.NewForm()}
	var err error
	if b.Notes, err = s.Notes(r.Context(), b.Viewer, at.Entry); err != nil {
		return nil, err
	}
	b.MayAnswer, err = s.MayAnswer(r.Context(), b.Viewer, at.Entry)
	return b, err
}

// numbered is a note with the number that stands on its pin.
type numbered struct {
	*talk.NoteView
	No int
}

// some lists the questions, or the other notes, with their numbers.
func (b *Board) some(questions bool) (list []numbered) {
	for i := range b.Notes {
		if b.Notes[i].Question == questions {
			list = append(list, numbered{&b.Notes[i], i + 1})
		}
	}
	return list
}

// pins are the notes that hang on the page that is shown.
func (b *Board) pins() (list []numbered) {
	for i := range b.Notes {
		if n := &b.Notes[i]; n.Pinned && b.here(n) {
			list = append(list, numbered{n, i + 1})
		}
	}
	return list
}

func (b *Board) here(n *talk.NoteView) bool { return n.File == b.File && n.Page == b.Page }

// where says in words where a note hangs.
func (b *Board) where(n *talk.NoteView) string {
	switch {
	case !n.Pinned:
		return "シート全体"
	case b.here(n):
		return spot(n.X, n.Y)
	case b.File == "": // the sheet is not there yet
		return spot(n.X, n.Y)
	case n.File == b.File:
		return strconv.Itoa(n.Page) + "頁の" + spot(n.X, n.Y)
	}
	return "前のシートの" + spot(n.X, n.Y)
}

// spot is a place in words: its zone, which is enough to find it beside its number.
func spot(x, y float64) string { return zones[third(y)*3+third(x)] }

func third(share float64) int { return min(2, int(share*3)) }

// zones are the nine parts of a sheet, by rows.
var zones = [9]string{"左上", "上の中ほど", "右上", "左の中ほど", "まん中", "右の中ほど", "左下", "下の中ほど", "右下"}

// zoneOptions are the places that can be chosen without a script.
func zoneOptions() []ui.Option {
	options := []ui.Option{{Value: "", Text: "シート全体について"}}
	for i, z := range zones {
		options = append(options, ui.Option{Value: "z" + strconv.Itoa(i+1), Text: z})
	}
	return options
}

// placed reads the place of a note: pointed at, or a zone's middle.
func placed(f *page.Form) (x, y float64, pinned bool) {
	if f.Get("x") != "" && f.Get("y") != "" {
		return share(f.Get("x")), share(f.Get("y")), true
	}
	var n int
	if _, err := fmt.Sscanf(f.Get("place"), "z%d", &n); err != nil || n < 1 || n > len(zones) {
		return 0, 0, false
	}
	return float64((n-1)%3*2+1) / 6, float64((n-1)/3*2+1) / 6, true
}

// share reads a number that the service checks; what is none lies outside of every sheet.
func share(s string) float64 {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(n, 0) {
		return math.NaN()
	}
	return n
}

// percent writes a share as SVG takes it.
func percent(share float64) string { return strconv.FormatFloat(share*100, 'f', 2, 64) + "%" }

// query names the board's place in the address of its lists.
func (p Place) query() string {
	return url.Values{"entry": {p.Entry}, "file": {p.File}, "page": {strconv.Itoa(p.Page)}, "session": {p.Session}, "back": {p.Back}}.Encode()
}
