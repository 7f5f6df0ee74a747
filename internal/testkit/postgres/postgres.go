// Package postgres starts a private PostgreSQL for tests.
//
// A server lives in a temporary folder, listens on a free loopback port and needs no account, no service and no
// setting: it uses the programs of Debian's package "postgresql" (or those in PATH). As root it drops to the user
// postgres or nobody, because PostgreSQL refuses to run as root. It is stopped and its folder removed when the
// process that started it ends, however it ends: a keeper shell waits on a pipe that only that process holds.
//
// Several test processes share one server when MANETOMO_TEST_POSTGRES holds its address (internal/testkit/withpostgres
// sets it). Nothing here knows the schema: a template database is filled by the caller.
package postgres

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// EnvURL names the environment variable that holds the address of a server to share.
const EnvURL = "MANETOMO_TEST_POSTGRES"

// ErrMissing means that this machine has no PostgreSQL. Tests fail with it; they never skip.
var ErrMissing = errors.New("no PostgreSQL found: install it (on Debian: apt-get install postgresql), " +
	"or set " + EnvURL + " to the address of a server whose user may create databases")

// Server is a running PostgreSQL whose user may create databases.
type Server struct {
	base *url.URL // of the database "postgres"
	stop func()
}

// Start gives the shared server if EnvURL names one, and starts a private one otherwise.
func Start(ctx context.Context) (*Server, error) {
	if address := os.Getenv(EnvURL); address != "" {
		base, err := url.Parse(address)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", EnvURL, err)
		}
		s := &Server{base: base, stop: func() {}}
		return s, s.ready(ctx)
	}
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	// Another program can take the free port between our look and the server's start.
	var s *Server
	for range 3 {
		if s, err = startPrivate(ctx, bin); err == nil {
			return s, nil
		}
	}
	return nil, err
}

// URL is the address of a database on the server.
func (s *Server) URL(database string) string {
	u := *s.base
	u.Path = "/" + database
	return u.String()
}

// Stop ends a private server and removes its folder; a shared one stays.
func (s *Server) Stop() { s.stop() }

// binaries finds the folder with initdb and postgres, the newest version first.
func binaries() (string, error) {
	folders, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.SortFunc(folders, func(a, b string) int { return version(b) - version(a) })
	for _, folder := range folders {
		if _, err := os.Stat(filepath.Join(folder, "initdb")); err == nil {
			return folder, nil
		}
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path), nil
		}
	}
	return "", ErrMissing
}

func version(bin string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(bin)))
	return n
}

func startPrivate(ctx context.Context, bin string) (*Server, error) {
	parent := "" // the usual temporary folder
	credential, err := unprivileged()
	if err != nil {
		return nil, err
	}
	if credential != nil {
		parent = "/tmp" // root's own temporary folder may be closed to others
	}
	dir, err := os.MkdirTemp(parent, "manetomo-postgres-")
	if err != nil {
		return nil, err
	}
	password := rand.Text()
	passwordFile := filepath.Join(dir, "password")
	if err := os.WriteFile(passwordFile, []byte(password), 0o600); err != nil {
		return nil, err
	}
	if credential != nil {
		for _, path := range []string{dir, passwordFile} {
			if err := os.Chown(path, int(credential.Uid), int(credential.Gid)); err != nil {
				return nil, err
			}
		}
	}
	command := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
		// Its own session, so that Ctrl+C in a terminal reaches the tests and not the server.
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: credential, Setsid: true}
		return cmd
	}
	// --locale=C: text is ordered by its bytes, as SQLite orders it.
	out, err := command(filepath.Join(bin, "initdb"), "-D", filepath.Join(dir, "data"), "-U", "manetomo",
		"--pwfile="+passwordFile, "--auth=password", "--encoding=UTF8", "--locale=C", "--no-sync").CombinedOutput()
	if err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	keeper := command("/bin/sh", "-c", keep, "keeper", filepath.Join(bin, "postgres"), dir, port)
	pipe, err := keeper.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := keeper.Start(); err != nil {
		return nil, err
	}
	s := &Server{
		base: &url.URL{
			Scheme: "postgres", User: url.UserPassword("manetomo", password),
			Host: "127.0.0.1:" + port, Path: "/postgres", RawQuery: "sslmode=disable",
		},
		stop: func() { pipe.Close(); keeper.Wait() },
	}
	if err := s.ready(ctx); err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "log"))
		s.Stop()
		return nil, fmt.Errorf("%w\n%s", err, log)
	}
	return s, nil
}

// keep runs the server until the pipe on its input is closed, which the kernel does even when we are killed.
// No sync to disk: the data need not outlive the machine. synchronous_commit stays on, because the program checks it.
const keep = `
"$1" -D "$2/data" -h 127.0.0.1 -p "$3" -k '' \
	-c fsync=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 \
	-c max_connections=400 -c shared_buffers=128MB -c max_wal_size=2GB -c autovacuum=off \
	-c timezone=UTC -c log_min_messages=warning >"$2/log" 2>&1 </dev/null &
server=$!
read -r _
kill -QUIT $server 2>/dev/null
wait $server
cd / && rm -rf "$2"
`

// unprivileged is whom to become for PostgreSQL: nobody else than we are, unless we are root.
func unprivileged() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(u.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
		if uidErr == nil && gidErr == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, errors.New("PostgreSQL does not run as root, and this machine has neither a user postgres nor nobody")
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// ready waits until the server answers, at most 30 seconds.
func (s *Server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	pool, err := sql.Open("pgx", s.base.String())
	if err != nil {
		return err
	}
	defer pool.Close()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := pool.PingContext(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL at %s does not answer: %w", s.base.Host, err)
		case <-tick.C:
		}
	}
}

// quote makes an SQL identifier of a name.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
