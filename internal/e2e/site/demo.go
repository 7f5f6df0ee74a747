package site

import (
	"database/sql"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// filled is the folder of a site that was started for the first time with the demo and has come to rest: every document
// is read and found. Tests begin on copies of it, because reading the demo's documents takes seconds of two processors
// each time, beside which whatever a test waits for is late.
var filled struct {
	once sync.Once
	dir  string
	err  error
}

var errFilling = errors.New("filling the demo failed; the first test that asked for it says why")

// copyOfDemo gives a folder with the demo in it.
func copyOfDemo(t testing.TB) string {
	t.Helper()
	filled.once.Do(func() {
		filled.err = errFilling // should a step end the test
		var err error
		if filled.dir, err = os.MkdirTemp("", "manetomo-e2e-demo-"); err != nil {
			t.Fatal(err)
		}
		s := Start(t, Options{Data: filled.dir})
		s.rest()
		s.Stop()
		filled.err = nil
	})
	if filled.err != nil {
		t.Fatal(filled.err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filled.dir)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// rest waits until the demo is there, no document waits to be read, and the index has followed.
func (s *Site) rest() {
	s.t.Helper()
	Eventually(s.t, startLimit, "the demo is there", func() bool {
		out, code := s.Run("demo") // or another is still at it
		return code == 0 && strings.Contains(out, "the demo is there")
	})
	d, err := sql.Open("sqlite", "file:"+filepath.Join(s.Data, "manetomo.db")+"?mode=ro&_pragma=busy_timeout(10000)")
	if err != nil {
		s.t.Fatal(err)
	}
	defer d.Close()
	Eventually(s.t, 2*startLimit, "every document is read", func() bool {
		var waiting int
		err := d.QueryRow("SELECT COUNT(*) FROM file WHERE state = 'processing' OR tiling = 'waiting' OR ocr = 'waiting'").Scan(&waiting)
		if err != nil {
			s.t.Fatal(err)
		}
		return waiting == 0
	})
	Eventually(s.t, startLimit, "the index has followed", func() bool {
		answer, err := http.Get(s.URL + "/readyz")
		if err != nil {
			return false
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		return err == nil && strings.Contains(string(text), "index: 0 behind")
	})
}
