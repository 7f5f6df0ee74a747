package db

import "sync"

// signal wakes everybody who waits, without counting and without blocking.
type signal struct {
	mu sync.Mutex
	ch chan struct{}
}

func (s *signal) wait() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch == nil {
		s.ch = make(chan struct{})
	}
	return s.ch
}

func (s *signal) send() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch != nil {
		close(s.ch)
		s.ch = nil
	}
}

// Written is closed after the next commit that this process knows of: its own, and on PostgreSQL another node's.
// Take it before looking at what is there, so that nothing falls between.
func (d *DB) Written() <-chan struct{} { return d.signal.wait() }
