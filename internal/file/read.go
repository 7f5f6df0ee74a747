package file

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"
	"sync"
	"time"

	"github.com/manetomo/manetomo/internal/file/pdfium"
)

// Reading a document: how long, and how many pages get pictures. Text is read of every page.
const (
	documentTime  = 120 * time.Second
	picturedPages = 100
)

// followingWidths are the sizes of the pages behind the first: the strip and the sheet. The first has all of Widths.
var followingWidths = Widths[:2]

// depth is how much is read of a file: how many of its pages, and the sizes of the first one's picture.
type depth struct {
	pages  int
	widths []int
}

var (
	wholly    = depth{math.MaxInt, Widths}
	firstPage = depth{1, Widths[:2]} // of a file in a post: what the post shows of it
)

// sheet is one page as it was read.
type sheet struct {
	number, of    int     // of is 0 where the pages come one by one
	width, height float64 // points; for pictures, pixels
	text          string
	words         []pdfium.Word
	colour        string
	pictures      []picture
}

// Sentences for what could not be read. They stand beside the file, whose original stays.
const (
	reasonPassword  = "開くのにパスワードが要るPDFです。パスワードを外して保存し直し、もう一度載せてください。もとのファイルはそのまま残っています。"
	reasonDamaged   = "PDFを読み取れませんでした。途中で切れているか、壊れています。もとのソフトで保存し直し、もう一度載せてください。"
	reasonTooMany   = "2,000頁をこえるPDFです。いくつかに分けて載せてください。"
	reasonTooLong   = "読み取りに時間がかかりすぎたため、途中でやめました。図を軽くして保存し直すか、PNGやJPEGの画像にして載せてください。"
	reasonMemory    = "図が大きすぎて、読み取れませんでした。図を軽くして保存し直すか、PNGやJPEGの画像にして載せてください。"
	reasonPicture   = "画像を読み取れませんでした。壊れているかもしれません。画像のソフトで開き、保存し直してから載せてください。"
	reasonNoText    = "文字を含まないPDFです。画像だけなので、本文は検索できません。"
	reasonMissing   = "預かったファイルが見つかりません。お手数ですが、もう一度載せてください。"
	reasonOffice    = "文字は検索できます。紙面の見た目どおりに読めるように、同じ内容のPDFもいっしょに載せてください。"
	reasonGivenUp   = "読み取りが3回とも途中で止まりました。もとのソフトで保存し直し、もう一度載せてください。もとのファイルはそのまま残っています。"
	reasonSomePages = "読み取れなかった頁があります（%s）。ほかの頁は読めます。"
)

// reasonFor says why a document could not be read; empty for a fault that may pass.
func reasonFor(err error) string {
	switch {
	case errors.Is(err, pdfium.ErrPassword):
		return reasonPassword
	case errors.Is(err, pdfium.ErrDamaged):
		return reasonDamaged
	case errors.Is(err, pdfium.ErrTooMany):
		return reasonTooMany
	case errors.Is(err, pdfium.ErrTooLong):
		return reasonTooLong
	case errors.Is(err, pdfium.ErrMemory):
		return reasonMemory
	case errors.Is(err, errBroken):
		return reasonPicture
	}
	if e := officeSentence(err); e != "" {
		return e
	}
	return ""
}

// readFile reads the pages of a file and gives each to keep. note says in Japanese what could not be read of a file
// that is otherwise fine. try counts from 1: each has more time than the one before, and only the last makes do with
// the pages that it could read in time.
// pixels is held while pictures are made smaller and encoded.
func readFile(ctx context.Context, engine *pdfium.Engine, pixels sync.Locker, kind Type, data []byte, try int, much depth, keep func(sheet) error) (note string, err error) {
	switch {
	case kind.Office():
		return readOffice(kind, data, keep)
	case kind != PDF:
		return "", readPicture(kind, data, much.widths, pixels, keep)
	}
	d := &document{engine: engine.Patient(try), pixels: pixels, data: data, much: much, last: try >= maxTries}
	defer d.close()
	until, cancel := context.WithTimeout(ctx, documentTime*time.Duration(try))
	defer cancel()
	note, err = d.read(until, keep)
	if ctx.Err() != nil {
		return "", ctx.Err() // the program stops: nobody's fault
	}
	return note, err
}

