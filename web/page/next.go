package page

import (
	"net/url"
	"strings"
	"unicode"
)

// Next makes a path that came from outside safe to go to: an own path with its query, or "" for anything else
// (another host, another scheme, a backslash, a control character).
func Next(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || len(path) > 2000 ||
		strings.ContainsFunc(path, func(c rune) bool { return c == '\\' || unicode.IsControl(c) || c == unicode.ReplacementChar }) {
		return ""
	}
	u, err := url.Parse(path)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" ||
		strings.HasPrefix(u.Path, "//") || strings.ContainsFunc(u.Path, func(c rune) bool { return c == '\\' || unicode.IsControl(c) }) {
		return ""
	}
	return u.String()
}

// SignInURL is the sign-in page that leads back to path.
func SignInURL(path string) string {
	if path = Next(path); path == "" || path == "/" {
		return "/signin"
	}
	return "/signin?next=" + url.QueryEscape(path)
}
