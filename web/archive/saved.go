package archive

import (
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/internal/notify"
	"github.com/manetomo/manetomo/internal/text"
	"github.com/manetomo/manetomo/internal/watch"
	"github.com/manetomo/manetomo/search"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

// Saved are the pages of the searches that a member keeps and is told about (見守り).
type Saved struct {
	Watch  *watch.Service
	Notify *notify.Service
}

// mostForm holds the longest search there is.
const mostForm = 64 << 10

// savedRow is a saved search in the list.
type savedRow struct {
	watch.Row
	URL   string // the search itself
	Words string // what it asks for
	Form  *page.Form
}

// savedView is the list, with the form of a search that could not be kept, if one came back.
type savedView struct {
	Rows    []savedRow
	Form    *page.Form
	Again   *address // the search of the form that came back
	Done    string
	Removed *address // what was just taken out, for putting back
	Name    string
}

// List shows what a member keeps: GET /archive/saved.
func (p Saved) List(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	v := savedView{Form: page.NewForm()}
	switch q.Get("done") {
	case "saved":
		v.Done = "見守りはじめました。新しいものがあると、お知らせします。"
	case "renamed":
		v.Done = "名前を変えました。"
	case "removed":
		at := readAddress(q)
		v.Removed, v.Name = &at, q.Get("name")
	}
	return p.list(w, r, v)
}

func (p Saved) list(w http.ResponseWriter, r *http.Request, v savedView) error {
	rows, err := p.Watch.List(r.Context(), page.Viewer(r.Context()))
	if err != nil {
		return err
	}
	for _, row := range rows {
		f := page.NewForm().Set("name", row.Name)
		if v.Form.Failed() && v.Form.Get("id") == row.ID {
			f = v.Form
		}
		v.Rows = append(v.Rows, savedRow{Row: row, URL: "/archive?" + row.Address, Words: wordsOf(row.Address), Form: f})
	}
	status := http.StatusOK
	if v.Form.Failed() {
		status = http.StatusUnprocessableEntity
	}
	return page.Render(w, r, status, page.Frame{Title: "見守っている検索", Section: "archive", ErrorPrefix: v.Form.Failed()}, savedList(v))
}

// Save keeps the search of a form: POST /archive/saved.
func (p Saved) Save(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, mostForm)
	if err != nil {
		return err
	}
	at := readAddress(f.Values)
	_, err = p.Watch.Save(r.Context(), page.Viewer(r.Context()), f.Get("name"), at.kept())
	if err != nil && f.WithError(err) {
		return p.list(w, r, savedView{Form: f, Again: &at})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/archive/saved?done=saved", http.StatusSeeOther)
	return nil
}

// Rename gives one another name: POST /archive/saved/{id}/rename.
func (p Saved) Rename(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, mostForm)
	if err != nil {
		return err
	}
	err = p.Watch.Rename(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), f.Get("name"))
	if err != nil && f.WithError(err) {
		return p.list(w, r, savedView{Form: f.Set("id", r.PathValue("id"))})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/archive/saved?done=renamed", http.StatusSeeOther)
	return nil
}

// Remove takes one out: POST /archive/saved/{id}/remove. The list that follows can put it back.
func (p Saved) Remove(w http.ResponseWriter, r *http.Request) error {
	if _, err := page.ReadForm(w, r, mostForm); err != nil {
		return err
	}
	who := page.Viewer(r.Context())
	one, _, err := p.Watch.News(r.Context(), who, r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := p.Watch.Remove(r.Context(), who, one.ID); err != nil {
		return err
	}
	back := "/archive/saved?" + one.Address + "&" + url.Values{"done": {"removed"}, "name": {one.Name}}.Encode()
	http.Redirect(w, r, back, http.StatusSeeOther)
	return nil
}

// newsView is what is new to one saved search.
type newsView struct {
	watch.Saved
	Words  string
	Hits   []newsHit
	Unread int
	Form   *page.Form
}

type newsHit struct {
	watch.Hit
	URL, Note string
	When      ui.Stamp
}

// News shows what is new to one: GET /archive/saved/{id}.
func (p Saved) News(w http.ResponseWriter, r *http.Request) error {
	one, hits, err := p.Watch.News(r.Context(), page.Viewer(r.Context()), r.PathValue("id"))
	if err != nil {
		return err
	}
	v := newsView{Saved: one, Words: wordsOf(one.Address), Form: page.NewForm()}
	for _, h := range hits {
		n := newsHit{Hit: h, URL: "/e/" + h.ID, When: page.Stamp(h.At, page.Now(r.Context()))}
		if h.Kind == ui.Topic {
			n.URL = "/topics/" + h.ID
		}
		if h.Municipality != "" {
			n.Note = municipality.Label(h.Municipality) + "・"
		}
		if h.Year > 0 {
			n.Note += page.FiscalYear(h.Year) + "・"
		}
		if h.Unread {
			v.Unread++
		}
		v.Hits = append(v.Hits, n)
	}
	return page.Render(w, r, http.StatusOK, page.Frame{Title: one.Name + "｜見守っている検索", Section: "archive"}, savedNews(v))
}

// Read marks what is new to one as read: POST /archive/saved/{id}/read. The page's script sends it by itself.
func (p Saved) Read(w http.ResponseWriter, r *http.Request) error {
	if _, err := page.ReadForm(w, r, mostForm); err != nil {
		return err
	}
	if err := p.Notify.MarkSearchRead(r.Context(), page.Viewer(r.Context()), r.PathValue("id")); err != nil {
		return err
	}
	http.Redirect(w, r, "/archive/saved/"+url.PathEscape(r.PathValue("id")), http.StatusSeeOther)
	return nil
}

// kept is what of an address makes the search: not the page or the way it is shown.
func (a address) kept() url.Values {
	q := maps.Clone(a.query)
	q.Del("page")
	return q
}

// canKeep tells whether there is anything to be told about.
func (v view) canKeep() bool {
	return v.Member && (v.Req.Text != "" || len(v.Chips) > 0) && !v.Panel
}

// suggestedName is what a search is called unless its person calls it otherwise.
func (v view) suggestedName() string {
	return text.Cut(nameOf(wordsOf(v.kept().Encode())), watch.MaxName)
}

// nameOf takes the marks off a search of words alone: as a name they would be quoted twice.
func nameOf(words string) string {
	if inner, ok := strings.CutPrefix(words, "「"); ok && strings.Count(words, "」") == 1 {
		if inner, ok = strings.CutSuffix(inner, "」"); ok {
			return inner
		}
	}
	return words
}

// wordsOf says what a search asks for: 「対話」・長野県・2019年度.
func wordsOf(query string) string {
	q, err := url.ParseQuery(query)
	if err != nil {
		return ""
	}
	var parts []string
	if text := strings.TrimSpace(q.Get("q")); text != "" {
		parts = append(parts, "「"+cut(text)+"」")
	}
	for _, facet := range facetOrder {
		for _, value := range q[facet] {
			parts = append(parts, search.Label(facet, value))
		}
	}
	return strings.Join(parts, "・")
}
