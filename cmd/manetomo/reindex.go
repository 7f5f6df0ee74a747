package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/search"
)

type reindexCmd struct{}

// Run builds the index anew; beside a running server it asks that server to.
func (reindexCmd) Run(p *program) error {
	d, err := p.open()
	if err != nil {
		return err
	}
	defer d.Close()
	release, err := db.LockDir(p.common.Data)
	if errors.Is(err, db.ErrLocked) {
		if err := search.Ask(p.ctx, d); err != nil {
			return err
		}
		p.say("a server runs on this folder: it was asked to build its index anew, and serves meanwhile")
		return nil
	}
	if err != nil {
		return err
	}
	defer release()
	index, err := p.index()
	if err != nil {
		return err
	}
	defer index.Close()
	ctx, stop := context.WithCancel(p.ctx)
	shown := make(chan struct{})
	go func() {
		defer close(shown)
		p.showProgress(ctx, "reindex", func() (int, int, bool) {
			at, ok := index.Progress()
			return at.Done, at.Total, ok
		})
	}()
	err = index.Rebuild(p.ctx, search.Rows{DB: d})
	stop()
	<-shown
	if err == nil {
		p.say("the index is complete, up to position %d of the log", index.Seq())
	}
	return err
}

func (p *program) index() (*search.Index, error) {
	return search.Open(filepath.Join(p.common.Data, "index"),
		search.Options{Vocabulary: search.DefaultVocabulary(), Resolve: search.ResolvePlaces})
}

// showProgress shows how far long work is: a bar on a terminal, a line every few seconds elsewhere, until ctx ends.
func (p *program) showProgress(ctx context.Context, what string, at func() (done, total int, ok bool)) {
	bars := mpb.NewWithContext(ctx, mpb.WithOutput(p.err), mpb.WithAutoRefresh())
	var bar *mpb.Bar
	terminal := isTerminal(p.err)
	said := time.Now()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		done, total, ok := at()
		switch {
		case !ok:
		case terminal && bar == nil:
			bar = bars.AddBar(int64(total), mpb.PrependDecorators(decor.Name(what+" "), decor.CountersNoUnit("%d / %d")),
				mpb.AppendDecorators(decor.Percentage(), decor.Name(" "), decor.AverageETA(decor.ET_STYLE_GO)))
		case terminal:
			bar.SetTotal(int64(total), false)
			bar.SetCurrent(int64(done))
		case time.Since(said) > 3*time.Second:
			said = time.Now()
			p.say("%s: %d of %d", what, done, total)
		}
	}
}

type searchCmd struct {
	Words []string `arg:"" help:"What to look for."`
	Limit int      `help:"Hits to print." default:"20"`
}

// Run searches with the eyes of the secretariat, for operators.
func (c searchCmd) Run(p *program) error {
	d, err := p.open()
	if err != nil {
		return err
	}
	defer d.Close()
	release, err := db.LockDir(p.common.Data)
	if err != nil {
		return fmt.Errorf("the index is one server's at a time; ask the running server instead, by its page or API: %w", err)
	}
	defer release()
	index, err := p.index()
	if err != nil {
		return err
	}
	defer index.Close()
	if err := search.WaitForDictionary(p.ctx); err != nil {
		return err
	}
	eyes := access.Viewer{Person: "operator", Member: true, Moderator: true, Secretariat: true}
	req := search.ReadRequest(map[string][]string{"q": {strings.Join(c.Words, " ")}, "per": {fmt.Sprint(min(c.Limit, 100))}})
	res, err := index.Find(p.ctx, d, eyes, req, 0)
	if err != nil {
		return err
	}
	for _, hit := range res.Hits {
		fmt.Fprintf(p.out, "%6.2f  %-8s %s  %s\n", hit.Score, hit.Kind, hit.ID, hit.Title)
	}
	fmt.Fprintf(p.out, "%d found in %s\n", res.Total, res.Took)
	return nil
}

// isTerminal tells whether w is a terminal that a bar can be drawn on.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
