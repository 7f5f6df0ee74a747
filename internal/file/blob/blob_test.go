package blob

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// suite is what both stores promise.
func suite(t *testing.T, s Store) {
	ctx := t.Context()
	put := func(name, content string) {
		t.Helper()
		if err := s.Put(ctx, name, strings.NewReader(content), int64(len(content))); err != nil {
			t.Fatal(err)
		}
	}
	put("abcd-original", "0123456789")
	put("abcd-1-512.jpg", "picture")
	put("abcd-1-512.jpg", "picture again") // a worker that starts over

	b, err := s.Get(ctx, "abcd-original")
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if _, err := b.Seek(4, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	part := make([]byte, 3)
	if _, err := io.ReadFull(b, part); err != nil || string(part) != "456" || b.Size != 10 {
		t.Errorf("read %q (%v) of %d bytes, want 456 of 10", part, err, b.Size)
	}
	if all, err := Read(ctx, s, "abcd-1-512.jpg", 100); err != nil || string(all) != "picture again" {
		t.Errorf("Read = %q, %v", all, err)
	}
	if _, err := Read(ctx, s, "abcd-1-512.jpg", 5); err == nil {
		t.Error("Read took more than it was allowed")
	}
	var names []string
	if err := s.List(ctx, func(name string, modified time.Time) error {
		names = append(names, name)
		if time.Since(modified) > time.Hour {
			t.Errorf("%s is from %v", name, modified)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	if want := []string{"abcd-1-512.jpg", "abcd-original"}; !slices.Equal(names, want) {
		t.Errorf("List gave %v, want %v", names, want)
	}
	for range 2 { // the second finds nothing
		if err := s.Delete(ctx, "abcd-original"); err != nil {
			t.Error(err)
		}
	}
	if _, err := s.Get(ctx, "abcd-original"); !errors.Is(err, ErrMissing) {
		t.Errorf("Get of a deleted blob = %v, want ErrMissing", err)
	}
	for _, bad := range []string{"", "ab", "../../etc/passwd", "abcd/efgh", "ABCD", ".hid", strings.Repeat("a", 200)} {
		if err := s.Put(ctx, bad, strings.NewReader(""), 0); err == nil {
			t.Errorf("Put took the name %q", bad)
		}
		if _, err := s.Get(ctx, bad); err == nil || errors.Is(err, ErrMissing) {
			t.Errorf("Get(%q) = %v, want a refusal", bad, err)
		}
	}
}

func TestFolder(t *testing.T) { suite(t, Folder{filepath.Join(t.TempDir(), "files")}) }

func TestACutUploadLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	f := Folder{dir}
	if err := f.Put(t.Context(), "abcdef", strings.NewReader("half"), 8); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("Put of half a file = %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.Put(ctx, "abcdef", strings.NewReader("whole"), 5); err == nil {
		t.Error("Put went on after its request had gone")
	}
	left, err := os.ReadDir(filepath.Join(dir, "ab"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}

func TestALostTemporaryFileIsRemovedAfterADay(t *testing.T) {
	f := Folder{t.TempDir()}
	if err := f.Put(t.Context(), "abcdef", bytes.NewReader(nil), 0); err != nil {
		t.Fatal(err)
	}
	young, old := filepath.Join(f.Dir, "ab", ".young"), filepath.Join(f.Dir, "ab", ".old")
	for _, p := range []string{young, old} {
		if err := os.WriteFile(p, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chtimes(old, time.Time{}, time.Now().Add(-25*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := f.List(t.Context(), func(string, time.Time) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); err == nil {
		t.Error("the old temporary file is still there")
	}
	if _, err := os.Stat(young); err != nil {
		t.Error("a write that may still be under way lost its file")
	}
}
