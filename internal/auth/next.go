package auth

import (
	"net/url"
	"strings"
	"unicode"
)

// Next is where to go after sign-in: next if it is a path of this site, else home. Browsers read "//host", "/\host" and
// paths with control characters as other sites, so those are refused before anything is parsed.
func Next(next string) string {
	const home = "/home"
	if !strings.HasPrefix(next, "/") || len(next) > 2_000 || strings.Contains(next, `\`) ||
		strings.ContainsFunc(next, func(r rune) bool { return unicode.IsControl(r) || r == unicode.ReplacementChar }) {
		return home
	}
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" || strings.HasPrefix(u.Path, "//") ||
		strings.Contains(u.Path, `\`) || strings.HasPrefix(next, "//") {
		return home
	}
	if strings.HasPrefix(u.Path, "/auth/") || strings.HasPrefix(u.Path, "/signin") || strings.HasPrefix(u.Path, "/signout") {
		return home // going back there would only turn in a circle
	}
	return u.RequestURI() + fragment(u)
}

func fragment(u *url.URL) string {
	if u.Fragment == "" {
		return ""
	}
	return "#" + u.EscapedFragment()
}
