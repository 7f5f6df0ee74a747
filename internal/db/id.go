package db

import (
	"crypto/rand"
	"encoding/base32"
)

// crockford is base32 without letters that are mistaken for digits, in small letters, as it stands in addresses.
var crockford = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// NewID makes an id: 10 characters, 50 random bits, not guessable, never reused. The primary key of a table
// decides in the (astronomically) rare case that two are alike.
func NewID() string { return newID(7)[:10] }

// NewSecret makes a secret of 256 random bits for links, sessions and tokens. Only its hash is stored.
func NewSecret() string { return newID(32) }

func newID(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails: crypto/rand ends the program instead
	return crockford.EncodeToString(b)
}
