package text

import "testing"

func TestOnlyAnOwnPathIsGoneTo(t *testing.T) {
	for path, want := range map[string]string{
		"/reports/ABC?x=1#after": "/reports/ABC?x=1#after", "/": "/", "": "", "home": "", "//evil.example": "",
		"/\\evil.example": "", "https://evil.example/": "", "/a\nb": "", "/%0d%0aX": "", "/%5cevil.example": "", "javascript:alert(1)": "",
		"/%2Fevil.example": "", "/archive?q=対話": "/archive?q=対話",
	} {
		if got := OwnPath(path); got != want {
			t.Errorf("OwnPath(%q) = %q, want %q", path, got, want)
		}
	}
}
