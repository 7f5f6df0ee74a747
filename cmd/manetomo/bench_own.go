package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/manetomo/manetomo/internal/live/bench"
)

// ownSite is a demo that the bench starts as a process of its own, in a folder that goes with it.
type ownSite struct {
	dir, address string
	environ      []string
	cmd          *exec.Cmd
	log          *os.File
}

const startsWithin = 2 * time.Minute

// startOwn starts a demo on a database, on SQLite without one, and waits until it is ready.
func startOwn(p *program, database string) (*ownSite, error) {
	dir, err := os.MkdirTemp("", "manetomo-bench-")
	if err != nil {
		return nil, err
	}
	s := &ownSite{dir: dir, environ: without(p.environ, "DATABASE_URL", "MANETOMO_DATA", "MANETOMO_BASE_URL", "MANETOMO_LISTEN")}
	if database != "" {
		s.environ = append(s.environ, "DATABASE_URL="+database)
	}
	if s.log, err = os.Create(filepath.Join(dir, "log")); err == nil {
		s.address, err = freeAddress()
	}
	if err == nil {
		p.say("starting a demo of the bench's own")
		err = s.Start(p.ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.end())
	}
	return s, nil
}

func (s *ownSite) command(ctx context.Context, args ...string) (*exec.Cmd, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, program, append(args, "--data", filepath.Join(s.dir, "data"))...)
	cmd.Env = s.environ
	return cmd, nil
}

// Start runs the site and returns when it is ready.
func (s *ownSite) Start(ctx context.Context) (err error) {
	if s.cmd, err = s.command(ctx, "serve", "--demo", "--migrate", "--listen", s.address); err != nil {
		return err
	}
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	if err := s.cmd.Start(); err != nil {
		return err
	}
	for deadline := time.Now().Add(startsWithin); time.Now().Before(deadline); {
		res, err := http.Get("http://" + s.address + "/readyz")
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
	text, _ := os.ReadFile(s.log.Name())
	return fmt.Errorf("the bench's own site does not get ready:\n%s", text[max(0, len(text)-2000):])
}

// Kill ends the process as a power cut would.
func (s *ownSite) Kill() error {
	if err := s.cmd.Process.Kill(); err != nil {
		return err
	}
	_ = s.cmd.Wait() // it tells of the kill
	return nil
}

// site makes a token for the demo's moderator. The demo's people are there before the site is ready.
func (s *ownSite) site(ctx context.Context) (*bench.Site, error) {
	cmd, err := s.command(ctx, "token", "create", "--email", "moderator@example.jp", "--scope", "read,write")
	if err != nil {
		return nil, err
	}
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("make a token: %w", err)
	}
	lines := strings.Fields(string(out))
	return bench.NewSite("http://"+s.address, lines[len(lines)-1], s.cmd.Process.Pid)
}

// end kills the site and removes what it made.
func (s *ownSite) end() error {
	if s.cmd != nil && s.cmd.Process != nil && s.cmd.ProcessState == nil {
		_ = s.Kill()
	}
	if s.log != nil {
		s.log.Close()
	}
	return os.RemoveAll(s.dir)
}
