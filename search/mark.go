package search

import (
	"cmp"
	"html"
	"slices"
	"strings"
	"unicode/utf8"
)

// span is a marked part of a text, in bytes of the text as stored.
type span struct {
	start, end int
	term       int    // which of the query's alternatives, so that a snippet can show many
	near       string // the near word it was found by, if it was
}

// textKey is one text of one document: its title (section -1) or a section.
type textKey struct {
	doc     int32
	section int
}

// wanted is something to mark: terms that stand at their distances.
type wantedMark struct {
	kind   string
	places []place
	near   string
}

// marks finds where the query's words stand in the documents of one page, by the positions that the index keeps.
// Only readable fields are asked, so nothing hidden can be marked.
func (s *searching) marks(docs []int32) (map[textKey][]span, error) {
	slices.Sort(docs)
	out := map[textKey][]span{}
	for i, w := range s.wantedMarks() {
		for _, part := range []string{partTitle, partBody} {
			for _, f := range s.fields {
				if err := s.markField(out, docs, i, w, part, f); err != nil {
					return nil, err
				}
			}
		}
	}
	return out, nil
}

// wantedMarks lists what each word may have matched.
func (s *searching) wantedMarks() []wantedMark {
	var out []wantedMark
	for _, p := range s.plans {
		if p.Exclude {
			continue
		}
		for _, u := range p.units {
			out = append(out, wantedMark{kindWord, u.places, ""})
			if !p.Phrase && len(u.places) > 1 {
				for _, piece := range u.places {
					if utf8.RuneCountInString(piece.term) > 1 {
						out = append(out, wantedMark{kindWord, []place{{piece.term, 0}}, ""})
					}
				}
			}
			for i, near := range u.near {
				out = append(out, wantedMark{kindWord, near, u.texts[i]})
			}
		}
		if len(p.grams) > 0 {
			out = append(out, wantedMark{kindGram, p.grams, ""})
		}
		for _, cut := range p.cuts {
			out = append(out, wantedMark{cut.kind, cut.places, ""})
		}
		for _, place := range p.places {
			if name := placeMark(place.Name); name != nil {
				out = append(out, wantedMark{kindGram, name, ""})
			}
		}
	}
	const most = 150 // 64 words of a query can have more alternatives than a page can show
	return out[:min(len(out), most)]
}

// markField adds the spans of one alternative in one field.
func (s *searching) markField(out map[textKey][]span, docs []int32, term int, w wantedMark, part string, f rungField) error {
	for len(docs) > 0 {
		at := s.segmentOf(docs[0])
		end := 1
		for end < len(docs) && s.segmentOf(docs[end]) == at {
			end++
		}
		if err := s.markSegment(out, docs[:end], at, term, w, part, f); err != nil {
			return err
		}
		docs = docs[end:]
	}
	return nil
}

// markSegment does it for the documents of one segment.
func (s *searching) markSegment(out map[textKey][]span, docs []int32, at, term int, w wantedMark, part string, f rungField) error {
	cursors, holding, err := s.together(part+w.kind+"."+f.suffix, f.prefix, w.places, at)
	if err != nil || holding == nil {
		return err
	}
	for _, doc := range docs {
		local := uint32(doc - s.base[at])
		if !holding.Contains(local) {
			continue
		}
		if ok, err := atAll(cursors, uint64(local)); err != nil {
			return err
		} else if !ok {
			continue
		}
		for _, spot := range common(cursors) {
			for i := range cursors {
				section := -1
				if part == partBody {
					section = int(spot >> 32)
				}
				if start, end := cursors[i].bytes(spot); end > start {
					key := textKey{doc, section}
					out[key] = append(out[key], span{start, end, term, w.near})
				}
			}
		}
	}
	return nil
}

// bytes gives where in the text the occurrence of a spot stands.
func (c *cursor) bytes(at uint64) (start, end int) {
	for _, v := range c.at.Locations() {
		if spot(v)-uint64(c.offset) == at {
			return int(v.Start()), int(v.End())
		}
	}
	return 0, 0
}

// union sorts spans and joins those that touch or overlap, so that no mark stands in a mark and none covers a
// letter that did not match. Spans that do not fit the text are dropped.
func union(text string, spans []span) []span {
	var out []span
	spans = slices.Clone(spans)
	slices.SortFunc(spans, func(a, b span) int { return cmp.Or(a.start-b.start, b.end-a.end) })
	for _, s := range spans {
		if s.start < 0 || s.end > len(text) || s.start >= s.end || !edge(text, s.start) || !edge(text, s.end) {
			continue
		}
		if n := len(out); n > 0 && s.start <= out[n-1].end {
			out[n-1].end = max(out[n-1].end, s.end)
			continue
		}
		out = append(out, s)
	}
	return out
}

func edge(text string, at int) bool { return at == len(text) || utf8.RuneStart(text[at]) }

// markHTML writes text[from:to] as HTML with the marks of joined spans.
func markHTML(text string, from, to int, spans []span) string {
	var b strings.Builder
	at := from
	for _, s := range spans {
		start, end := max(s.start, from), min(s.end, to)
		if start >= end {
			continue
		}
		b.WriteString(html.EscapeString(text[at:start]))
		b.WriteString("<mark>")
		b.WriteString(html.EscapeString(text[start:end]))
		b.WriteString("</mark>")
		at = end
	}
	b.WriteString(html.EscapeString(text[at:to]))
	return b.String()
}
