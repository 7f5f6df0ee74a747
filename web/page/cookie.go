package page

import "net/http"

const yearSeconds = 365 * 24 * 60 * 60

// SetCookie keeps a preference in the browser for a year; an empty value removes it. Scripts change the look too (look.ts),
// so they may see it; nothing that proves anything
// belongs here.
func SetCookie(w http.ResponseWriter, secure bool, name, value string) {
	c := &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: yearSeconds, Secure: secure, SameSite: http.SameSiteLaxMode}
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}
