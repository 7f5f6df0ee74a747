//go:build unix

package bench

import (
	"fmt"
	"syscall"
)

const besides = 200 // files that a process has open anyway

// CanOpen tells whether this process may have so many connections. Go has raised the soft limit to the hard one; that
// of a site is its own affair.
func CanOpen(connections int) error {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return err
	}
	if l.Cur < l.Max {
		l.Cur = l.Max
		_ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &l)
	}
	if l.Cur < uint64(connections)+besides {
		return fmt.Errorf("this process may open %d files, and %d connections need more: raise it with ulimit -n, or say --idle less", l.Cur, connections)
	}
	return nil
}
