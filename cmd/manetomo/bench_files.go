package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/manetomo/manetomo/internal/file/pdfium"
	"github.com/manetomo/manetomo/search/bench"
)

// benchFilesCmd reads PDF files as the worker does and, in the same run, with poppler's programs where they are
// installed. Both read the same file from disk and make the same: text of every page, and pictures as wide.
type benchFilesCmd struct {
	Files []string `arg:"" help:"PDF files." type:"existingfile"`
	Width int      `default:"1280" help:"Pixels across of the pictures."`
	Runs  int      `default:"3" help:"Runs of each; the best counts."`
	Cache string   `env:"MANETOMO_PDFIUM_CACHE" help:"Folder of the compiled engine; the data folder's by default."`
}

func (c *benchFilesCmd) Run(p *program) error {
	o := pdfium.Options{CacheDir: c.Cache, MemoryLimit: pdfMemory, PageTimeout: pdfPageTime}
	if o.CacheDir == "" {
		o.CacheDir = filepath.Join(p.common.Data, "cache", "pdfium")
	}
	warm, err := pdfium.Open(p.ctx, o) // fills the cache
	if err != nil {
		return err
	}
	if err := warm.Close(p.ctx); err != nil {
		return err
	}
	start := time.Now()
	engine, err := pdfium.Open(p.ctx, o)
	if err != nil {
		return err
	}
	defer engine.Close(context.WithoutCancel(p.ctx))
	fmt.Fprintf(p.out, "engine start with its cache: %s\n", rounded(time.Since(start)))
	poppler := hasPoppler()
	if !poppler {
		fmt.Fprintln(p.out, "poppler (pdftotext, pdftoppm) is not installed: no comparison")
	}
	for _, name := range c.Files {
		if err := c.measure(p, engine, name, poppler); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func (c *benchFilesCmd) measure(p *program, engine *pdfium.Engine, name string, poppler bool) error {
	var pages int
	var memory uint64
	ours, err := best(c.Runs, bench.AllProcessorTime, func() (err error) {
		pages, memory, err = readOurs(p.ctx, engine, name, c.Width)
		return err
	})
	if err != nil {
		return err
	}
	each := func(t time.Duration) time.Duration { return rounded(t / time.Duration(pages)) }
	line := fmt.Sprintf("%-24s %3d pages, %3d MB, each: ours %s clock, %s processor", filepath.Base(name), pages, memory>>20, each(ours.clock), each(ours.processor))
	if poppler {
		theirs, err := best(c.Runs, bench.ChildrenTime, func() error { return readPoppler(p.ctx, name, c.Width) })
		if err != nil {
			return err
		}
		line += fmt.Sprintf("; poppler %s, %s; ours ÷ poppler's %.2f, %.2f", each(theirs.clock), each(theirs.processor),
			ours.clock.Seconds()/theirs.clock.Seconds(), ours.processor.Seconds()/theirs.processor.Seconds())
	}
	fmt.Fprintln(p.out, line)
	return nil
}

// spent is how long something took, and what processors had to do for it.
type spent struct{ clock, processor time.Duration }

// best is the shortest of some runs: whatever else the machine does only adds. A shared machine changes the clock far more
// than the processor's time.
func best(runs int, processor func() time.Duration, do func() error) (least spent, err error) {
	for i := range max(1, runs) {
		start, busy := time.Now(), processor()
		if err := do(); err != nil {
			return spent{}, err
		}
		took := spent{time.Since(start), processor() - busy}
		if i == 0 {
			least = took
		}
		least = spent{min(least.clock, took.clock), min(least.processor, took.processor)}
	}
	return least, nil
}

func readOurs(ctx context.Context, engine *pdfium.Engine, name string, width int) (pages int, memory uint64, err error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return 0, 0, err
	}
	d, err := engine.Document(ctx, data)
	if err != nil {
		return 0, 0, err
	}
	defer d.Close()
	for n := 1; n <= d.Pages(); n++ {
		page, err := d.Page(ctx, n)
		if err != nil {
			return 0, 0, err
		}
		_, _, err = page.Text()
		if err == nil {
			_, err = page.Render(width)
		}
		page.Close()
		if err != nil {
			return 0, 0, err
		}
	}
	return d.Pages(), d.Memory(), nil
}

func hasPoppler() bool {
	for _, name := range []string{"pdftotext", "pdftoppm"} {
		if _, err := exec.LookPath(name); err != nil {
			return false
		}
	}
	return true
}

// readPoppler lets poppler read the words with their places, and draw, as processes: that is how it would be used.
func readPoppler(ctx context.Context, name string, width int) error {
	dir, err := os.MkdirTemp("", "manetomo-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := exec.CommandContext(ctx, "pdftotext", "-bbox", name, filepath.Join(dir, "text")).Run(); err != nil {
		return fmt.Errorf("pdftotext: %w", err)
	}
	err = exec.CommandContext(ctx, "pdftoppm", "-scale-to-x", strconv.Itoa(width), "-scale-to-y", "-1", name, filepath.Join(dir, "page")).Run()
	if err != nil {
		return fmt.Errorf("pdftoppm: %w", err)
	}
	return nil
}

func rounded(d time.Duration) time.Duration { return d.Round(time.Millisecond / 10) }
