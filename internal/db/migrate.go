package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/migrations"
)

// backupsKept is how many copies from before an upgrade stay in the data folder.
const backupsKept = 3

// ErrNewer says that a newer program has already changed the database.
var ErrNewer = errors.New("the database is newer than this program: install the newer version, or restore a copy from before the upgrade")

// ErrPending says that PostgreSQL waits for somebody to ask for the migration.
var ErrPending = errors.New("the database needs a migration: stop older nodes if the notes say so, then start with --migrate or run `manetomo migrate`")

// MigrateOptions say how to migrate.
type MigrateOptions struct {
	Dir     string                                // data folder for the copy before an upgrade (SQLite)
	Allowed bool                                  // PostgreSQL: migrate even when the database is not fresh
	Until   string                                // the last migration to run, for a restore; all of them if empty
	Each    func(file string, statement int)      // called after each statement; for tests that stop in between
	Say     func(format string, arguments ...any) // progress; may be nil
}

// Migrate brings the schema up to date. It is safe to run twice and at once from several processes, and to be killed
// between any two statements: a file and its applied-row are one transaction.
func (d *DB) Migrate(ctx context.Context, o MigrateOptions) error {
	if o.Say == nil {
		o.Say = func(string, ...any) {}
	}
	files, err := d.migrationFiles()
	if err != nil {
		return err
	}
	return d.Lead(ctx, "migrate", func(ctx context.Context) error {
		_, err := d.write.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS migration (
			name TEXT PRIMARY KEY, applied_at TIMESTAMPTZ NOT NULL)`)
		if err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
		applied, err := d.appliedMigrations(ctx)
		if err != nil {
			return err
		}
		for _, name := range applied {
			if !slices.Contains(files, name) {
				return fmt.Errorf("%w (it has %s)", ErrNewer, name)
			}
		}
		pending := slices.DeleteFunc(slices.Clone(files), func(f string) bool {
			return slices.Contains(applied, f) || o.Until != "" && f > o.Until
		})
		if len(pending) == 0 {
			return nil
		}
		if len(applied) > 0 {
			if d.postgres && !o.Allowed {
				return ErrPending
			}
			if err := d.copyBefore(ctx, o); err != nil {
				return err
			}
		}
		for _, name := range pending {
			if err := d.applyMigration(ctx, name, o); err != nil {
				return fmt.Errorf("migrate %s: %w", name, err)
			}
			o.Say("migrated %s", name)
		}
		return nil
	})
}

// migrationFiles lists the files for this database in order.
func (d *DB) migrationFiles() ([]string, error) {
	names, err := fs.Glob(migrations.Files, "*.sql")
	other := ".postgres.sql"
	if d.postgres {
		other = ".sqlite.sql"
	}
	return slices.DeleteFunc(names, func(n string) bool { return strings.HasSuffix(n, other) }), err
}

func (d *DB) appliedMigrations(ctx context.Context) (names []string, err error) {
	err = d.write.NewSelect().Table("migration").Column("name").Order("name").Scan(ctx, &names)
	return names, err
}

func (d *DB) applyMigration(ctx context.Context, name string, o MigrateOptions) error {
	text, err := migrations.Files.ReadFile(name)
	if err != nil {
		return err
	}
	return d.write.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		// another process may have been first between our look and this transaction
		n, err := tx.NewSelect().Table("migration").Where("name = ?", name).Count(ctx)
		if err != nil || n > 0 {
			return err
		}
		for i, s := range Statements(string(text)) {
			if _, err := tx.ExecContext(ctx, s); err != nil {
				return fmt.Errorf("statement %d: %w", i+1, err)
			}
			if o.Each != nil {
				o.Each(name, i+1)
			}
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO migration (name, applied_at) VALUES (?, ?)", name, d.Now())
		return err
	})
}

// Statements splits a migration at the semicolons that end a line. Comments stay with the statement after them.
func Statements(text string) []string {
	var out []string
	for part := range strings.SplitSeq(text, ";\n") {
		if strings.TrimSpace(stripComments(part)) != "" {
			out = append(out, strings.TrimSpace(part))
		}
	}
	return out
}

func stripComments(s string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(s, "\n") {
		if i := strings.Index(line, "--"); i >= 0 {
			line = line[:i]
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// copyBefore keeps a whole copy of a SQLite database before it is changed.
func (d *DB) copyBefore(ctx context.Context, o MigrateOptions) error {
	if d.postgres {
		return nil
	}
	dir := filepath.Join(o.Dir, "backup")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("copy before upgrade: %w", err)
	}
	name := filepath.Join(dir, "before-upgrade-"+d.Now().Format("20060102-150405")+".db")
	_ = os.Remove(name) // the rest of a copy that was cut short within the same second
	if _, err := d.write.ExecContext(ctx, "VACUUM INTO ?", name); err != nil {
		return fmt.Errorf("copy before upgrade: %w", err)
	}
	o.Say("copied the database to %s", name)
	old, err := filepath.Glob(filepath.Join(dir, "before-upgrade-*.db"))
	if err != nil {
		return err
	}
	slices.Sort(old)
	for len(old) > backupsKept {
		if err := os.Remove(old[0]); err != nil {
			return err
		}
		old = old[1:]
	}
	return nil
}

// Fresh tells whether no migration has run yet.
func (d *DB) Fresh(ctx context.Context) bool {
	n, err := d.read.NewSelect().Table("migration").Count(ctx)
	return err != nil || n == 0
}

// MigratedAt lists the applied migrations with their time, for operators.
func (d *DB) MigratedAt(ctx context.Context) (map[string]time.Time, error) {
	var rows []struct {
		Name      string
		AppliedAt time.Time
	}
	if err := d.read.NewSelect().Table("migration").Column("name", "applied_at").Scan(ctx, &rows); err != nil {
		return nil, err
	}
	out := map[string]time.Time{}
	for _, r := range rows {
		out[r.Name] = r.AppliedAt
	}
	return out, nil
}

// Pending lists the migrations that the database still lacks, without changing anything; all of them for a fresh one.
func (d *DB) Pending(ctx context.Context) ([]string, error) {
	files, err := d.migrationFiles()
	if err != nil {
		return nil, err
	}
	fresh := "SELECT count(*) FROM sqlite_master WHERE name = 'migration'"
	if d.postgres {
		fresh = "SELECT count(*) FROM pg_tables WHERE tablename = 'migration' AND schemaname = current_schema()"
	}
	var n int
	if err := d.read.NewRaw(fresh).Scan(ctx, &n); err != nil || n == 0 {
		return files, err
	}
	var applied []string
	if err := d.read.NewSelect().Table("migration").Column("name").Scan(ctx, &applied); err != nil {
		return nil, err
	}
	for _, name := range applied {
		if !slices.Contains(files, name) {
			return nil, fmt.Errorf("%w (it has %s)", ErrNewer, name)
		}
	}
	return slices.DeleteFunc(files, func(f string) bool { return slices.Contains(applied, f) }), nil
}
