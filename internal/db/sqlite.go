package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// openSQLite opens one writing connection and a pool that can only read. A transaction that reads first and writes
// later fails at once whatever the busy timeout, so the writer's transactions are immediate.
func (d *DB) openSQLite(ctx context.Context, path string, pool int) error {
	open := func(conns int, extra ...string) (*bun.DB, error) {
		q := url.Values{"_pragma": append([]string{
			"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)",
			"cache_size(-8000)", "temp_store(MEMORY)",
		}, extra...)}
		if len(extra) == 0 {
			q.Set("_txlock", "immediate")
		}
		db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
		if err != nil {
			return nil, err
		}
		db.SetMaxOpenConns(conns)
		db.SetMaxIdleConns(conns)
		return bun.NewDB(db, sqlitedialect.New()), db.PingContext(ctx)
	}
	var err error
	if d.write, err = open(1); err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	if d.read, err = open(pool, "query_only(ON)"); err != nil {
		return fmt.Errorf("open %s for reading: %w", path, err)
	}
	var mode string
	var sync int
	if err := d.write.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		return err
	}
	if err := d.write.QueryRowContext(ctx, "PRAGMA synchronous").Scan(&sync); err != nil {
		return err
	}
	if mode != "wal" || sync != 2 {
		return fmt.Errorf("open %s: journal_mode %s, synchronous %d: a power cut could lose what was acknowledged", path, mode, sync)
	}
	return nil
}

// sqliteCode is SQLite's extended result code in err, 0 without one.
func sqliteCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

const (
	sqliteUnique     = sqlite3.SQLITE_CONSTRAINT_UNIQUE
	sqlitePrimaryKey = sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	sqliteFull       = sqlite3.SQLITE_FULL
	sqliteBusy       = sqlite3.SQLITE_BUSY
)
