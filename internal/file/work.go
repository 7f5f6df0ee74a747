package file

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/file/blob"
	"github.com/manetomo/manetomo/internal/file/ocr"
	"github.com/manetomo/manetomo/internal/file/pdfium"
)

// The queue: a worker has a file for the lease, which it renews with every page; a worker that died loses it.
const (
	lease    = 5 * time.Minute // longer than opening a document and reading its slowest page, at the most patient try
	maxTries = 3
	lookAt   = 2 * time.Second // the queue is looked at this often without a signal
)

// pauses are how long a file rests after a fault that may pass, such as a store that does not answer.
var pauses = []time.Duration{10 * time.Second, time.Minute}

// Work reads files from the queue until ctx ends, workers at a time. Several nodes may work on the same queue.
func (s *Service) Work(ctx context.Context, o pdfium.Options, workers int) error {
	engine, err := pdfium.Open(ctx, o)
	if err != nil {
		return fmt.Errorf("open the document reader: %w", err)
	}
	defer engine.Close(context.WithoutCancel(ctx))
	s.engine.Store(engine)
	defer s.engine.Store(nil)
	if err := s.freeLeases(ctx); err != nil {
		return err
	}
	pictures, err := ocr.Find(ctx)
	if err != nil { // everything else works without it
		slog.InfoContext(ctx, "text is not read off pictures", "why", err)
	}
	var all sync.WaitGroup
	for range max(1, workers) {
		all.Go(func() {
			s.work(ctx, task{"reading files", func() (bool, error) { return s.WorkOne(ctx, engine) }},
				task{"cutting tiles", func() (bool, error) { return s.TileOne(ctx, engine) }})
		})
	}
	all.Go(func() { // tesseract is a process of its own: a core that reads a picture still reads documents
		s.work(ctx, task{"reading pictures", func() (bool, error) { return s.TranscribeOne(ctx, pictures) }})
	})
	all.Wait()
	return ctx.Err()
}

// freeLeases gives back what a killed program had in hand. On SQLite there is no other node that could have it.
func (s *Service) freeLeases(ctx context.Context) error {
	if s.DB.Postgres() {
		return nil
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw("UPDATE file SET lease_until = NULL WHERE (state = ? OR tiling = ? OR ocr = ?) AND lease_until IS NOT NULL", Processing, tilesWait, ocrWaits).Exec(ctx)
		if err == nil {
			_, err = tx.NewRaw("UPDATE attachment SET lease_until = NULL WHERE state = ? AND lease_until IS NOT NULL", Processing).Exec(ctx)
		}
		return err
	})
}

// task is something to do with one file at a time; do tells whether there was one.
type task struct {
	name string
	do   func() (bool, error)
}

