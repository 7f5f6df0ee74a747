package search

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/index/scorch/mergeplan"
	"github.com/blevesearch/bleve/v2/mapping"
	index "github.com/blevesearch/bleve_index_api"
)

// The index's folder holds one generation in use and, while rebuilding, the next beside it:
//
//	current      the name of the generation in use; replaced by renaming
//	g-…          generations, each a bleve index
//	damaged-…    one that could not be opened, kept until the next start for whoever wants to look
const currentFile = "current"

// keyMark is where a generation keeps what it is: in the same batch as the documents, so that it is never wrong.
var keyMark = []byte("manetomo")

// mark says what a generation holds.
type mark struct {
	Analyzer string `json:"analyzer"`
	Form     string `json:"form"`  // of what is stored
	Epoch    string `json:"epoch"` // of the log that seq counts in
	Seq      int64  `json:"seq"`
}

// generation is one bleve index.
type generation struct {
	dir   string
	bleve bleve.Index
	inner index.Index
	mark  mark
}

// createGeneration makes an empty one. unsafe does not wait for the disk: only for one that is thrown away if the
// program dies before it is finished.
func createGeneration(dir string, unsafe bool) (*generation, error) {
	config := settings(unsafe)
	if unsafe { // everything is merged once, at the end; small merges on the way would write each document three times
		config[mergeSettings] = map[string]any{"MaxSegmentsPerTier": 100_000, "SegmentsPerMergeTask": 100_000}
		config[persistSettings] = map[string]any{"MemoryPressurePauseThreshold": 0}
	}
	b, err := bleve.NewUsing(dir, mapping.NewIndexMapping(), scorch.Name, scorch.Name, config)
	if err != nil {
		return nil, fmt.Errorf("create search index %s: %w", dir, err)
	}
	// bleve does not sync these: after a power cut the index could not be opened
	if err := errors.Join(syncPath(filepath.Join(dir, "index_meta.json")), syncPath(dir), syncPath(filepath.Dir(dir))); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return wrap(dir, b)
}

const mergeSettings, persistSettings = "scorchMergePlanOptions", "scorchPersisterOptions"

// settings are bleve's; a folder remembers those it was made with, so each is named.
func settings(unsafe bool) map[string]any {
	return map[string]any{"unsafe_batch": unsafe, "numSnapshotsToKeep": 1, "bolt_timeout": "2s",
		mergeSettings: map[string]any{}, persistSettings: map[string]any{}}
}

// merge puts everything into one segment: fewer places to look each term up in.
func (g *generation) merge(ctx context.Context) error {
	s, ok := g.inner.(*scorch.Scorch)
	if !ok {
		return nil
	}
	all := mergeplan.SingleSegmentMergePlanOptions
	all.SegmentsPerMergeTask = 10_000 // in one go
	return s.ForceMerge(ctx, &all)
}

// openGeneration opens one that is there. The timeout keeps a second opener from waiting for ever.
func openGeneration(dir string) (*generation, error) {
	b, err := bleve.OpenUsing(dir, settings(false))
	if err != nil {
		return nil, fmt.Errorf("open search index %s: %w", dir, err)
	}
	return wrap(dir, b)
}

func wrap(dir string, b bleve.Index) (*generation, error) {
	g := &generation{dir: dir, bleve: b}
	inner, err := b.Advanced()
	if err != nil {
		return nil, errors.Join(err, b.Close())
	}
	g.inner = inner
	value, err := b.GetInternal(keyMark)
	if err == nil && value != nil {
		err = json.Unmarshal(value, &g.mark)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read the mark of %s: %w", dir, err), b.Close())
	}
	return g, nil
}

