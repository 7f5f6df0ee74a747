package e2e

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/e2e/browser"
	"github.com/manetomo/manetomo/internal/e2e/site"
)

// shown is true when the sheet's picture can be looked at.
const shown = `() => { const i = document.querySelector(".stage-img img"); return !!i && i.complete && i.naturalWidth > 0 }`

// BenchmarkFirstPicture measures how long after 載せる the picture of an A1 sheet is seen in the browser: the file is kept,
// its page comes, the worker reads the sheet, and the page hears of it. Run it with -benchtime 3x.
func BenchmarkFirstPicture(b *testing.B) {
	s := site.Start(b, site.Options{})
	a := api{b, s.URL, token(b, s, "fellow@example.jp")}
	a.settled()
	p := browser.New(b, s.URL, "fellow")
	p.SignIn("fellow@example.jp")
	for _, name := range []string{"poster-soma.pdf", "poster-suzaka.pdf", "poster-tonari.jpg"} {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				p.Go("/posters/new")
				file, err := filepath.Abs("../file/testdata/" + name)
				if err != nil {
					b.Fatal(err)
				}
				p.Attach("ファイル", file)
				p.See("できました（")
				p.Fill("題名", "はじめの一枚が見えるまで")
				p.Fill("ことばでの説明", "見本のポスター")
				begin := time.Now()
				p.Click("載せる")
				p.Arrive("/posters/")
				p.Holds("the sheet is seen", shown)
				took = append(took, time.Since(begin))
			}
			slices.Sort(took)
			b.ReportMetric(took[len(took)/2].Seconds(), "s-median")
			b.ReportMetric(took[len(took)-1].Seconds(), "s-slowest")
		})
	}
}
