// Package asset holds the built style sheet, scripts and icon, and serves them.
//
// Everything in dist is made by internal/tool/asset and committed, so the program builds with Go alone. A file's
// name carries a hash of its content: what was served under a name never changes, and browsers may keep it forever.
package asset

import (
	"bytes"
	"compress/gzip"
	"embed"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

//go:embed dist
var dist embed.FS

// Prefix is where Handler is mounted.
const Prefix = "/assets/"

var manifest = sync.OnceValue(func() map[string]string {
	text, err := dist.ReadFile("dist/manifest.json")
	if err != nil {
		panic("asset: the built files are missing: run go -C internal/tool run ./asset")
	}
	var m map[string]string
	if err := json.Unmarshal(text, &m); err != nil {
		panic(fmt.Sprintf("asset: manifest.json: %v", err))
	}
	return m
})

// Path is the address of a built file: Path("app.css") is "/assets/app-HASH.css". It panics for a name that was not
// built, which is a mistake in a template and shows in the first test of the page.
func Path(name string) string {
	file, ok := manifest()[name]
	if !ok {
		panic("asset: nothing was built under the name " + name)
	}
	return Prefix + file
}

// served is one file as it goes out.
type served struct {
	kind        string
	plain, zipd []byte
}

// Handler answers GET /assets/NAME, compressed once at the first request where the browser accepts gzip.
func Handler() http.Handler {
	files := sync.OnceValue(load)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, ok := files()[strings.TrimPrefix(r.URL.Path, Prefix)]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", f.kind)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Vary", "Accept-Encoding")
		body := f.plain
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			body = f.zipd
		}
		h.Set("Content-Length", strconv.Itoa(len(body)))
		if r.Method != http.MethodHead {
			w.Write(body)
		}
	})
}

func load() map[string]served {
	files := map[string]served{}
	for _, name := range manifest() {
		plain, err := dist.ReadFile("dist/" + name)
		if err != nil {
			panic(fmt.Sprintf("asset: manifest.json names a file that is not there: %v", err))
		}
		kind := mime.TypeByExtension(path.Ext(name))
		if path.Ext(name) == ".js" {
			kind = "text/javascript; charset=utf-8" // the system's table may say otherwise
		}
		files[name] = served{kind: kind, plain: plain, zipd: compress(plain)}
	}
	return files
}

func compress(b []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
	w.Write(b)
	w.Close()
	return out.Bytes()
}
