// Package testkit gives tests both databases, freshly migrated, and people by name.
//
// Nothing is mocked: each test gets a SQLite folder of its own and a PostgreSQL database of its own, both copied from
// templates that were migrated once. A machine without PostgreSQL fails the test and says what to install.
package testkit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/testkit/postgres"
	"github.com/manetomo/manetomo/migrations"
)

// Start is where a test's clock begins: a working day in the middle of fiscal year 2026.
var Start = time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)

// Each runs the test on SQLite and on PostgreSQL.
func Each(t *testing.T, test func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
}

// SQLite opens a fresh, migrated SQLite database.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	content, err := template()
	if err != nil {
		t.Fatalf("make template database: %v", err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, file), content, 0o600); err != nil {
		t.Fatal(err)
	}
	return open(t, db.Options{Dir: dir, Now: func() time.Time { return Start }})
}

// file is where internal/db keeps a SQLite database in its folder.
const file = "manetomo.db"

// template is a migrated SQLite database, made once in a test process: running every migration takes seconds under
// the race detector, copying less than a megabyte takes none.
var template = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "manetomo-template-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := migrated(db.Options{Dir: dir}); err != nil { // which closes it, and so leaves all of it in the one file
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, file))
})

// Postgres opens a fresh, migrated PostgreSQL database.
func Postgres(t testing.TB) *db.DB {
	t.Helper()
	return open(t, db.Options{URL: PostgresURL(t), Now: func() time.Time { return Start }})
}

// PostgresURL makes a fresh, migrated PostgreSQL database, for tests that open it several times.
func PostgresURL(t testing.TB) string {
	t.Helper()
	server := postgres.ForTest(t)
	name := "t_" + schema(t)
	fill := func(url string) error { return migrated(db.Options{URL: url, Pool: 1}) }
	if err := server.Template(t.Context(), name, fill); err != nil {
		t.Fatalf("make template database: %v", err)
	}
	return server.Database(t, name)
}

// migrated makes every table in a database and closes it.
func migrated(o db.Options) error {
	d, err := db.Open(context.Background(), o)
	if err != nil {
		return err
	}
	return errors.Join(d.Migrate(context.Background(), db.MigrateOptions{Dir: o.Dir}), d.Close())
}

func open(t testing.TB, o db.Options) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatalf("open database: %v", err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close database: %v", err)
		}
	})
	if err := d.Migrate(t.Context(), db.MigrateOptions{Dir: o.Dir}); err != nil {
		t.Fatalf("migrate: %v", err)
	}
	return d
}

// schema names the state of the migrations, so that a shared server keeps templates of different trees apart.
func schema(t testing.TB) string {
	t.Helper()
	h := sha256.New()
	names, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		b, err := migrations.Files.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		h.Write([]byte(n))
		h.Write(b)
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}
