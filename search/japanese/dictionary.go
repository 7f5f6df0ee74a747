package japanese

import (
	"runtime/debug"
	"sync"

	"github.com/ikawaha/kagome-dict/ipa"
	"github.com/ikawaha/kagome/v2/tokenizer"
)

// Dictionary is the IPA dictionary, loaded at most once and shared by the whole process.
type Dictionary struct {
	once  sync.Once
	ready chan struct{}
	tok   *tokenizer.Tokenizer
}

// shared is the one dictionary: 90 MB are not wanted twice, whatever the number of indexes and tests.
var shared = &Dictionary{ready: make(chan struct{})}

// Load starts loading the dictionary in the background, the first time it is called, and returns at once.
// The channel is closed when words can be had.
func Load() <-chan struct{} {
	shared.once.Do(func() {
		go func() {
			tok, err := tokenizer.New(ipa.Dict(), tokenizer.OmitBosEos())
			if err != nil {
				panic("IPA dictionary: " + err.Error()) // embedded: cannot happen after one successful build
			}
			shared.tok = tok
			debug.FreeOSMemory() // unpacking leaves twice its size behind
			close(shared.ready)
		}()
	})
	return shared.ready
}

// Ready tells whether words can be had.
func Ready() bool {
	select {
	case <-shared.ready:
		return true
	default:
		return false
	}
}
