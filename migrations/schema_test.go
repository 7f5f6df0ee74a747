package migrations_test

import (
	"database/sql"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/testkit"
	"github.com/manetomo/manetomo/internal/testkit/postgres"
)

var update = flag.Bool("update", false, "write schema.sql from what the migrations make")

const head = `-- What all migrations together make, as SQLite tells it. Made by
--   go test ./migrations -run TestSchemaShowsTheResult -update
-- and compared with both databases by that test. To change the schema, add a migration.

`

func TestSchemaShowsTheResult(t *testing.T) {
	made := head + statements(t, migratedSQLite(t))
	if *update {
		if err := os.WriteFile("schema.sql", []byte(made), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	shown, err := os.ReadFile("schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(shown), made); diff != "" {
		t.Errorf("schema.sql is not what the migrations make; run go test ./migrations -run %s -update\n%s", t.Name(), diff)
	}
	// The same text makes the same tables in PostgreSQL.
	shownURL := postgres.New(t)
	d := open(t, "pgx", shownURL)
	for _, s := range db.Statements(string(shown)) {
		if _, err := d.Exec(s); err != nil {
			t.Fatalf("%v in PostgreSQL:\n%s", err, s)
		}
	}
	if diff := cmp.Diff(describePostgres(t, shownURL), describePostgres(t, testkit.PostgresURL(t))); diff != "" {
		t.Errorf("schema.sql and the migrations differ in PostgreSQL:\n%s", diff)
	}
}

func TestBothDatabasesHaveTheSameTables(t *testing.T) {
	lite, post := describeSQLite(t, migratedSQLite(t)), describePostgres(t, testkit.PostgresURL(t))
	if diff := cmp.Diff(lite, post); diff != "" {
		t.Errorf("SQLite (-) and PostgreSQL (+) differ:\n%s", diff)
	}
}

// migratedSQLite gives the file of a migrated database that nobody has open.
func migratedSQLite(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	d, err := db.Open(t.Context(), db.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Migrate(t.Context(), db.MigrateOptions{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "manetomo.db")
}

func open(t *testing.T, driver, address string) *sql.DB {
	t.Helper()
	d, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// lines reads rows of one column of text.
func lines(t *testing.T, d *sql.DB, query string, args ...any) []string {
	t.Helper()
	rows, err := d.Query(query, args...)
	if err != nil {
		t.Fatalf("%v\n%s", err, query)
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		list = append(list, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// statements is the schema as SQLite keeps it, in the order in which it was made.
func statements(t *testing.T, file string) string {
	t.Helper()
	list := lines(t, open(t, "sqlite", file), `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid`)
	return strings.Join(list, ";\n\n") + ";\n"
}

// describeSQLite tells every column, index and reference in words that both databases share.
func describeSQLite(t *testing.T, file string) []string {
	t.Helper()
	d := open(t, "sqlite", file)
	var list []string
	for _, table := range lines(t, d, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`) {
		list = append(list, lines(t, d, `
			SELECT ? || '.' || name || ' ' || lower(CASE type WHEN 'TIMESTAMPTZ' THEN 'timestamp with time zone' ELSE type END)
				|| CASE WHEN "notnull" OR pk THEN ' not null' ELSE '' END || CASE WHEN pk THEN ' key ' || pk ELSE '' END
			FROM pragma_table_info(?)`, table, table)...)
		list = append(list, lines(t, d, `
			SELECT 'index ' || i.name || ' on ' || ? || ' (' || (SELECT group_concat(name, ', ') FROM
					(SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) || ')'
				|| CASE WHEN i."unique" THEN ' unique' ELSE '' END || CASE WHEN i.partial THEN ' partial' ELSE '' END
			FROM pragma_index_list(?) AS i WHERE i.origin = 'c'`, table, table)...)
		list = append(list, lines(t, d, `
			SELECT ? || '.' || "from" || ' references ' || "table" || ' on delete ' || lower(on_delete)
			FROM pragma_foreign_key_list(?)`, table, table)...)
	}
	slices.Sort(list)
	return list
}

// describePostgres tells the same of PostgreSQL.
func describePostgres(t *testing.T, url string) []string {
	t.Helper()
	d := open(t, "pgx", url)
	list := lines(t, d, `
		SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
			|| CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
			|| coalesce(' key ' || array_position(k.conkey, a.attnum), '')
		FROM pg_class c
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p'
		WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace`)
	list = append(list, lines(t, d, `
		SELECT 'index ' || i.relname || ' on ' || c.relname || ' (' || (SELECT string_agg(a.attname, ', ' ORDER BY u.place)
				FROM unnest(x.indkey) WITH ORDINALITY AS u (num, place)
				JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.num) || ')'
			|| CASE WHEN x.indisunique THEN ' unique' ELSE '' END || CASE WHEN x.indpred IS NOT NULL THEN ' partial' ELSE '' END
		FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
		WHERE c.relnamespace = 'public'::regnamespace
			AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.oid AND k.contype IN ('p', 'u'))`)...)
	list = append(list, lines(t, d, `
		SELECT c.relname || '.' || a.attname || ' references ' || f.relname || ' on delete '
			|| CASE k.confdeltype WHEN 'a' THEN 'no action' WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null' WHEN 'r' THEN 'restrict' ELSE 'set default' END
		FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class f ON f.oid = k.confrelid
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (k.conkey)
		WHERE k.contype = 'f' AND c.relnamespace = 'public'::regnamespace`)...)
	slices.Sort(list)
	return list
}
