package search

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/index/scorch"

	"github.com/manetomo/manetomo/search/japanese"
)

// Options are what an index needs to know of its surroundings.
type Options struct {
	Vocabulary *Vocabulary          // near words to begin with; nil for none
	Resolve    func(string) []Place // what a word means as a place; nil for none
}

// Index is this node's index.
type Index struct {
	dir     string
	opts    Options
	words   atomic.Pointer[Vocabulary]
	columns columnCache
	slots   slots
	names   suggestions
	counted countedTexts

	build sync.Mutex // one rebuild at a time
	apply sync.Mutex // one writer at a time: the follower or a rebuild's end

	mu   sync.RWMutex // guards cur; held for reading while a snapshot is taken
	cur  *generation  // nil while there is none to use
	seq  atomic.Int64
	wake struct {
		sync.Mutex
		ch chan struct{}
	}
	progress atomic.Pointer[Progress]
	damaged  atomic.Bool // to be built anew, and not to be asked until then
	renew    atomic.Bool // to be built anew, and good enough until then
}

// Progress is how far a rebuild has come.
type Progress struct{ Done, Total int }

// Open opens the index in dir, or begins with none: then everything answers Preparing until Rebuild has run. An
// index that cannot be opened is moved away. The dictionary starts loading.
func Open(dir string, opts Options) (*Index, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("search folder: %w", err)
	}
	japanese.Load()
	x := &Index{dir: dir, opts: opts, slots: newSlots(runtime.GOMAXPROCS(0) + 1)}
	x.wake.ch = make(chan struct{})
	x.words.Store(opts.Vocabulary)
	path := currentGeneration(dir)
	if err := tidy(dir, path); err != nil {
		return nil, fmt.Errorf("tidy search folder: %w", err)
	}
	if path == "" {
		return x, nil
	}
	g, err := openSafely(path)
	if err != nil {
		slog.Error("search index cannot be opened; it will be built anew", "index", path, "err", err)
		if err := setAside(dir, path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("move damaged search index away: %w", err)
		}
		return x, nil
	}
	if g.mark.Form != storedForm {
		return x, g.bleve.Close()
	}
	x.cur = g
	x.seq.Store(g.mark.Seq)
	return x, nil
}

// openSafely turns a panic over a damaged file into an error.
func openSafely(path string) (g *generation, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("open search index: panic: %v", p)
		}
	}()
	return openGeneration(path)
}

// Vocabulary is the list of near words in use; nil for none.
func (x *Index) Vocabulary() *Vocabulary { return x.words.Load() }

// SetVocabulary puts another list into use: for every search that begins from now on.
func (x *Index) SetVocabulary(v *Vocabulary) { x.words.Store(v) }

// Close ends the use of the index.
func (x *Index) Close() error {
	x.apply.Lock()
	defer x.apply.Unlock()
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.cur == nil {
		return nil
	}
	g := x.cur
	x.cur = nil
	return g.bleve.Close()
}

// Stale tells whether the index must be built anew: there is none, it was made by another analyzer, it follows
// another log, or it turned out to be damaged.
func (x *Index) Stale(epoch string) bool {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.cur == nil || x.cur.mark.Analyzer != analyzerVersion || x.cur.mark.Epoch != epoch || x.damaged.Load() || x.renew.Load()
}

// Seq is the position in the log that the index has reached.
func (x *Index) Seq() int64 { return x.seq.Load() }

// Progress tells how far a rebuild has come, or ok=false if none runs.
func (x *Index) Progress() (p Progress, ok bool) {
	if p := x.progress.Load(); p != nil {
		return *p, true
	}
	return Progress{}, false
}

// WaitFor waits until the index has reached seq or ctx ends, and tells which.
func (x *Index) WaitFor(ctx context.Context, seq int64) bool {
	for {
		x.wake.Lock()
		ch := x.wake.ch
		x.wake.Unlock()
		if x.Seq() >= seq {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-ch:
		}
	}
}

// reached sets the position and wakes who waits for it.
func (x *Index) reached(seq int64) {
	x.seq.Store(seq)
	x.wake.Lock()
	close(x.wake.ch)
	x.wake.ch = make(chan struct{})
	x.wake.Unlock()
}

// Apply brings documents in and takes others out; seq is the position in the log after which they stand so.
func (x *Index) Apply(ctx context.Context, docs []Document, deletes []string, seq int64) error {
	return x.change(ctx, Changes{Docs: docs, Gone: deletes, Seq: seq})
}

// change brings in what a part of the log changes. All of it, the position too, is one batch: on the disk is all or
// nothing. Doing it twice does no harm.
func (x *Index) change(ctx context.Context, c Changes) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-japanese.Load():
	}
	encoded := encodeAll(c.Docs)
	x.apply.Lock()
	defer x.apply.Unlock()
	g := x.cur
	if g == nil {
		return errPreparing
	}
	m := g.mark
	m.Seq = max(m.Seq, c.Seq)
	if err := x.guard(func() error { return g.change(ctx, encoded, c, m) }); err != nil {
		return err
	}
	x.names.change(c.Docs, c.Gone)
	x.reached(m.Seq)
	return nil
}

// guard runs fn; a panic inside bleve means a damaged index, which is built anew.
func (x *Index) guard(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			x.damaged.Store(true)
			err = fmt.Errorf("search index is damaged: %v", p)
		}
	}()
	return fn()
}

// snapshot gives one unchanging view of the index; done gives it back.
func (x *Index) snapshot() (snap *scorch.IndexSnapshot, done func(), err error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.cur == nil || x.damaged.Load() {
		return nil, nil, errPreparing
	}
	r, err := x.cur.inner.Reader()
	if err != nil {
		return nil, nil, fmt.Errorf("read search index: %w", err)
	}
	snap, ok := r.(*scorch.IndexSnapshot)
	if !ok {
		return nil, nil, errors.Join(fmt.Errorf("search index gives %T", r), r.Close())
	}
	return snap, func() { _ = snap.Close() }, nil
}

// encodeAll analyzes documents on all cores.
func encodeAll(docs []Document) []*document.Document {
	out := make([]*document.Document, len(docs))
	var wg sync.WaitGroup
	var next atomic.Int64
	for range min(runtime.GOMAXPROCS(0), len(docs)) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(docs); i = int(next.Add(1)) - 1 {
				out[i] = encode(docs[i])
			}
		})
	}
	wg.Wait()
	return out
}

// slots caps the searches that run at once: more than there are cores only make all of them late.
type slots chan struct{}

func newSlots(n int) slots { return make(slots, n) }

func (s slots) acquire(ctx context.Context) error {
	select {
	case s <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s slots) release() { <-s }

// closeLater closes a generation that was replaced, once the searches that use it had time to end; bleve counts
// its snapshots, so closing under a reader is safe, but a reader opened late would fail.
func closeLater(g *generation) {
	if err := g.bleve.Close(); err != nil {
		slog.Error("close old search index", "index", g.dir, "err", err)
	}
	if err := os.RemoveAll(g.dir); err != nil {
		slog.Error("remove old search index", "index", g.dir, "err", err)
	}
}

// since is the time it took, for the log.
func since(t time.Time) time.Duration { return time.Since(t).Round(time.Millisecond) }
