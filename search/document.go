// Package search is the archive's full-text index of this node: what it holds, how Japanese is compared, how hits
// are ranked, marked and counted.
//
// The index is a bleve (scorch) index on disk that follows the event log; its checkpoint lies in the same batch as
// the documents, so that what it holds and how far it says it is are always the same thing. It can be rebuilt from
// the rows at any time while pages work.
//
// Text is indexed by audience rung, each rung in its own fields, and the terms of cohort and team text carry the id
// of their cohort or team. A viewer's query names only what they may read, so a hidden word can neither match nor
// count nor show. Hits are asked again by SQL before they are shown, since the index follows a moment behind.
//
// Scoring is our own BM25F over bleve's postings; docs/search.md tells why and how.
package search

import (
	"time"

	"github.com/manetomo/manetomo/internal/access"
)

// Document is one thing that can be found: an archive entry with all that belongs to it, a topic with its posts,
// or a collection with what is said of its entries.
type Document struct {
	ID       string
	Kind     string // report, poster, paper, material, topic, collection
	URL      string
	Version  int64 // of the row it was made from; a hit whose row has moved on is shown without its text
	Title    string
	Audience access.Audience // who may see that it exists; its title has this rung
	Sections []Section

	Municipality, MunicipalityName, MunicipalityKana string
	Prefecture, Region, Band                         string
	Year                                             int
	Course, Stage                                    string
	Themes                                           []string
	Authors                                          []string
	Files                                            bool // has something to download
	Useful, Adopted                                  int
	At                                               time.Time // when it was published

	// A part of a topic holds some of its posts and no title. Who searches finds the topic; see heads.go.
	Of   string // the topic's id
	Part int    // which part it is, in the order of posts
}

// topicKind is what a hit is that is a topic.
const topicKind = "topic"

// Section is a piece of a document with a name and a rung of its own.
type Section struct {
	Key, Label string // such as outcome and 成果・変化, or p3 and 資料 p.3
	Text       string
	Audience   access.Audience
	Machine    bool   // read off a picture by a program: there are mistakes in it, so it counts less
	At         string // what the document's address needs to open there: file=F1&page=3, from=20#p30; "" for its beginning
}

// size is about how much text it has, in runes.
func (d Document) size() int {
	n := len(d.Title)
	for _, s := range d.Sections {
		n += len(s.Text)
	}
	return n / 3
}
