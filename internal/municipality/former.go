package municipality

import "sync"

// former is a municipality that was merged or renamed, and the one that followed.
type former struct {
	name, kana string
	successor  string // code
}

var formers = sync.OnceValue(func() []former {
	var all []former
	for r := range records("former.csv", 6) {
		all = append(all, former{name: r[1], kana: r[2], successor: r[3]})
	}
	return all
})