// partsOf gives the ids of all parts of topics that stand in the index.
func (g *generation) partsOf(ctx context.Context, topics []string) (ids []string, err error) {
	if len(topics) == 0 {
		return nil, nil
	}
	r, err := g.inner.Reader()
	if err != nil {
		return nil, fmt.Errorf("read search index: %w", err)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	for _, topic := range topics {
		found, err := r.TermFieldReader(ctx, []byte(topic), fieldOf, false, false, false)
		if err != nil {
			return nil, fmt.Errorf("look for parts of topic %s: %w", topic, err)
		}
		for {
			part, err := found.Next(nil)
			if err != nil {
				return nil, fmt.Errorf("look for parts of topic %s: %w", topic, err)
			}
			if part == nil {
				break
			}
			id, err := r.ExternalID(part.ID)
			if err != nil {
				return nil, fmt.Errorf("look for parts of topic %s: %w", topic, err)
			}
			ids = append(ids, id)
		}
		if err := found.Close(); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// change writes what happened, and the mark after it.
func (g *generation) change(ctx context.Context, encoded []*document.Document, c Changes, m mark) error {
	parts, err := g.partsOf(ctx, c.Whole)
	if err != nil {
		return err
	}
	return g.write(encoded, append(parts, c.Gone...), m)
}

// write puts deletions, documents and the mark into one batch; what is among both is there afterwards.
func (g *generation) write(encoded []*document.Document, deletes []string, m mark) error {
	batch := g.bleve.NewBatch()
	for _, id := range deletes {
		batch.Delete(id)
	}
	for _, d := range encoded {
		if err := batch.IndexAdvanced(d); err != nil {
			return err
		}
	}
	value, err := json.Marshal(m)
	if err != nil {
		return err
	}
	batch.SetInternal(keyMark, value)
	if err := g.bleve.Batch(batch); err != nil {
		return fmt.Errorf("write to search index: %w", err)
	}
	g.mark = m
	return nil
}

// finish writes the mark and waits until everything before it is on the disk, which an unsafe batch does not.
func (g *generation) finish(ctx context.Context, m mark) error {
	value, err := json.Marshal(m)
	if err != nil {
		return err
	}
	batch := g.bleve.NewBatch()
	batch.SetInternal(keyMark, value)
	persisted := make(chan error, 1)
	batch.SetPersistedCallback(func(err error) { persisted <- err })
	if err := g.bleve.Batch(batch); err != nil {
		return fmt.Errorf("finish search index: %w", err)
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-persisted:
		return err
	}
}

// currentGeneration gives the folder in use, or nothing.
func currentGeneration(dir string) string {
	name, err := os.ReadFile(filepath.Join(dir, currentFile))
	if err != nil || !strings.HasPrefix(string(name), "g-") || filepath.Base(string(name)) != string(name) {
		return ""
	}
	return filepath.Join(dir, string(name))
}

// pointTo makes a generation the one in use, at once or not at all.
func pointTo(dir, generation string) error {
	temp := filepath.Join(dir, currentFile+".new")
	if err := os.WriteFile(temp, []byte(filepath.Base(generation)), 0o600); err != nil {
		return err
	}
	if err := syncPath(temp); err != nil {
		return err
	}
	if err := os.Rename(temp, filepath.Join(dir, currentFile)); err != nil {
		return err
	}
	return syncPath(dir)
}

// tidy removes generations that are not in use and damaged ones of earlier starts.
func tidy(dir, keep string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if path != keep && (strings.HasPrefix(e.Name(), "g-") || strings.HasPrefix(e.Name(), "damaged-")) {
			err = errors.Join(err, os.RemoveAll(path))
		}
	}
	return err
}

// newGenerationDir gives a folder name that was not there before.
func newGenerationDir(dir string) string {
	return filepath.Join(dir, "g-"+time.Now().UTC().Format("20060102T150405.000000000"))
}

// setAside moves a damaged generation out of the way.
func setAside(dir, generation string) error {
	return os.Rename(generation, filepath.Join(dir, "damaged-"+filepath.Base(generation)))
}

func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Current names the generation in use in a folder, "" for none: it changes when an index was built anew.
func Current(dir string) string { return filepath.Base(currentGeneration(dir)) }
