package search

import (
	"math"
	"slices"
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

// facetNames are the facets of contract §4, and audience and files of the page.
var facetNames = [...]string{"kind", "theme", "prefecture", "region", "municipality", "band", "year", "course", "stage", "audience", "files"}

// Where some of them stand.
const (
	kindFacet         = 0
	themeFacet        = 1
	prefectureFacet   = 2
	municipalityFacet = 4
	yearFacet         = 6
	courseFacet       = 7
)

// FacetNames are the names of all facets, which are also the names of filters in addresses.
func FacetNames() []string { return facetNames[:] }

// tally counts hits. A facet's own filter does not bind its counts: beside 長野県 one sees what 山形県 would give.
// A hit that fails exactly one filter therefore counts in that facet only, and tells what dropping it would give.
type tally struct {
	cols    *columns
	on      []wantedValues
	counts  [len(facetNames)][]int
	dropped []int // by filter: hits that fail only this one
}

// wantedValues is a filter, by the numbers of its values; values that no document has are in none.
type wantedValues struct {
	facet  int
	values map[uint32]bool
	none   []string
}

// maxFilterValues bounds the values of one filter; more than that is no choice of a person.
const maxFilterValues = 500

func newTally(cols *columns, filters map[string][]string) *tally {
	t := &tally{cols: cols}
	for i, name := range facetNames {
		t.counts[i] = make([]int, max(len(cols.names[i]), 1))
		w := wantedValues{facet: i, values: map[uint32]bool{}}
		given := filters[name]
		for _, v := range given[:min(len(given), maxFilterValues)] {
			switch n := cols.number(i, v); {
			case v == "":
			case n > 0:
				w.values[n] = true
			case !slices.Contains(w.none, v):
				w.none = append(w.none, v)
			}
		}
		if len(w.values)+len(w.none) > 0 {
			t.on = append(t.on, w)
		}
	}
	t.counts[themeFacet] = make([]int, max(len(cols.sets), 1))
	t.dropped = make([]int, len(t.on))
	return t
}

// sift counts documents, those that everybody passes a facet at a time, and gives those that pass all filters.
func (t *tally) sift(hits []hit, count bool) []hit {
	kept := hits
	if len(t.on) > 0 {
		kept = hits[:0]
		for _, h := range hits {
			switch failed := t.fails(h.doc); {
			case failed < 0:
				kept = append(kept, h)
			case failed < len(t.on):
				t.dropped[failed]++
				t.counts[t.on[failed].facet][t.cols.values[t.on[failed].facet][h.doc]]++
			}
		}
	}
	if !count {
		return kept
	}
	for facet := range facetNames {
		counts, values := t.counts[facet], t.cols.values[facet]
		for _, h := range kept {
			counts[values[h.doc]]++
		}
	}
	return kept
}

// fails gives the one filter that a document does not pass: -1 for none, and as many as there are for several.
func (t *tally) fails(doc int32) int {
	failed := -1
	for i := range t.on {
		if !t.on[i].passes(t.cols, doc) {
			if failed >= 0 {
				return len(t.on)
			}
			failed = i
		}
	}
	return failed
}

func (w *wantedValues) passes(cols *columns, doc int32) bool {
	value := cols.values[w.facet][doc]
	if w.facet != themeFacet {
		return w.values[value]
	}
	if value == 0 {
		return false
	}
	for _, theme := range cols.sets[value] {
		if w.values[theme] {
			return true
		}
	}
	return false
}

// themes turns the counts of sets of themes into those of themes.
func (t *tally) themes() {
	counts := make([]int, max(len(t.cols.names[themeFacet]), 1))
	for set, n := range t.counts[themeFacet] {
		if set > 0 && n > 0 {
			for _, theme := range t.cols.sets[set] {
				counts[theme] += n
			}
		}
	}
	t.counts[themeFacet] = counts
}

// facets gives the counts, highest first; a chosen value stands there even when it gives nothing.
func (t *tally) facets() []Facet {
	t.themes()
	out := make([]Facet, len(facetNames))
	for i, name := range facetNames {
		out[i].Name = name
		var chosen wantedValues
		for _, w := range t.on {
			if w.facet == i {
				chosen = w
			}
		}
		out[i].Values = t.values(i, chosen)
		for _, v := range chosen.none[:min(len(chosen.none), 20)] {
			out[i].Values = append(out[i].Values, FacetValue{v, 0, true})
		}
	}
	return out
}

// values gives the values of a facet, the most frequent first. There are thousands of municipalities, so that numbers are
// sorted and not names: how many, and then by the alphabet.
func (t *tally) values(facet int, chosen wantedValues) []FacetValue {
	counts, ranks := t.counts[facet], t.cols.ranks(facet)
	keys := make([]uint64, 0, len(counts))
	for n, count := range counts {
		if n > 0 && (count > 0 || chosen.values[uint32(n)]) { // 0 are those that have no value
			keys = append(keys, uint64(math.MaxUint32-uint32(count))<<32|uint64(ranks[n]))
		}
	}
	slices.Sort(keys)
	out := make([]FacetValue, len(keys))
	for i, key := range keys {
		n := t.cols.lazy.ranked[facet][uint32(key)]
		out[i] = FacetValue{t.cols.names[facet][n], counts[n], chosen.values[n]}
	}
	return out
}

// drops tells what each filter hides.
func (t *tally) drops() []Drop {
	var out []Drop
	for i, w := range t.on {
		if t.dropped[i] > 0 {
			out = append(out, Drop{facetNames[w.facet], t.dropped[i]})
		}
	}
	return out
}