// work does the first of the tasks that there is a file for, until ctx ends. It looks again as soon as something was written.
func (s *Service) work(ctx context.Context, tasks ...task) {
	for ctx.Err() == nil {
		written := s.DB.Written()
		did, failed := false, false
		for _, t := range tasks {
			var err error
			if did, err = t.do(); err != nil && ctx.Err() == nil {
				slog.ErrorContext(ctx, t.name+" failed, will try again", "err", err)
				failed = true
			}
			if did || failed {
				break
			}
		}
		if did && !failed {
			continue
		}
		if failed {
			written = nil // whatever fails now fails at once again
		}
		timer := time.NewTimer(lookAt)
		select {
		case <-ctx.Done():
		case <-written:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// WorkOne reads one file of the queue and tells whether there was one.
func (s *Service) WorkOne(ctx context.Context, engine *pdfium.Engine) (bool, error) {
	f, err := s.claimReading(ctx)
	if err != nil || f == nil {
		return false, err
	}
	note, err := s.process(ctx, engine, f)
	debug.FreeOSMemory() // a poster takes a hundred megabytes for a second
	keep := context.WithoutCancel(ctx)
	switch {
	case err == nil:
		return true, s.finish(keep, f, Ready, note)
	case ctx.Err() != nil:
		return true, s.giveBack(keep, f, 0, f.Tries-1)
	case errors.Is(err, blob.ErrMissing):
		_ = s.lost(keep, f, f.Blob, err)
		return true, s.finish(keep, f, Failed, reasonMissing)
	case reasonFor(err) != "" && (f.Tries >= maxTries || !errors.Is(err, pdfium.ErrTooLong)):
		slog.InfoContext(ctx, "a file could not be read", "file", f.ID, "err", err)
		return true, s.finish(keep, f, Failed, reasonFor(err))
	case errors.Is(err, errLost):
		return true, nil // another worker has it now
	case f.Tries >= maxTries:
		slog.ErrorContext(ctx, "a file was given up", "file", f.ID, "tries", f.Tries, "err", err)
		return true, s.finish(keep, f, Failed, reasonGivenUp)
	}
	return true, errors.Join(fmt.Errorf("read file %s: %w", f.ID, err), s.giveBack(keep, f, pauses[f.Tries-1], f.Tries))
}

// queue is a kind of work on files: where they are and whose, which of them wait for it, in which order, and where its
// tries are counted. All of it is SQL of ours.
type queue struct{ table, owner, waits, order, tries string }

var (
	readingPosts = queue{"attachment", "post", "state = 'processing'", "created_at, id", "tries"}
	reading      = queue{"file", "entry", "state = 'processing'", "created_at, id", "tries"}
	cutting      = queue{"file", "entry", "state = 'ready' AND tiling = 'waiting'", "created_at DESC, id", "tile_tries"}
)

// free is true for a file that waits and that nobody has in hand.
func (q queue) free() string { return q.waits + " AND (lease_until IS NULL OR lease_until < ?)" }

// waiting tells whether a file waits.
func (s *Service) waiting(ctx context.Context, q queue) (bool, error) {
	return s.DB.Read().NewSelect().Table(q.table).Where(q.free(), s.DB.Now()).Exists(ctx)
}

// claim takes the next file of a queue; its Tries are the queue's. Most of the time there is none, and nothing is written.
func (s *Service) claim(ctx context.Context, q queue) (*File, error) {
	if some, err := s.waiting(ctx, q); err != nil || !some {
		return nil, err
	}
	f := &File{}
	err := s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		skip := ""
		if tx.Postgres {
			skip = " FOR UPDATE SKIP LOCKED"
		}
		err := tx.NewRaw(`UPDATE `+q.table+` SET lease_until = ?, `+q.tries+` = `+q.tries+` + 1 WHERE id = (
				SELECT id FROM `+q.table+` WHERE `+q.free()+` ORDER BY `+q.order+` LIMIT 1`+skip+`)
			RETURNING id, `+q.owner+`, name, type, size, blob, `+q.tries+` AS tries`, tx.Now.Add(lease), tx.Now).Scan(ctx, f)
		if db.IsMissing(err) {
			f = nil // another worker was first
			return nil
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("take a file from the queue: %w", err)
	}
	return f, nil
}

// claimReading takes the oldest file that waits to be read. Posts come first: people are looking at them, and a list of
// a thousand entries may just have been brought in.
func (s *Service) claimReading(ctx context.Context) (*File, error) {
	f, err := s.claim(ctx, readingPosts)
	if err == nil && f == nil {
		f, err = s.claim(ctx, reading)
	}
	if err == nil && f != nil && f.Tries > maxTries { // it killed its workers: nobody could say so
		return nil, s.finish(ctx, f, Failed, reasonGivenUp)
	}
	return f, err
}

// process reads the file and keeps its pages one by one. A panic in a picture's decoder is an error like others.
func (s *Service) process(ctx context.Context, engine *pdfium.Engine, f *File) (note string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	data, err := blob.Read(ctx, s.Blobs, f.Blob, MaxSize)
	if err != nil {
		return "", err
	}
	return readFile(ctx, engine, &s.decoding, f.Type, data, f.Tries, f.depth(), func(sh sheet) error { return s.keepPage(ctx, f, sh) })
}

// errLost says that the lease went to another worker.
var errLost = errors.New("the file belongs to another worker")

// keepPage keeps a page: its pictures first, then its row, which also renews the lease. tries is the lease's number:
// a worker that has lost it writes nothing more.
func (s *Service) keepPage(ctx context.Context, f *File, sh sheet) error {
	var widths []string
	for _, p := range sh.pictures {
		name := pictureBlob(f.ID, sh.number, p.width)
		if err := s.Blobs.Put(ctx, name, strings.NewReader(string(p.jpeg)), int64(len(p.jpeg))); err != nil {
			return err
		}
		widths = append([]string{strconv.Itoa(p.width)}, widths...) // made large to small
	}
	count := sh.number
	if f.Post != "" {
		count = max(count, sh.of) // the others are not read
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		res, err := tx.NewRaw("UPDATE "+f.table()+" SET lease_until = ?, page_count = ? WHERE id = ? AND tries = ? AND state = ?",
			tx.Now.Add(lease), count, f.ID, f.Tries, Processing).Exec(ctx)
		if err != nil {
			return fmt.Errorf("renew lease: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(errLost, err)
		}
		if f.Post != "" {
			return keepCover(ctx, tx, f, sh, strings.Join(widths, ","))
		}
		return keepSheet(ctx, tx, f, sh, strings.Join(widths, ","))
	})
}

// keepSheet writes the row of a page of an entry's file.
func keepSheet(ctx context.Context, tx db.Tx, f *File, sh sheet, widths string) error {
	page := &Page{File: f.ID, Number: sh.number, Width: sh.width, Height: sh.height, Text: sh.text, Words: sh.words,
		Colour: sh.colour, Widths: widths}
	if page.Words == nil {
		page.Words = []pdfium.Word{}
	}
	_, err := tx.NewInsert().Model(page).On("CONFLICT (file, number) DO UPDATE").
		Set("width = EXCLUDED.width, height = EXCLUDED.height, text = EXCLUDED.text, words = EXCLUDED.words").
		Set("colour = EXCLUDED.colour, widths = EXCLUDED.widths").Exec(ctx)
	if err != nil {
		return fmt.Errorf("keep page %d: %w", sh.number, err)
	}
	if sh.number == 1 && page.Widths != "" {
		_, err = tx.NewRaw("UPDATE file SET cover_width = ?, cover_height = ?, colour = ? WHERE id = ?", sh.width, sh.height, sh.colour, f.ID).Exec(ctx)
	}
	return err
}

// finish says how reading ended, once.
func (s *Service) finish(ctx context.Context, f *File, state State, reason string) error {
	if f.Post != "" {
		return s.finishAttachment(ctx, f, state, reason)
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		res, err := tx.NewRaw("UPDATE file SET state = ?, reason = ?, lease_until = NULL WHERE id = ? AND tries = ? AND state = ?",
			state, reason, f.ID, f.Tries, Processing).Exec(ctx)
		if err != nil {
			return fmt.Errorf("finish file %s: %w", f.ID, err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err // removed meanwhile, or another worker's
		}
		kind := event.FileReady
		if state == Failed {
			kind = event.FileFailed
		} else if err := askTranscript(ctx, tx, f); err != nil {
			return err
		}
		return event.Append(ctx, tx, told(kind, f, ""))
	})
}

// giveBack lets the file wait for its next try.
func (s *Service) giveBack(ctx context.Context, f *File, pause time.Duration, tries int) error {
	return s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		var until *time.Time // nobody's, at once
		if pause > 0 {
			t := tx.Now.Add(pause)
			until = &t
		}
		_, err := tx.NewRaw("UPDATE "+f.table()+" SET lease_until = ?, tries = ? WHERE id = ? AND tries = ? AND state = ?",
			until, tries, f.ID, f.Tries, Processing).Exec(ctx)
		if err != nil {
			return fmt.Errorf("give file %s back: %w", f.ID, err)
		}
		return nil
	})
}
