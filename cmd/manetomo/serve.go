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
)

// shutdown is how long accepted requests may take to finish after SIGTERM.
const shutdown = 10 * time.Second

type serveCmd struct {
	config.Site
}

// Run opens everything, answers until the program is told to end, and closes it. It holds no rule of its own.
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
	slog.SetDefault(slog.New(slog.NewJSONHandler(p.err, nil)))

	d, err := p.openFor(db.MigrateOptions{Allowed: c.Migrate})
	if err != nil {
		return err
	}
	defer d.Close()
	ln, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return err
	}
	h, err := newHouse(p, c, d, ln)
	if err != nil {
		ln.Close()
		return err
	}
	defer h.close()
	if err := h.welcome(p); err != nil {
		return err
	}
	return serve(p.ctx, ln, h.handler, h.followers, h.site.Hub.Close)
}

// follower runs until its context ends.
type follower func(context.Context) error

// serve answers requests and runs the followers until ctx ends; then readers of the live channel are sent elsewhere,
// accepted requests finish, and followers stop.
func serve(ctx context.Context, ln net.Listener, h http.Handler, followers []follower, farewell func()) error {
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
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn)}
	srv.RegisterOnShutdown(farewell)
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