func readPicture(kind Type, data []byte, widths []int, pixels sync.Locker, keep func(sheet) error) error {
	s, err := pictured(kind, data, widths, pixels)
	if err != nil {
		return err
	}
	return keep(s)
}

func pictured(kind Type, data []byte, widths []int, pixels sync.Locker) (sheet, error) {
	pixels.Lock()
	defer pixels.Unlock()
	img, err := decode(kind, data, widths[len(widths)-1], maxPixels)
	if err != nil {
		return sheet{}, err
	}
	s := sheet{number: 1, width: float64(img.Bounds().Dx()), height: float64(img.Bounds().Dy()), colour: colour(img)}
	s.pictures, err = ladder(img, widths)
	return s, err
}

// document reads a PDF page by page and opens it again when a page has broken its instance of the engine.
type document struct {
	engine *pdfium.Engine
	pixels sync.Locker
	data   []byte
	much   depth
	last   bool // no further try follows
	open   *pdfium.Document
}

func (d *document) close() {
	if d.open != nil {
		d.open.Close()
		d.open = nil
	}
}

func (d *document) read(ctx context.Context, keep func(sheet) error) (note string, err error) {
	pages, chars := 1, 0
	var failed []int
	var last error
	for number := 1; number <= pages; number++ {
		if d.open == nil {
			if d.open, err = d.engine.Document(ctx, d.data); err != nil {
				return "", err
			}
			pages = min(d.open.Pages(), d.much.pages)
		}
		s, err := d.page(ctx, number)
		switch {
		case ctx.Err() != nil || errors.Is(err, pdfium.ErrTooLong) && !d.last:
			return "", pdfium.ErrTooLong
		case err != nil && reasonFor(err) == "":
			return "", err
		case err != nil:
			failed, last = append(failed, number), err
			d.close()
			continue
		}
		chars += len(s.text)
		if err := keep(s); err != nil {
			return "", err
		}
	}
	switch {
	case len(failed) == pages:
		return "", last
	case len(failed) > 0:
		return fmt.Sprintf(reasonSomePages, pageList(failed)), nil
	case chars == 0:
		return reasonNoText, nil
	}
	return "", nil
}

func (d *document) page(ctx context.Context, number int) (sheet, error) {
	s, img, widths, err := d.draw(ctx, number)
	if err != nil || img == nil {
		return s, err
	}
	d.pixels.Lock()
	defer d.pixels.Unlock()
	s.colour = colour(img)
	s.pictures, err = ladder(img, widths)
	return s, err
}

// draw is what the engine does for a page, within the page's time.
func (d *document) draw(ctx context.Context, number int) (s sheet, img *image.RGBA, widths []int, err error) {
	p, err := d.open.Page(ctx, number)
	if err != nil {
		return s, nil, nil, err
	}
	defer p.Close()
	s = sheet{number: number, of: d.open.Pages(), width: p.Width, height: p.Height}
	if s.text, s.words, err = p.Text(); err != nil {
		return s, nil, nil, err
	}
	switch {
	case number == 1:
		widths = d.much.widths
	case number <= picturedPages:
		widths = followingWidths
	default:
		return s, nil, nil, nil
	}
	img, err = p.Render(widths[len(widths)-1])
	return s, img, widths, err
}

// pageList names pages, a few of them.
func pageList(numbers []int) string {
	const named = 5
	list := ""
	for i, n := range numbers {
		if i == named {
			return list + "ほか"
		}
		if i > 0 {
			list += "・"
		}
		list += fmt.Sprint(n)
	}
	return list + "頁"
}
