package file

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
)

// Glance says what can be said of a file by its name, its size and its first bytes.
func Glance(name string, size int64, r io.Reader) error {
	if size > MaxSize {
		return tooLarge()
	}
	head := make([]byte, sniffed)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the beginning of a file: %w", err)
	}
	_, err = Sniff(CleanName(name), "", head[:n])
	return err
}

// KeepImported puts what was taken to an entry that was brought in by a list, once: a file with the same content is the
// same file. Whoever calls it has asked whether lists may be brought in; a person's day does not count here.
func (s *Service) KeepImported(ctx context.Context, by, entry string, t *Taken) (*File, error) {
	same := func(r selecter) (bool, error) {
		return r.NewSelect().Table("file").Where("entry = ?", entry).Where("sha256 = ?", t.sha256).Exists(ctx)
	}
	if there, err := same(s.DB.Read()); err != nil || there {
		return nil, err
	}
	f := &File{ID: db.NewID(), Entry: entry, Name: t.name, Type: t.kind, Size: t.size, SHA256: t.sha256, Alt: t.alt,
		State: Processing, CreatedBy: by}
	f.Blob = originalBlob(f.ID)
	if err := s.Blobs.Put(ctx, f.Blob, t.temp, t.size); err != nil {
		return nil, full(err)
	}
	err := s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if there, err := same(tx); err != nil || there {
			return errors.Join(err, errTwice)
		}
		if err := withinLimits(ctx, tx, access.Viewer{Unlimited: true}, f); err != nil {
			return err
		}
		f.CreatedAt = tx.Now
		if err := tx.NewRaw("SELECT COALESCE(MAX(position), 0) + 1 FROM file WHERE entry = ?", entry).Scan(ctx, &f.Position); err != nil {
			return fmt.Errorf("place file: %w", err)
		}
		if _, err := tx.NewInsert().Model(f).Exec(ctx); err != nil {
			return fmt.Errorf("add file: %w", err)
		}
		return event.Append(ctx, tx, told(event.FileAttached, f, by))
	})
	if err != nil {
		err = errors.Join(err, s.Blobs.Delete(context.WithoutCancel(ctx), f.Blob))
		if errors.Is(err, errTwice) && apperr.From(err).Kind == apperr.Internal {
			return nil, nil
		}
		return nil, err
	}
	return f, nil
}

// errTwice says that another run of the same list was first.
var errTwice = errors.New("the file is there already")
