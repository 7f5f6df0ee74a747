package main

import (
	"errors"
	"fmt"

	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
)

type migrateCmd struct{}

func (migrateCmd) Run(p *program) error {
	d, err := p.openFor(db.MigrateOptions{Allowed: true})
	if err != nil {
		return err
	}
	p.say("the schema is up to date")
	return d.Close()
}

func (p *program) say(format string, args ...any) { fmt.Fprintf(p.err, format+"\n", args...) }

// open opens the database for a command that runs beside or without a server. It migrates a fresh database.
func (p *program) open() (*db.DB, error) { return p.openFor(db.MigrateOptions{}) }

func (p *program) openFor(o db.MigrateOptions) (*db.DB, error) {
	d, err := db.Open(p.ctx, db.Options{URL: p.common.DatabaseURL, Dir: p.common.Data})
	if err != nil {
		return nil, err
	}
	o.Dir, o.Say = p.common.Data, p.say
	err = d.Migrate(p.ctx, o)
	if err == nil {
		err = event.NewEpoch(p.ctx, d, false)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}
