package text

import (
	"regexp"

	"golang.org/x/text/unicode/norm"
)

// Contact is something in a text that looks like a way to reach a person, which should not be published by oversight.
type Contact struct {
	What string // 電話番号, メールアドレス or 住所
	Text string // as found, in half-width letters
}

var contactLike = []struct {
	what string
	re   *regexp.Regexp
}{
	{"電話番号", regexp.MustCompile(`\(?0[0-9]{1,4}\)?[-ー‐−– ]?\(?[0-9]{1,4}\)?[-ー‐−– ][0-9]{3,4}|0[789]0[0-9]{8}`)},
	{"メールアドレス", regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+`)},
	{"住所", regexp.MustCompile(`〒\s?[0-9]{3}[-ー‐−]?[0-9]{4}`)},
}

// Contacts finds what looks like a telephone number, a mail address or a postal code, also in full-width letters: at
// most five of each.
func Contacts(s string) (found []Contact) {
	s = norm.NFKC.String(s)
	for _, c := range contactLike {
		for _, hit := range c.re.FindAllString(s, 5) {
			found = append(found, Contact{c.what, hit})
		}
	}
	return found
}
