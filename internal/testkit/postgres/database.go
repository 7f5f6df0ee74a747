package postgres

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"hash/fnv"
	"strings"
	"sync"
	"testing"
)

// process is the server of this test process, started by the first test that asks.
var process = sync.OnceValues(func() (*Server, error) { return Start(context.Background()) })

// ForTest gives the server that this process's tests share. It ends with the process.
// Without PostgreSQL the test fails and says what to install.
func ForTest(t testing.TB) *Server {
	t.Helper()
	s, err := process()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// New gives the address of an empty database that is dropped after the test.
func New(t testing.TB) string {
	t.Helper()
	return ForTest(t).Database(t, "template0")
}

// Database gives the address of a fresh copy of a template; it is dropped after the test.
func (s *Server) Database(t testing.TB, template string) string {
	t.Helper()
	name := "test_" + strings.ToLower(rand.Text()[:16])
	if err := s.CreateDatabase(context.Background(), name, template); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.DropDatabase(context.Background(), name); err != nil {
			t.Error(err)
		}
	})
	return s.URL(name)
}

// CreateDatabase makes a database as a copy of a template to which nobody is connected.
func (s *Server) CreateDatabase(ctx context.Context, name, template string) error {
	return s.admin(ctx, func(c *sql.Conn) error {
		_, err := c.ExecContext(ctx, "CREATE DATABASE "+quote(name)+" TEMPLATE "+quote(template))
		return err
	})
}

// DropDatabase removes a database and whoever is connected to it.
func (s *Server) DropDatabase(ctx context.Context, name string) error {
	return s.admin(ctx, func(c *sql.Conn) error {
		_, err := c.ExecContext(ctx, "DROP DATABASE IF EXISTS "+quote(name)+" WITH (FORCE)")
		return err
	})
}

// Template makes sure that a template of this name exists, filled by fill, which must close what it opened.
// One process fills it while the others wait; a fill that was cut off leaves nothing under the name.
func (s *Server) Template(ctx context.Context, name string, fill func(url string) error) error {
	return s.admin(ctx, func(c *sql.Conn) error {
		hash := fnv.New32a()
		hash.Write([]byte(name))
		if _, err := c.ExecContext(ctx, "SELECT pg_advisory_lock($1)", int64(hash.Sum32())); err != nil {
			return err
		}
		var exists bool
		err := c.QueryRowContext(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists)
		if err != nil || exists {
			return err // the lock ends with this connection
		}
		draft := name + "_draft"
		if _, err := c.ExecContext(ctx, "DROP DATABASE IF EXISTS "+quote(draft)+" WITH (FORCE)"); err != nil {
			return err
		}
		if _, err := c.ExecContext(ctx, "CREATE DATABASE "+quote(draft)+" TEMPLATE template0"); err != nil {
			return err
		}
		if err := fill(s.URL(draft)); err != nil {
			return fmt.Errorf("fill the template %s: %w", name, err)
		}
		_, err = c.ExecContext(ctx, "ALTER DATABASE "+quote(draft)+" RENAME TO "+quote(name))
		return err
	})
}

// admin lends a connection of its own to the database "postgres" and closes it.
func (s *Server) admin(ctx context.Context, act func(*sql.Conn) error) error {
	pool, err := sql.Open("pgx", s.base.String())
	if err != nil {
		return err
	}
	defer pool.Close()
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return act(conn)
}
