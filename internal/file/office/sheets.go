package office

import (
	"errors"
	"strconv"
	"strings"
)

// sheets reads the cells of a workbook: a page for each sheet that is shown, its name first, a line for each row.
func (a *archive) sheets(d *Document) error {
	rels := a.rels(a.main)
	type sheet struct{ name, part string }
	var order []sheet
	err := a.walk(a.main, func(e element) {
		if e.name != "sheet" {
			return
		}
		if state := e.attr("state"); state == "hidden" || state == "veryHidden" {
			d.Hidden = true
			return
		}
		if r, ok := rels[e.relID()]; ok && len(order) < maxPages {
			order = append(order, sheet{e.attr("name"), r.target})
		}
	}, nil)
	if err != nil {
		return err
	}
	shared, err := a.sharedStrings(rels)
	if err != nil {
		return err
	}
	w := &writer{a: a}
	for _, s := range order {
		w.add(s.name + "\n")
		if err := a.cells(s.part, shared, w); err != nil && !errors.Is(err, ErrTooMuch) {
			return err
		}
		w.turn(true)
	}
	d.Pages = w.pages
	return nil
}

// sharedStrings are the texts that cells point at.
func (a *archive) sharedStrings(rels map[string]rel) (list []string, err error) {
	for _, part := range related(rels, "/sharedStrings") {
		w := &writer{a: a}
		err := a.walk(part, w.start, func(name string, text []byte) {
			w.rest(name, text)
			if name == "si" {
				list = append(list, strings.TrimSpace(w.page.String()))
				w.page.Reset()
				w.n = 0
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// cells reads one sheet. Values that a formula gave stand as they were shown last; formulas are left out.
func (a *archive) cells(part string, shared []string, w *writer) error {
	kind, value, in := "", strings.Builder{}, false
	skip := 0
	return a.walk(part, func(e element) {
		switch {
		case skip > 0 || e.name == "rPh":
			skip++
		case e.name == "c":
			kind = e.attr("t")
			value.Reset()
		case e.name == "v" || e.name == "t":
			in = true
		}
	}, func(name string, text []byte) {
		switch {
		case skip > 0:
			if name != "" {
				skip--
			}
		case name == "" && in && value.Len() < 4*maxPageText:
			value.Write(text)
		case name == "v" || name == "t":
			in = false
		case name == "c":
			w.add(cell(kind, value.String(), shared)) // not joined with the blank: that would copy it even for a full page
			w.add(" ")
		case name == "row":
			w.add("\n")
		}
	})
}

func cell(kind, value string, shared []string) string {
	if kind != "s" {
		return value
	}
	i, err := strconv.Atoi(strings.TrimSpace(value))
	if err != nil || i < 0 || i >= len(shared) {
		return ""
	}
	return shared[i]
}
