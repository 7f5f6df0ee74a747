package backup

import (
	"archive/zip"
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/file/blob"
)

// What can be wrong with a restore or a move.
var (
	ErrDamaged  = errors.New("the backup is damaged or not whole")
	ErrNotEmpty = errors.New("the database is not empty")
	ErrForm     = errors.New("the backup was made by a newer program")
)

// Verify reads all of a backup and compares it with its sums.
func Verify(path string) (*Manifest, error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	defer z.Close()
	return verify(&z.Reader)
}

func verify(z *zip.Reader) (*Manifest, error) {
	m, err := manifest(z)
	if err != nil {
		return nil, err
	}
	found := 0
	for _, f := range z.File {
		if f.Name == manifestName {
			continue
		}
		sum := sha256.New()
		err := open(f, func(r io.Reader) error {
			_, err := io.Copy(sum, r)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrDamaged, f.Name, err)
		}
		if m.Sums[f.Name] != hex.EncodeToString(sum.Sum(nil)) {
			return nil, fmt.Errorf("%w: %s is not what was written", ErrDamaged, f.Name)
		}
		found++
	}
	if found != len(m.Sums) {
		return nil, fmt.Errorf("%w: %d parts of %d", ErrDamaged, found, len(m.Sums))
	}
	return m, nil
}

func manifest(z *zip.Reader) (*Manifest, error) {
	f, err := z.Open(manifestName)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	defer f.Close()
	var m Manifest
	if err := json.NewDecoder(f).Decode(&m); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if m.Form > form {
		return nil, ErrForm
	}
	return &m, nil
}

func open(f *zip.File, read func(io.Reader) error) error {
	r, err := f.Open()
	if err != nil {
		return err
	}
	return errors.Join(read(r), r.Close())
}

// Restore brings a backup into a database that has nothing yet and a store. The schema goes first to where it was when
// the backup was made, and with the rows in it to where it is now, so that migrations do to them what they would have
// done. Killed in the middle, it can be run again after the database was emptied; files that are there stay.
func Restore(ctx context.Context, d *db.DB, store blob.Store, path string, o db.MigrateOptions, said func(done, total int)) (*Manifest, error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	defer z.Close()
	m, err := verify(&z.Reader)
	if err != nil {
		return nil, err
	}
	if !d.Fresh(ctx) {
		return nil, ErrNotEmpty
	}
	if err := putFiles(ctx, &z.Reader, store, m.Files, said); err != nil {
		return nil, err
	}
	then := o
	then.Until = m.Schema[len(m.Schema)-1]
	if err := d.Migrate(ctx, then); err != nil {
		return nil, err
	}
	if err := putRows(ctx, d, &z.Reader, m); err != nil {
		return nil, err
	}
	o.Allowed = true
	if err := d.Migrate(ctx, o); err != nil {
		return nil, err
	}
	return m, event.NewEpoch(ctx, d, true)
}

func putFiles(ctx context.Context, z *zip.Reader, store blob.Store, total int, said func(done, total int)) error {
	done := 0
	for _, f := range z.File {
		name, ok := strings.CutPrefix(f.Name, filesDir)
		if !ok {
			continue
		}
		err := open(f, func(r io.Reader) error { return store.Put(ctx, name, r, int64(f.UncompressedSize64)) })
		if err != nil {
			return fmt.Errorf("put file %s back: %w", name, err)
		}
		done++
		said(done, total)
	}
	return nil
}

func putRows(ctx context.Context, d *db.DB, z *zip.Reader, m *Manifest) error {
	return d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := empty(ctx, tx, m.Tables); err != nil {
			return err
		}
		for _, t := range m.Tables {
			n, err := putTable(ctx, tx, z, t)
			if err != nil {
				return err
			}
			if n != m.Rows[t.Name] {
				return fmt.Errorf("%w: %d rows of %d in %s", ErrDamaged, n, m.Rows[t.Name], t.Name)
			}
		}
		// A letter that waited then may have been sent since.
		_, err := tx.NewRaw("UPDATE mail SET state = 'failed', error = 'not sent after a restore' WHERE state IN ('waiting', 'sending')").Exec(ctx)
		return err
	})
}

// empty takes out what the migrations themselves have put in.
func empty(ctx context.Context, tx db.Tx, list []table) error {
	for _, t := range slices.Backward(list) {
		if _, err := tx.NewRaw("DELETE FROM " + quoted(t.Name)).Exec(ctx); err != nil {
			return fmt.Errorf("empty table %s: %w", t.Name, err)
		}
	}
	return nil
}

func putTable(ctx context.Context, tx db.Tx, z *zip.Reader, t table) (n int, err error) {
	f, err := z.Open(tablesDir + t.Name + ".jsonl")
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	defer f.Close()
	b := &batch{table: t}
	lines := json.NewDecoder(bufio.NewReader(f))
	values := make([]any, len(t.Columns))
	for {
		var raw []json.RawMessage
		if err := lines.Decode(&raw); err == io.EOF {
			return n, b.flush(ctx, tx)
		} else if err != nil || len(raw) != len(values) {
			return n, fmt.Errorf("%w: row %d of %s: %w", ErrDamaged, n+1, t.Name, err)
		}
		for i, c := range t.Columns {
			if values[i], err = c.Kind.value(raw[i]); err != nil {
				return n, fmt.Errorf("%w: row %d of %s: %w", ErrDamaged, n+1, t.Name, err)
			}
		}
		if err := b.add(ctx, tx, values); err != nil {
			return n, err
		}
		n++
	}
}
