// Package blob keeps files by name: in a folder of this machine, or in a store that speaks S3.
//
// What stays true: after Put the blob is on disk whole, or it is not there at all; a blob is never changed, only
// replaced by the same or deleted. Names are made by the program (letters, digits, "-" and "."), never by a person.
package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"
)

// ErrMissing says that there is no blob of the name.
var ErrMissing = errors.New("no such blob")

// Store keeps blobs. There are two: Folder and S3.
type Store interface {
	// Put keeps size bytes of r under the name, durably, before it returns.
	Put(ctx context.Context, name string, r io.Reader, size int64) error
	// Get opens a blob for reading anywhere in it. The caller closes it.
	Get(ctx context.Context, name string) (*Blob, error)
	// Delete removes a blob; one that is not there is no error.
	Delete(ctx context.Context, name string) error
	// List calls each for every blob until it returns an error.
	List(ctx context.Context, each func(name string, modified time.Time) error) error
}

// Blob is one open blob.
type Blob struct {
	io.ReadSeekCloser
	Size     int64
	Modified time.Time
}

// Read reads a whole blob of at most max bytes.
func Read(ctx context.Context, s Store, name string, max int64) ([]byte, error) {
	b, err := s.Get(ctx, name)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	if b.Size > max {
		return nil, fmt.Errorf("blob %s has %d bytes, more than %d", name, b.Size, max)
	}
	data := make([]byte, b.Size)
	if _, err := io.ReadFull(b, data); err != nil {
		return nil, fmt.Errorf("read blob %s: %w", name, err)
	}
	return data, nil
}

var validName = regexp.MustCompile(`^[0-9a-z]{4}[0-9a-z.-]{0,80}$`)

func check(name string) error {
	if !validName.MatchString(name) {
		return fmt.Errorf("%q is no name for a blob", name)
	}
	return nil
}
