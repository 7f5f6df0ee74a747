// Command manetomo is the whole of マネ友: the server and everything an operator needs beside it.
//
// Exit codes: 0 done, 1 failed, 2 wrong use, 3 some rows refused (their list was printed).
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/manetomo/manetomo/internal/config"
)

// Exit codes of contract §6.
const (
	exitFailed  = 1
	exitUsage   = 2
	exitRefused = 3
)

// exit is an error that ends the program with a code of its own.
type exit struct {
	code int
	err  error
}

func (e exit) Error() string { return e.err.Error() }
func (e exit) Unwrap() error { return e.err }

// program is what a command runs with.
type program struct {
	ctx     context.Context
	environ []string
	in      io.Reader
	out     io.Writer
	err     io.Writer
	common  config.Common
}

type cli struct {
	config.Common
	Serve        serveCmd        `cmd:"" help:"Run the site."`
	Migrate      migrateCmd      `cmd:"" help:"Bring the database's schema up to date."`
	Reindex      reindexCmd      `cmd:"" help:"Build the search index anew."`
	Search       searchCmd       `cmd:"" help:"Search the archive, for operators."`
	Bench        benchCmd        `cmd:"" help:"Measure."`
	Doctor       doctorCmd       `cmd:"" help:"Check settings, database, files, index and sign-in, in words."`
	Roster       rosterCmd       `cmd:"" help:"Who took part."`
	Import       importCmd       `cmd:"" help:"Bring many entries in at once."`
	Backup       backupCmd       `cmd:"" help:"Everything into one file, also while the site runs."`
	Restore      restoreCmd      `cmd:"" help:"A backup into an empty database."`
	Move         moveCmd         `cmd:"" help:"From SQLite to PostgreSQL."`
	Invite       inviteCmd       `cmd:"" help:"Make a one-use link: for the first secretariat, a new member, or a member who lost their sign-in."`
	Role         roleCmd         `cmd:"" help:"Roles over all cohorts."`
	Token        tokenCmd        `cmd:"" help:"Tokens for the API."`
	DemoProvider demoProviderCmd `cmd:"" name:"demo-provider" help:"The demo's OpenID provider by itself."`
	Demo         demoCmd         `cmd:"" help:"Fill the database with the demo: made-up people and sample content."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(code(run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr), os.Stderr))
}

// run is main without the process: it returns what became of the command.
func run(ctx context.Context, args, environ []string, in io.Reader, out, errs io.Writer) error {
	var c cli
	k, err := kong.New(&c, kong.Name("manetomo"),
		kong.Description("マネ友: the archive and the meeting place of a network of municipal practitioners."),
		kong.Writers(out, errs), kong.UsageOnError(), kong.Exit(func(int) { panic(helpShown{}) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		return err
	}
	selected, err := parse(k, args)
	if errors.Is(err, errHelp) {
		return nil
	}
	if err != nil {
		return exit{exitUsage, err}
	}
	return selected.Run(&program{ctx, environ, in, out, errs, c.Common})
}

// helpShown is how kong's wish to exit after --help reaches run.
type helpShown struct{}

var errHelp = errors.New("help was shown")

func parse(k *kong.Kong, args []string) (selected *kong.Context, err error) {
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(helpShown); !ok {
				panic(p)
			}
			err = errHelp
		}
	}()
	return k.Parse(args)
}

func code(err error, errs io.Writer) int {
	var e exit
	switch {
	case err == nil:
		return 0
	case errors.As(err, &e):
		fmt.Fprintln(errs, "manetomo:", strings.TrimSpace(e.Error()))
		return e.code
	}
	fmt.Fprintln(errs, "manetomo:", err)
	return exitFailed
}
