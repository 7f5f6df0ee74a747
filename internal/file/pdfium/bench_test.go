package pdfium

import (
	"context"
	"testing"
)

// BenchmarkOpenWarm is the engine's start with its compiled code in the cache.
func BenchmarkOpenWarm(b *testing.B) {
	open(b, Options{})
	for b.Loop() {
		e, err := Open(context.Background(), Options{CacheDir: cacheDir(b)})
		if err != nil {
			b.Fatal(err)
		}
		e.Close(context.Background())
	}
}

// BenchmarkPage opens a one-page poster and reads or draws it, as the worker does.
func BenchmarkPage(b *testing.B) {
	e := open(b, Options{})
	file := sample(b, "poster-soma.pdf")
	with := func(b *testing.B, do func(*Page) error) {
		for b.Loop() {
			d, err := e.Document(context.Background(), file)
			if err != nil {
				b.Fatal(err)
			}
			p, err := d.Page(context.Background(), 1)
			if err != nil {
				b.Fatal(err)
			}
			if err := do(p); err != nil {
				b.Fatal(err)
			}
			p.Close()
			d.Close()
		}
	}
	b.Run("open", func(b *testing.B) { with(b, func(*Page) error { return nil }) })
	b.Run("text", func(b *testing.B) { with(b, func(p *Page) error { _, _, err := p.Text(); return err }) })
	b.Run("render1280", func(b *testing.B) { with(b, func(p *Page) error { _, err := p.Render(1280); return err }) })
	b.Run("render2560", func(b *testing.B) { with(b, func(p *Page) error { _, err := p.Render(2560); return err }) })
}
