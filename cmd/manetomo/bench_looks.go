package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/manetomo/manetomo/search/bench"
)

// looks is somebody who looks at one page after the other.
type looks struct {
	site  *ownSite
	pages []look
	http  http.Client
}

type look struct{ what, path string }

// timed is how long pages took, by what they are.
type timed map[string][]time.Duration

var posterPath = regexp.MustCompile(`/posters/[0-9a-z]{10}`)

// newLooks chooses the pages: what visitors see first, the archive, a poster, a search.
func newLooks(ctx context.Context, s *ownSite) (*looks, error) {
	l := &looks{site: s, http: http.Client{Timeout: 30 * time.Second}}
	poster := ""
	for deadline := time.Now().Add(startsWithin); poster == ""; { // until the index is there
		wall, err := l.get(ctx, "/archive?view=wall")
		if err != nil {
			return nil, err
		}
		if poster = posterPath.FindString(wall); poster == "" && time.Now().After(deadline) {
			return nil, fmt.Errorf("the demo's wall has no poster")
		}
		if err := pause(ctx, between); err != nil {
			return nil, err
		}
	}
	l.pages = []look{{"home", "/"}, {"archive", "/archive"}, {"poster", poster}, {"search", "/archive?q=%E5%AF%BE%E8%A9%B1"}}
	return l, nil
}

func (l *looks) get(ctx context.Context, path string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+l.site.address+path, nil)
	if err != nil {
		return "", err
	}
	res, err := l.http.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answered %d", path, res.StatusCode)
	}
	return string(body), err
}

// between is how long somebody rests between two pages: the pages are not to be what keeps the machine busy.
const between = 20 * time.Millisecond

// one looks at the nth page. While the site is killed there is none.
func (l *looks) one(ctx context.Context, n int, into timed) {
	page := l.pages[n%len(l.pages)]
	began := time.Now()
	if _, err := l.get(ctx, page.path); err == nil {
		into[page.what] = append(into[page.what], time.Since(began))
	}
	_ = pause(ctx, between) // whoever ends it asks again
}

// times looks at n pages.
func (l *looks) times(ctx context.Context, n int) timed {
	into := timed{}
	for i := 0; i < n && ctx.Err() == nil; i++ {
		l.one(ctx, i, into)
	}
	return into
}

// until looks at pages until its result is called.
func (l *looks) until(ctx context.Context) (stop func() timed) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan timed, 1)
	go func() {
		into := timed{}
		for i := 0; ctx.Err() == nil; i++ {
			l.one(ctx, i, into)
		}
		done <- into
	}()
	return func() timed {
		cancel()
		return <-done
	}
}

// bars compares the times. A kill is in nobody's latency: then there are figures and no bars.
func (l *looks) bars(idle, busy timed, killed bool) (list []bench.Bar) {
	for _, page := range l.pages {
		for _, share := range []float64{.5, .99} {
			a, b := bench.At(idle[page.what], share), bench.At(busy[page.what], share)
			ratio := float64(b) / float64(max(a, 1))
			list = append(list, bench.Bar{What: fmt.Sprintf("%s p%g during the import ÷ before", page.what, 100*share),
				Measured: fmt.Sprintf("%.2f (%.1f ms)", ratio, float64(b)/1e6), Wanted: fmt.Sprintf("≤ %.0f", slowerPages),
				Reached: killed || ratio <= slowerPages})
		}
	}
	return list
}

// memory is the largest that the site's process has had, in megabytes; 0 where it cannot be seen.
func (s *ownSite) memory() int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
			return kb >> 10
		}
	}
	return 0
}
