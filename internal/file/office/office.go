// Package office reads the text of documents that Word, PowerPoint and Excel write (docx, pptx, xlsx): zip archives of
// XML. It draws nothing; a thumbnail that the document brings along is passed on.
//
// What stays true: nothing of an archive is believed. Entries are counted before the directory is read, bytes while they
// are unpacked; nothing is written to disk and no name is used as a path; XML knows no entities of its own, is followed
// to a bounded depth, and never leads outside the archive. Furigana are left out: they would stand as a second word
// behind the first.
package office

import (
	"errors"
	"io"
)

// Kind is a kind of document.
type Kind int

// The kinds.
const (
	Word Kind = iota
	Slides
	Sheets
)

// Limits of an archive and of what is made of it.
const (
	maxEntries  = 2000
	maxUnpacked = 500 << 20 // all entries that are read
	maxPart     = 64 << 20  // one entry
	maxDepth    = 200       // elements within elements
	maxPages    = 2000
	maxPageText = 200_000 // letters
	maxText     = 4_000_000
	maxNames    = 10
)

// What can be wrong with a document.
var (
	ErrOther   = errors.New("the archive holds no document of this kind")
	ErrMacros  = errors.New("the document holds macros")
	ErrTooMuch = errors.New("the archive unpacks to too much")
	ErrDamaged = errors.New("the document cannot be read")
)

// Document is what could be read.
type Document struct {
	Pages         []string // text: slides, sheets, or pages as the writer's machine broke them
	Width, Height float64  // of a page, in points
	Thumbnail     []byte   // a JPEG or PNG, if there is one
	Names         []string // of people and offices, as the document's properties have them
	Notes         bool     // there are speaker notes
	Hidden        bool     // there are sheets or slides that are not shown; they are left out
}

// main is what the content type of each kind's main part begins with, and what it is with macros.
var mains = map[Kind]string{
	Word:   "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
	Slides: "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
	Sheets: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
}

// Check tells whether the archive holds a document of the kind, without reading its text.
func Check(r io.ReaderAt, size int64, kind Kind) error {
	_, err := open(r, size, kind)
	return err
}

// Read reads a document.
func Read(r io.ReaderAt, size int64, kind Kind) (*Document, error) {
	a, err := open(r, size, kind)
	if err != nil {
		return nil, err
	}
	d := &Document{Width: 595, Height: 842} // A4
	switch kind {
	case Word:
		err = a.word(d)
	case Slides:
		err = a.slides(d)
	default:
		err = a.sheets(d)
	}
	if err != nil {
		return nil, err
	}
	if len(d.Pages) == 0 {
		d.Pages = []string{""}
	}
	return d, a.properties(d)
}
