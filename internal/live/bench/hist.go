package bench

import (
	"math/bits"
	"time"
)

// hist counts durations in steps of about 6 %, from a microsecond to an hour.
type hist struct {
	steps [512]uint32
	n     uint64
}

func (h *hist) add(d time.Duration) {
	h.steps[step(max(1, d.Microseconds()))]++
	h.n++
}

// step is the place of a number: its highest four bits behind the first, and how many follow.
func step(us int64) int {
	more := max(0, bits.Len64(uint64(us))-5)
	return min(more<<4+int(us>>more), 511)
}

// value is the middle of a step.
func value(i int) float64 {
	if i < 32 {
		return float64(i)
	}
	more := i>>4 - 1
	return (float64(i-more<<4) + 0.5) * float64(int64(1)<<more)
}

func (h *hist) join(other *hist) {
	for i, n := range other.steps {
		h.steps[i] += n
	}
	h.n += other.n
}

// at is the duration that the given share stays below.
func (h *hist) at(share float64) time.Duration {
	left := uint64(share * float64(h.n))
	for i, n := range h.steps {
		if uint64(n) > left {
			return time.Duration(value(i) * float64(time.Microsecond))
		}
		left -= uint64(n)
	}
	return 0
}
