package bench

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

const tick = time.Second / 100 // what Linux counts a process's time in

// memory is the resident memory of the site's process, 0 where it cannot be seen.
func (s *Site) memory() int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", s.Process))
	if fields := strings.Fields(string(text)); err == nil && len(fields) > 1 {
		pages, _ := strconv.ParseInt(fields[1], 10, 64)
		return pages * int64(os.Getpagesize())
	}
	return 0
}

// cpu is the processor time that the site's process has used, 0 where it cannot be seen.
func (s *Site) cpu() time.Duration { return cpuOf(s.Process) }

func cpuOf(pid int) time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(text, []byte(") ")) // the name before may hold anything
	fields := strings.Fields(string(rest))
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * tick
}

// sharedMemory is a process's share of memory: what it holds with others is divided among them.
func sharedMemory(pid int) int64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "Pss:" {
			kib, _ := strconv.ParseInt(fields[1], 10, 64)
			return kib << 10
		}
	}
	return 0
}

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// Quiet waits until the site's process rests, so that what it did before is not counted.
func (s *Site) Quiet(ctx context.Context) error {
	const enough, still = 3 * time.Minute, 0.05
	if s.Process == 0 {
		return nil
	}
	for began, calm := time.Now(), 0; calm < 3 && time.Since(began) < enough; {
		before := s.cpu()
		if err := rest(ctx, time.Second); err != nil {
			return err
		}
		calm++
		if float64(s.cpu()-before) > still*float64(time.Second) {
			calm = 0
		}
	}
	return nil
}
