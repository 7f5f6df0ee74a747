package files_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/file/blob"
	"github.com/manetomo/manetomo/internal/testkit"
	"github.com/manetomo/manetomo/web/files"
	"github.com/manetomo/manetomo/web/page"
)

// checksum is of dist/tus.min.js in tus-js-client 4.3.1, as its package-lock.json pins it.
const checksum = "8cbb1b63fccc3bba0ae73ad1deb160ce046c3750851d0c3e94921ae3ef070eb8"

func TestTheClientIsTheOneOfTheLockFile(t *testing.T) {
	script, err := os.ReadFile("tus/tus.min.js")
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(script); hex.EncodeToString(sum[:]) != checksum {
		t.Errorf("tus.min.js has SHA-256 %x, want %s: run make tus, and change both together", sum, checksum)
	}
}

// nodes are two programs over one database and one store.
type nodes struct {
	*testing.T
	urls   [2]string
	viewer access.Viewer
}

func start(t *testing.T) *nodes {
	d := testkit.SQLite(t)
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw("INSERT INTO person (id, name, member, created_at) VALUES ('a', '見本', TRUE, ?), ('b', '見本', TRUE, ?)", tx.Now, tx.Now).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	n := &nodes{T: t, viewer: access.Viewer{Person: "a", Member: true}}
	store := blob.Folder{Dir: filepath.Join(t.TempDir(), "files")}
	for i := range n.urls {
		p := files.Pages{Files: &file.Service{DB: d, Blobs: store, Temp: t.TempDir()}}
		mux := http.NewServeMux()
		for pattern, h := range map[string]page.Handler{"OPTIONS /uploads": p.Able, "POST /uploads": p.Begin, "HEAD /uploads/{id}": p.Arrived,
			"PATCH /uploads/{id}": p.Continue, "DELETE /uploads/{id}": p.Stop, "GET /uploads/{id}": p.Look} {
			mux.Handle(pattern, page.Handle(h))
		}
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mux.ServeHTTP(w, r.WithContext(page.With(r.Context(), page.Session{Viewer: n.viewer, Now: d.Now})))
		}))
		t.Cleanup(srv.Close)
		n.urls[i] = srv.URL
	}
	return n
}

// do sends a request to a node, with headers by pairs.
func (n *nodes) do(node int, method, address string, body []byte, headers ...string) *http.Response {
	n.Helper()
	r, err := http.NewRequest(method, n.urls[node]+address, bytes.NewReader(body))
	if err != nil {
		n.Fatal(err)
	}
	r.Header.Set("Tus-Resumable", "1.0.0")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		n.Fatal(err)
	}
	answer.Body.Close()
	return answer
}

func (n *nodes) begin(name string, size int) string {
	n.Helper()
	about := "filename " + base64.StdEncoding.EncodeToString([]byte(name)) + ",place " + base64.StdEncoding.EncodeToString([]byte("here"))
	a := n.do(0, "POST", "/uploads", nil, "Upload-Length", strconv.Itoa(size), "Upload-Metadata", about)
	if a.StatusCode != http.StatusCreated || !strings.HasPrefix(a.Header.Get("Location"), "/uploads/") || a.Header.Get("Upload-Expires") == "" {
		n.Fatalf("POST = %d %v", a.StatusCode, a.Header)
	}
	return a.Header.Get("Location")
}

func TestAnUploadGoesOnAtTheOtherNode(t *testing.T) {
	n := start(t)
	data, err := os.ReadFile("../../internal/file/testdata/exif-rotated-gps.jpg")
	if err != nil {
		t.Fatal(err)
	}
	at := n.begin("写真.jpg", len(data))
	for i, cut := range []int{1000, 9000, len(data)} {
		h := n.do(i%2, "HEAD", at, nil)
		offset, _ := strconv.Atoi(h.Header.Get("Upload-Offset"))
		if h.StatusCode != http.StatusOK || h.Header.Get("Upload-Length") != strconv.Itoa(len(data)) || h.Header.Get("Cache-Control") != "no-store" {
			t.Fatalf("HEAD = %d %v", h.StatusCode, h.Header)
		}
		a := n.do((i+1)%2, "PATCH", at, data[offset:cut], "Upload-Offset", strconv.Itoa(offset), "Content-Type", "application/offset+octet-stream")
		if a.StatusCode != http.StatusNoContent || a.Header.Get("Upload-Offset") != strconv.Itoa(cut) {
			t.Fatalf("PATCH = %d %v", a.StatusCode, a.Header)
		}
	}
	if a := n.do(1, "GET", at, nil); a.StatusCode != http.StatusOK {
		t.Errorf("GET = %d", a.StatusCode)
	}
}

func TestTheProtocolsRefusals(t *testing.T) {
	n := start(t)
	at := n.begin("a.pdf", 2000)
	patch := []string{"Upload-Offset", "0", "Content-Type", "application/offset+octet-stream"}
	for _, test := range []struct {
		rule, method, address string
		headers               []string
		want                  int
	}{
		{"ほかの版", "HEAD", at, []string{"Tus-Resumable", "0.2.2"}, 412},
		{"版を言わない", "PATCH", at, append([]string{"Tus-Resumable", ""}, patch...), 412},
		{"続きの場所がちがう", "PATCH", at, []string{"Upload-Offset", "7", "Content-Type", "application/offset+octet-stream"}, 409},
		{"続きの場所がない", "PATCH", at, []string{"Content-Type", "application/offset+octet-stream"}, 400},
		{"別の送り方", "PATCH", at, []string{"Upload-Offset", "0", "Content-Type", "text/plain"}, 415},
		{"大きさがない", "POST", "/uploads", nil, 400},
		{"大きすぎる", "POST", "/uploads", []string{"Upload-Length", strconv.Itoa(file.MaxSize + 1)}, 413},
		{"知らない番号", "HEAD", "/uploads/nothing000", nil, 404},
	} {
		if a := n.do(0, test.method, test.address, []byte("%PDF-1.7"), test.headers...); a.StatusCode != test.want {
			t.Errorf("%s: %d, want %d", test.rule, a.StatusCode, test.want)
		}
	}
	if a := n.do(0, "OPTIONS", "/uploads", nil); a.StatusCode != 204 || a.Header.Get("Tus-Extension") != "creation,termination,expiration" || a.Header.Get("Tus-Max-Size") != strconv.Itoa(file.MaxSize) {
		t.Errorf("OPTIONS = %d %v", a.StatusCode, a.Header)
	}
	n.viewer.Person = "b"
	for _, method := range []string{"HEAD", "PATCH", "DELETE", "GET"} {
		if a := n.do(1, method, at, []byte("x"), patch...); a.StatusCode != 404 {
			t.Errorf("%s of another's upload = %d", method, a.StatusCode)
		}
	}
	n.viewer.Person = "a"
	if a := n.do(1, "DELETE", at, nil); a.StatusCode != 204 {
		t.Errorf("DELETE = %d", a.StatusCode)
	}
	if a := n.do(0, "HEAD", at, nil); a.StatusCode != 404 {
		t.Errorf("HEAD of an ended upload = %d", a.StatusCode)
	}
}
