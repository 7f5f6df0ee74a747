package file

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"io"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/file/office"
	"github.com/manetomo/manetomo/internal/file/pdfium"
	"github.com/manetomo/manetomo/internal/text"
)

// Look is what was found when an upload was looked at, before anything is published: what its author should know.
type Look struct {
	Done    bool     `json:"done"`
	Type    Type     `json:"type,omitempty"`
	Pages   int      `json:"pages,omitempty"`
	Picture bool     `json:"picture,omitempty"` // there is one of the first page
	Sheet   string   `json:"sheet,omitempty"`   // its paper: A1 よこ
	Title   string   `json:"title,omitempty"`   // what stands on it in the largest letters: a guess
	Notes   []string `json:"notes,omitempty"`   // sentences
	Trouble string   `json:"trouble,omitempty"` // why it will not be read, though it can be kept
}

const (
	lookTime  = 20 * time.Second
	lookWidth = 512
	lookPages = 10  // whose text is looked through for ways to reach people
	maxTitle  = 100 // characters; more is not a title
)

func lookBlob(id string) string { return id + "-look.jpg" }

// LookAt looks at an upload of the viewer's own that has arrived whole, once, and says what its author should know. A
// file that is refused ends with its sentence, and its bytes are gone.
func (s *Service) LookAt(ctx context.Context, v access.Viewer, id string) (*Transfer, error) {
	t, err := s.Transfer(ctx, v, id)
	if err != nil || t.Look.Done || !t.Whole() {
		return t, err
	}
	taken, err := s.take(ctx, t)
	if apperr.Is(err, apperr.Invalid) || apperr.Is(err, apperr.TooLarge) {
		if gone := s.forget(ctx, t.ID); gone != nil {
			return nil, gone
		}
	}
	if err != nil {
		return nil, err
	}
	defer taken.Discard()
	s.looking.Lock() // one at a time: what is looked at lies in memory
	look, img := s.look(ctx, taken)
	s.looking.Unlock()
	if img != nil {
		made, err := ladder(img, Widths[:1])
		if err != nil {
			return nil, err
		}
		if err := s.Blobs.Put(ctx, lookBlob(t.ID), bytes.NewReader(made[0].jpeg), int64(len(made[0].jpeg))); err != nil {
			return nil, full(err)
		}
		look.Picture = true
	}
	t.Look = look
	return t, s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.NewUpdate().Model(t).Column("look").WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("keep look at upload %s: %w", t.ID, err)
		}
		return nil
	})
}

// look finds out what can be said at once. What goes wrong here goes wrong again when the file is read, with its reason.
func (s *Service) look(ctx context.Context, t *Taken) (look Look, img *image.RGBA) {
	look = Look{Done: true, Type: t.kind}
	if len(t.secrets) > 0 {
		look.Notes = append(look.Notes, "写真に書きこまれていた"+strings.Join(t.secrets, "・")+"は、取りのぞいてから載せます。")
	}
	data, err := io.ReadAll(io.NewSectionReader(t.temp, 0, t.size))
	if err != nil {
		return look, nil
	}
	switch {
	case t.kind == PDF:
		img = s.lookPDF(ctx, data, &look)
	case t.kind.Office():
		img = lookOffice(t.kind, data, &look)
	default:
		s.decoding.Lock()
		defer s.decoding.Unlock()
		if img, err = decode(t.kind, data, lookWidth, maxPixels); err != nil {
			look.Trouble = reasonPicture
		}
	}
	return look, img
}

// lookPDF draws the first page, and reads who made the document and whom it names. Before the engine has started there is nothing to say.
func (s *Service) lookPDF(ctx context.Context, data []byte, look *Look) *image.RGBA {
	engine := s.engine.Load()
	if engine == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	d, err := engine.Document(ctx, data)
	if err != nil {
		look.Trouble = reasonFor(err)
		return nil
	}
	defer d.Close()
	look.Pages = d.Pages()
	if name, err := d.Author(ctx); err == nil && name != "" {
		look.Notes = append(look.Notes, namesNote([]string{name})...)
	}
	img := lookPage(ctx, d, look)
	look.Notes = append(look.Notes, contactsNote(textOf(ctx, d, min(look.Pages, lookPages)))...)
	return img
}

