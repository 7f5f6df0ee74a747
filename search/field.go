package search

import (
	"github.com/blevesearch/bleve/v2/document"
	index "github.com/blevesearch/bleve_index_api"
)

// fields gathers the terms of one document by field. bleve would make a token, a list and a map for each section and
// join them; one map per field is a third of that memory, and the analysis is most of what a rebuild does.
type fields struct {
	by    map[string]*textField
	order []*textField
	// slabs, so that each of thousands is not an allocation of its own
	spots []index.TokenLocation
	freqs []index.TokenFreq
	first []*index.TokenLocation
	text  []byte
}

// textField is a bleve field whose terms are counted already.
type textField struct {
	name   string
	freqs  index.TokenFrequencies
	length int
	places bool // its terms have places
}

// of gives the frequency of a term in a field, to be raised by one.
func (f *fields) of(name, prefix, term string, places bool) *index.TokenFreq {
	t := f.by[name]
	if t == nil {
		t = &textField{name: name, freqs: index.TokenFrequencies{}, places: places}
		f.by[name] = t
		f.order = append(f.order, t)
	}
	t.length++
	term = prefix + term
	freq := t.freqs[term]
	if freq == nil {
		freq = next(&f.freqs)
		freq.Term = f.bytes(term)
		t.freqs[term] = freq
	}
	return freq
}

// count adds one occurrence of a term that has no places.
func (f *fields) count(name, prefix, term string) {
	freq := f.of(name, prefix, term, false)
	freq.SetFrequency(freq.Frequency() + 1)
}

// add adds one occurrence of a term; at is which text of the field it stands in.
func (f *fields) add(name, prefix, term string, at []uint64, start, end, pos int) {
	freq := f.of(name, prefix, term, true)
	spot := next(&f.spots)
	*spot = index.TokenLocation{ArrayPositions: at, Start: start, End: end, Position: pos + 1}
	if freq.Locations == nil {
		next(&f.first)
		n := len(f.first)
		freq.Locations = f.first[n-1 : n-1 : n] // most terms stand there once
	}
	freq.Locations = append(freq.Locations, spot)
	freq.SetFrequency(len(freq.Locations))
}

// bytes copies a term into a slab.
func (f *fields) bytes(term string) []byte {
	if len(f.text)+len(term) > cap(f.text) {
		f.text = make([]byte, 0, max(4096, len(term)))
	}
	n := len(f.text)
	f.text = append(f.text, term...)
	return f.text[n:len(f.text):len(f.text)]
}

// next gives room for one more in a slab.
func next[T any](slab *[]T) *T {
	if len(*slab) == cap(*slab) {
		*slab = make([]T, 0, 256)
	}
	*slab = (*slab)[:len(*slab)+1]
	return &(*slab)[len(*slab)-1]
}

// to puts the fields into a document.
func (f *fields) to(out *document.Document) {
	for _, t := range f.order {
		out.AddField(t)
	}
}

// Name and the methods after it make it a bleve field.
func (t *textField) Name() string              { return t.name }
func (t *textField) Value() []byte             { return nil }
func (t *textField) ArrayPositions() []uint64  { return nil }
func (t *textField) EncodedFieldType() byte    { return 't' }
func (t *textField) Analyze()                  {}
func (t *textField) AnalyzedLength() int       { return t.length }
func (t *textField) NumPlainTextBytes() uint64 { return 0 }
func (t *textField) Size() int                 { return 32 * t.length }

// Options say that terms are kept, and mostly where they stand, and no text.
func (t *textField) Options() index.FieldIndexingOptions {
	if !t.places {
		return index.IndexField
	}
	return index.IndexField | index.IncludeTermVectors
}

// AnalyzedTokenFrequencies are its terms.
func (t *textField) AnalyzedTokenFrequencies() index.TokenFrequencies { return t.freqs }
