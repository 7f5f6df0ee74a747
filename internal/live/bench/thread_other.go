//go:build !linux

package bench

import "time"

// threadTime is not told here; the figures of processor time are Linux's only.
func threadTime() time.Duration { return 0 }
