package asset

import (
	"compress/gzip"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestHandler(t *testing.T) {
	h := Handler()
	for name, kind := range map[string]string{"app.css": "text/css", "app.js": "text/javascript", "icon.svg": "image/svg+xml"} {
		r := httptest.NewRequest("GET", Path(name), nil)
		plain := httptest.NewRecorder()
		h.ServeHTTP(plain, r)
		r.Header.Set("Accept-Encoding", "gzip, br")
		zipped := httptest.NewRecorder()
		h.ServeHTTP(zipped, r)
		if plain.Code != 200 || !strings.HasPrefix(plain.Header().Get("Content-Type"), kind) {
			t.Errorf("%s: %d %s", name, plain.Code, plain.Header().Get("Content-Type"))
		}
		if !strings.Contains(plain.Header().Get("Cache-Control"), "immutable") || plain.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers %v", name, plain.Header())
		}
		unzip, err := gzip.NewReader(zipped.Body)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if text, err := io.ReadAll(unzip); err != nil || string(text) != plain.Body.String() {
			t.Errorf("%s: the compressed file is another one (%v)", name, err)
		}
	}
	for _, path := range []string{"/assets/", "/assets/manifest.json", "/assets/../asset.go", "/assets/app-0000000000.js"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if w.Code != 404 {
			t.Errorf("GET %s = %d", path, w.Code)
		}
	}
}
