package office

import (
	"bytes"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// left out: furigana, deleted text, what is there twice for older programs, and fields (numbers and dates of slides).
var leftOut = []string{"rt", "rPh", "phoneticPr", "del", "moveFrom", "Fallback", "fld"}

// writer gathers the text of pages.
type writer struct {
	a     *archive
	pages []string
	page  strings.Builder
	n     int // letters of the page
	skip  int // how deep inside what is left out
	in    bool
	row   int
}

// add keeps as much of s as there is room for. A full page costs nothing more, however often a cell repeats its text.
func (w *writer) add(s string) {
	room := min(maxPageText-w.n, w.a.text)
	if room <= 0 || !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return
	}
	n := 0
	for i := range s {
		if n == room {
			s = s[:i]
			break
		}
		n++
	}
	w.n, w.a.text = w.n+n, w.a.text-n
	w.page.WriteString(s)
}

// turn begins a new page. Pages without a word are kept only where they count (slides, sheets).
func (w *writer) turn(always bool) {
	text := tidy(w.page.String())
	w.page.Reset()
	w.n = 0
	if (always || text != "") && len(w.pages) < maxPages {
		w.pages = append(w.pages, text)
	}
}

// tidy takes away blanks at the ends of lines and lines without a word.
func tidy(s string) string {
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

func (w *writer) start(e element) {
	if w.skip > 0 || slices.Contains(leftOut, e.name) {
		w.skip++
		return
	}
	switch e.name {
	case "t":
		w.in = true
	case "tab":
		w.add(" ")
	case "br", "cr":
		if e.attr("type") == "page" {
			w.turn(false)
		} else {
			w.add("\n")
		}
	case "lastRenderedPageBreak":
		w.turn(false)
	case "tr":
		w.row++
	}
}

func (w *writer) rest(name string, text []byte) {
	switch {
	case w.skip > 0:
		if name != "" {
			w.skip--
		}
	case name == "" && w.in:
		w.add(string(text))
	case name == "t":
		w.in = false
	case name == "p" && w.row > 0:
		w.add(" ") // the cells of a row stand on one line
	case name == "p":
		w.add("\n")
	case name == "tr":
		w.row = max(0, w.row-1)
		w.add("\n")
	}
}

func (a *archive) word(d *Document) error {
	w := &writer{a: a}
	if err := a.walk(a.main, w.start, w.rest); err != nil {
		return err
	}
	for _, part := range related(a.rels(a.main), "/footnotes") {
		w.add("\n")
		if err := a.walk(part, w.start, w.rest); err != nil {
			return err
		}
	}
	w.turn(false)
	d.Pages = w.pages
	return nil
}

func (a *archive) slides(d *Document) error {
	rels := a.rels(a.main)
	var order []string
	err := a.walk(a.main, func(e element) {
		switch e.name {
		case "sldId":
			if r, ok := rels[e.relID()]; ok && len(order) < maxPages {
				order = append(order, r.target)
			}
		case "sldSz":
			const perPoint = 12700
			if x, y := number(e.attr("cx"))/perPoint, number(e.attr("cy"))/perPoint; x >= 1 && y >= 1 {
				d.Width, d.Height = x, y
			}
		}
	}, nil)
	if err != nil {
		return err
	}
	w := &writer{a: a}
	for _, part := range order {
		hidden := false
		err := a.walk(part, func(e element) {
			if e.name == "sld" && (e.attr("show") == "0" || e.attr("show") == "false") {
				hidden = true
			}
			w.start(e)
		}, w.rest)
		if err != nil {
			return err
		}
		if hidden {
			d.Hidden = true
			w.page.Reset()
			w.n = 0
			continue
		}
		for _, notes := range related(a.rels(part), "/notesSlide") {
			before := w.n
			w.add("\n")
			if err := a.walk(notes, w.start, w.rest); err != nil {
				return err
			}
			d.Notes = d.Notes || w.n > before+2
		}
		w.turn(true)
	}
	d.Pages = w.pages
	return nil
}

func number(s string) float64 {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || n < 0 || n > 1e9 {
		return 0
	}
	return n
}

// properties reads who made the document, and its thumbnail.
func (a *archive) properties(d *Document) error {
	rels := a.rels("")
	for _, kind := range []string{"/core-properties", "/extended-properties"} {
		for _, part := range related(rels, kind) {
			in := false
			err := a.walk(part, func(e element) {
				in = slices.Contains([]string{"creator", "lastModifiedBy", "Manager", "Company"}, e.name)
			}, func(name string, text []byte) {
				s := strings.Join(strings.Fields(string(text)), " ")
				if in && name == "" && s != "" && len(s) < 300 && len(d.Names) < maxNames && !slices.Contains(d.Names, s) {
					d.Names = append(d.Names, s)
				}
				in = in && name == ""
			})
			if err != nil {
				return nil // the text is there; only who wrote it is not
			}
		}
	}
	for _, part := range related(rels, "/thumbnail") {
		if ext := path.Ext(part); ext != ".jpeg" && ext != ".jpg" && ext != ".png" {
			continue // a drawing of Windows (emf, wmf)
		}
		r, err := a.open(part)
		if err != nil {
			continue
		}
		data, err := io.ReadAll(io.LimitReader(r, 10<<20))
		r.Close()
		if err == nil && (bytes.HasPrefix(data, []byte("\xff\xd8\xff")) || bytes.HasPrefix(data, []byte("\x89PNG"))) {
			d.Thumbnail = data
		}
	}
	return nil
}
