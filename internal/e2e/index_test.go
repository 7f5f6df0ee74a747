package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/e2e/site"
)

// TestTheIndexHealsByItself kills the program while it indexes, then deletes and damages its index: pages are served
// all the time, and everything that was acknowledged is found again without anybody doing anything.
func TestTheIndexHealsByItself(t *testing.T) {
	t.Parallel()
	const rounds, writers = 2, 3
	s := site.Start(t, site.Options{})
	a := api{t, s.URL, token(t, s, "moderator@example.jp")}
	var posts []ack
	topics := make([]topic, rounds)
	for round := range rounds {
		topics[round] = a.newTopic(fmt.Sprintf("索引の途中で落ちる話し合い%d", round))
		sent, _ := flood(a, s, topics[round].ID, round, writers) // ends with a kill
		posts = append(posts, sent...)
		began := time.Now()
		s.Restart()
		a.wantFound(s, sent[len(sent)-1].body)
		t.Logf("killed while indexing: everything found %s after the start", time.Since(began).Round(10*time.Millisecond))
	}
	for name, damage := range map[string]func(index string) error{
		"deleted": os.RemoveAll,
		"cut off": func(index string) error {
			segments, err := filepath.Glob(filepath.Join(index, "g-*", "store", "*.zap"))
			if err == nil && len(segments) == 0 {
				err = fmt.Errorf("no segments in %s", index)
			}
			for _, segment := range segments {
				if err == nil {
					err = os.Truncate(segment, 100)
				}
			}
			return err
		},
	} {
		s.Kill()
		if err := damage(filepath.Join(s.Data, "index")); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		began := time.Now()
		s.Restart()
		for _, page := range []string{"/", "/archive?q=%E5%AF%BE%E8%A9%B1", "/signin"} {
			answer, err := http.Get(s.URL + page)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				t.Errorf("index %s: %s answers %d", name, page, answer.StatusCode)
			}
		}
		for _, one := range []int{0, len(posts) / 2, len(posts) - 1} {
			a.wantFound(s, posts[one].body)
		}
		t.Logf("index %s: pages at once, everything found %s after the start", name, time.Since(began).Round(10*time.Millisecond))
	}
	t.Logf("%d posts acknowledged over %d kills", len(posts), rounds)
}

// wantFound waits until a search finds exactly these words.
func (a api) wantFound(s *site.Site, words string) {
	a.t.Helper()
	path := "/api/v1/search?kind=topic&q=" + url.QueryEscape(`"`+words+`"`)
	site.Eventually(a.t, 60*time.Second, "「"+words+"」 is found on "+s.String(), func() bool {
		var found struct {
			Total int `json:"total"`
		}
		return a.try("GET", path, "", nil, &found) == nil && found.Total > 0
	})
}
