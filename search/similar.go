package search

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/search/japanese"
)

// What makes two entries near (近い実践): the words that are strong in the one, and a little that both speak of the same
// theme and come from like towns. The text's part of the best is 1.
const (
	nearThemes = .15 // whole when two themes are common
	nearTown   = .10

	nearText   = 2400 // runes of an entry that are read for its words, of each section about as many
	nearTitle  = 3    // a word of the title counts as often
	nearAsked  = 24   // of its most frequent words are asked how rare they are
	nearTerms  = 12   // so many of the strongest make the comparison
	nearCommon = 4    // a word that stands in more than every fourth document tells nothing
	nearFew    = 8    // but in a small archive this many are few
	nearShared = 2    // so many of the terms must be common
	nearLeast  = .15  // what has less of them than this part of the best is not near
)

// Similar gives the entries nearest to one, nearest first, that the viewer may read: by what they may read of both.
// It gives none for what is not in the index, such as a draft.
func (x *Index) Similar(ctx context.Context, d *db.DB, v access.Viewer, id string, most int) ([]Hit, error) {
	hits, err := x.Nearest(ctx, v, id, most+3) // some more, for those that Confirm drops
	if err != nil {
		return nil, err
	}
	if hits, err = Confirm(ctx, d, v, hits); err != nil {
		return nil, err
	}
	return hits[:min(len(hits), most)], nil
}

// Nearest is Similar as the index knows it, before the rows are asked.
func (x *Index) Nearest(ctx context.Context, v access.Viewer, id string, most int) ([]Hit, error) {
	if err := x.slots.acquire(ctx); err != nil {
		return nil, err
	}
	defer x.slots.release()
	snap, done, err := x.snapshot()
	if errors.Is(err, errPreparing) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer done()
	internal, err := snap.InternalID(id)
	if err != nil || internal == nil {
		return nil, err
	}
	cols, err := x.columns.of(snap)
	if err != nil {
		return nil, err
	}
	doc := int32(internal.Value())
	if !v.InAudience(cols.rows[doc].audience) {
		return nil, nil
	}
	e := newEvaluator(ctx, snap, cols, readableFields(v))
	defer e.close()
	n := nearing{evaluator: e, viewer: v, self: doc, stops: x.Vocabulary(), known: &x.counted}
	if err := loadStored(snap, doc, &n.doc.Document); err != nil {
		return nil, err
	}
	n.doc.hide(v)
	return n.find(most)
}

// nearing is one search for what is near.
type nearing struct {
	*evaluator
	viewer access.Viewer
	self   int32
	stops  *Vocabulary
	known  *countedTexts
	doc    Hit // with only those sections that the viewer may read
}

func (n *nearing) find(most int) ([]Hit, error) {
	terms, err := n.strongest()
	if err != nil || len(terms) == 0 {
		return nil, err
	}
	lists := make([][]scored, len(terms))
	for i, t := range terms {
		l, err := n.term(kindWord, t.term)
		if err != nil {
			return nil, err
		}
		lists[i] = l.docs
	}
	found := n.sum(lists, terms)
	slices.SortFunc(found, n.better)
	found = found[:min(len(found), 10*most)]
	n.addCommon(found)
	slices.SortFunc(found, n.better)
	var hits []Hit
	for _, f := range found[:min(len(found), most)] {
		h := Hit{Score: float64(f.score)}
		if err := loadStored(n.snap, f.doc, &h.Document); err != nil {
			return nil, err
		}
		h.hide(n.viewer)
		hits = append(hits, h)
	}
	return hits, nil
}

func (n *nearing) better(a, b scored) int {
	return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(n.cols.rows[b.doc].at, n.cols.rows[a.doc].at), int(b.doc-a.doc))
}

// strong is a word of the entry and how much it says about it.
type strong struct {
	term   string
	weight float64
}

func heaviest(a, b strong) int {
	return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(len(b.term), len(a.term)), cmp.Compare(a.term, b.term))
}

// texts are what is read of the entry for its words, the title first.
func (n *nearing) texts() []string {
	list := []string{n.doc.Title}
	each := nearText / max(len(n.doc.Sections), 1)
	for _, s := range n.doc.Sections {
		if s.Key != "authors" { // who wrote it is no subject
			list = append(list, s.Text[:forward(s.Text, 0, each)])
		}
	}
	return list
}

