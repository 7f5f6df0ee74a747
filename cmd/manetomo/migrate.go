package main

import (
	"fmt"

	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
)

type migrateCmd struct{}

func (migrateCmd) Run(p *program) error {
	d, err := db.Open(p.ctx, db.Options{URL: p.common.DatabaseURL, Dir: p.common.Data})
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Migrate(p.ctx, db.MigrateOptions{Dir: p.common.Data, Allowed: true, Say: p.say}); err != nil {
		return err
	}
	if err := event.NewEpoch(p.ctx, d, false); err != nil {
		return err
	}
	p.say("the schema is up to date")
	return nil
}

func (p *program) say(format string, args ...any) { fmt.Fprintf(p.err, format+"\n", args...) }

// open opens the database for a command that runs beside or without a server. It migrates a fresh database.
func (p *program) open() (*db.DB, error) {
	d, err := db.Open(p.ctx, db.Options{URL: p.common.DatabaseURL, Dir: p.common.Data})
	if err != nil {
		return nil, err
	}
	if err := d.Migrate(p.ctx, db.MigrateOptions{Dir: p.common.Data, Say: p.say}); err != nil {
		d.Close()
		return nil, err
	}
	return d, event.NewEpoch(p.ctx, d, false)
}
