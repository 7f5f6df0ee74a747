package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/db"
)

func demoCommand(t *testing.T, data string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if err := run(t.Context(), []string{"demo", "--data", data}, nil, strings.NewReader(""), &out, &errs); err != nil {
		t.Fatalf("manetomo demo: %v\n%s", err, errs.String())
	}
	return errs.String()
}

func TestDemoMayRunAgainAndBesideAnother(t *testing.T) {
	data := t.TempDir()
	for range 2 {
		if said := demoCommand(t, data); !strings.Contains(said, "the demo is there") {
			t.Errorf("it said %q", said)
		}
	}
	release, err := db.LockDir(filepath.Join(data, "demo"))
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if said := demoCommand(t, data); !strings.Contains(said, "will finish by itself") {
		t.Errorf("beside another filler it said %q", said)
	}
}
