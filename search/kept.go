package search

import (
	"strings"
	"sync"
	"sync/atomic"
)

// occurrences are the documents of one segment that hold a term or a phrase, in order, with how often; those that were
// deleted meanwhile are among them.
type occurrences struct {
	docs  []uint32
	freqs []uint16
}

func (o *occurrences) add(doc uint32, freq uint64) {
	o.docs, o.freqs = append(o.docs, doc), append(o.freqs, uint16(min(freq, 1<<16-1)))
}

// keptLists remembers what was read of the segments: what many people look for is decoded once and not for each of them.
// A segment never changes, so nothing in here can be wrong; what belongs to segments that are gone is not asked for any
// more and falls out. It says nothing of who may read a list: that is in the name of its field.
type keptLists struct {
	mu         sync.RWMutex
	young, old map[keptKey]*keptList
	filled     int // how much the young ones hold
}

// keptKey names a term or a phrase of one field of one segment.
type keptKey struct {
	segment             uint64 // its number in this process
	field, prefix, term string
}

type keptList struct {
	occurrences
	count int          // how many documents it has
	read  bool         // whether they are here
	asked atomic.Int32 // how often a part of it was read meanwhile
}

// mostKept bounds a generation, in occurrences: with both about 36 MB.
const mostKept = 3_000_000

// keptEntry is about what a list costs beside its occurrences.
const keptEntry = 30

func (k *keptLists) get(key keptKey) *keptList {
	k.mu.RLock()
	l, young := k.young[key]
	if !young {
		l = k.old[key]
	}
	k.mu.RUnlock()
	if !young && l != nil {
		k.put(key, l)
	}
	return l
}

// put keeps a list. When the young ones are full they become the old ones, and the old ones that nobody asked for
// meanwhile are forgotten.
func (k *keptLists) put(key keptKey, l *keptList) {
	key.prefix, key.term = strings.Clone(key.prefix), strings.Clone(key.term) // not the whole query with them
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.filled > mostKept || k.young == nil {
		k.old, k.young, k.filled = k.young, map[keptKey]*keptList{}, 0
	}
	k.young[key] = l
	k.filled += len(l.docs) + keptEntry
}