// strongest gives the entry's own words that say most about it: frequent in it and rare elsewhere.
func (n *nearing) strongest() ([]strong, error) {
	terms := n.known.words(n.texts(), n.stops)
	for i, t := range terms {
		df, err := n.frequency(kindWord, t.term)
		if err != nil {
			return nil, err
		}
		terms[i].weight = 0
		if df > 1 && df <= max(n.cols.live/nearCommon, nearFew) {
			terms[i].weight = t.weight / (t.weight + k1) * float64(idf(n.cols.live, df))
		}
	}
	terms = slices.DeleteFunc(terms, func(t strong) bool { return t.weight == 0 })
	slices.SortFunc(terms, heaviest)
	return terms[:min(len(terms), nearTerms)], nil
}

// countedTexts remembers the most frequent words of texts. Cutting a page's text into words takes longer than all the rest
// of the page, and a text has the same words for everybody who may read it: the key is the text itself.
type countedTexts struct {
	mu    sync.Mutex
	known map[[sha256.Size]byte]counted
}

type counted struct {
	stops *Vocabulary // of that time
	terms []strong
}

// mostCounted bounds the memory to a few megabytes; beyond it all is forgotten, which costs each page a few milliseconds.
const mostCounted = 2000

// words gives the most frequent words of texts, the first being a title, with how often they stand there.
func (c *countedTexts) words(texts []string, stops *Vocabulary) []strong {
	key := sha256.Sum256([]byte(strings.Join(texts, "\x00")))
	c.mu.Lock()
	k, ok := c.known[key]
	c.mu.Unlock()
	if ok && k.stops == stops {
		return slices.Clone(k.terms)
	}
	counts, ready := map[string]float64{}, true
	for i, text := range texts {
		times := 1.0
		if i == 0 {
			times = nearTitle
		}
		ready = count(counts, stops, text, times) && ready
	}
	terms := make([]strong, 0, len(counts))
	for term, times := range counts {
		terms = append(terms, strong{term, times})
	}
	slices.SortFunc(terms, heaviest)
	terms = slices.Clip(terms[:min(len(terms), nearAsked)])
	if !ready {
		return terms
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || len(c.known) >= mostCounted {
		c.known = map[[sha256.Size]byte]counted{}
	}
	c.known[key] = counted{stops, terms}
	return slices.Clone(terms)
}

// count adds how often the words of a text occur; weak words and single letters are not what it is about. It is false
// while the dictionary is not loaded.
func count(counts map[string]float64, stops *Vocabulary, text string, times float64) bool {
	words, ok := japanese.Words(text)
	for _, w := range words {
		if !w.Weak && !stops.Stop(text[w.Start:w.End]) && utf8.RuneCountInString(w.Term) > 1 {
			counts[w.Term] += times
		}
	}
	return ok
}

// sum gives the other readable entries that share enough of the terms, with what the terms say of them, the best 1.
func (n *nearing) sum(lists [][]scored, terms []strong) []scored {
	for i, docs := range lists {
		for _, d := range docs {
			n.acc[d.doc] += d.score * float32(terms[i].weight)
			n.count[d.doc]++
		}
	}
	enough := int32(min(nearShared, len(terms)))
	var out []scored
	best := float32(math.SmallestNonzeroFloat32)
	for _, docs := range lists {
		for _, d := range docs {
			r := n.cols.rows[d.doc]
			if n.count[d.doc] >= enough && d.doc != n.self && n.viewer.InAudience(r.audience) && n.cols.entry(r) {
				out = append(out, scored{d.doc, n.acc[d.doc]})
				best = max(best, n.acc[d.doc])
			}
			n.count[d.doc], n.acc[d.doc] = 0, 0
		}
	}
	for i := range out {
		out[i].score /= best
	}
	return slices.DeleteFunc(out, func(s scored) bool { return s.score < nearLeast })
}

// addCommon adds what themes and towns in common say.
func (n *nearing) addCommon(found []scored) {
	own := n.cols.rows[n.self]
	town, known := municipality.Get(own.municipality)
	for i, f := range found {
		r := n.cols.rows[f.doc]
		common := 0
		for _, t := range r.themes {
			if slices.Contains(own.themes, t) {
				common++
			}
		}
		found[i].score += nearThemes * min(1, float32(common)/2)
		if m, ok := municipality.Get(r.municipality); ok && known {
			found[i].score += nearTown * float32(municipality.HowLike(&town, &m))
		}
	}
}

// entry tells whether a row is of an archive entry: a talk is not a practice.
func (c *columns) entry(r *row) bool {
	switch c.names[kindFacet][r.values[kindFacet]] {
	case "report", "poster", "paper", "material":
		return true
	}
	return false
}
