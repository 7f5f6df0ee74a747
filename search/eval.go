package search

import (
	"context"
	"math"
	"slices"
	"sync"

	"github.com/blevesearch/bleve/v2/index/scorch"
)

// BM25F: how a word's frequency in title and body becomes one weight, and how that saturates.
const (
	k1          = 1.2
	titleWeight = 3.0
	titleB      = 0.4 // titles differ little in length; a long one is not much less about its words
	bodyB       = 0.75

	// What a program has read off a picture has mistakes in it, and letters that nobody wrote.
	machineWeight = 0.4
)

// scored is a document with its score for one term, phrase or word.
type scored struct {
	doc   int32
	score float32
}

// list is the documents of one term or phrase, in no order, each once.
type list struct {
	docs []scored
	idf  float32
}

// evaluator looks things up in one snapshot for one viewer. Everything is evaluated a term at a time into dense
// arrays by document number: an archive of 100,000 documents needs 400 kB for each, taken from a pool.
type evaluator struct {
	*lookups
	ctx    context.Context
	snap   *scorch.IndexSnapshot
	fields []rungField
	open   int // so many of the fields are not of a cohort or team
	cache  map[string]list
	counts map[string]int // of terms, in any rung
	*dense
}

// dense is the memory of an evaluator; all of it is zero between uses.
type dense struct {
	acc, share, part []float32
	count            []int32
	touched          []int32 // whose acc is not zero, gathered by whoever uses it until drain
}

var densePool = sync.Pool{New: func() any { return new(dense) }}

func newEvaluator(ctx context.Context, snap *scorch.IndexSnapshot, cols *columns, fields []rungField) *evaluator {
	d := densePool.Get().(*dense)
	if n := len(cols.rows); len(d.acc) < n {
		n += 1024
		*d = dense{make([]float32, n), make([]float32, n), make([]float32, n), make([]int32, n), make([]int32, 0, n)}
	}
	fields = slices.Clone(fields)
	slices.SortStableFunc(fields, func(a, b rungField) int { return min(len(a.prefix), 1) - min(len(b.prefix), 1) })
	open := 0
	for open < len(fields) && fields[open].prefix == "" {
		open++
	}
	return &evaluator{newLookups(snap, cols), ctx, snap, fields, open, map[string]list{}, map[string]int{}, d}
}

// close gives the memory back; every array is all zero again by then.
func (e *evaluator) close() { densePool.Put(e.dense) }

// term gives the documents that hold a term of a kind in any readable rung.
func (e *evaluator) term(kind, term string) (list, error) {
	key := kind + term
	if l, ok := e.cache[key]; ok {
		return l, nil
	}
	if err := e.ctx.Err(); err != nil {
		return list{}, err
	}
	touched := e.touched[:0]
	for _, part := range e.parts {
		norms := e.norms(part)
		fields, err := e.holding(part, kind, term)
		if err != nil {
			return list{}, err
		}
		for _, f := range fields {
			field := fieldName(part, kind, f.suffix)
			for at := range e.segments {
				o, err := e.read(at, field, f.prefix, term)
				if err != nil {
					return list{}, err
				}
				touched = e.sum(at, o, norms, touched)
			}
		}
	}
	df, err := e.frequency(kind, term)
	if err != nil {
		return list{}, err
	}
	l := list{docs: e.drain(touched), idf: idf(e.cols.live, max(df, 1))}
	saturate(l.docs, l.idf)
	if e.within == nil { // else the list may lack some
		e.cache[key] = l
	}
	return l, nil
}

// holding gives the readable fields that can hold a term: what stands in no narrow text at all need not be looked for in the
// text of each of somebody's cohorts and teams.
func (e *evaluator) holding(part, kind, term string) ([]rungField, error) {
	if e.open == len(e.fields) {
		return e.fields, nil
	}
	n, err := e.howMany(fieldName(part, kind, allNarrow), "", term)
	if n > 0 || err != nil {
		return e.fields, err
	}
	return e.fields[:e.open], nil
}

