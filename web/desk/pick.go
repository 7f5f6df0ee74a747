package desk

import (
	"cmp"
	"context"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/curate"
	"github.com/manetomo/manetomo/web/page"
)

// Picks lists the collections with a way to make one.
func (p Pages) Picks(w http.ResponseWriter, r *http.Request) error {
	d, err := p.open(r, "/desk/pick", nil)
	if err != nil {
		return err
	}
	list, err := p.Curate.Collections(r.Context(), page.Viewer(r.Context()))
	if err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, page.Frame{Title: "特集を編む｜運営の机", Wide: true}, picksPage(d, list))
}

// Pick shows the form of a collection: a new one without a slug.
func (p Pages) Pick(w http.ResponseWriter, r *http.Request) error {
	f := page.NewForm().Set("audience", string(access.Members))
	if slug := r.PathValue("slug"); slug != "" {
		c, picks, err := p.Curate.Collection(r.Context(), page.Viewer(r.Context()), slug)
		if err != nil {
			return err
		}
		f.Set("id", c.ID).Set("version", strconv.FormatInt(c.Version, 10)).Set("slug", c.Slug).Set("title", c.Title).
			Set("lead", c.Lead).Set("audience", string(c.Audience))
		if c.State == access.Published {
			f.Set("publish", "1")
		}
		if c.Front {
			f.Set("front", "1")
		}
		for i, pick := range picks {
			f.Values.Add("entry", pick.Entry)
			f.Values.Add("name", pick.Title)
			f.Values.Add("note", pick.Note)
			f.Values.Add("order", strconv.Itoa(i+1))
		}
	}
	return p.pick(w, r, f)
}

func (p Pages) pick(w http.ResponseWriter, r *http.Request, f *page.Form) error {
	d, err := p.open(r, "/desk/pick", f)
	if err != nil {
		return err
	}
	return page.Render(w, r, status(f), page.Frame{Title: "特集を編む｜運営の机", Wide: true, ErrorPrefix: f.Failed()}, pickPage(d, rowsOf(f)))
}

// pickRow is one line of the form: an entry, its word, and its place.
type pickRow struct{ Entry, Name, Note, Order string }

// rowsOf reads the lines of the form, in the order that the numbers beside them say.
func rowsOf(f *page.Form) []pickRow {
	entries, names, notes, orders := f.All("entry"), f.All("name"), f.All("note"), f.All("order")
	at := func(list []string, i int) string {
		if i < len(list) {
			return list[i]
		}
		return ""
	}
	var rows []pickRow
	for i, e := range entries {
		if e = entryID(e); e != "" {
			rows = append(rows, pickRow{e, at(names, i), at(notes, i), at(orders, i)})
		}
	}
	sortRows(rows)
	return rows
}

// sortRows puts the lines in the order of their numbers; one without a number goes to the end.
func sortRows(rows []pickRow) {
	number := func(r pickRow) float64 {
		n, err := strconv.ParseFloat(strings.TrimSpace(r.Order), 64)
		if err != nil {
			return math.Inf(1)
		}
		return n
	}
	slices.SortStableFunc(rows, func(a, b pickRow) int { return cmp.Compare(number(a), number(b)) })
}

// entryID takes the id out of an address that was pasted, such as https://…/reports/abc#practice.
func entryID(s string) string {
	s = strings.TrimSpace(s)
	s, _, _ = strings.Cut(s, "?")
	s, _, _ = strings.Cut(s, "#")
	return s[strings.LastIndexByte(s, '/')+1:]
}

// SavePick takes the form of a collection.
func (p Pages) SavePick(w http.ResponseWriter, r *http.Request) error {
	return act(w, r, p.pick, func(ctx context.Context, v access.Viewer, f *page.Form) (string, string, int64, error) {
		var items []curate.Item
		for _, row := range rowsOf(f) {
			items = append(items, curate.Item{Entry: row.Entry, Note: row.Note})
		}
		version, err := strconv.ParseInt("0"+f.Get("version"), 10, 64)
		if err != nil {
			return "", "", 0, apperr.New(apperr.Malformed, "画面が古くなっています。特集を開き直してください。")
		}
		c, seq, err := p.Curate.SaveCollection(ctx, v, f.Get("id"), version, curate.Change{Slug: f.Get("slug"), Title: f.Get("title"),
			Lead: f.Get("lead"), Audience: access.Rung(f.Get("audience")), Publish: f.Has("publish", "1"), Front: f.Has("front", "1"), Items: items})
		return "/desk/pick/" + c.Slug, "saved", seq, err
	})
}
