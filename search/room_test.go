package search

import (
	"strings"
	"testing"
)

func TestARebuildAsksForRoomBefore(t *testing.T) {
	const mb = 1 << 20
	for _, test := range []struct {
		name       string
		free, used int64
		documents  int
		enough     bool
	}{
		{"今の索引の2.2倍と余裕がある", 320 * mb, 100 * mb, 10, true},
		{"2.2倍に足りない", 319 * mb, 100 * mb, 10, false},
		{"索引がなければ文書の数から", 140 * mb, 0, 1024, true},
		{"文書の数に足りない", 139 * mb, 0, 1024, false},
		{"空でも余裕は要る", 99 * mb, 0, 0, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := enough(test.free, test.used, test.documents)
			if (err == nil) != test.enough {
				t.Fatalf("enough: %v; want %v", err, test.enough)
			}
			if err != nil && !strings.Contains(err.Error(), "空きを増やして") {
				t.Errorf("it does not say what to do: %v", err)
			}
		})
	}
}
