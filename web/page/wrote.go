package page

import (
	"net/http"
	"strconv"
)

const (
	wroteCookie  = "wrote"
	wroteSeconds = 30 // long enough for any node's index to catch up
)

// Wrote remembers in the browser the position of the log that its write got, so that the next search shows it
// (contract §4, Read your own writes). Call it before the answer is sent.
func Wrote(w http.ResponseWriter, seq int64) {
	http.SetCookie(w, &http.Cookie{Name: wroteCookie, Value: strconv.FormatInt(seq, 10), Path: "/",
		MaxAge: wroteSeconds, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// MinSeq is the position that a search should wait for: the request's min_seq or its browser's last write, 0 without.
func MinSeq(r *http.Request) int64 {
	s := r.URL.Query().Get("min_seq")
	if c, err := r.Cookie(wroteCookie); s == "" && err == nil {
		s = c.Value
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
