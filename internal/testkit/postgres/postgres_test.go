package postgres

import (
	"context"
	"database/sql"
	"os"
	"strings"
	"sync"
	"testing"
)

func open(t *testing.T, url string) *sql.DB {
	t.Helper()
	d, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func TestEachTestHasItsOwnDatabase(t *testing.T) {
	a, b := open(t, New(t)), open(t, New(t))
	for _, d := range []*sql.DB{a, b} {
		if _, err := d.Exec("CREATE TABLE own (id TEXT)"); err != nil {
			t.Fatal(err)
		}
	}
	var collate, commit string
	if err := a.QueryRow("SELECT datcollate FROM pg_database WHERE datname = current_database()").Scan(&collate); err != nil {
		t.Fatal(err)
	}
	if err := a.QueryRow("SHOW synchronous_commit").Scan(&commit); err != nil {
		t.Fatal(err)
	}
	if commit != "on" {
		t.Errorf("synchronous_commit = %q; want on, as the program demands", commit)
	}
	if os.Getenv(EnvURL) == "" && collate != "C" {
		t.Errorf("collation = %q; want C, the order of SQLite", collate)
	}
}

func TestTemplateIsFilledOnceByManyAtOnce(t *testing.T) {
	s := ForTest(t)
	name := "template_" + strings.ToLower(t.Name())
	t.Cleanup(func() { s.DropDatabase(context.Background(), name) })
	var fills int
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			err := s.Template(context.Background(), name, func(url string) error {
				fills++
				d, err := sql.Open("pgx", url)
				if err != nil {
					return err
				}
				defer d.Close()
				_, err = d.Exec("CREATE TABLE filled (id TEXT)")
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if fills != 1 {
		t.Errorf("filled %d times; want 1", fills)
	}
	if _, err := open(t, s.Database(t, name)).Exec("INSERT INTO filled VALUES ('a')"); err != nil {
		t.Error(err)
	}
}

func TestPrivateServerLeavesNothing(t *testing.T) {
	t.Setenv(EnvURL, "")
	s, err := Start(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var data string
	if err := open(t, s.URL("postgres")).QueryRow("SHOW data_directory").Scan(&data); err != nil {
		t.Fatal(err)
	}
	s.Stop()
	if _, err := os.Stat(data); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", data, err)
	}
}

func TestMissingPostgresNamesThePackage(t *testing.T) {
	if !strings.Contains(ErrMissing.Error(), "apt-get install postgresql") {
		t.Errorf("%q does not say what to install", ErrMissing)
	}
}
