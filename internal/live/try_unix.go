//go:build unix

package live

import (
	"errors"
	"syscall"
)

const canTry = true

// try sends as much of b as the connection takes without waiting.
func (s *socket) try(b []byte) (n int, err error) {
	if s.raw == nil {
		return 0, nil
	}
	var failed error
	err = s.raw.Write(func(fd uintptr) bool {
		for n < len(b) {
			k, e := syscall.Write(int(fd), b[n:])
			if errors.Is(e, syscall.EINTR) {
				continue
			}
			if e != nil {
				if !errors.Is(e, syscall.EAGAIN) {
					failed = e
				}
				break
			}
			n += k
		}
		return true
	})
	if err == nil {
		err = failed
	}
	return n, err
}
