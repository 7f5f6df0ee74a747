//go:build !linux

package bench

import "time"

var start = time.Now()

// processorTime is the clock: elsewhere it stands for the processor.
func processorTime() time.Duration { return time.Since(start) }

// AllProcessorTime is the same for all threads.
func AllProcessorTime() time.Duration { return time.Since(start) }

// ChildrenTime is the same for other processes.
func ChildrenTime() time.Duration { return time.Since(start) }
