package e2e

import (
	"fmt"
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

// BenchmarkPages measures the median time that the running program takes for whole pages, connection included, when the
// demo's documents have been read. The topic is one of 30 posts.
func BenchmarkPages(b *testing.B) {
	s := site.Start(b, site.Options{})
	a := api{b, s.URL, token(b, s, "fellow@example.jp")}
	long := a.newTopic("三十の投稿がある話し合い")
	for i := range 29 {
		body := fmt.Sprintf("%d番目の投稿です。係をこえた対話の時間を週に三十分とり、困りごとを一つずつ持ちよりました。", i+2)
		a.do("POST", "/api/v1/topics/"+long.ID+"/posts", map[string]string{"body": body}, nil)
	}
	a.settled()
	v := visitor.New(b, s.URL)
	v.SignIn("fellow@example.jp")
	paths := resolve(b, s.URL, "fellow@example.jp", []looked{
		{path: "/"}, {path: "/home"}, {path: "/archive?q=%E5%AF%BE%E8%A9%B1"},
		{"/reports/*", "/archive?kind=report"}, {"/posters/*", "/archive?kind=poster"}, {path: long.URL},
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

// settled waits until no document of the archive is still being read.
func (a api) settled() {
	a.t.Helper()
	site.Eventually(a.t, 2*time.Minute, "documents are still being read", func() bool {
		var list struct {
			Entries []struct {
				ID string `json:"id"`
			} `json:"entries"`
		}
		a.do("GET", "/api/v1/entries?limit=100", nil, &list)
		for _, e := range list.Entries {
			var one struct {
				Files []struct {
					State string `json:"state"`
				} `json:"files"`
			}
			a.do("GET", "/api/v1/entries/"+e.ID, nil, &one)
			for _, f := range one.Files {
				if f.State == "processing" {
					return false
				}
			}
		}
		return true
	})
}
