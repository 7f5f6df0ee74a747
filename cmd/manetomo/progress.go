package main

import (
	"os"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// progress shows how far long work is: a bar on a terminal, a line every few seconds elsewhere.
type progress struct {
	p     *program
	what  string
	pool  *mpb.Progress
	bar   *mpb.Bar
	spoke time.Time
}

func (p *program) progress(what string) *progress {
	g := &progress{p: p, what: what, spoke: time.Now()}
	if f, ok := p.err.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			g.pool = mpb.New(mpb.WithOutput(f), mpb.WithWidth(50))
			g.bar = g.pool.AddBar(0, mpb.PrependDecorators(decor.Name(what+" ")), mpb.AppendDecorators(decor.CountersNoUnit("%d / %d")))
		}
	}
	return g
}

func (g *progress) set(done, total int) {
	const every = 3 * time.Second
	switch {
	case g.bar != nil:
		g.bar.SetTotal(int64(total), false)
		g.bar.SetCurrent(int64(done))
	case time.Since(g.spoke) > every:
		g.spoke = time.Now()
		g.p.say("%s: %d of %d", g.what, done, total)
	}
}

func (g *progress) end() {
	if g.bar != nil {
		g.bar.SetTotal(-1, true)
		g.pool.Wait()
	}
}
