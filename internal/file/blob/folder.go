package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Folder is a store in a folder of this machine: ab/abcdefghjk-original, so that no folder grows without bound.
type Folder struct{ Dir string }

const tempPrefix = "."

func (f Folder) path(name string) string { return filepath.Join(f.Dir, name[:2], name) }

// Put writes to a temporary name, syncs, renames and syncs the folder: a power cut leaves all or nothing.
func (f Folder) Put(ctx context.Context, name string, r io.Reader, size int64) error {
	if err := check(name); err != nil {
		return err
	}
	dir := filepath.Dir(f.path(name))
	if err := f.makeDir(dir); err != nil {
		return err
	}
	temp, err := os.CreateTemp(dir, tempPrefix+"*")
	if err != nil {
		return fmt.Errorf("put blob %s: %w", name, err)
	}
	defer os.Remove(temp.Name()) // after the rename there is nothing left to remove
	n, err := io.Copy(temp, r)
	if err == nil && n != size {
		err = fmt.Errorf("got %d bytes, want %d: %w", n, size, io.ErrUnexpectedEOF)
	}
	if err == nil {
		err = temp.Sync()
	}
	if closing := temp.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = os.Rename(temp.Name(), f.path(name))
	}
	if err == nil {
		err = syncDir(dir)
	}
	if err != nil {
		return fmt.Errorf("put blob %s: %w", name, err)
	}
	return nil
}

// makeDir makes a sub-folder and, when it is new, its entry in the folder above durable.
func (f Folder) makeDir(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make blob folder: %w", err)
	}
	return syncDir(f.Dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// Get opens a blob.
func (f Folder) Get(_ context.Context, name string) (*Blob, error) {
	if err := check(name); err != nil {
		return nil, err
	}
	file, err := os.Open(f.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrMissing, name)
	}
	if err != nil {
		return nil, fmt.Errorf("get blob: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("get blob: %w", err)
	}
	return &Blob{file, info.Size(), info.ModTime()}, nil
}

// Delete removes a blob.
func (f Folder) Delete(_ context.Context, name string) error {
	if err := check(name); err != nil {
		return err
	}
	if err := os.Remove(f.path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("delete blob: %w", err)
	}
	return nil
}

// List goes through all blobs. It also removes what writes that were cut off have left, after a day.
func (f Folder) List(ctx context.Context, each func(name string, modified time.Time) error) error {
	err := filepath.WalkDir(f.Dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // removed meanwhile
		}
		if err != nil {
			return err
		}
		if strings.HasPrefix(d.Name(), tempPrefix) {
			if time.Since(info.ModTime()) > 24*time.Hour {
				return os.Remove(path)
			}
			return nil
		}
		return each(d.Name(), info.ModTime())
	})
	if err != nil {
		return fmt.Errorf("list blobs: %w", err)
	}
	return nil
}
