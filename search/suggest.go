package search

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/search/japanese"
)

// Suggestion is something to type or to go to.
type Suggestion struct {
	Kind    string // word, municipality, entry, person
	Text    string
	Reading string
	URL     string
}

// suggestions are the titles of all documents in memory, by what they begin with. A prefix query over the index
// would cost a hundred times as much, and people wait for these between two letters.
type suggestions struct {
	mu   sync.RWMutex
	cur  *names
	news []name          // what came since, unsorted, few
	gone map[string]bool // documents that changed or went since
}

// name is one key of one document.
type name struct {
	key      string
	doc      string
	text     string
	url      string
	audience access.Audience
}

// names is a sorted list.
type names struct{ list []name }

func newNames() *names { return &names{} }

// maxNews is how many changes are kept aside before the list is sorted anew.
const maxNews = 400

func (n *names) add(docs []Document) {
	for _, d := range docs {
		n.list = append(n.list, keysOf(d)...)
	}
}

// keysOf gives a title from its start and from each of its next words on.
func keysOf(d Document) []name {
	const starts = 4
	if d.Of != "" {
		return nil // a part of a topic has no name
	}
	folded := japanese.Fold(d.Title)
	words, _ := japanese.WordsOf(folded)
	whole := vocabularyKey(d.Title)
	out := []name{{whole, d.ID, d.Title, d.URL, d.Audience}}
	for _, w := range words[min(1, len(words)):] {
		if len(out) > starts {
			break
		}
		if key := vocabularyKey(d.Title[w.Start:]); key != whole {
			out = append(out, name{key, d.ID, d.Title, d.URL, d.Audience})
		}
	}
	return out
}

func (n *names) sort() {
	slices.SortFunc(n.list, func(a, b name) int { return cmp.Compare(a.key, b.key) })
}

// replace takes a new list.
func (s *suggestions) replace(n *names) {
	n.sort()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cur, s.news, s.gone = n, nil, nil
}

// change takes the documents of one batch.
func (s *suggestions) change(docs []Document, deletes []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cur == nil {
		s.cur = newNames()
	}
	if s.gone == nil {
		s.gone = map[string]bool{}
	}
	changed := map[string]bool{}
	for _, d := range docs {
		if d.Of == "" {
			changed[d.ID], s.gone[d.ID] = true, true
		}
	}
	for _, id := range deletes {
		changed[id], s.gone[id] = true, true
	}
	s.news = slices.DeleteFunc(s.news, func(n name) bool { return changed[n.doc] })
	for _, d := range docs {
		s.news = append(s.news, keysOf(d)...)
	}
	if len(s.news) < maxNews {
		return
	}
	next := newNames()
	for _, n := range s.cur.list {
		if !s.gone[n.doc] {
			next.list = append(next.list, n)
		}
	}
	next.list = append(next.list, s.news...)
	next.sort()
	s.cur, s.news, s.gone = next, nil, nil
}

// find gives titles that begin with key and that the viewer may see.
func (s *suggestions) find(v access.Viewer, key string, most int) []Suggestion {
	const look = 2000 // keys looked at: enough for a list of eight even where most are hidden
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []Suggestion
	seen := map[string]bool{}
	take := func(n name) {
		if len(out) < most && !seen[n.doc] && v.InAudience(n.audience) {
			seen[n.doc] = true
			out = append(out, Suggestion{Kind: "entry", Text: n.text, URL: n.url})
		}
	}
	for _, n := range s.news {
		if strings.HasPrefix(n.key, key) {
			take(n)
		}
	}
	if s.cur == nil {
		return out
	}
	list := s.cur.list
	i, _ := slices.BinarySearchFunc(list, key, func(n name, key string) int { return cmp.Compare(n.key, key) })
	for end := min(len(list), i+look); i < end && len(out) < most && strings.HasPrefix(list[i].key, key); i++ {
		if !s.gone[list[i].doc] {
			take(list[i])
		}
	}
	return out
}

// Suggest gives titles and words of the field that begin with what was typed. Municipalities and people are known
// elsewhere; the page joins them.
func (x *Index) Suggest(v access.Viewer, text string, most int) []Suggestion {
	text = strings.ToValidUTF8(text, "")
	if runes := []rune(text); len(runes) > 60 {
		text = string(runes[:60])
	}
	key := vocabularyKey(text)
	if key == "" {
		return nil
	}
	var out []Suggestion
	if vocabulary := x.Vocabulary(); vocabulary != nil {
		for _, t := range vocabulary.keys {
			if len(out) < most/2 && (strings.HasPrefix(t.key, key) || strings.HasPrefix(t.reading, key)) {
				out = append(out, Suggestion{Kind: "word", Text: t.Text, Reading: t.Reading})
			}
		}
	}
	return append(out, x.names.find(v, key, most-len(out))...)
}

// fillNames reads the titles of the index that was opened.
func (x *Index) fillNames() {
	snap, done, err := x.snapshot()
	if err != nil {
		return // it is being built, and brings its names
	}
	defer done()
	n := newNames()
	base := int32(0)
	for _, segment := range snap.Segments() {
		docs := segment.DocNumbersLive().Iterator()
		for docs.HasNext() {
			var d Document
			if err := loadStored(snap, base+int32(docs.Next()), &d); err == nil {
				n.add([]Document{d})
			}
		}
		base += int32(segment.FullSize())
	}
	x.names.replace(n)
}
