// Package bench measures the search: how good its answers are on a set of documents and queries with known answers,
// and how fast it is on a generated archive. It is for operators and engineers (manetomo bench search), never for
// tests: a figure depends on the machine.
package bench

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/search"
)

// Probe is a document of a development set.
type Probe struct {
	ID, Title, Body string
	Muni            string `json:"muni"`
	Kana            string `json:"muni_kana"`
	Year            int
}

// Question is a query with its answers. Decoys hold the letters but not the word.
type Question struct {
	ID, Class, Query string
	Relevant, Decoys []string
}

// ReadSet reads probe-docs.jsonl and queries.jsonl.
func ReadSet(dir string) ([]search.Document, []Question, error) {
	probes, err := readLines[Probe](filepath.Join(dir, "probe-docs.jsonl"))
	if err != nil {
		return nil, nil, err
	}
	questions, err := readLines[Question](filepath.Join(dir, "queries.jsonl"))
	if err != nil {
		return nil, nil, err
	}
	docs := make([]search.Document, len(probes))
	for i, p := range probes {
		docs[i] = p.document()
	}
	return docs, questions, nil
}

func (p Probe) document() search.Document {
	d := search.Document{ID: p.ID, Kind: "report", URL: "/reports/" + p.ID, Title: p.Title, Year: p.Year,
		Audience: access.Audience{Rung: access.Public}, At: time.Date(p.Year, 9, 1, 0, 0, 0, 0, time.UTC),
		Sections: []search.Section{{Key: "practice", Label: "取り組み", Text: p.Body, Audience: access.Audience{Rung: access.Public}}}}
	if m, ok := municipality.Resolve(p.Muni).One(); ok {
		d.Municipality, d.MunicipalityName, d.Prefecture, d.Region = m.Code, m.Name, m.Prefecture, m.Region
	}
	d.MunicipalityKana = p.Kana
	return d
}

func readLines[T any](path string) ([]T, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []T
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var v T
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			return nil, fmt.Errorf("%s line %d: %w", path, len(out)+1, err)
		}
		out = append(out, v)
	}
	return out, lines.Err()
}

// Class is the measured quality of a class of queries.
type Class struct {
	Name                string
	Queries, Empty      int
	NDCG, Recall, MRR   float64 // sums; the table divides
	Pairs, PairsInOrder int
	worst               []string
}

// Quality asks all questions and gives the classes in order of name; the last is the whole.
func Quality(ctx context.Context, x *search.Index, questions []Question) ([]Class, error) {
	classes := map[string]*Class{}
	total := &Class{Name: "all"}
	for _, q := range questions {
		r, err := x.Search(ctx, access.Viewer{}, search.Request{Text: q.Query, Per: 100})
		if err != nil {
			return nil, fmt.Errorf("query %s: %w", q.ID, err)
		}
		c := classes[q.Class]
		if c == nil {
			c = &Class{Name: q.Class}
			classes[q.Class] = c
		}
		c.judge(q, r)
		total.judge(q, r)
	}
	var out []Class
	for _, c := range classes {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b Class) int { return cmp.Compare(a.Name, b.Name) })
	return append(out, *total), nil
}

// judge scores one answer: hits that are neither relevant nor decoy are dropped where a query has decoys.
func (c *Class) judge(q Question, r search.Result) {
	relevant, decoy := set(q.Relevant), set(q.Decoys)
	rank := map[string]int{}
	var hits []string
	for _, h := range r.Hits {
		if len(decoy) > 0 && !relevant[h.ID] && !decoy[h.ID] {
			continue
		}
		rank[h.ID] = len(hits)
		hits = append(hits, h.ID)
	}
	c.Queries++
	if len(hits) == 0 {
		c.Empty++
	}
	var dcg, ideal, found, first float64
	for i := range min(10, len(relevant)) {
		ideal += 1 / math.Log2(float64(i)+2)
	}
	for i, id := range hits[:min(10, len(hits))] {
		if relevant[id] {
			dcg += 1 / math.Log2(float64(i)+2)
			found++
			if first == 0 {
				first = 1 / float64(i+1)
			}
		}
	}
	c.NDCG += dcg / ideal
	c.Recall += found / float64(min(10, len(relevant)))
	c.MRR += first
	if dcg/ideal < 0.9 {
		c.worst = append(c.worst, fmt.Sprintf("%s %.2f %s (%d)", q.ID, dcg/ideal, q.Query, r.Total))
	}
	for good := range relevant {
		for bad := range decoy {
			c.Pairs++
			g, okGood := rank[good]
			b, okBad := rank[bad]
			if okGood && (!okBad || g < b) {
				c.PairsInOrder++
			}
		}
	}
}

func set(ids []string) map[string]bool {
	out := make(map[string]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out
}

// Print writes the table; with worst, the queries below .90 too.
func Print(w io.Writer, classes []Class, worst bool) {
	fmt.Fprintf(w, "%-14s %5s %8s %8s %8s %6s %8s\n", "class", "n", "nDCG@10", "recall", "MRR", "empty", "pairs")
	for _, c := range classes {
		n := float64(c.Queries)
		pairs := "-"
		if c.Pairs > 0 {
			pairs = fmt.Sprintf("%.3f", float64(c.PairsInOrder)/float64(c.Pairs))
		}
		fmt.Fprintf(w, "%-14s %5d %8.3f %8.3f %8.3f %6d %8s\n", c.Name, c.Queries, c.NDCG/n, c.Recall/n, c.MRR/n, c.Empty, pairs)
	}
	if worst && len(classes) > 0 {
		for _, line := range classes[len(classes)-1].worst {
			fmt.Fprintln(w, "  ", line)
		}
	}
}
