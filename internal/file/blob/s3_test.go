package blob

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// shelf speaks as much S3 as the store asks for, in memory: it shows that our calls, names and ranges are right. The
// signatures are for real stores to check.
type shelf struct {
	mu     sync.Mutex
	bucket bool
	blobs  map[string][]byte
}

func (s *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case r.URL.Query().Has("location"):
		io.WriteString(w, `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/"></LocationConstraint>`)
	case name == "" && r.Method == http.MethodPut:
		s.bucket = true
	case !s.bucket:
		w.WriteHeader(http.StatusNotFound)
	case name == "" && r.Method == http.MethodGet:
		s.list(w)
	case name == "":
	case r.Method == http.MethodPut:
		s.blobs[name] = unchunk(r)
		w.Header().Set("ETag", `"x"`)
	case r.Method == http.MethodDelete:
		delete(s.blobs, name)
		w.WriteHeader(http.StatusNoContent)
	case s.blobs[name] == nil:
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(http.StatusNotFound)
		io.WriteString(w, `<Error><Code>NoSuchKey</Code></Error>`)
	default:
		w.Header().Set("ETag", `"x"`)
		http.ServeContent(w, r, "", time.Now(), bytes.NewReader(s.blobs[name]))
	}
}

// unchunk reads a body that is signed piece by piece: size;chunk-signature=…, the piece, and so on.
func unchunk(r *http.Request) []byte {
	if !strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
		b, _ := io.ReadAll(r.Body)
		return b
	}
	in, out := bufio.NewReader(r.Body), []byte{}
	for {
		head, err := in.ReadString('\n')
		if err != nil {
			return out
		}
		size, err := strconv.ParseInt(strings.SplitN(strings.TrimSpace(head), ";", 2)[0], 16, 64)
		if err != nil || size == 0 {
			return out
		}
		piece := make([]byte, size+2) // and the line's end
		if _, err := io.ReadFull(in, piece); err != nil {
			return out
		}
		out = append(out, piece[:size]...)
	}
}

func (s *shelf) list(w http.ResponseWriter) {
	type content struct {
		Key          string
		LastModified time.Time
		Size         int
	}
	var answer struct {
		XMLName     xml.Name `xml:"ListBucketResult"`
		IsTruncated bool
		Contents    []content
	}
	answer.Contents = append(answer.Contents, content{"another/program's", time.Now(), 1})
	for name, b := range s.blobs {
		answer.Contents = append(answer.Contents, content{name, time.Now(), len(b)})
	}
	w.Header().Set("Content-Type", "application/xml")
	xml.NewEncoder(w).Encode(answer)
}

func TestS3(t *testing.T) {
	srv := httptest.NewServer(&shelf{blobs: map[string][]byte{}})
	defer srv.Close()
	o := S3Options{Endpoint: srv.URL, Bucket: "manetomo", AccessKey: "key", SecretKey: "secret", Region: "us-east-1"}
	s, err := OpenS3(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	suite(t, s)
	if _, err := OpenS3(t.Context(), o); err != nil {
		t.Errorf("opening the bucket again: %v", err)
	}
	if _, err := OpenS3(t.Context(), S3Options{Endpoint: "no address"}); err == nil {
		t.Error("a wrong address was taken")
	}
}
