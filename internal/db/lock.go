package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/jackc/pgx/v5"
)

// ErrLocked says that another process holds the lock.
var ErrLocked = errors.New("another process holds the lock")

// LockDir takes the data folder's lock, which dies with the process. A second serve, a restore and a move are
// refused by it. The returned function gives it back.
func LockDir(dir string) (release func() error, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("lock %s: %w", dir, ErrLocked)
	}
	return f.Close, nil
}

// Lead calls fn while this node holds the named lock, and returns when fn does or when the lock is lost. On PostgreSQL
// it waits until no other node holds it; on SQLite there is only this process.
func (d *DB) Lead(ctx context.Context, name string, fn func(context.Context) error) error {
	if !d.postgres {
		return fn(ctx)
	}
	conn, err := pgx.Connect(ctx, d.url)
	if err != nil {
		return fmt.Errorf("lead %s: %w", name, err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock(hashtext($1))", "manetomo:"+name); err != nil {
		return fmt.Errorf("lead %s: %w", name, err)
	}
	ctx, cancel := context.WithCancel(ctx)
	watched := make(chan struct{})
	go func() { // the lock dies with its connection: stop leading when it breaks
		defer close(watched)
		defer cancel()
		_, _ = conn.WaitForNotification(ctx)
	}()
	defer func() { cancel(); <-watched }()
	return fn(ctx)
}
