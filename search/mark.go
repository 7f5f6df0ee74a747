package search

import (
	"cmp"
	"html"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/RoaringBitmap/roaring/v2"

	"github.com/manetomo/manetomo/search/japanese"
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

// marks finds where the query's words stand in the documents of one page, by the positions that the index keeps, and
// which parts of topics hold most of them. Only readable fields are asked, so nothing hidden can be marked.
func (s *searching) marks(docs []int32) (map[textKey][]span, map[int32][]int32, error) {
	page := make([]scored, len(docs))
	for i, doc := range docs {
		page[i].doc = doc
	}
	s.within = s.setOf(page)
	defer func() { s.within = nil }()
	var all []markedIn
	counts := map[int32]int{} // by part of a topic: how many alternatives stand there
	for i, w := range s.wantedMarks() {
		for _, part := range s.parts {
			for _, f := range s.fields {
				for at := range s.segments {
					cursors, docs, err := s.together(fieldName(part, w.kind, f.suffix), f.prefix, w.places, at)
					if err != nil {
						return nil, nil, err
					}
					if docs == nil {
						continue
					}
					all = append(all, markedIn{cursors, docs, at, i, part, w.near})
					for local := docs.Iterator(); local.HasNext(); {
						if doc := s.cols.base[at] + int32(local.Next()); s.cols.heads[doc] != doc {
							counts[doc]++
						}
					}
				}
			}
		}
	}
	out, parts := map[textKey][]span{}, s.bestParts(docs, counts)
	for _, m := range all {
		if err := s.markSegment(out, parts, m); err != nil {
			return nil, nil, err
		}
	}
	return out, parts, nil
}

// markedIn is where an alternative of the query stands in one field of one segment.
type markedIn struct {
	cursors []cursor
	docs    *roaring.Bitmap
	at      int
	term    int
	part    string
	near    string
}

// partsShown bounds how many parts of a topic are read for its snippets.
const partsShown = 3

// bestParts gives the parts of topics that are worth showing: those with most of the query, the later of two alike; where
// none has any, the first.
func (s *searching) bestParts(docs []int32, counts map[int32]int) map[int32][]int32 {
	out := map[int32][]int32{}
	for _, head := range docs {
		if len(s.cols.partsOf(head)) == 0 {
			continue
		}
		parts := slices.Clone(s.cols.partsOf(head))
		slices.Reverse(parts)
		slices.SortStableFunc(parts, func(a, b int32) int { return counts[b] - counts[a] })
		n := 0
		for n < min(len(parts), partsShown) && counts[parts[n]] > 0 {
			n++
		}
		if n == 0 {
			out[head] = s.cols.partsOf(head)[:1]
			continue
		}
		out[head] = parts[:n]
	}
	return out
}

// wantedMarks lists what each word may have matched.
func (s *searching) wantedMarks() []wantedMark {
	var out []wantedMark
	for _, p := range append(slices.Clip(s.plans), s.marked...) {
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
			for _, place := range u.named {
				if name := placeMark(place.Name); name != nil {
					out = append(out, wantedMark{kindGram, name, ""})
				}
			}
			for i, near := range u.near {
				out = append(out, wantedMark{kindWord, near, u.texts[i]})
			}
		}
		if len(p.grams) > 0 && gramKind(p.grams) == kindGram {
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

// markSegment adds the spans of one alternative in one field of one segment.
func (s *searching) markSegment(out map[textKey][]span, parts map[int32][]int32, m markedIn) error {
	for candidates := m.docs.Iterator(); candidates.HasNext(); {
		local := candidates.Next()
		doc := s.cols.base[m.at] + int32(local)
		if head := s.cols.heads[doc]; head < 0 || head != doc && !slices.Contains(parts[head], doc) {
			continue
		}
		if ok, err := atAll(m.cursors, uint64(local)); err != nil {
			return err
		} else if !ok {
			continue
		}
		for _, spot := range common(m.cursors) {
			for i := range m.cursors {
				section := -1
				if m.part != partTitle {
					section = int(spot >> 32)
				}
				if start, end := m.cursors[i].bytes(spot); end > start {
					key := textKey{doc, section}
					out[key] = append(out[key], span{start, end, m.term, m.near})
				}
			}
		}
	}
	return nil
}

// letterMarks finds the words of one letter in a text: the index does not know their places.
func (s *searching) letterMarks(text string) (out []span) {
	for i, p := range s.plans {
		if p.Exclude || gramKind(p.grams) != kindLetter {
			continue
		}
		for _, r := range japanese.Loose(japanese.Fold(text)) {
			if string(r.R) == p.grams[0].term {
				out = append(out, span{start: r.Start, end: r.End, term: -1 - i})
			}
		}
	}
	return out
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
