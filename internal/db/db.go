// Package db opens the database, SQLite in the data folder or PostgreSQL, and gives two ways to it: Read for looking
// and Write for one transaction.
//
// What stays true: a write is answered only after its commit is on disk; every row and event of one act share one
// instant (Tx.Now); a reader cannot write, since Reader has no insert, update or delete. Migrations are plain SQL that
// both databases run unchanged, each file and its applied-row in one transaction.
package db

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/uptrace/bun"
)

// Options say which database to open.
type Options struct {
	URL  string           // postgres://…; empty for SQLite in Dir
	Dir  string           // data folder; made when missing
	Now  func() time.Time // clock; time.Now when nil
	Pool int              // reading connections; 8 when 0
}

// DB is an open database. It is safe for use by many goroutines.
type DB struct {
	postgres bool
	url      string
	read     *bun.DB
	write    *bun.DB // one connection on SQLite; the same as read on PostgreSQL
	now      func() time.Time
	jobs     chan *job
	stop     context.CancelFunc
	done     chan struct{}
	signal   signal
}

// Reader looks at the database. It has no way to change it.
type Reader struct{ db *bun.DB }

// NewSelect starts a query.
func (r Reader) NewSelect() *bun.SelectQuery { return r.db.NewSelect() }

// NewRaw starts a query that is easier to read as a whole statement. It runs where writing is refused.
func (r Reader) NewRaw(query string, args ...any) *bun.RawQuery { return r.db.NewRaw(query, args...) }

// Tx is one transaction.
type Tx struct {
	bun.IDB
	Now      time.Time // the instant of all rows of this act, UTC, microseconds
	Postgres bool
}

// Open opens the database and checks the settings that durability needs. It does not migrate.
func Open(ctx context.Context, o Options) (*DB, error) {
	d := &DB{postgres: o.URL != "", url: o.URL, now: o.Now, jobs: make(chan *job), done: make(chan struct{})}
	if d.now == nil {
		d.now = time.Now
	}
	if o.Pool == 0 {
		o.Pool = 8
	}
	var err error
	if d.postgres {
		err = d.openPostgres(ctx, o)
	} else {
		if err := os.MkdirAll(o.Dir, 0o700); err != nil {
			return nil, fmt.Errorf("make data folder: %w", err)
		}
		err = d.openSQLite(ctx, filepath.Join(o.Dir, "manetomo.db"), o.Pool)
	}
	if err != nil {
		return nil, err
	}
	run, stop := context.WithCancel(context.Background())
	d.stop = stop
	if d.postgres {
		go d.listen(run)
	} else {
		go d.writeGroups(run)
	}
	return d, nil
}

// Close waits for the write under way and closes the database.
func (d *DB) Close() error {
	d.stop()
	<-d.done
	if d.write != d.read {
		if err := d.write.Close(); err != nil {
			return err
		}
	}
	return d.read.Close()
}

// Postgres tells which database it is.
func (d *DB) Postgres() bool { return d.postgres }

// Now is the instant by the database's clock, UTC, cut to what both databases keep.
func (d *DB) Now() time.Time { return d.now().UTC().Truncate(time.Microsecond) }

// Read gives a way to look. Queries see what is committed; on SQLite each sees one moment.
func (d *DB) Read() Reader { return Reader{d.read} }

// Ping tells whether the database answers.
func (d *DB) Ping(ctx context.Context) error { return d.read.PingContext(ctx) }

// Snapshot runs fn on one unchanging view of the database, for reads that must agree with each other,
// such as a page and the position in the log that it shows.
func (d *DB) Snapshot(ctx context.Context, fn func(ctx context.Context, r bun.IDB) error) error {
	opts := &sql.TxOptions{ReadOnly: d.postgres}
	if d.postgres {
		opts.Isolation = sql.LevelRepeatableRead
	}
	return d.read.RunInTx(ctx, opts, func(ctx context.Context, tx bun.Tx) error { return fn(ctx, tx) })
}
