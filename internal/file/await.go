package file

import (
	"context"
	"time"

	"github.com/manetomo/manetomo/internal/access"
)

// Pictured is the progress of a file whose first page can be looked at while the rest is still being read.
const Pictured = "pictured"

// Progress is how far reading has come, as far as a page shows it: a State, or Pictured.
func (f *File) Progress() string {
	if f.State == Processing && f.PageCount > 0 {
		return Pictured
	}
	return string(f.State)
}

// Await returns a file whose entry the viewer may read as soon as its progress is another one than known, or after a while.
func (s *Service) Await(ctx context.Context, v access.Viewer, id, known string, most time.Duration) (*File, error) {
	over := time.NewTimer(most)
	defer over.Stop()
	for {
		written := s.DB.Written()
		f, err := s.Get(ctx, v, id)
		if err != nil || f.Progress() != known {
			return f, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-over.C:
			return f, nil
		case <-written:
		}
	}
}
