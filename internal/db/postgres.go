package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
)

// Channel is where PostgreSQL tells the other nodes that the log has grown.
const Channel = "manetomo_log"

// openPostgres opens a pool. bun writes arguments into the statement, so a cache of prepared statements would only
// grow: the driver runs in its non-preparing mode.
func (d *DB) openPostgres(ctx context.Context, o Options) error {
	cfg, err := pgx.ParseConfig(o.URL)
	if err != nil {
		return fmt.Errorf("read DATABASE_URL: %w", err)
	}
	cfg.DefaultQueryExecMode = pgx.QueryExecModeExec
	db := stdlib.OpenDB(*cfg)
	db.SetMaxOpenConns(o.Pool + 8)
	db.SetMaxIdleConns(o.Pool + 8)
	db.SetConnMaxIdleTime(5 * time.Minute)
	d.read = bun.NewDB(db, pgdialect.New())
	d.write = d.read
	var commit string
	if err := db.QueryRowContext(ctx, "SHOW synchronous_commit").Scan(&commit); err != nil {
		return fmt.Errorf("open PostgreSQL: %w", err)
	}
	if commit == "off" {
		return errors.New("open PostgreSQL: synchronous_commit is off: a power cut would lose what was acknowledged")
	}
	return nil
}

// listen wakes followers when another node has written. A lost connection is made anew; followers also look
// by themselves every two seconds, so a missed word only costs time.
func (d *DB) listen(ctx context.Context) {
	defer close(d.done)
	for ctx.Err() == nil {
		if err := d.listenOnce(ctx); err != nil && ctx.Err() == nil {
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	}
}

func (d *DB) listenOnce(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, d.url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "LISTEN "+Channel); err != nil {
		return err
	}
	d.signal.send()
	for {
		if _, err := conn.WaitForNotification(ctx); err != nil {
			return err
		}
		d.signal.send()
	}
}

// pgCode is PostgreSQL's SQLSTATE in err, empty without one.
func pgCode(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
