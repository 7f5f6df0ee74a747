package search

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/document"
	index "github.com/blevesearch/bleve_index_api"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/search/japanese"
)

// analyzerVersion changes whenever the same text would give other terms or other stored data: an index with another
// version is built anew beside the old one.
const analyzerVersion = "5"

// storedForm changes with what is stored and packed: an index of another form cannot be read and does not serve.
const storedForm = "4"

// A text field is named by its part (title, body, or what a program has read off a picture), its kind of term and its
// rung, such as "tm.p".
const (
	partTitle, partBody, partMachine         = "t", "b", "o"
	kindWord, kindGram, kindReading, kindLax = "m", "n", "r", "l"

	// Single letters have no places: there are too many, and where they stand in twenty texts is seen from the texts.
	kindLetter = "u"
)

// fieldNames holds every name of a text field, so that a search does not make them anew for each of its terms.
var fieldNames = func() map[[3]string]string {
	names := map[[3]string]string{}
	for _, part := range []string{partTitle, partBody, partMachine} {
		for _, kind := range []string{kindWord, kindGram, kindLetter, kindReading, kindLax} {
			for _, rung := range []string{"p", "m", "c", "t", "x", "s"} {
				names[[3]string{part, kind, rung}] = part + kind + "." + rung
			}
		}
	}
	return names
}()

func fieldName(part, kind, rung string) string { return fieldNames[[3]string{part, kind, rung}] }

// Fields beside the text.
const (
	fieldRow    = "row" // doc values: what columns.go needs to filter, count and sort
	fieldStored = "d"   // stored: the document, for showing
	fieldOf     = "of"  // of a part: its topic's id
)

// unit parts a cohort's or team's id from the term that follows it.
const unit = "\x1f"

// rungFields gives the suffix of the fields that text of an audience goes to, and what its terms begin with.
// Narrow text stands twice: under its cohort or team, and plain in "x" for the secretariat, which reads all.
func rungFields(a access.Audience) []rungField {
	switch a.Rung {
	case access.Public:
		return []rungField{{"p", ""}}
	case access.Members:
		return []rungField{{"m", ""}}
	case access.Cohort:
		return []rungField{{"c", a.Cohort + unit}, {allNarrow, ""}}
	case access.Team:
		return []rungField{{"t", a.Team + unit}, {allNarrow, ""}}
	}
	return []rungField{{"s", ""}} // staff, and anything unknown: the narrowest
}

// allNarrow is the field with all text of cohorts and teams, which the secretariat reads.
const allNarrow = "x"

type rungField struct{ suffix, prefix string }

// readableFields gives the fields that a viewer's query may name.
func readableFields(v access.Viewer) []rungField {
	fields := []rungField{{"p", ""}}
	if !v.Member {
		return fields
	}
	fields = append(fields, rungField{"m", ""})
	if v.Secretariat {
		fields = append(fields, rungField{"x", ""})
	} else {
		for _, cohort := range v.Cohorts {
			fields = append(fields, rungField{"c", cohort + unit})
		}
		for _, team := range v.Teams {
			fields = append(fields, rungField{"t", team + unit})
		}
	}
	if v.Moderator {
		fields = append(fields, rungField{"s", ""})
	}
	return fields
}

// allFields names every rung once: document frequencies are taken over all of them, so that the same text ranks
// alike for everybody.
var allFields = []rungField{{"p", ""}, {"m", ""}, {"x", ""}, {"s", ""}}

// encode makes the bleve document. Its text is analyzed here already, outside of bleve's queue.
func encode(d Document) *document.Document {
	out := document.NewDocument(d.ID)
	text := &fields{by: map[string]*textField{}}
	text.addText(partTitle, d.Title, d.Audience, nil)
	text.addKana(d)
	for i, s := range d.Sections {
		part := partBody
		if s.Machine {
			part = partMachine
		}
		text.addText(part, s.Text, s.Audience, []uint64{uint64(i)})
	}
	text.to(out)
	out.AddField(document.NewTextFieldCustom(fieldRow, nil, []byte(rowOf(d)), index.IndexField|index.DocValues, whole{}))
	if d.Of != "" {
		out.AddField(document.NewTextFieldCustom(fieldOf, nil, []byte(d.Of), index.IndexField, whole{}))
	}
	out.AddField(document.NewTextFieldCustom(fieldStored, nil, pack(d), index.StoreField, whole{}))
	return out
}

