package backup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/curate"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/demo"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/file/blob"
	"github.com/manetomo/manetomo/internal/member"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/testkit"
	"github.com/manetomo/manetomo/internal/testkit/postgres"
)

func quiet(int, int) {}

// lived fills a database with the demo, a sign-in and a letter that waits; it returns the store of its files.
func lived(t *testing.T, d *db.DB) blob.Store {
	t.Helper()
	store := blob.Folder{Dir: t.TempDir()}
	f := demo.Filler{Files: &file.Service{DB: d, Blobs: store}, DB: d, Members: member.New(d), Archive: &archive.Service{DB: d},
		Talk: &talk.Service{DB: d}, Curate: &curate.Service{DB: d}}
	if err := f.Fill(t.Context()); err != nil {
		t.Fatal(err)
	}
	exec(t, d, `INSERT INTO session (token, id, data, person, started_at, seen_at, expires_at)
		SELECT 'hash', 's1', '', MIN(id), ?, ?, ? FROM person`, d.Now(), d.Now(), d.Now().Add(time.Hour))
	exec(t, d, `INSERT INTO notice (id, person, seq, kind, at) SELECT 'n1', MIN(id), 1, 'answer', ? FROM person`, d.Now())
	exec(t, d, `INSERT INTO mail (id, notice, person, state, due_at) SELECT 'm1', 'n1', person, 'waiting', ? FROM notice WHERE id = 'n1'`, d.Now())
	return store
}

