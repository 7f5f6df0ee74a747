package auth

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/manetomo/manetomo/internal/apperr"
)

// Attempts are counted by account (or by browser, while nobody knows the account) and network together: a whole town
// hall is one address, so an address alone says little.
const (
	attemptsAtOnce = 20
	attemptsEvery  = 15 * time.Second
	networkAtOnce  = 1_000
	networkEvery   = 300 * time.Millisecond
	limitersKept   = 20_000
)

type limiter struct {
	mu   sync.Mutex
	seen map[string]*rate.Limiter
}

func newLimiter() *limiter { return &limiter{seen: map[string]*rate.Limiter{}} }

// allow counts one attempt.
func (l *limiter) allow(who, network string, now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	pair := l.get("p "+who+" "+network, attemptsEvery, attemptsAtOnce)
	whole := l.get("n "+network, networkEvery, networkAtOnce)
	if !pair.AllowN(now, 1) || !whole.AllowN(now, 1) {
		return apperr.New(apperr.Throttled, "ログインの試みが続いています。1分ほど待ってから、もう一度お試しください。")
	}
	return nil
}

func (l *limiter) get(key string, every time.Duration, burst int) *rate.Limiter {
	if r, ok := l.seen[key]; ok {
		return r
	}
	if len(l.seen) >= limitersKept {
		clear(l.seen) // forgetting all is fair to all, and bounds the memory
	}
	r := rate.NewLimiter(rate.Every(every), burst)
	l.seen[key] = r
	return r
}
