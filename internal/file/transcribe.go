package file

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/jpeg"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/file/blob"
	"github.com/manetomo/manetomo/internal/file/ocr"
	"github.com/manetomo/manetomo/internal/file/pdfium"
)

// What the column ocr says.
const (
	ocrWaits  = "waiting"
	ocrDone   = "done"
	ocrFailed = "failed"
)

// transcribedPages bounds how many pages of a file are read off their pictures: a scanned book would keep the machine busy.
const transcribedPages = 30

// reading off pictures is a queue like others; where tesseract is not installed it just waits.
var transcribing = queue{"file", "entry", "state = 'ready' AND ocr = 'waiting'", "created_at, id", "ocr_tries"}

// askTranscript puts a file that has been read into the queue for its pictures, if pages of it have no text.
func askTranscript(ctx context.Context, tx db.Tx, f *File) error {
	_, err := tx.NewRaw(`UPDATE file SET ocr = ? WHERE id = ? AND type NOT IN (?, ?, ?)
		AND EXISTS (SELECT 1 FROM page p WHERE p.file = file.id AND p.text = '' AND p.widths <> '')`,
		ocrWaits, f.ID, DOCX, PPTX, XLSX).Exec(ctx)
	if err != nil {
		return fmt.Errorf("ask for the pictures of file %s to be read: %w", f.ID, err)
	}
	return nil
}

// TranscribeOne reads the pages of one file off their pictures and tells whether there was one. One at a time, when
// nobody waits for a document.
func (s *Service) TranscribeOne(ctx context.Context, r *ocr.Reader) (bool, error) {
	if r == nil {
		return false, nil
	}
	f, err := s.claim(ctx, transcribing)
	if err != nil || f == nil {
		return false, err
	}
	keep := context.WithoutCancel(ctx)
	if f.Tries > maxTries { // it killed its workers
		return true, s.endTranscript(keep, f, ocrFailed, 0, f.Tries)
	}
	finished, err := s.transcribePages(ctx, r, f)
	debug.FreeOSMemory()
	switch {
	case ctx.Err() != nil, err == nil && !finished:
		return true, s.endTranscript(keep, f, ocrWaits, 0, f.Tries-1)
	case err == nil:
		return true, s.endTranscript(keep, f, ocrDone, 0, f.Tries)
	case errors.Is(err, errLost):
		return true, nil
	case errors.Is(err, blob.ErrMissing), f.Tries >= maxTries:
		slog.InfoContext(ctx, "the pictures of a file could not be read", "file", f.ID, "err", err)
		return true, s.endTranscript(keep, f, ocrFailed, 0, f.Tries)
	}
	return true, errors.Join(fmt.Errorf("read the pictures of file %s: %w", f.ID, err), s.endTranscript(keep, f, ocrWaits, pauses[f.Tries-1], f.Tries))
}

// transcribePages reads the pages that have no text yet. finished is false when somebody waits for a document.
func (s *Service) transcribePages(ctx context.Context, r *ocr.Reader, f *File) (finished bool, err error) {
	var pages []Page
	err = s.DB.Read().NewSelect().Model(&pages).Column("file", "number", "widths").Where("p.file = ?", f.ID).
		Where("p.text = ''").Where("NOT p.machine").Where("p.widths <> ''").Order("p.number").Limit(transcribedPages).Scan(ctx)
	if err != nil {
		return false, err
	}
	for _, p := range pages {
		if busy, err := s.waiting(ctx, reading); busy || err != nil {
			return false, err
		}
		sizes := p.Sizes()
		data, err := blob.Read(ctx, s.Blobs, pictureBlob(f.ID, p.Number, sizes[len(sizes)-1]), MaxSize)
		if err != nil {
			return false, err
		}
		img, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil {
			return false, fmt.Errorf("decode page %d: %w", p.Number, err)
		}
		text, words, err := r.Read(ctx, img)
		if err != nil {
			return false, err
		}
		if err := s.keepTranscript(ctx, f, p.Number, text, words); err != nil {
			return false, err
		}
	}
	return true, nil
}

// keepTranscript keeps what was read off a page and renews the lease. What people have written of it meanwhile stays.
func (s *Service) keepTranscript(ctx context.Context, f *File, number int, text string, words []pdfium.Word) error {
	if words == nil {
		words = []pdfium.Word{}
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		res, err := tx.NewRaw("UPDATE file SET lease_until = ? WHERE id = ? AND ocr_tries = ?", tx.Now.Add(lease), f.ID, f.Tries).Exec(ctx)
		if err != nil {
			return fmt.Errorf("renew lease: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(errLost, err)
		}
		p := &Page{File: f.ID, Number: number, Text: text, Words: words, Machine: true}
		_, err = tx.NewUpdate().Model(p).Column("text", "words", "machine").WherePK().Where("transcript = ''").Where("text = ''").Exec(ctx)
		if err != nil {
			return fmt.Errorf("keep what was read off page %d: %w", number, err)
		}
		return nil
	})
}

// endTranscript says how far reading a file's pictures has come and lets it go. The event lets followers read it again.
func (s *Service) endTranscript(ctx context.Context, f *File, state string, pause time.Duration, tries int) error {
	return s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		var until *time.Time
		if pause > 0 {
			t := tx.Now.Add(pause)
			until = &t
		}
		res, err := tx.NewRaw("UPDATE file SET ocr = ?, ocr_tries = ?, lease_until = ? WHERE id = ? AND ocr_tries = ? AND ocr = 'waiting'",
			state, tries, until, f.ID, f.Tries).Exec(ctx)
		if err != nil {
			return fmt.Errorf("end reading the pictures of file %s: %w", f.ID, err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 || state != ocrDone {
			return err
		}
		_, err = tx.NewRaw(`UPDATE file SET reason = '' WHERE id = ? AND reason = ?
			AND EXISTS (SELECT 1 FROM page p WHERE p.file = file.id AND p.text <> '')`, f.ID, reasonNoText).Exec(ctx)
		if err != nil {
			return fmt.Errorf("forget that file %s had no text: %w", f.ID, err)
		}
		return event.Append(ctx, tx, told(event.FileReady, f, ""))
	})
}
