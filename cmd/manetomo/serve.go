package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"runtime/debug"
	"strings"
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
	handler := h.handler
	if c.Pprof {
		handler = profiled(handler)
	}
	return serve(p.ctx, ln, handler, h.followers, h.site.Hub.Close)
}

// profiled adds the profiles of net/http/pprof for who asks from this machine itself, not through a proxy.
func profiled(site http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		ip := net.ParseIP(host)
		direct := err == nil && ip != nil && ip.IsLoopback() && r.Header.Get("X-Forwarded-For") == ""
		if direct && strings.HasPrefix(r.URL.Path, "/debug/pprof/") {
			mux.ServeHTTP(w, r)
			return
		}
		site.ServeHTTP(w, r)
	})
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
