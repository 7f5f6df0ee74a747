package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/search"
	"github.com/manetomo/manetomo/search/bench"
)

type benchSearchCmd struct {
	Set   string `arg:"" type:"existingdir" help:"Folder with probe-docs.jsonl and queries.jsonl."`
	Size  []int  `help:"Documents of the made-up archives for the times; 0 measures quality only. The bars are those of the last." default:"1000,10000,43000"`
	Seed  uint64 `help:"Seed of the made-up archives." default:"1"`
	Tries int    `help:"Queries of each kind." default:"200"`
	Posts int    `help:"Posts whose way to being found is timed." default:"100"`
	Worst bool   `help:"List the queries below .90 too."`
}

// Run prints how good and how fast the search is, and every bar it must reach.
func (c benchSearchCmd) Run(p *program) error {
	docs, questions, err := bench.ReadSet(c.Set)
	if err != nil {
		return exit{exitUsage, err}
	}
	temp, err := os.MkdirTemp("", "manetomo-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	if err := search.WaitForDictionary(p.ctx); err != nil {
		return err
	}
	var bars []bench.Bar
	err = withIndex(p, filepath.Join(temp, "set"), search.Fixed(docs), func(x *search.Index) error {
		classes, err := bench.Quality(p.ctx, x, questions)
		if err == nil {
			bench.Print(p.out, classes, c.Worst)
			bars = bench.QualityBars(classes)
		}
		return err
	})
	for i, size := range c.Size {
		if err != nil || size == 0 {
			break
		}
		var some []bench.Bar
		some, err = c.times(p, filepath.Join(temp, fmt.Sprint(i)), size)
		if i == len(c.Size)-1 {
			bars = append(bars, some...)
		}
	}
	if err == nil {
		var start []bench.Bar
		start, err = startBars(p.ctx, temp)
		bars = append(bars, start...)
	}
	if missed := bench.PrintBars(p.out, bars); err == nil && missed > 0 {
		err = fmt.Errorf("%d bars were missed", missed)
	}
	return err
}

// times measures the speed on a made-up archive of one size.
func (c benchSearchCmd) times(p *program, dir string, size int) (bars []bench.Bar, err error) {
	d, err := db.Open(p.ctx, db.Options{Dir: filepath.Join(dir, "data")})
	if err != nil {
		return nil, err
	}
	defer d.Close()
	if err := errors.Join(d.Migrate(p.ctx, db.MigrateOptions{}), event.NewEpoch(p.ctx, d, false)); err != nil {
		return nil, err
	}
	archive := bench.Written{Archive: bench.Archive{Size: size, Seed: c.Seed}, DB: d}
	peer, err := bench.StartGroonga(p.ctx, dir)
	if err != nil {
		return nil, err
	}
	if err := peer.Load(p.ctx, archive); err != nil {
		return nil, err
	}
	began, busy := time.Now(), bench.AllProcessorTime()
	return bars, errors.Join(withIndex(p, filepath.Join(dir, "index"), archive, func(x *search.Index) error {
		rebuild := bench.RebuildBar(size, time.Since(began), bench.AllProcessorTime()-busy)
		groups, err := bench.Latency(p.ctx, x, peer, c.Tries)
		if err != nil {
			return err
		}
		fmt.Fprintf(p.out, "\n%d documents\n", size)
		bench.PrintGroups(p.out, groups)
		bars = append(bench.TimeBars(groups), rebuild, bench.WithinBar("suggestion p99", bench.Suggest(x, 1000).At(.99), time.Millisecond))
		slowest, text, err := bench.Hostile(p.ctx, x)
		if err != nil {
			return err
		}
		bars = append(bars, bench.WithinBar("hostile queries, the slowest (「"+text+"…」)", slowest, 200*time.Millisecond))
		posts, err := bench.PostToFound(p.ctx, x, d, c.Posts)
		if err == nil {
			bars = append(bars, bench.WithinBar("from post to found p50", bench.At(posts, .5), 50*time.Millisecond),
				bench.WithinBar("from post to found p99", bench.At(posts, .99), 300*time.Millisecond))
		}
		return err
	}), peer.Close())
}

// withIndex builds an index of source for the time of use.
func withIndex(p *program, dir string, source search.Source, use func(*search.Index) error) error {
	x, err := search.Open(dir, searchOptions())
	if err != nil {
		return err
	}
	defer x.Close()
	if err := x.Rebuild(context.WithoutCancel(p.ctx), source); err != nil {
		return err
	}
	return use(x)
}

// startBars starts this very program on an empty folder twice and times the second: the first page, and a search by
// words from the command line, which waits for the dictionary.
func startBars(ctx context.Context, temp string) (bars []bench.Bar, err error) {
	var page, words time.Duration
	for range 2 {
		if page, words, err = timeStart(ctx, filepath.Join(temp, "start")); err != nil {
			return nil, fmt.Errorf("time a start: %w", err)
		}
	}
	return []bench.Bar{bench.WithinBar("first page after start", page, 300*time.Millisecond),
		bench.WithinBar("words can be searched after start", words, 2*time.Second)}, nil
}

func timeStart(ctx context.Context, data string) (page, words time.Duration, err error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, 0, err
	}
	address := ln.Addr().String()
	self, err := os.Executable()
	if err := errors.Join(err, ln.Close()); err != nil {
		return 0, 0, err
	}
	cmd := exec.CommandContext(ctx, self, "serve", "--listen", address)
	cmd.Env = []string{"MANETOMO_DATA=" + data, "HOME=" + os.Getenv("HOME"), "PATH=" + os.Getenv("PATH")}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, 0, err
	}
	defer func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	}()
	if page, err = answers(ctx, began, "http://"+address+"/", ""); err != nil {
		return 0, 0, err
	}
	if _, err = answers(ctx, began, "http://"+address+"/api/v1/search", `"preparing":true`); err != nil {
		return 0, 0, err
	}
	began = time.Now()
	ask := exec.CommandContext(ctx, self, "search", "--public", "対話")
	ask.Env = cmd.Env
	err = ask.Run()
	return page, time.Since(began), err
}

// answers waits until an address answers, without a word if one is given, and tells how long after began that was.
func answers(ctx context.Context, began time.Time, url, without string) (time.Duration, error) {
	for time.Since(began) < time.Minute {
		r, err := http.Get(url)
		if err == nil {
			text, err := io.ReadAll(r.Body)
			r.Body.Close()
			if err == nil && r.StatusCode == http.StatusOK && (without == "" || !strings.Contains(string(text), without)) {
				return time.Since(began), nil
			}
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(2 * time.Millisecond):
		}
	}
	return 0, fmt.Errorf("%s did not answer in a minute", url)
}
