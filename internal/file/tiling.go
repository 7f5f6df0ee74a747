package file

import (
	"context"
	"errors"
	"fmt"
	"image"
	"log/slog"
	"math"
	"runtime/debug"
	"strings"
	"time"

	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/file/blob"
	"github.com/manetomo/manetomo/internal/file/pdfium"
)

// What the column tiling says.
const (
	tilesWait   = "waiting"
	tilesDone   = "done"
	tilesFailed = "failed" // the pictures stay: one zooms less far
)

// How finely a sheet is drawn for its tiles. An A1 sheet at 150 dpi is 4967 pixels wide: letters of 8 points are 17
// pixels high.
const (
	tileDPI    = 150
	tilePixels = 24_000_000 // what one drawing may have in the engine's memory
	tiledPages = 20         // of a file
	worthwhile = 1.2        // times the largest picture; below that tiles would show nothing new
)

// askTiles puts a file into the queue for tiles when somebody zooms into it for the first time: cutting costs thrice what
// reading does, and most sheets are never looked at that closely. Until it is done the largest picture is zoomed.
func (s *Service) askTiles(ctx context.Context, id string) error {
	which := "id = ? AND state = ? AND tiling = ''"
	never, err := s.DB.Read().NewSelect().Table("file").Where(which, id, Ready).Exists(ctx)
	if err != nil || !never {
		return err
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewUpdate().Table("file").Set("tiling = ?", tilesWait).Where(which, id, Ready).Exec(ctx)
		if err != nil {
			return fmt.Errorf("ask for tiles of file %s: %w", id, err)
		}
		return nil
	})
}

// TileOne cuts the pages of one file into tiles and tells whether there was one. It is what workers do when nobody
// waits for a document, newest file first, and it stops when somebody does.
func (s *Service) TileOne(ctx context.Context, engine *pdfium.Engine) (bool, error) {
	if !s.tiling.TryLock() {
		return false, nil
	}
	defer s.tiling.Unlock()
	f, err := s.claimTiling(ctx)
	if err != nil || f == nil {
		return false, err
	}
	finished, err := s.tilePages(ctx, engine, f)
	debug.FreeOSMemory()
	keep := context.WithoutCancel(ctx)
	switch {
	case ctx.Err() != nil, err == nil && !finished:
		return true, s.endTiling(keep, f, tilesWait, 0, f.Tries-1)
	case err == nil:
		return true, s.endTiling(keep, f, tilesDone, 0, f.Tries)
	case reasonFor(err) != "", errors.Is(err, blob.ErrMissing), f.Tries >= maxTries:
		slog.InfoContext(ctx, "a file has no tiles", "file", f.ID, "err", err)
		return true, s.endTiling(keep, f, tilesFailed, 0, f.Tries)
	}
	return true, errors.Join(fmt.Errorf("cut tiles of file %s: %w", f.ID, err), s.endTiling(keep, f, tilesWait, pauses[f.Tries-1], f.Tries))
}

// claimTiling takes the newest file whose tiles wait.
func (s *Service) claimTiling(ctx context.Context) (*File, error) {
	f, err := s.claim(ctx, cutting)
	if err == nil && f != nil && f.Tries > maxTries { // it killed its workers
		return nil, s.endTiling(ctx, f, tilesFailed, 0, f.Tries)
	}
	return f, err
}

// endTiling says how far cutting a file has come and lets it go.
func (s *Service) endTiling(ctx context.Context, f *File, state string, pause time.Duration, tries int) error {
	return s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		var until *time.Time
		if pause > 0 {
			t := tx.Now.Add(pause)
			until = &t
		}
		_, err := tx.NewRaw("UPDATE file SET tiling = ?, tile_tries = ?, lease_until = ? WHERE id = ? AND tile_tries = ? AND tiling = 'waiting'",
			state, tries, until, f.ID, f.Tries).Exec(ctx)
		if err != nil {
			return fmt.Errorf("end tiling of file %s: %w", f.ID, err)
		}
		return nil
	})
}

// tilePages cuts the pages of a file that need it. finished is false when somebody waits for a document.
func (s *Service) tilePages(ctx context.Context, engine *pdfium.Engine, f *File) (finished bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	var pages []Page
	err = s.DB.Read().NewSelect().Model(&pages).Column("file", "number", "width", "height", "widths").
		Where("p.file = ?", f.ID).Where("p.tiled_width = 0").Where("p.widths <> ''").Order("p.number").Limit(tiledPages).Scan(ctx)
	if err != nil {
		return false, err
	}
	if f.Type == PDF {
		pages = large(pages)
	}
	if len(pages) == 0 {
		return true, nil
	}
	data, err := blob.Read(ctx, s.Blobs, f.Blob, MaxSize)
	if err != nil {
		return false, err
	}
	if f.Type != PDF {
		return true, s.tilePicture(ctx, f, pages[0], data)
	}
	d, err := engine.Patient(f.Tries).Document(ctx, data)
	if err != nil {
		return false, err
	}
	defer d.Close()
	for _, p := range pages {
		if busy, err := s.waiting(ctx, reading); busy || err != nil {
			return false, err
		}
		img, err := drawn(ctx, d, p)
		if err == nil {
			err = s.keepTiles(ctx, f, p.Number, img)
		}
		if err != nil {
			return false, err
		}
	}
	return true, nil
}

// large are the pages of a PDF whose letters would be too small in the largest picture.
func large(pages []Page) (list []Page) {
	for _, p := range pages {
		sizes := p.Sizes()
		if float64(fullWidth(p)) >= worthwhile*float64(sizes[len(sizes)-1]) {
			list = append(list, p)
		}
	}
	return list
}

func fullWidth(p Page) int {
	width := p.Width / 72 * tileDPI
	return int(min(width, math.Sqrt(tilePixels*p.Width/p.Height), maxSide))
}

func drawn(ctx context.Context, d *pdfium.Document, p Page) (*image.RGBA, error) {
	page, err := d.Page(ctx, p.Number)
	if err != nil {
		return nil, err
	}
	defer page.Close()
	return page.Render(fullWidth(p))
}

// tilePicture cuts a picture that is larger than the largest size it is shown in.
func (s *Service) tilePicture(ctx context.Context, f *File, p Page, data []byte) error {
	largest := float64(Widths[len(Widths)-1])
	if p.Width < largest {
		return nil // all of it is shown already
	}
	s.decoding.Lock()
	defer s.decoding.Unlock()
	img, err := decode(f.Type, data, maxSide, tilePixels)
	if err != nil || float64(img.Bounds().Dx()) < worthwhile*largest {
		return err
	}
	return s.keepTiles(ctx, f, p.Number, img)
}

// keepTiles keeps the tiles of a page and then says that they are there, which also renews the lease.
func (s *Service) keepTiles(ctx context.Context, f *File, number int, img *image.RGBA) error {
	tiles, err := pack(img)
	if err != nil {
		return err
	}
	if err := s.Blobs.Put(ctx, tilesBlob(f.ID, number), strings.NewReader(string(tiles)), int64(len(tiles))); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw("UPDATE file SET lease_until = ? WHERE id = ? AND tile_tries = ?", tx.Now.Add(lease), f.ID, f.Tries).Exec(ctx)
		if err == nil {
			_, err = tx.NewRaw("UPDATE page SET tiled_width = ?, tiled_height = ? WHERE file = ? AND number = ?",
				img.Bounds().Dx(), img.Bounds().Dy(), f.ID, number).Exec(ctx)
		}
		if err != nil {
			return fmt.Errorf("keep tiles of page %d: %w", number, err)
		}
		return nil
	})
}
