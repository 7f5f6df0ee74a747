package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

// A group of writes shares one commit on SQLite, so that many small writes pay for one fsync. Nothing waits to fill
// a group: it takes what is there when the writer is free.
const (
	groupWrites = 64
	groupTime   = 20 * time.Millisecond
)

// errPanic marks a write that panicked; its savepoint was rolled back.
var errPanic = errors.New("write panicked")

type job struct {
	ctx  context.Context
	fn   func(context.Context, Tx) error
	done chan error
}

// Write runs fn in one transaction and returns after its commit is durable. An error or a panic in fn undoes it alone.
// fn may run again after a deadlock, so it must only set what it owns. The context is looked at before fn's turn comes;
// after that the write goes through whatever the caller does. No network or file work belongs into fn.
func (d *DB) Write(ctx context.Context, fn func(ctx context.Context, tx Tx) error) error {
	fn, claimed := claiming(ctx, fn)
	var err error
	if d.postgres {
		err = d.writePostgres(ctx, fn)
	} else {
		j := &job{ctx, fn, make(chan error, 1)}
		select {
		case d.jobs <- j:
			err = <-j.done
		case <-ctx.Done():
			return ctx.Err()
		case <-d.done:
			err = errors.New("database is closed")
		}
	}
	if err == nil {
		claimed()
		d.signal.send()
	}
	return explain(err)
}

func (d *DB) writePostgres(ctx context.Context, fn func(context.Context, Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	for try := 0; ; try++ {
		err := d.write.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) (err error) {
			defer recovered(&err)
			return fn(ctx, Tx{tx, d.Now(), true})
		})
		if err == nil || try == 2 || !mayRetry(err) {
			return err
		}
	}
}

// writeGroups is the one writer of SQLite.
func (d *DB) writeGroups(ctx context.Context) {
	defer close(d.done)
	for {
		select {
		case <-ctx.Done():
			return
		case j := <-d.jobs:
			d.writeGroup(j)
		}
	}
}

// writeGroup runs first and whatever else waits, each in its savepoint, and answers all after one commit.
func (d *DB) writeGroup(first *job) {
	ctx := context.Background()
	tx, err := d.write.BeginTx(ctx, nil)
	if err != nil {
		first.done <- err
		return
	}
	start := time.Now()
	var ok []*job
	for j := first; j != nil; j = d.nextJob(len(ok), start) {
		if err := d.inSavepoint(ctx, tx, j); err != nil {
			j.done <- err
			continue
		}
		ok = append(ok, j)
	}
	err = tx.Commit()
	if err != nil {
		_ = tx.Rollback() // an error of commit is final: nothing of the group is acknowledged
	}
	for _, j := range ok {
		j.done <- err
	}
}

// nextJob returns a job that already waits, or nil when the group should close.
func (d *DB) nextJob(n int, start time.Time) *job {
	if n >= groupWrites || time.Since(start) > groupTime {
		return nil
	}
	select {
	case j := <-d.jobs:
		return j
	default:
		return nil
	}
}

func (d *DB) inSavepoint(ctx context.Context, tx bun.Tx, j *job) error {
	if err := j.ctx.Err(); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "SAVEPOINT one"); err != nil {
		return err
	}
	if err := run(j, tx, d.Now()); err != nil {
		if _, rollback := tx.ExecContext(ctx, "ROLLBACK TO one"); rollback != nil {
			return errors.Join(err, rollback)
		}
		_, release := tx.ExecContext(ctx, "RELEASE one")
		return errors.Join(err, release)
	}
	_, err := tx.ExecContext(ctx, "RELEASE one")
	return err
}

func run(j *job, tx bun.Tx, now time.Time) (err error) {
	defer recovered(&err)
	return j.fn(context.WithoutCancel(j.ctx), Tx{tx, now, false})
}

func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: %v", errPanic, p)
	}
}