func exec(t *testing.T, d *db.DB, query string, args ...any) {
	t.Helper()
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(query, args...).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// content reads every row of every table, sorted, in a form that does not depend on the database.
func content(t *testing.T, d *db.DB, without ...string) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	err := d.Snapshot(t.Context(), func(ctx context.Context, r bun.IDB) error {
		list, err := tables(ctx, r, d.Postgres())
		for _, table := range list {
			if slices.Contains(without, table.Name) {
				continue
			}
			err = errors.Join(err, table.read(ctx, r, func(values []any) error {
				for i, v := range values {
					values[i] = plain(v)
				}
				line, err := json.Marshal(values)
				all[table.Name] = append(all[table.Name], string(line))
				return err
			}))
			slices.Sort(all[table.Name])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// plain unfolds JSON: PostgreSQL writes it in a way of its own.
func plain(v any) any {
	var unfolded any
	if s, ok := v.(string); ok && len(s) > 1 && (s[0] == '{' || s[0] == '[') && json.Unmarshal([]byte(s), &unfolded) == nil {
		return unfolded
	}
	return v
}

func blobsOf(t *testing.T, s blob.Store) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := s.List(t.Context(), func(name string, _ time.Time) error {
		data, err := blob.Read(t.Context(), s, name, 1<<30)
		all[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// targets are databases that have nothing yet, not even tables.
func targets(t *testing.T) map[string]*db.DB {
	t.Helper()
	return map[string]*db.DB{"sqlite": opened(t, db.Options{Dir: t.TempDir()}), "postgres": opened(t, db.Options{URL: postgres.New(t)})}
}

func opened(t *testing.T, o db.Options) *db.DB {
	t.Helper()
	o.Now = func() time.Time { return testkit.Start }
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func write(t *testing.T, d *db.DB, store blob.Store) (path string, m *Manifest) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "backup.zip")
	m, err := Write(t.Context(), d, store, path, quiet)
	if err != nil {
		t.Fatal(err)
	}
	return path, m
}

func TestABackupBringsEverythingBackIntoEitherDatabase(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		store := lived(t, d)
		path, m := write(t, d, store)
		if m.Rows["entry"] < 15 || m.Files < 8 || len(m.Missing) != 0 || m.Seq == 0 {
			t.Errorf("manifest: %d entries, %d files, missing %v, seq %d", m.Rows["entry"], m.Files, m.Missing, m.Seq)
		}
		without := append([]string{"log_head", "mail"}, leftOut...)
		for name, target := range targets(t) {
			to := blob.Folder{Dir: t.TempDir()}
			if _, err := Restore(t.Context(), target, to, path, db.MigrateOptions{Dir: t.TempDir()}, quiet); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if diff := cmp.Diff(content(t, d, without...), content(t, target, without...)); diff != "" {
				t.Errorf("%s: rows differ:\n%s", name, diff)
			}
			if diff := cmp.Diff(blobsOf(t, store), blobsOf(t, to)); diff != "" {
				t.Errorf("%s: files differ", name)
			}
			after := content(t, target)
			if after["session"] != nil || cmp.Equal(content(t, d)["log_head"], after["log_head"]) {
				t.Errorf("%s: sign-ins %v, log %v: nobody is signed in, and the log has another epoch", name, after["session"], after["log_head"])
			}
			if len(after["mail"]) != 1 || !bytes.Contains([]byte(after["mail"][0]), []byte("failed")) {
				t.Errorf("%s: a letter that waited: %v", name, after["mail"])
			}
			if _, err := Restore(t.Context(), target, to, path, db.MigrateOptions{Dir: t.TempDir()}, quiet); !errors.Is(err, ErrNotEmpty) {
				t.Errorf("%s: a restore over a life: %v", name, err)
			}
		}
	})
}

func TestABackupOfAnOlderSchemaGoesThroughTheMigrationsItHasNotSeen(t *testing.T) {
	for name, old := range targets(t) {
		if err := old.Migrate(t.Context(), db.MigrateOptions{Dir: t.TempDir(), Until: "0006"}); err != nil {
			t.Fatal(err)
		}
		exec(t, old, "INSERT INTO person (id, name, created_at) VALUES ('hanako', '見本 花子', ?)", testkit.Start)
		path, m := write(t, old, blob.Folder{Dir: t.TempDir()})
		target := targets(t)[name]
		if _, err := Restore(t.Context(), target, blob.Folder{Dir: t.TempDir()}, path, db.MigrateOptions{Dir: t.TempDir()}, quiet); err != nil {
			t.Fatalf("%s, from %v: %v", name, m.Schema, err)
		}
		if pending, err := target.Pending(t.Context()); err != nil || len(pending) != 0 || len(content(t, target)["person"]) != 1 {
			t.Errorf("%s: pending %v (%v), people %v", name, pending, err, content(t, target)["person"])
		}
	}
}

func TestADamagedBackupWritesNothing(t *testing.T) {
	d := testkit.SQLite(t)
	path, _ := write(t, d, lived(t, d))
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := func(at int) []byte {
		c := slices.Clone(data)
		c[at] ^= 0x20
		return c
	}
	for name, content := range map[string][]byte{
		"cut":              data[:len(data)-100],
		"empty":            {},
		"no zip":           []byte("SQLite format 3"),
		"a changed row":    changed(len(data) / 50),
		"a changed file":   changed(len(data) / 2),
		"a changed number": changed(len(data) - 20_000),
	} {
		bad := filepath.Join(t.TempDir(), "bad.zip")
		if err := os.WriteFile(bad, content, 0o600); err != nil {
			t.Fatal(err)
		}
		target, to := opened(t, db.Options{Dir: t.TempDir()}), blob.Folder{Dir: t.TempDir()}
		if _, err := Restore(t.Context(), target, to, bad, db.MigrateOptions{}, quiet); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
		if !target.Fresh(t.Context()) || len(blobsOf(t, to)) != 0 {
			t.Errorf("%s: something was written", name)
		}
	}
}

// brokenStore lists what it has and gives nothing out.
type brokenStore struct{ blob.Store }

func (brokenStore) Get(context.Context, string) (*blob.Blob, error) { return nil, io.ErrUnexpectedEOF }

func TestALostFileIsNamedAndABrokenStoreLeavesNoBackup(t *testing.T) {
	d := testkit.SQLite(t)
	store := lived(t, d)
	var lost string
	if err := d.Read().NewRaw("SELECT MIN(blob) FROM file").Scan(t.Context(), &lost); err != nil {
		t.Fatal(err)
	}
	if err := store.Delete(t.Context(), lost); err != nil {
		t.Fatal(err)
	}
	if _, m := write(t, d, store); !slices.Equal(m.Missing, []string{lost}) {
		t.Errorf("missing: %v, want %s", m.Missing, lost)
	}
	dir := t.TempDir()
	_, err := Write(t.Context(), d, brokenStore{store}, filepath.Join(dir, "backup.zip"), quiet)
	if left, errDir := os.ReadDir(dir); err == nil || len(left) != 0 || errDir != nil {
		t.Errorf("a store that breaks off: %v, left %v, %v", err, left, errDir)
	}
}

func TestAMoveTakesEverythingAlongSignInsToo(t *testing.T) {
	d := testkit.SQLite(t)
	lived(t, d)
	target := targets(t)["postgres"]
	rows, err := Move(t.Context(), d, target, quiet)
	if err != nil || rows < 100 {
		t.Fatalf("moved %d rows: %v", rows, err)
	}
	if diff := cmp.Diff(content(t, d, "migration", "log_head"), content(t, target, "migration", "log_head")); diff != "" {
		t.Errorf("rows differ:\n%s", diff)
	}
	if _, err := Move(t.Context(), d, target, quiet); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("a second move: %v", err)
	}
}