// norms are what an occurrence in a part of a document is worth, before saturation. The length is that of all rungs.
func (e *evaluator) norms(part string) []float32 {
	switch part {
	case partTitle:
		return e.cols.titleNorm
	case partMachine:
		return e.cols.machineNorm
	}
	return e.cols.bodyNorm
}

// sum adds the length-normed frequencies of one field to acc: those of a part of a topic to the topic's.
func (e *evaluator) sum(at int, o occurrences, norms []float32, touched []int32) []int32 {
	base := e.cols.base[at]
	heads := e.cols.heads[base:]
	acc := e.acc
	for i, local := range o.docs {
		doc := heads[local]
		if doc < 0 || e.within != nil && !e.within.has(doc) {
			continue
		}
		if acc[doc] == 0 {
			touched = append(touched, doc)
		}
		acc[doc] += float32(o.freqs[i]) * norms[doc]
	}
	return touched
}

// drain takes the touched values out of acc.
func (e *evaluator) drain(touched []int32) []scored {
	docs := make([]scored, len(touched))
	for i, n := range touched {
		docs[i] = scored{n, e.acc[n]}
		e.acc[n] = 0
	}
	return docs
}

// frequency counts the documents that hold a term in any rung, readable or not: only the rank depends on it, and it
// must not depend on who asks.
func (e *evaluator) frequency(kind, term string) (int, error) {
	most, known := e.counts[kind+term]
	if known {
		return most, nil
	}
	for _, part := range e.parts {
		sum := 0
		for _, f := range allFields {
			n, err := e.howMany(fieldName(part, kind, f.suffix), f.prefix, term)
			if err != nil {
				return 0, err
			}
			sum += n
		}
		most = max(most, sum)
	}
	e.counts[kind+term] = most
	return most, nil
}

// exists tells whether a readable field of a kind holds the term.
func (e *evaluator) exists(kind, term string) (bool, error) {
	for _, part := range e.parts {
		fields, err := e.holding(part, kind, term)
		if err != nil {
			return false, err
		}
		for _, f := range fields {
			if n, err := e.howMany(fieldName(part, kind, f.suffix), f.prefix, term); n > 0 || err != nil {
				return n > 0, err
			}
		}
	}
	return false, nil
}

func idf(total, df int) float32 {
	return float32(math.Log(1 + (float64(max(total-df, 0))+0.5)/(float64(df)+0.5)))
}

// saturate turns weights into scores.
func saturate(docs []scored, idf float32) {
	for i, d := range docs {
		docs[i].score = idf * d.score * (k1 + 1) / (k1 + d.score)
	}
}

// best joins lists: a document's score is its highest, times the list's factor.
func (e *evaluator) best(parts ...factored) []scored {
	if len(parts) == 1 && parts[0].factor == 1 {
		return parts[0].docs
	}
	touched := e.touched[:0]
	for _, p := range parts {
		for _, d := range p.docs {
			if e.acc[d.doc] == 0 {
				touched = append(touched, d.doc)
			}
			e.acc[d.doc] = max(e.acc[d.doc], d.score*p.factor, 1e-6)
		}
	}
	return e.drain(touched)
}

// factored is a list of documents and what it counts.
type factored struct {
	docs   []scored
	factor float32
}

// all gives the documents that stand in every list, with the sum of their scores.
func (e *evaluator) all(lists ...[]scored) []scored {
	if len(lists) == 1 {
		return lists[0]
	}
	for i, docs := range lists {
		for _, d := range docs {
			if e.count[d.doc] == int32(i) {
				e.count[d.doc]++
				e.acc[d.doc] += d.score
			}
		}
	}
	var out []scored
	for _, d := range lists[len(lists)-1] {
		if e.count[d.doc] == int32(len(lists)) {
			out = append(out, scored{d.doc, e.acc[d.doc]})
		}
	}
	for _, docs := range lists {
		for _, d := range docs {
			e.count[d.doc], e.acc[d.doc] = 0, 0
		}
	}
	return out
}
