package search

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/manetomo/manetomo/search/japanese"
)

// Snippet is a piece of a section that shows why the thing was found.
type Snippet struct {
	Section string // key of the section
	Label   string // its name, such as 成果・変化 or 資料 p.3
	HTML    string // escaped, with <mark>
	Near    string // the near word (近いことば) it was found by, if it was not found by the word itself
	At      string // what the address of the hit needs to open there
}

// Lengths of a snippet in runes, and how many a hit shows.
const (
	snippetRunes  = 110
	snippetBefore = 28
	snippetsMost  = 2
)

// placeMark gives the letters of a place's name, to be marked where the thing was found by its place.
func placeMark(name string) []place {
	if name == "" {
		return nil
	}
	return gramPlaces(japanese.Fold(name))
}

// show fills in title and snippets of a loaded document; texts names the texts of its sections.
func (s *searching) show(h *Hit, doc int32, texts []textKey, marks map[textKey][]span) {
	titleMarks := union(h.Title, append(s.letterMarks(h.Title), marks[textKey{doc, -1}]...))
	h.TitleHTML = markHTML(h.Title, 0, len(h.Title), titleMarks)
	type candidate struct {
		section    int
		spans, raw []span
		worth      int
	}
	var found []candidate
	for i, section := range h.Sections {
		if !s.viewer.InAudience(section.Audience) {
			continue
		}
		raw := marks[texts[i]]
		if len(raw) > 0 || len(found) < snippetsMost { // else no single letter makes it one of those that are shown
			raw = append(s.letterMarks(section.Text), raw...)
		}
		if spans := union(section.Text, raw); len(spans) > 0 {
			terms := map[int]bool{}
			for _, m := range raw {
				terms[m.term] = true
			}
			found = append(found, candidate{i, spans, raw, len(terms)})
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return b.worth - a.worth })
	for _, c := range found[:min(len(found), snippetsMost)] {
		snippet := cut(h.Sections[c.section], c.spans)
		snippet.Near = onlyNear(c.raw)
		h.Snippets = append(h.Snippets, snippet)
	}
	if len(h.Snippets) > 0 {
		h.At = h.Snippets[0].At
		return
	}
	for _, section := range h.Sections {
		if section.Text != "" && s.viewer.InAudience(section.Audience) {
			h.Snippets = []Snippet{cut(section, nil)}
			return
		}
	}
}

// cut takes the piece of a section where most marks stand together.
func cut(section Section, spans []span) Snippet {
	text := section.Text
	from := 0
	if len(spans) > 0 {
		from = back(text, densest(text, spans).start, snippetBefore)
	}
	to := forward(text, from, snippetRunes)
	for _, m := range spans { // never end inside a mark
		if m.start < to && m.end > to {
			to = m.end
		}
		if m.start < from && m.end > from {
			from = m.start
		}
	}
	html := markHTML(text, from, to, spans)
	if from > 0 {
		html = "…" + html
	}
	if to < len(text) {
		html += "…"
	}
	return Snippet{Section: section.Key, Label: section.Label, HTML: strings.Join(strings.Fields(html), " "), At: section.At}
}

// onlyNear gives the near word a section was found by, if no word of the query stands in it itself.
func onlyNear(spans []span) string {
	near := ""
	for _, s := range spans {
		if near = s.near; near == "" {
			return ""
		}
	}
	return near
}

// densest gives the first mark of the window that holds the most different ones.
func densest(text string, spans []span) span {
	best, most := spans[0], 0
	for i, first := range spans {
		if i > 50 {
			break
		}
		end := first.start + 3*(snippetRunes-snippetBefore) // about: three bytes a letter
		terms := map[int]bool{}
		for _, m := range spans[i:] {
			if m.end > end {
				break
			}
			terms[m.term] = true
		}
		if len(terms) > most {
			best, most = first, len(terms)
		}
	}
	return best
}

// back goes back n runes from at, but not over the end of a sentence.
func back(text string, at, n int) int {
	start := at
	for ; n > 0 && start > 0; n-- {
		r, size := utf8.DecodeLastRuneInString(text[:start])
		if r == '。' || r == '\n' || r == '！' || r == '？' {
			break
		}
		start -= size
	}
	return start
}

// forward goes n runes on from at.
func forward(text string, at, n int) int {
	for ; n > 0 && at < len(text); n-- {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return at
}