// lookPage draws the first page and reads its size and title.
func lookPage(ctx context.Context, d *pdfium.Document, look *Look) *image.RGBA {
	p, err := d.Page(ctx, 1)
	if err != nil {
		return nil
	}
	defer p.Close()
	look.Sheet = paperName(p.Width, p.Height)
	img, err := p.Render(lookWidth)
	if err != nil {
		return nil
	}
	if title, err := p.Heading(maxTitle); err == nil {
		look.Title = title
	}
	return img
}

// textOf is the text of the first pages, as far as it can be read.
func textOf(ctx context.Context, d *pdfium.Document, pages int) string {
	var all strings.Builder
	for n := 1; n <= pages; n++ {
		p, err := d.Page(ctx, n)
		if err != nil {
			break // a page that breaks takes its document with it
		}
		words, _, err := p.Text()
		p.Close()
		if err != nil {
			break
		}
		all.WriteString(words + "\n")
	}
	return all.String()
}

// paperName names a sheet of the A sizes (ISO 216) and how it lies; empty for others. Sides are in points.
func paperName(w, h float64) string {
	const tolerance = 0.02 // printers' margins and roundings
	long, short, lies := h, w, "たて"
	if w > h {
		long, short, lies = w, h, "よこ"
	}
	for n, mm := range []float64{1189, 841, 594, 420, 297, 210} {
		side := mm * 72 / 25.4
		if math.Abs(long/side-1) < tolerance && math.Abs(short*math.Sqrt2/side-1) < tolerance {
			return fmt.Sprintf("A%d %s", n, lies)
		}
	}
	return ""
}

func lookOffice(kind Type, data []byte, look *Look) *image.RGBA {
	d, err := office.Read(bytes.NewReader(data), int64(len(data)), officeKinds[kind])
	if err != nil {
		look.Trouble = reasonFor(err)
		return nil
	}
	look.Pages = len(d.Pages)
	look.Notes = append(look.Notes, namesNote(d.Names)...)
	look.Notes = append(look.Notes, contactsNote(strings.Join(d.Pages[:min(len(d.Pages), lookPages)], "\n"))...)
	if first, _, _ := strings.Cut(d.Pages[0], "\n"); kind == DOCX && utf8.RuneCountInString(first) <= maxTitle { // slides break their titles
		look.Title = strings.TrimSpace(first)
	}
	if d.Notes {
		look.Notes = append(look.Notes, "発表者ノートが入っています。もとのファイルを保存した人は、ノートも読めます。")
	}
	if d.Hidden {
		look.Notes = append(look.Notes, "表示していないシートかスライドが入っています。もとのファイルを保存した人は、それも読めます。")
	}
	look.Notes = append(look.Notes, "紙面の見た目どおりに読めるように、同じ内容のPDFもいっしょに選んでください。")
	sheet := withThumbnail(sheet{}, d.Thumbnail)
	if len(sheet.pictures) == 0 {
		return nil
	}
	img, err := decode(JPEG, sheet.pictures[0].jpeg, lookWidth, maxPixels)
	if err != nil {
		return nil
	}
	return img
}

// namesNote says whose names a file carries: the file itself is given out as it is.
func namesNote(names []string) []string {
	if len(names) == 0 {
		return nil
	}
	return []string{"ファイルの中に、作成者として「" + strings.Join(names, "」「") + "」と書かれています。載せたくないときは、もとのソフトで消してから選び直してください。"}
}

// contactsNote says what in a text looks like a way to reach a person.
func contactsNote(s string) []string {
	var what, seen []string
	for _, c := range text.Contacts(s) {
		if !slices.Contains(what, c.What) {
			what = append(what, c.What)
		}
		if !slices.Contains(seen, c.Text) {
			seen = append(seen, c.Text)
		}
	}
	if len(seen) == 0 {
		return nil
	}
	return []string{strings.Join(what, "・") + "らしいところがあります（" + strings.Join(seen, "、") + "）。載せてよいか確かめてください。"}
}

// OpenLook opens the picture of an upload's first page. The caller closes it.
func (s *Service) OpenLook(ctx context.Context, v access.Viewer, id string) (*Content, error) {
	t, err := s.Transfer(ctx, v, id)
	if err != nil {
		return nil, err
	}
	if !t.Look.Picture {
		return nil, apperr.Missing()
	}
	return s.content(ctx, &File{ID: t.ID, Name: t.Name}, lookBlob(t.ID), "image/jpeg", t.ID+"-look")
}
