package search

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"slices"
	"time"

	"github.com/blevesearch/bleve/v2/document"
	"golang.org/x/sync/errgroup"

	"github.com/manetomo/manetomo/search/japanese"
)

// Source gives everything that belongs into the index, for building it anew.
type Source interface {
	// Head gives the position of the log and its epoch, read before the documents: what changes meanwhile is
	// followed from there.
	Head(ctx context.Context) (seq int64, epoch string, err error)
	// Count is about how many documents there are, for the progress.
	Count(ctx context.Context) (int, error)
	// All hands over all documents in batches.
	All(ctx context.Context, use func([]Document) error) error
	// Changes gives what happened behind a position of the log, nothing when that is its end.
	Changes(ctx context.Context, after int64) (Changes, error)
}

// Rebuild builds the index anew from its source beside the one in use, which serves and follows until the new one is
// complete, on the disk, and as far as the old one. If it fails or the program ends, the old one stays.
func (x *Index) Rebuild(ctx context.Context, source Source) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-japanese.Load():
	}
	x.build.Lock()
	defer x.build.Unlock()
	began := time.Now()
	seq, epoch, err := source.Head(ctx)
	if err != nil {
		return err
	}
	total, err := source.Count(ctx)
	if err != nil {
		return err
	}
	if err := checkRoom(x.dir, total); err != nil {
		return err
	}
	x.progress.Store(&Progress{0, total})
	defer x.progress.Store(nil)
	dir := newGenerationDir(x.dir)
	names := newNames()
	done, err := x.fill(ctx, dir, source, mark{analyzerVersion, storedForm, epoch, seq}, total, names)
	if err != nil {
		_ = os.RemoveAll(dir)
		return fmt.Errorf("rebuild search index: %w", err)
	}
	if err := x.swap(ctx, dir, source, names); err != nil {
		return fmt.Errorf("use the rebuilt search index: %w", err)
	}
	debug.FreeOSMemory()
	slog.Info("search index rebuilt", "documents", done, "seq", x.Seq(), "took", since(began))
	return nil
}

// batchRunes is about how much text goes into one batch: larger ones save merging, and cost memory.
const batchRunes = 400_000

// fill builds a complete generation in dir and closes it, so that all of it is on the disk. One batch is analyzed
// while the one before is written.
func (x *Index) fill(ctx context.Context, dir string, source Source, m mark, total int, names *names) (done int, err error) {
	g, err := createGeneration(dir, true)
	if err != nil {
		return 0, err
	}
	work, inner := errgroup.WithContext(ctx)
	batches := make(chan []*document.Document)
	work.Go(func() error {
		for batch := range batches {
			if err := g.write(batch, nil, mark{}); err != nil {
				return err
			}
			done += len(batch)
			x.progress.Store(&Progress{done, max(total, done)})
		}
		return nil
	})
	work.Go(func() error {
		defer close(batches)
		var pending []Document
		runes := 0
		flush := func() error {
			encoded := encodeAll(pending)
			pending, runes = nil, 0
			select {
			case batches <- encoded:
				return nil
			case <-inner.Done():
				return inner.Err()
			}
		}
		err := source.All(inner, func(docs []Document) error {
			names.add(docs)
			for _, d := range docs {
				pending = append(pending, d)
				if runes += d.size(); runes > batchRunes {
					if err := flush(); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		return flush()
	})
	err = work.Wait()
	if err == nil {
		err = g.finish(ctx, m) // only a complete one knows what it is
	}
	if err == nil {
		err = g.merge(ctx)
	}
	if closeErr := g.bleve.Close(); err == nil {
		err = closeErr
	}
	return done, err
}

// swap opens the new generation, brings in what was written while it was built, and lets it take the place of the one
// in use. It is never behind the old one: what was found stays found.
func (x *Index) swap(ctx context.Context, dir string, source Source, names *names) error {
	g, err := openGeneration(dir)
	if err != nil {
		return err
	}
	if g.mark.Analyzer != analyzerVersion {
		return errors.Join(fmt.Errorf("new index is not complete: mark %+v", g.mark), g.bleve.Close())
	}
	later, err := g.catchUp(ctx, source, nil)
	if err != nil {
		return errors.Join(err, g.bleve.Close(), os.RemoveAll(dir))
	}
	x.apply.Lock()
	defer x.apply.Unlock()
	later, err = g.catchUp(ctx, source, later) // the little that came meanwhile; now nobody writes
	if err == nil {
		err = pointTo(x.dir, dir)
	}
	if err != nil {
		return errors.Join(err, g.bleve.Close(), os.RemoveAll(dir))
	}
	x.mu.Lock()
	old := x.cur
	x.cur = g
	x.damaged.Store(false)
	x.renew.Store(false)
	x.mu.Unlock()
	x.names.replace(names)
	for _, c := range later {
		x.names.change(c.Docs, c.Gone)
	}
	x.reached(g.mark.Seq)
	if old != nil {
		closeLater(old)
	}
	return nil
}

// catchUp brings in what happened behind the generation's mark, until the end of the log.
func (g *generation) catchUp(ctx context.Context, source Source, later []Changes) ([]Changes, error) {
	for {
		c, err := source.Changes(ctx, g.mark.Seq)
		if err != nil || c.Seq <= g.mark.Seq {
			return later, err
		}
		m := g.mark
		m.Seq = c.Seq
		if err := g.change(ctx, encodeAll(c.Docs), c, m); err != nil {
			return later, err
		}
		later = append(later, c)
	}
}

// Fixed is a source of documents that are at hand, for measuring and tests.
type Fixed []Document

// Head is the beginning of a log without a name.
func (f Fixed) Head(context.Context) (int64, string, error) { return 0, "", nil }

// Count is how many there are.
func (f Fixed) Count(context.Context) (int, error) { return len(f), nil }

// All hands them over in batches.
func (f Fixed) All(_ context.Context, use func([]Document) error) error {
	for docs := range slices.Chunk(f, 200) {
		if err := use(docs); err != nil {
			return err
		}
	}
	return nil
}

// Changes are none.
func (f Fixed) Changes(_ context.Context, after int64) (Changes, error) {
	return Changes{Seq: after}, nil
}
