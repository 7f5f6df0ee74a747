package web

import (
	"fmt"
	"net/http"
)

// alive answers while the program runs.
func (s *Site) alive(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") }

// ready answers when the database does. The index may be behind and says so.
func (s *Site) ready(w http.ResponseWriter, r *http.Request) {
	if err := s.DB.Ping(r.Context()); err != nil {
		s.Log.Error("not ready", "err", err)
		w.Header().Set("Retry-After", "5")
		http.Error(w, "database does not answer", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ready")
}
