package search

import (
	"cmp"
	"slices"
	"strings"
)

// Facet is a list of values with how many hits each would give.
type Facet struct {
	Name   string
	Values []FacetValue
}

// FacetValue is one of them.
type FacetValue struct {
	Value string
	Count int
	On    bool // it is among the filters
}

// FacetNames are the facets of contract §4, and audience and files of the page.
var FacetNames = []string{"kind", "theme", "prefecture", "region", "municipality", "band", "year", "course", "stage", "audience", "files"}

// values gives a row's values of a facet; one is a place for a single value, so that counting allocates nothing.
func (r *row) values(facet string, one *[1]string) []string {
	switch facet {
	case "kind":
		one[0] = r.kind
	case "theme":
		return r.themes
	case "prefecture":
		one[0] = r.prefecture
	case "region":
		one[0] = r.region
	case "municipality":
		one[0] = r.municipality
	case "band":
		one[0] = r.band
	case "year":
		if one[0] = r.year; r.year == "0" {
			return nil
		}
	case "course":
		one[0] = r.course
	case "stage":
		one[0] = r.stage
	case "audience":
		one[0] = string(r.audience.Rung)
	case "files":
		one[0] = r.files
	}
	if one[0] == "" {
		return nil
	}
	return one[:]
}

// tally counts hits. A facet's own filter does not bind its counts: beside 長野県 one sees what 山形県 would give.
// A hit that fails exactly one filter therefore counts in that facet only, and tells what dropping it would give.
type tally struct {
	filters map[string][]string
	on      []wantedValues
	counts  [][]valueCount
	index   []map[string]int
	dropped []int // by filter: hits that fail only this one
	ready   bool
}

type wantedValues struct {
	facet  int
	values map[string]bool
}

type valueCount struct {
	value string
	n     int
}

// maxFilterValues bounds the values of one filter; more than that is no choice of a person.
const maxFilterValues = 500

func (t *tally) prepare() {
	t.ready = true
	t.counts = make([][]valueCount, len(FacetNames))
	t.index = make([]map[string]int, len(FacetNames))
	for i, name := range FacetNames {
		t.index[i] = map[string]int{}
		values := map[string]bool{}
		for _, v := range t.filters[name] {
			if v != "" && len(values) < maxFilterValues {
				values[v] = true
			}
		}
		if len(values) > 0 {
			t.on = append(t.on, wantedValues{i, values})
		}
	}
	t.dropped = make([]int, len(t.on))
}

// add counts a document and tells whether it passes all filters.
func (t *tally) add(r *row) bool {
	if !t.ready {
		t.prepare()
	}
	failed := -1
	var one [1]string
	for i, f := range t.on {
		if !hasAny(r.values(FacetNames[f.facet], &one), f.values) {
			if failed >= 0 {
				return false
			}
			failed = i
		}
	}
	if failed >= 0 {
		t.dropped[failed]++
		t.count(t.on[failed].facet, r)
		return false
	}
	for i := range FacetNames {
		t.count(i, r)
	}
	return true
}

func (t *tally) count(facet int, r *row) {
	var one [1]string
	for _, v := range r.values(FacetNames[facet], &one) {
		i, ok := t.index[facet][v]
		if !ok {
			i = len(t.counts[facet])
			t.index[facet][v] = i
			t.counts[facet] = append(t.counts[facet], valueCount{value: v})
		}
		t.counts[facet][i].n++
	}
}

func hasAny(values []string, wanted map[string]bool) bool {
	for _, v := range values {
		if wanted[v] {
			return true
		}
	}
	return false
}

// facets gives the counts, highest first; a chosen value stands there even when it gives nothing.
func (t *tally) facets() []Facet {
	if !t.ready {
		t.prepare()
	}
	out := make([]Facet, len(FacetNames))
	for i, name := range FacetNames {
		out[i].Name = name
		var chosen map[string]bool
		for _, f := range t.on {
			if f.facet == i {
				chosen = f.values
			}
		}
		for _, c := range t.counts[i] {
			out[i].Values = append(out[i].Values, FacetValue{c.value, c.n, chosen[c.value]})
		}
		for v := range chosen {
			if _, ok := t.index[i][v]; !ok && len(chosen) <= 50 {
				out[i].Values = append(out[i].Values, FacetValue{v, 0, true})
			}
		}
		slices.SortFunc(out[i].Values, func(a, b FacetValue) int {
			return cmp.Or(b.Count-a.Count, strings.Compare(a.Value, b.Value))
		})
	}
	return out
}

// drops tells what each filter hides.
func (t *tally) drops() []Drop {
	var out []Drop
	for i, f := range t.on {
		if t.dropped[i] > 0 {
			out = append(out, Drop{FacetNames[f.facet], t.dropped[i]})
		}
	}
	return out
}
