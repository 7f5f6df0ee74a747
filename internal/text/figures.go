package text

import (
	"fmt"
	"strconv"
)

// Number writes a number with thousands separated, as readers of Japanese pages expect: 12,345.
func Number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// FileSize says how large a file is: 1.8MB, 320KB.
func FileSize(bytes int64) string {
	switch {
	case bytes >= 10<<20:
		return fmt.Sprintf("%dMB", (bytes+1<<19)>>20)
	case bytes >= 1<<20:
		return fmt.Sprintf("%.1fMB", float64(bytes)/(1<<20))
	case bytes >= 1<<10:
		return fmt.Sprintf("%dKB", (bytes+1<<9)>>10)
	}
	return fmt.Sprintf("%dバイト", bytes)
}
