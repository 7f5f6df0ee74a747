package migrations_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/testkit"
	"github.com/manetomo/manetomo/internal/testkit/postgres"
	"github.com/manetomo/manetomo/migrations"
)

// A process that finds this variable migrates and kills itself after the statement that it names.
const dieAfter = "MANETOMO_TEST_DIE_AFTER"

func TestMain(m *testing.M) {
	if stop := os.Getenv(dieAfter); stop != "" {
		fmt.Fprintln(os.Stderr, migrateAndDie(stop))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func migrateAndDie(stop string) error {
	ctx := context.Background()
	d, err := db.Open(ctx, db.Options{URL: os.Getenv("DATABASE_URL"), Dir: os.Getenv("MANETOMO_DATA"), Pool: 1})
	if err != nil {
		return err
	}
	err = d.Migrate(ctx, db.MigrateOptions{
		Dir: os.Getenv("MANETOMO_DATA"), Allowed: true,
		Each: func(file string, statement int) {
			if stop == fmt.Sprintf("%s %d", file, statement) {
				syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {} // nothing happens after the kill
			}
		},
	})
	return fmt.Errorf("went on past %q: %w", stop, err)
}

// stops names every place between two statements of the migrations for a database.
func stops(t *testing.T, other string) []string {
	t.Helper()
	names, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, name := range names {
		if strings.HasSuffix(name, other) {
			continue
		}
		text, err := migrations.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i := range db.Statements(string(text)) {
			list = append(list, fmt.Sprintf("%s %d", name, i+1))
		}
	}
	return list
}

// killAtEach starts the migration again and again on one database, killing it one statement later each time.
func killAtEach(t *testing.T, list []string, url, dir string) {
	t.Helper()
	for _, stop := range list {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), dieAfter+"="+stop, "DATABASE_URL="+url, "MANETOMO_DATA="+dir)
		out, err := cmd.CombinedOutput()
		if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
			t.Fatalf("killed after %s: %v\n%s", stop, err, out)
		}
	}
	d, err := db.Open(t.Context(), db.Options{URL: url, Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Migrate(t.Context(), db.MigrateOptions{Dir: dir, Allowed: true}); err != nil {
		t.Fatalf("the start after the last kill: %v", err)
	}
	if n, err := d.Read().NewSelect().Table("log_head").Count(t.Context()); err != nil || n != 1 {
		t.Errorf("log_head has %d rows, %v; want 1", n, err)
	}
}

func TestKilledBetweenAnyTwoStatementsTheNextStartGoesOn(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		dir := t.TempDir()
		killAtEach(t, stops(t, ".postgres.sql"), "", dir)
		got, want := describeSQLite(t, filepath.Join(dir, "manetomo.db")), describeSQLite(t, migratedSQLite(t))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("not the schema of a quiet start:\n%s", diff)
		}
	})
	t.Run("postgres", func(t *testing.T) {
		url := postgres.New(t)
		killAtEach(t, stops(t, ".sqlite.sql"), url, t.TempDir())
		if diff := cmp.Diff(describePostgres(t, testkit.PostgresURL(t)), describePostgres(t, url)); diff != "" {
			t.Errorf("not the schema of a quiet start:\n%s", diff)
		}
	})
}
