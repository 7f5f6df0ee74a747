package backup

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/file/blob"
)

// Manifest says what a backup holds.
type Manifest struct {
	Form    int               `json:"form"`
	Made    time.Time         `json:"made"`
	Schema  []string          `json:"schema"` // migrations that the database had
	Seq     int64             `json:"seq"`    // position of the log
	Tables  []table           `json:"tables"`
	Rows    map[string]int    `json:"rows"`  // by table
	Files   int               `json:"files"` // in the store
	Missing []string          `json:"missing,omitempty"`
	Sums    map[string]string `json:"sums"` // SHA-256 of each part, in hexadecimal
}

const (
	form         = 1
	manifestName = "manifest.json"
	tablesDir    = "tables/"
	filesDir     = "files/"
)

// leftOut are tables that must not come back with an old state: who is signed in, and what is under way right now.
var leftOut = []string{"migration", "session", "signin", "idempotency", "request"}

// Write makes a backup and reads it back. Files that rows name and the store has lost are listed, not an error. said
// hears of the progress.
func Write(ctx context.Context, d *db.DB, store blob.Store, to string, said func(done, total int)) (*Manifest, error) {
	temp, err := os.CreateTemp(filepath.Dir(to), ".backup-*")
	if err != nil {
		return nil, err
	}
	defer os.Remove(temp.Name()) // after the rename there is none
	defer temp.Close()
	w := &writer{zip: zip.NewWriter(temp), manifest: Manifest{Form: form, Made: d.Now(), Rows: map[string]int{}, Sums: map[string]string{}}}
	if err := w.everything(ctx, d, store, said); err != nil {
		return nil, err
	}
	if err := errors.Join(w.zip.Close(), temp.Sync(), temp.Close()); err != nil {
		return nil, err
	}
	if _, err := Verify(temp.Name()); err != nil {
		return nil, fmt.Errorf("read the backup back: %w", err)
	}
	if err := os.Rename(temp.Name(), to); err != nil {
		return nil, err
	}
	return &w.manifest, syncDir(filepath.Dir(to))
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

type writer struct {
	zip      *zip.Writer
	manifest Manifest
	named    map[string]bool // files that rows name
}

func (w *writer) everything(ctx context.Context, d *db.DB, store blob.Store, said func(done, total int)) error {
	w.named = map[string]bool{}
	err := d.Snapshot(ctx, func(ctx context.Context, r bun.IDB) error { return w.rows(ctx, r, d.Postgres()) })
	if err != nil {
		return err
	}
	// The files come after the rows: a file is there before its row, and stays for an hour after it.
	if err := w.files(ctx, store, said); err != nil {
		return err
	}
	for name := range w.named {
		if _, ok := w.manifest.Sums[filesDir+name]; !ok {
			w.manifest.Missing = append(w.manifest.Missing, name)
		}
	}
	slices.Sort(w.manifest.Missing)
	out, err := w.zip.Create(manifestName)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(w.manifest)
}

func (w *writer) rows(ctx context.Context, r bun.IDB, postgres bool) (err error) {
	m := &w.manifest
	if m.Seq, _, err = event.Head(ctx, r); err != nil {
		return err
	}
	if err := r.NewRaw("SELECT name FROM migration ORDER BY name").Scan(ctx, &m.Schema); err != nil {
		return fmt.Errorf("read the schema: %w", err)
	}
	all, err := tables(ctx, r, postgres)
	if err != nil {
		return err
	}
	for _, t := range all {
		if slices.Contains(leftOut, t.Name) {
			continue
		}
		m.Tables = append(m.Tables, t)
		if err := w.table(ctx, r, t); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) table(ctx context.Context, r bun.IDB, t table) error {
	part, err := w.part(tablesDir+t.Name+".jsonl", zip.Deflate)
	if err != nil {
		return err
	}
	stored := slices.IndexFunc(t.Columns, func(c column) bool { return c.Name == "blob" })
	lines := json.NewEncoder(part)
	err = t.read(ctx, r, func(values []any) error {
		w.manifest.Rows[t.Name]++
		if stored >= 0 {
			if name, ok := values[stored].(string); ok && name != "" {
				w.named[name] = true
			}
		}
		return lines.Encode(values)
	})
	part.end(w)
	return err
}

func (w *writer) files(ctx context.Context, store blob.Store, said func(done, total int)) error {
	var names []string
	err := store.List(ctx, func(name string, _ time.Time) error {
		names = append(names, name)
		return nil
	})
	if err != nil {
		return fmt.Errorf("list the files: %w", err)
	}
	for i, name := range names {
		if err := w.file(ctx, store, name); err != nil {
			return err
		}
		said(i+1, len(names))
	}
	return nil
}

// file adds a file; one that was swept since the list was made is left out.
func (w *writer) file(ctx context.Context, store blob.Store, name string) error {
	b, err := store.Get(ctx, name)
	if errors.Is(err, blob.ErrMissing) {
		return nil
	}
	if err != nil {
		return err
	}
	defer b.Close()
	part, err := w.part(filesDir+name, zip.Store) // pictures and PDF files do not get smaller
	if err != nil {
		return err
	}
	if _, err := io.Copy(part, b); err != nil {
		return fmt.Errorf("copy file %s: %w", name, err)
	}
	w.manifest.Files++
	part.end(w)
	return nil
}

// part is one entry of the zip file, summed while it is written.
type part struct {
	io.Writer
	name string
	sum  hash.Hash
}

func (w *writer) part(name string, method uint16) (*part, error) {
	out, err := w.zip.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: w.manifest.Made})
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	return &part{io.MultiWriter(out, sum), name, sum}, nil
}

func (p *part) end(w *writer) { w.manifest.Sums[p.name] = hex.EncodeToString(p.sum.Sum(nil)) }
