package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
)

// Upload is a file that somebody sends.
type Upload struct {
	Name string // as their machine calls it
	Type string // as their browser declares it; may be empty
	Alt  string // what the picture shows, in words
	Body io.Reader
}

const maxAlt = 500

// Attach takes a file in and puts it to an entry of the viewer's: Take and Keep in one.
func (s *Service) Attach(ctx context.Context, v access.Viewer, entry string, u Upload) (*File, error) {
	// Asked before the upload is read, so that a stranger's gigabytes are not; and again with the row.
	if err := mayAttach(ctx, s.DB.Read(), v, entry); err != nil {
		return nil, err
	}
	t, err := s.Take(u)
	if err != nil {
		return nil, err
	}
	defer t.Discard()
	return s.Keep(ctx, v, entry, t)
}

// Take reads an upload and says at once what can be said at once: an Invalid or TooLarge error, after which the rest
// is not read. Nothing is kept yet; what was taken must be discarded.
func (s *Service) Take(u Upload) (*Taken, error) {
	alt, err := CleanAlt(u.Alt)
	if err != nil {
		return nil, err
	}
	t, err := takeIn(s.Temp, u.Name, u.Type, u.Body)
	if err != nil {
		return nil, err
	}
	t.alt = alt
	return t, nil
}

// Keep puts what was taken to an entry of the viewer's. Reading the document follows in the background.
func (s *Service) Keep(ctx context.Context, v access.Viewer, entry string, t *Taken) (*File, error) {
	if err := mayAttach(ctx, s.DB.Read(), v, entry); err != nil {
		return nil, err
	}
	f := &File{ID: db.NewID(), Entry: entry, Name: t.name, Type: t.kind, Size: t.size, SHA256: t.sha256, Alt: t.alt,
		State: Processing, CreatedBy: v.Person}
	f.Blob = originalBlob(f.ID)
	if err := s.Blobs.Put(ctx, f.Blob, t.temp, t.size); err != nil {
		return nil, full(err)
	}
	var parts []piece
	if t.transfer != "" {
		var err error
		if parts, err = s.parts(ctx, t.transfer); err != nil {
			return nil, err
		}
	}
	if err := s.addRow(ctx, v, f, t.transfer); err != nil {
		// A file without a row is litter: the sweep would take it within two hours.
		return nil, errors.Join(err, s.Blobs.Delete(context.WithoutCancel(ctx), f.Blob))
	}
	if err := s.deleteParts(context.WithoutCancel(ctx), parts); err != nil {
		slog.WarnContext(ctx, "parts of an upload are left for the sweep", "upload", t.transfer, "err", err)
	}
	return f, nil
}

func (s *Service) addRow(ctx context.Context, v access.Viewer, f *File, transfer string) error {
	return s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := oneByOne(ctx, tx, v.Person, f.Entry); err != nil {
			return err
		}
		if err := mayAttach(ctx, tx, v, f.Entry); err != nil {
			return err
		}
		if err := endTransfer(ctx, tx, transfer); err != nil {
			return err
		}
		if err := withinLimits(ctx, tx, v, f); err != nil {
			return err
		}
		f.CreatedAt = tx.Now
		err := tx.NewRaw("SELECT COALESCE(MAX(position), 0) + 1 FROM file WHERE entry = ?", f.Entry).Scan(ctx, &f.Position)
		if err != nil {
			return fmt.Errorf("place file: %w", err)
		}
		if _, err := tx.NewInsert().Model(f).Exec(ctx); err != nil {
			return fmt.Errorf("add file: %w", err)
		}
		e := told(event.FileAttached, f, v.Person)
		if err := event.Append(ctx, tx, e); err != nil {
			return err
		}
		f.Seq = e.Seq
		return nil
	})
}

// oneByOne lets uploads of one person, or to one entry, pass their limits one after the other.
func oneByOne(ctx context.Context, tx db.Tx, whose ...string) error {
	if !tx.Postgres {
		return nil
	}
	for _, id := range whose {
		if _, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtext(?))", "file:"+id).Exec(ctx); err != nil {
			return fmt.Errorf("wait for other uploads: %w", err)
		}
	}
	return nil
}

// withinLimits looks at the files that the entry and the person already have.
func withinLimits(ctx context.Context, tx db.Tx, v access.Viewer, f *File) error {
	var entry int64
	err := tx.NewRaw("SELECT COALESCE(SUM(size), 0) FROM file WHERE entry = ?", f.Entry).Scan(ctx, &entry)
	if err != nil {
		return fmt.Errorf("sum files of entry: %w", err)
	}
	if entry+f.Size > MaxEntrySize {
		return &apperr.Error{Kind: apperr.TooLarge, Field: "file", Message: fmt.Sprintf(
			"ひとつの記事に載せられるファイルは、合わせて200MBまでです。いま%dMBあり、このファイルは%dMBです。ファイルを軽くするか、ほかのファイルを外してください。", megabytes(entry), megabytes(f.Size))}
	}
	return withinDay(ctx, tx, v, f.Size)
}

// withinDay looks whether so much more may come from the person within 24 hours, in entries and posts together.
func withinDay(ctx context.Context, tx db.Tx, v access.Viewer, more int64) error {
	if v.Unlimited {
		return nil
	}
	var sum int64
	since := tx.Now.Add(-24 * time.Hour)
	err := tx.NewRaw(`SELECT (SELECT COALESCE(SUM(size), 0) FROM file WHERE created_by = ? AND created_at > ?)
		+ (SELECT COALESCE(SUM(size), 0) FROM attachment WHERE created_by = ? AND created_at > ?)`,
		v.Person, since, v.Person, since).Scan(ctx, &sum)
	if err != nil {
		return fmt.Errorf("sum files of person: %w", err)
	}
	if sum+more > MaxDaySize {
		return tooMuchToday()
	}
	return nil
}

func tooMuchToday() error {
	return apperr.New(apperr.TooLarge, "1日に載せられるファイルは、合わせて2GBまでです。書いた内容は残っています。明日、続きを載せてください。")
}

// Remove takes a file out of its entry and returns what it was. Its blobs go with a later sweep.
func (s *Service) Remove(ctx context.Context, v access.Viewer, id string) (*File, error) {
	f, err := s.Get(ctx, v, id)
	if err != nil {
		return nil, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := mayAttach(ctx, tx, v, f.Entry); err != nil {
			return err
		}
		res, err := tx.NewDelete().Model((*File)(nil)).Where("id = ?", id).Exec(ctx)
		if err != nil {
			return fmt.Errorf("remove file %s: %w", id, err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(apperr.Missing(), err)
		}
		e := told(event.FileRemoved, f, v.Person)
		err = event.Append(ctx, tx, e)
		f.Seq = e.Seq
		return err
	})
	return f, err
}

// told is the event that something happened to a file.
func told(kind event.Kind, f *File, actor string) *event.Event {
	e := event.Event{Kind: kind, Subject: f.ID, Actor: actor}.With(map[string]string{"entry": f.Entry})
	return &e
}
