package desk

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/vocabulary"
	"github.com/manetomo/manetomo/search"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

// wordsView is a page of the list of near words.
type wordsView struct {
	desk
	Typed string
	Total int
	Rows  []wordRow
	Pager ui.Pager
}

type wordRow struct {
	vocabulary.Group
	When ui.Stamp
}

// Words lists near words and words that say little: GET /desk/words.
func (p Pages) Words(w http.ResponseWriter, r *http.Request) error {
	d, err := p.open(r, "/desk/words", nil)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	n, _ := strconv.Atoi(q.Get("page")) // anything else is the first
	v := wordsView{desk: d, Typed: strings.TrimSpace(q.Get("q"))}
	groups, total, err := p.Vocabulary.List(r.Context(), page.Viewer(r.Context()), v.Typed, max(n, 1))
	if err != nil {
		return err
	}
	v.Total = total
	for _, g := range groups {
		row := wordRow{Group: g}
		if g.Version > 0 {
			row.When = page.Stamp(g.ChangedAt, page.Now(r.Context()))
		}
		v.Rows = append(v.Rows, row)
	}
	v.Pager = ui.Pager{Page: max(n, 1), Pages: vocabulary.Pages(total), URL: func(n int) string {
		return "/desk/words?" + url.Values{"q": {v.Typed}, "page": {strconv.Itoa(n)}}.Encode()
	}}
	return page.Render(w, r, http.StatusOK, page.Frame{Title: "ことば｜運営の机", Wide: true}, wordsPage(v))
}

// Word shows the form of a group: a new one without an id.
func (p Pages) Word(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	f := page.NewForm().Set("near", q.Get("near")).Set("kind", "group")
	if q.Get("kind") == "stop" {
		f.Set("kind", "stop")
	}
	if id := r.PathValue("id"); id != "" {
		g, err := p.Vocabulary.Get(r.Context(), page.Viewer(r.Context()), id)
		if err != nil {
			return err
		}
		f.Set("id", g.ID).Set("version", strconv.FormatInt(g.Version, 10)).Set("term", g.Term).Set("reading", g.Reading).
			Set("near", strings.Join(strong(g), "\n")).Set("weak", strings.Join(g.Weak, "\n"))
		if g.Stop {
			f.Set("kind", "stop")
		}
		if g.Off {
			f.Set("off", "1")
		}
	}
	return p.word(w, r, f)
}

// strong are the near words without those that are too general, which have a field of their own.
func strong(g vocabulary.Group) []string {
	var out []string
	for _, n := range g.Near {
		weak := false
		for _, w := range g.Weak {
			weak = weak || w == n
		}
		if !weak {
			out = append(out, n)
		}
	}
	return out
}

func (p Pages) word(w http.ResponseWriter, r *http.Request, f *page.Form) error {
	return p.tried(w, r, f, "")
}

func (p Pages) tried(w http.ResponseWriter, r *http.Request, f *page.Form, would string) error {
	if would != "" {
		f.Key = page.NewForm().Key // what is saved next is another act
	}
	d, err := p.open(r, "/desk/words", f)
	if err != nil {
		return err
	}
	return page.Render(w, r, status(f), page.Frame{Title: "ことばを直す｜運営の机", Wide: true, ErrorPrefix: f.Failed()}, wordPage(d, would))
}

// SaveWord keeps the form of a group, or tells what it would do.
func (p Pages) SaveWord(w http.ResponseWriter, r *http.Request) error {
	try := false
	var form *page.Form
	var would string
	err := act(w, r, p.word, func(ctx context.Context, v access.Viewer, f *page.Form) (string, string, int64, error) {
		version, err := strconv.ParseInt("0"+f.Get("version"), 10, 64)
		if err != nil {
			return "", "", 0, apperr.New(apperr.Malformed, "画面が古くなっています。ことばを開き直してください。")
		}
		c := vocabulary.Change{ID: f.Get("id"), Version: version, Term: f.Get("term"), Reading: f.Get("reading"), Near: f.Get("near"),
			Weak: f.Get("weak"), Stop: f.Get("kind") == "stop", Off: f.Has("off", "1")}
		if f.Get("act") == "try" {
			try, form = true, f
			would, err = p.would(ctx, v, c)
			if err == nil {
				err = errTried
			}
			return "", "", 0, err
		}
		_, seq, err := p.Vocabulary.Save(ctx, v, c)
		return "/desk/words", "word", seq, err
	})
	if try && err == errTried {
		return p.tried(w, r, form, would)
	}
	return err
}

// errTried ends an act that only tells what it would do.
var errTried = fmt.Errorf("the change was only tried")

// would tells how many hits the word and its near words have now, and would have.
func (p Pages) would(ctx context.Context, v access.Viewer, c vocabulary.Change) (string, error) {
	words, err := p.Vocabulary.Try(ctx, v, c)
	if err != nil {
		return "", err
	}
	var said []string
	for _, word := range append([]string{c.Term}, strings.Fields(c.Near)...) {
		if len(said) == 6 {
			break
		}
		now, err := p.Index.Search(ctx, v, search.Request{Text: word, Per: 1})
		if err != nil {
			return "", err
		}
		then, err := p.Index.Search(ctx, v, search.Request{Text: word, Per: 1, Try: words})
		if err != nil {
			return "", err
		}
		said = append(said, fmt.Sprintf("「%s」は %d件（いまは %d件）", word, then.Total, now.Total))
	}
	return strings.Join(said, "、"), nil
}

// Missed shows what people looked for in vain: GET /desk/misses.
func (p Pages) Missed(w http.ResponseWriter, r *http.Request) error {
	d, err := p.open(r, "/desk/misses", nil)
	if err != nil {
		return err
	}
	list, err := p.Misses.List(r.Context(), page.Viewer(r.Context()))
	if err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, page.Frame{Title: "見つからなかったことば｜運営の机", Wide: true}, missesPage(d, list))
}

// SetAside takes one out of that list: POST /desk/misses.
func (p Pages) SetAside(w http.ResponseWriter, r *http.Request) error {
	again := func(w http.ResponseWriter, r *http.Request, _ *page.Form) error { return p.Missed(w, r) }
	return act(w, r, again, func(ctx context.Context, v access.Viewer, f *page.Form) (string, string, int64, error) {
		return "/desk/misses", "aside", 0, p.Misses.SetAside(ctx, v, f.Get("id"))
	})
}
