package search

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// OpenCopy opens a copy of the index as it is now, for a command beside a running server, which holds the index
// itself. The large files never change, so they are linked; only the small one that names them is copied.
func OpenCopy(dir, temp string, opts Options) (*Index, error) {
	from := currentGeneration(dir)
	if from == "" {
		return nil, errPreparing
	}
	const tries = 5 // the copied file may be caught between two of its pages
	var err error
	for range tries {
		to := newGenerationDir(temp)
		if err = linkGeneration(from, to); err == nil {
			if err = pointTo(temp, to); err == nil {
				var x *Index
				if x, err = Open(temp, opts); err == nil && x.cur != nil {
					return x, nil
				}
			}
		}
	}
	return nil, errors.Join(fmt.Errorf("copy search index %s", from), err)
}

func linkGeneration(from, to string) error {
	if err := os.MkdirAll(filepath.Join(to, "store"), 0o700); err != nil {
		return err
	}
	if err := copyFile(filepath.Join(from, "index_meta.json"), filepath.Join(to, "index_meta.json")); err != nil {
		return err
	}
	store := filepath.Join(from, "store")
	// the file of names first: what it names is there before it, and stays for a while
	if err := copyFile(filepath.Join(store, "root.bolt"), filepath.Join(to, "store", "root.bolt")); err != nil {
		return err
	}
	files, err := os.ReadDir(store)
	if err != nil {
		return err
	}
	for _, f := range files {
		if strings.HasSuffix(f.Name(), ".zap") {
			old, copied := filepath.Join(store, f.Name()), filepath.Join(to, "store", f.Name())
			if os.Link(old, copied) == nil {
				continue
			}
			if err := copyFile(old, copied); err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
