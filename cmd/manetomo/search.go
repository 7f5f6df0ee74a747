package main

import (
	"errors"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/vocabulary"
	"github.com/manetomo/manetomo/search"
)

// indexDir is where this node's index lies.
func (p *program) indexDir() string { return filepath.Join(p.common.Data, "index") }

func searchOptions() search.Options {
	return search.Options{Vocabulary: search.DefaultVocabulary(), Resolve: search.ResolvePlaces}
}

type searchCmd struct {
	Public bool     `help:"Search as a visitor; without it, with the eyes of the secretariat."`
	Most   int      `help:"How many hits." default:"10"`
	Words  []string `arg:"" help:"What to search for."`
}

// Run searches this node's index, beside a running server too.
func (c searchCmd) Run(p *program) error {
	d, err := p.open()
	if err != nil {
		return err
	}
	defer d.Close()
	temp, err := os.MkdirTemp("", "manetomo-search-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	x, err := search.OpenCopy(p.indexDir(), temp, searchOptions())
	if err != nil {
		return fmt.Errorf("there is no index to search yet; start the server or run `manetomo reindex`: %w", err)
	}
	defer x.Close()
	if err := search.WaitForDictionary(p.ctx); err != nil {
		return err
	}
	words, err := (&vocabulary.Service{DB: d}).Load(p.ctx)
	if err != nil {
		return err
	}
	x.SetVocabulary(words)
	viewer := access.Viewer{Person: "operator", Member: true, Moderator: true, Secretariat: true}
	if c.Public {
		viewer = access.Viewer{}
	}
	r, err := x.Find(p.ctx, d, viewer, search.Request{Text: strings.Join(c.Words, " "), Per: c.Most}, 0)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "%d found in %s; the index is at %d\n", r.Total, r.Took.Round(100*time.Microsecond), r.Seq)
	if r.DidYouMean != "" {
		fmt.Fprintln(p.out, "もしかして:", r.DidYouMean)
	}
	for _, h := range r.Hits {
		url := h.URL
		if h.At != "" {
			url += "?" + h.At
		}
		fmt.Fprintf(p.out, "\n%6.2f  %s  %s\n        %s %s %d\n", h.Score, url, h.Title, search.Label("kind", h.Kind), h.MunicipalityName, h.Year)
		for _, s := range h.Snippets {
			fmt.Fprintf(p.out, "        [%s] %s\n", s.Label, plainSnippet(s.HTML))
		}
	}
	return nil
}

// plainSnippet shows marks as brackets.
func plainSnippet(snippet string) string {
	return html.UnescapeString(strings.NewReplacer("<mark>", "【", "</mark>", "】").Replace(snippet))
}

type reindexCmd struct{}

// Run builds the search index anew: here, or by the server that runs on this folder.
func (reindexCmd) Run(p *program) error {
	d, err := p.open()
	if err != nil {
		return err
	}
	defer d.Close()
	release, err := db.LockDir(p.common.Data)
	if errors.Is(err, db.ErrLocked) {
		return p.askToReindex(d)
	}
	if err != nil {
		return err
	}
	defer release()
	x, err := search.Open(p.indexDir(), searchOptions())
	if err != nil {
		return err
	}
	defer x.Close()
	done := make(chan error, 1)
	go func() { done <- x.Rebuild(p.ctx, search.Rows{DB: d}) }()
	bar := p.progress("indexing")
	defer bar.end()
	for {
		select {
		case err := <-done:
			return err
		case <-time.After(200 * time.Millisecond):
			if now, ok := x.Progress(); ok {
				bar.set(now.Done, now.Total)
			}
		}
	}
}

// askToReindex leaves a word for the running server and waits until it has done it.
func (p *program) askToReindex(d *db.DB) error {
	before := search.Current(p.indexDir())
	if err := search.Ask(p.ctx, d); err != nil {
		return err
	}
	p.say("a server runs on this folder: it was asked to build its index anew, and goes on searching with the old one meanwhile")
	began := time.Now()
	for said := began; search.Current(p.indexDir()) == before; {
		select {
		case <-p.ctx.Done():
			return p.ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
		if time.Since(said) > 5*time.Second {
			said = time.Now()
			p.say("still building, %s", time.Since(began).Round(time.Second))
		}
	}
	p.say("the index was built anew")
	return nil
}

type benchCmd struct {
	Search benchSearchCmd `cmd:"" help:"Measure how good and how fast the search is."`
	Live   benchLiveCmd   `cmd:"" help:"Measure the live channel of a running site."`
	Files  benchFilesCmd  `cmd:"" help:"Measure how fast PDF files are read, beside poppler where it is installed."`
	Import benchImportCmd `cmd:"" help:"Measure bringing many posters in, and what it costs those who look at pages meanwhile."`
}
