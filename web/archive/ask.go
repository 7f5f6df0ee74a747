package archive

import (
	"net/url"
	"slices"
	"unicode/utf8"

	"github.com/manetomo/manetomo/internal/theme"
	"github.com/manetomo/manetomo/search"
	"github.com/manetomo/manetomo/search/query"
	"github.com/manetomo/manetomo/web/ui"
)

// ask lets a member turn a miss into a question: the form opens with the words as its title, the themes that they
// belong to, and the search itself, by which the right people are found.
func (v view) ask() []ui.EmptyAct {
	acts := []ui.EmptyAct{{Text: "すべての実践を見る", URL: "/archive"}}
	if url := v.askURL(); url != "" {
		acts = append([]ui.EmptyAct{{Text: "みんなに聞いてみる", Look: ui.Primary, URL: url}}, acts...)
	}
	return acts
}

// whatNext is the advice under an empty result: conditions can only be taken off where there are some.
func (v view) whatNext() string {
	switch {
	case len(v.Chips) == 0:
		return "ことばを短くするか、ほかの言い方でさがしてみてください。"
	case v.Req.Text == "":
		return "条件をはずしてみてください。"
	}
	return "ことばを短くするか、条件をはずしてみてください。"
}

func (v view) askURL() string {
	if !v.Member || v.Req.Text == "" {
		return ""
	}
	q := url.Values{"question": {"1"}, "pass": {"1"}, "title": {cut(v.Req.Text)}, "about": {v.kept().Encode()}}
	if themes := guessThemes(v.Req, v.Near); len(themes) > 0 {
		q["themes"] = themes
	}
	return "/topics/new?" + q.Encode()
}

// onlyLoose tells whether everything found shares only a part of the words.
func (v view) onlyLoose() bool {
	return len(v.Result.Hits) > 0 && v.Req.Page == 1 &&
		!slices.ContainsFunc(v.Result.Hits, func(h search.Hit) bool { return !h.Loose })
}

// guessThemes gives the themes on top that were chosen as a filter, or whose names and words hold a word of the search
// or one near to it.
func guessThemes(req search.Request, near []ui.Link) []string {
	const most = 3
	var out []string
	add := func(id string) {
		t, ok := theme.Get(id)
		if !ok {
			return
		}
		if t.Parent != "" {
			id = t.Parent
		}
		if len(out) < most && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	for _, id := range req.Filters["theme"] {
		add(id)
	}
	var words []string
	for _, w := range query.Parse(req.Text).Words {
		if !w.Exclude {
			words = append(words, w.Text)
		}
	}
	for _, l := range near {
		words = append(words, l.Text)
	}
	for _, word := range words {
		if utf8.RuneCountInString(search.Key(word)) < 2 {
			continue
		}
		for _, t := range theme.All() {
			if search.InWord(t.Name, word) || search.InWord(t.Description, word) {
				add(t.ID)
			}
		}
	}
	return out
}