// addText adds words, n-grams and readings of a text to the fields of its rung.
func (f *fields) addText(part, text string, to access.Audience, at []uint64) {
	if text == "" {
		return
	}
	runes := japanese.Fold(text)
	words, _ := japanese.WordsOf(runes)
	grams := japanese.Grams(runes, true)
	for _, rung := range rungFields(to) {
		name := func(kind string) string { return part + kind + "." + rung.suffix }
		word, gram, letter, reading, lax := name(kindWord), name(kindGram), name(kindLetter), name(kindReading), name(kindLax)
		for _, w := range words {
			f.add(word, rung.prefix, w.Term, at, w.Start, w.End, w.Pos)
			if w.Reading != "" {
				f.add(reading, rung.prefix, w.Reading, at, w.Start, w.End, w.Pos)
				if loose := japanese.LooseReading(w.Reading); loose != "" {
					f.add(lax, rung.prefix, loose, at, w.Start, w.End, w.Pos)
				}
			}
		}
		for _, g := range grams {
			if oneLetter(g.Term) {
				f.count(letter, rung.prefix, g.Term)
			} else {
				f.add(gram, rung.prefix, g.Term, at, g.Start, g.End, g.Pos)
			}
		}
	}
}

// addKana adds the official reading of the municipality, with and without 市町村, as readings of the title.
func (f *fields) addKana(d Document) {
	if d.MunicipalityKana == "" {
		return
	}
	readings := []string{d.MunicipalityKana}
	for _, suffix := range []string{"し", "く", "ちょう", "まち", "むら", "そん", "けん", "ふ"} {
		if bare, ok := strings.CutSuffix(d.MunicipalityKana, suffix); ok && utf8.RuneCountInString(bare) > 1 {
			readings = append(readings, bare)
		}
	}
	for _, rung := range rungFields(d.Audience) {
		for i, reading := range readings {
			pos := 1_000_000 + 10*i // far from the title's own words
			f.add(partTitle+kindReading+"."+rung.suffix, rung.prefix, reading, nil, 0, 0, pos)
			f.add(partTitle+kindLax+"."+rung.suffix, rung.prefix, japanese.LooseReading(reading), nil, 0, 0, pos)
		}
	}
}

// whole takes a value as one term.
type whole struct{}

// Analyze gives one token.
func (whole) Analyze(value []byte) analysis.TokenStream {
	return analysis.TokenStream{{Term: value, End: len(value), Position: 1}}
}

// rowOf packs what is filtered, counted and sorted by into one value; parseRow reads it.
func rowOf(d Document) string {
	body := 0
	for _, s := range d.Sections {
		body += utf8.RuneCountInString(s.Text)
	}
	files := ""
	if d.Files {
		files = "1"
	}
	topic := ""
	if d.Kind == topicKind && d.Of == "" {
		topic = d.ID
	}
	return strings.Join([]string{
		d.Kind, strings.Join(d.Themes, unit), d.Prefecture, d.Region, d.Municipality, d.Band, strconv.Itoa(d.Year),
		d.Course, d.Stage, string(d.Audience.Rung), files, d.Audience.Cohort, d.Audience.Team,
		strconv.FormatInt(d.At.Unix(), 10), strconv.Itoa(d.Useful), strconv.Itoa(d.Adopted),
		strconv.Itoa(utf8.RuneCountInString(d.Title)), strconv.Itoa(body),
		strconv.FormatInt(d.Version, 10), strconv.Itoa(d.Part), topic, d.Of,
	}, "\x1e")
}
