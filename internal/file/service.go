package file

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/file/blob"
	"github.com/manetomo/manetomo/internal/file/pdfium"
)

// Service keeps the files of entries.
type Service struct {
	DB    *db.DB
	Blobs blob.Store
	Temp  string // folder for uploads under way; the system's when empty

	engine   atomic.Pointer[pdfium.Engine] // while Work runs
	looking  sync.Mutex
	decoding sync.Mutex // one picture at a time: a large one has up to 320 MB, and a core stays free for pages
	tiling   sync.Mutex // one sheet at a time is cut into tiles: other workers stay free for what people wait for
}

// State is where a file stands.
type State string

// The states of a file.
const (
	Processing State = "processing" // kept, not read yet
	Ready      State = "ready"      // its pages are there; Reason may say what could not be read
	Failed     State = "failed"     // Reason says why; the original can still be had
)

// File is one attached file.
type File struct {
	bun.BaseModel `bun:"table:file,alias:f"`

	ID        string    `bun:"id,pk"`
	Entry     string    `bun:"entry"`
	Name      string    `bun:"name"`
	Type      Type      `bun:"type"`
	Size      int64     `bun:"size"`
	SHA256    string    `bun:"sha256"`
	Blob      string    `bun:"blob"`
	Alt       string    `bun:"alt"`
	Position  int       `bun:"position"`
	State     State     `bun:"state"`
	Reason    string    `bun:"reason"`
	PageCount int       `bun:"page_count"`
	Tries     int       `bun:"tries"`
	CreatedBy string    `bun:"created_by"`
	CreatedAt time.Time `bun:"created_at"`

	Seq int64 `bun:"-"` // of the event that Attach appended

	Post string `bun:"post,scanonly"` // of a file in a worker's hands that belongs to a post, not to an entry
}

// table is where the file's row stands.
func (f *File) table() string {
	if f.Post != "" {
		return "attachment"
	}
	return "file"
}

// depth is how much of the file is read.
func (f *File) depth() depth {
	if f.Post != "" {
		return firstPage
	}
	return wholly
}

// PictureURL is the address of a page's picture in one of Widths.
func PictureURL(file string, page, width int) string {
	return fmt.Sprintf("/files/%s/%d-%d.jpg", file, page, width)
}

// OriginalURL is where the file itself can be had.
func (f *File) OriginalURL() string { return "/files/" + f.ID + "/original" }

// Page is one page of a file, as it was read.
type Page struct {
	bun.BaseModel `bun:"table:page,alias:p"`

	File   string        `bun:"file,pk"`
	Number int           `bun:"number,pk"`
	Width  float64       `bun:"width"`  // points; of pictures, pixels
	Height float64       `bun:"height"` // the same
	Text   string        `bun:"text"`
	Words  []pdfium.Word `bun:"words,type:jsonb"`
	Colour string        `bun:"colour"`
	Widths string        `bun:"widths"` // 512,1280,2560: the pictures that there are; empty: none

	TiledWidth  int `bun:"tiled_width"` // pixels of the picture that the tiles are cut from; 0: none yet, or none needed
	TiledHeight int `bun:"tiled_height"`

	Machine    bool   `bun:"machine"`    // Text was read off the picture (機械が読み取りました), so mistakes are likely
	Transcript string `bun:"transcript"` // the approved correction that Text is; empty: Text is what the machine read
}

// readable is access's condition for the entry e that a file belongs to.
var readable = access.Columns{Alias: "e",
	Authors: "EXISTS (SELECT 1 FROM entry_author ea WHERE ea.entry = e.id AND ea.person = ?)"}

// Get returns a file whose entry the viewer may read.
func (s *Service) Get(ctx context.Context, v access.Viewer, id string) (*File, error) {
	f := &File{}
	q := s.DB.Read().NewSelect().Model(f).Join("JOIN entry AS e ON e.id = f.entry").Where("f.id = ?", id)
	err := v.Readable(q, readable).Scan(ctx)
	if db.IsMissing(err) {
		return nil, apperr.Missing()
	}
	if err != nil {
		return nil, fmt.Errorf("read file %s: %w", id, err)
	}
	return f, nil
}

// List returns the files of an entry that the viewer may read, in order; none when they may not read it.
func (s *Service) List(ctx context.Context, v access.Viewer, entry string) ([]File, error) {
	var files []File
	q := s.DB.Read().NewSelect().Model(&files).Join("JOIN entry AS e ON e.id = f.entry").Where("f.entry = ?", entry)
	err := v.Readable(q, readable).Order("f.position", "f.created_at", "f.id").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list files of entry %s: %w", entry, err)
	}
	return files, nil
}

// Pages returns a file and its pages, with the words' places.
func (s *Service) Pages(ctx context.Context, v access.Viewer, id string) (*File, []Page, error) {
	return s.pages(ctx, v, id, "file", "number", "width", "height", "text", "words", "colour", "widths", "transcript", "machine")
}

// Sheets is Pages without the words' places, which are most of a page's row.
func (s *Service) Sheets(ctx context.Context, v access.Viewer, id string) (*File, []Page, error) {
	return s.pages(ctx, v, id, "file", "number", "width", "height", "text", "colour", "widths", "transcript", "machine")
}

func (s *Service) pages(ctx context.Context, v access.Viewer, id string, columns ...string) (*File, []Page, error) {
	f, err := s.Get(ctx, v, id)
	if err != nil {
		return nil, nil, err
	}
	var pages []Page
	err = s.DB.Read().NewSelect().Model(&pages).Column(columns...).Where("p.file = ?", id).Order("p.number").Scan(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("read pages of file %s: %w", id, err)
	}
	return f, pages, nil
}

// Cover is the first page of an entry's first file that has a picture, for lists and the wall.
type Cover struct {
	Entry  string  `bun:"entry"`
	File   string  `bun:"file"`
	Alt    string  `bun:"alt"`
	Number int     `bun:"number"`
	Width  float64 `bun:"width"`
	Height float64 `bun:"height"`
	Colour string  `bun:"colour"`
	Widths string  `bun:"widths"`
}

// Covers returns the covers of the entries that have one and that the viewer may read, by entry.
func (s *Service) Covers(ctx context.Context, v access.Viewer, entries []string) (map[string]Cover, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	var found []Cover
	q := s.DB.Read().NewSelect().
		ColumnExpr("f.entry, f.id AS file, f.alt, p.number, p.width, p.height, p.colour, p.widths").
		TableExpr("file AS f").
		Join("JOIN entry AS e ON e.id = f.entry").
		Join("JOIN page AS p ON p.file = f.id AND p.number = 1").
		Where("f.entry IN (?)", bun.List(entries)).Where("p.widths <> ''")
	err := v.Readable(q, readable).Order("f.position DESC", "f.created_at DESC", "f.id DESC").Scan(ctx, &found)
	if err != nil {
		return nil, fmt.Errorf("read covers: %w", err)
	}
	covers := make(map[string]Cover, len(found))
	for _, c := range found {
		covers[c.Entry] = c // the first file comes last and stays
	}
	return covers, nil
}
