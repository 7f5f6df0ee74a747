package e2e

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/e2e/site"
	"github.com/manetomo/manetomo/internal/e2e/visitor"
)

// BenchmarkStart measures the time from the start to ready, with the demo archive and warm caches.
func BenchmarkStart(b *testing.B) {
	s := site.Start(b, site.Options{})
	for b.Loop() {
		s.Stop()
		begin := time.Now()
		s.Restart()
		b.ReportMetric(float64(time.Since(begin).Milliseconds()), "ms-to-ready")
	}
}

// BenchmarkIdleMemory measures the resident memory one minute after ready. Run it with -benchtime 1x.
func BenchmarkIdleMemory(b *testing.B) {
	s := site.Start(b, site.Options{})
	s.Stop()
	s.Restart()
	for b.Loop() {
		<-time.After(time.Minute)
		b.ReportMetric(float64(s.Memory()), "MB")
	}
}

// BenchmarkPages measures the median time that the running program takes for whole pages, connection included.
func BenchmarkPages(b *testing.B) {
	s := site.Start(b, site.Options{})
	v := visitor.New(b, s.URL)
	v.SignIn("fellow@example.jp")
	paths := resolve(b, s.URL, "fellow@example.jp", []looked{
		{path: "/"}, {path: "/home"}, {path: "/archive?q=%E5%AF%BE%E8%A9%B1"},
		{"/reports/*", "/archive?kind=report"}, {"/posters/*", "/archive?kind=poster"}, {"/topics/*", "/topics"},
	})
	for _, path := range paths {
		b.Run(path, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				begin := time.Now()
				v.Get(path)
				took = append(took, time.Since(begin))
				if v.Page.Status != http.StatusOK {
					b.Fatalf("%s answered %d", path, v.Page.Status)
				}
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-median")
		})
	}
}
