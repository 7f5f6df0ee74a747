package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/manetomo/manetomo/internal/config"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/web"
)

// shutdown is how long accepted requests may take to finish after SIGTERM.
const shutdown = 10 * time.Second

type serveCmd struct {
	config.Site
}

// Run wires everything together. It holds no rule of its own.
func (c *serveCmd) Run(p *program) error {
	debug.SetGCPercent(50) // the dictionary is a large, quiet part of the heap
	if err := c.Check(); err != nil {
		return exit{exitUsage, err}
	}
	release, err := db.LockDir(p.common.Data)
	if err != nil {
		return fmt.Errorf("another manetomo already runs on %s: %w", p.common.Data, err)
	}
	defer release()
	log := slog.New(slog.NewJSONHandler(p.err, nil))
	slog.SetDefault(log)

	d, err := db.Open(p.ctx, db.Options{URL: p.common.DatabaseURL, Dir: p.common.Data})
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Migrate(p.ctx, db.MigrateOptions{Dir: p.common.Data, Allowed: c.Migrate, Say: p.say}); err != nil {
		return err
	}
	if err := event.NewEpoch(p.ctx, d, false); err != nil {
		return err
	}
	ln, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return err
	}
	site := &web.Site{DB: d, Log: log, BaseURL: c.Base(ln.Addr())}
	fmt.Fprintf(p.out, "listening on %s\n", site.BaseURL)
	return serve(p.ctx, ln, site.Handler(), nil)
}

// follower runs until its context ends.
type follower func(context.Context) error

// serve answers requests and runs the followers until ctx ends; then accepted requests finish, and followers stop.
func serve(ctx context.Context, ln net.Listener, h http.Handler, followers []follower) error {
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var wg sync.WaitGroup
	for _, f := range followers {
		wg.Go(func() {
			if err := f(run); err != nil && run.Err() == nil {
				slog.Error("a follower ended", "err", err)
			}
		})
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(slog.Default().Handler(), slog.LevelDebug)}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ln) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdown)
	defer cancel()
	err := srv.Shutdown(late)
	stop()
	wg.Wait()
	if errors.Is(err, context.DeadlineExceeded) {
		return srv.Close()
	}
	return err
}
