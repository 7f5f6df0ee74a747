package e2e

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/e2e/site"
)

// ack is a post that the site has acknowledged, or one whose answer was cut off.
type ack struct {
	key, body string
	post      post
}

// TestAKillDuringPostingLosesNothingAcknowledged kills the program while several people post, starts it again, and
// looks: every acknowledged post is there once, whatever was cut off is there once after it is sent again, and the
// numbers have no hole.
func TestAKillDuringPostingLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	const rounds, writers = 4, 6
	for name, env := range databases(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := site.Start(t, site.Options{Env: env})
			a := api{t, s.URL, token(t, s, "moderator@example.jp")}
			made := a.newTopic("落ちても残る話し合い")
			var acknowledged []ack
			for round := range rounds {
				sent, cut := flood(a, s, made.ID, round, writers)
				acknowledged = append(acknowledged, sent...)
				if len(sent) == 0 {
					t.Fatalf("round %d: nothing was acknowledged before the kill", round)
				}
				s.Restart()
				for _, c := range cut { // the browser sends again what it got no answer for, under the same key
					if err := a.try("POST", "/api/v1/topics/"+made.ID+"/posts", c.key, map[string]any{"body": c.body}, &c.post); err != nil {
						t.Fatal(err)
					}
					acknowledged = append(acknowledged, c)
				}
			}
			checkPosts(t, a.posts(made.ID), acknowledged)
		})
	}
}

// flood posts from several sides until the site is killed, and gives what was acknowledged and what was cut off.
func flood(a api, s *site.Site, topic string, round, writers int) (sent, cut []ack) {
	var mu sync.Mutex
	var wait sync.WaitGroup
	enough := make(chan struct{})
	var once sync.Once
	for w := range writers {
		wait.Go(func() {
			for i := 0; ; i++ {
				one := ack{key: fmt.Sprintf("key-%d-%d-%d", round, w, i), body: fmt.Sprintf("%d回目の%d人目の%d番", round, w, i)}
				err := a.try("POST", "/api/v1/topics/"+topic+"/posts", one.key, map[string]any{"body": one.body}, &one.post)
				mu.Lock()
				if err != nil {
					cut = append(cut, one)
					mu.Unlock()
					return
				}
				sent = append(sent, one)
				if len(sent) >= 20*(round+1) {
					once.Do(func() { close(enough) })
				}
				mu.Unlock()
			}
		})
	}
	select {
	case <-enough:
	case <-time.After(30 * time.Second):
	}
	s.Kill()
	wait.Wait()
	return sent, cut
}

// checkPosts compares the topic with what was acknowledged.
func checkPosts(t *testing.T, all []post, acknowledged []ack) {
	t.Helper()
	count := map[string]int{}
	byID := map[string]post{}
	for i, p := range all {
		count[p.Body]++
		byID[p.ID] = p
		if i > 0 && p.Number != all[i-1].Number+1 {
			t.Errorf("after post %d comes %d", all[i-1].Number, p.Number)
		}
	}
	for _, one := range acknowledged {
		got := byID[one.post.ID]
		numbered := one.post.Number == 0 || got.Number == one.post.Number // an answer made again after a kill may lack it
		if got.Body != one.body || !numbered || count[one.body] != 1 {
			t.Errorf("「%s」 was acknowledged as %s number %d; the topic has it %d times, as number %d",
				one.body, one.post.ID, one.post.Number, count[one.body], got.Number)
		}
	}
	t.Logf("%d posts acknowledged over kills, %d in the topic", len(acknowledged), len(all))
	if !slices.IsSortedFunc(all, func(a, b post) int { return int(a.Number - b.Number) }) {
		t.Error("the posts are out of order")
	}
}
