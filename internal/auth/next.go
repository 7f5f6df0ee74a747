package auth

import (
	"strings"

	"github.com/manetomo/manetomo/internal/text"
)

// Next is where to go after sign-in: next if it is a path of this site, else home.
func Next(next string) string {
	const home = "/home"
	next = text.OwnPath(next)
	for _, circle := range []string{"/auth/", "/signin", "/signout"} {
		if strings.HasPrefix(next, circle) {
			return home // going back there would only turn in a circle
		}
	}
	if next == "" {
		return home
	}
	return next
}
