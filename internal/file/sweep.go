package file

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/uptrace/bun"
)

// litter is how old a blob without a row must be before it is removed: an upload under way has no row yet.
const litter = time.Hour

// Sweep removes uploads that nobody went on with, and blobs that belong to no row: of such uploads, and of files that
// were removed.
func (s *Service) Sweep(ctx context.Context) (removed int, err error) {
	old := map[string][]string{} // blobs by file id
	flush := func() error {
		n, err := s.removeUnknown(ctx, old)
		removed += n
		clear(old)
		return err
	}
	if err := s.sweepTransfers(ctx); err != nil {
		return 0, err
	}
	err = s.Blobs.List(ctx, func(name string, modified time.Time) error {
		if id, _, ok := strings.Cut(name, "-"); ok && s.DB.Now().Sub(modified) > litter {
			old[id] = append(old[id], name)
		}
		if len(old) < 500 {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	if err == nil {
		err = s.sweepTemp()
	}
	if err != nil {
		return removed, fmt.Errorf("sweep files: %w", err)
	}
	return removed, nil
}

func (s *Service) removeUnknown(ctx context.Context, blobs map[string][]string) (removed int, err error) {
	if len(blobs) == 0 {
		return 0, nil
	}
	var ids, known []string
	for id := range blobs {
		ids = append(ids, id)
	}
	for _, table := range []string{"file", "attachment", "transfer"} {
		err = s.DB.Read().NewSelect().Table(table).Column("id").Where("id IN (?)", bun.List(ids)).Scan(ctx, &known)
		if err != nil {
			return 0, err
		}
		for _, id := range known {
			delete(blobs, id)
		}
	}
	for _, names := range blobs {
		for _, name := range names {
			if err := s.Blobs.Delete(ctx, name); err != nil {
				return removed, err
			}
			removed++
		}
	}
	return removed, nil
}

// sweepTemp removes uploads that a killed program has left half read.
func (s *Service) sweepTemp() error {
	if s.Temp == "" {
		return nil // the system's own folder, which the system keeps clean
	}
	left, err := filepath.Glob(filepath.Join(s.Temp, tempName))
	if err != nil {
		return err
	}
	for _, path := range left {
		info, err := os.Stat(path)
		if err == nil && s.DB.Now().Sub(info.ModTime()) > litter {
			err = os.Remove(path)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// SweepHourly sweeps now and every hour until ctx ends.
func (s *Service) SweepHourly(ctx context.Context) error {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		if n, err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "sweep of files failed", "err", err)
		} else if n > 0 {
			slog.InfoContext(ctx, "files without a row were removed", "blobs", n)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
