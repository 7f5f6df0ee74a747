package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/manetomo/manetomo/internal/backup"
	"github.com/manetomo/manetomo/internal/db"
)

type backupCmd struct {
	To string `required:"" type:"path" placeholder:"FILE" help:"The backup, one zip file. One that is there is replaced once the new one is whole."`
}

func (c backupCmd) Run(p *program) (err error) {
	d, err := p.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	store, err := p.blobs()
	if err != nil {
		return err
	}
	bar := p.progress("backup: files")
	m, err := backup.Write(p.ctx, d, store, c.To, bar.set)
	bar.end()
	if err != nil {
		return err
	}
	p.say("%s is whole and was read back: %d entries, %d files, up to event %d", c.To, m.Rows["entry"], m.Files, m.Seq)
	if len(m.Missing) > 0 {
		p.say("%d files have been lost from the store before (manetomo doctor says more): %v", len(m.Missing), m.Missing)
	}
	return nil
}

type restoreCmd struct {
	File string `arg:"" type:"existingfile" help:"A backup of manetomo backup."`
}

func (c restoreCmd) Run(p *program) (err error) {
	d, release, err := p.alone(p.common.DatabaseURL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close(), release()) }()
	store, err := p.blobs()
	if err != nil {
		return err
	}
	bar := p.progress("restore: files")
	m, err := backup.Restore(p.ctx, d, store, c.File, db.MigrateOptions{Dir: p.common.Data}, bar.set)
	bar.end()
	if errors.Is(err, backup.ErrNotEmpty) {
		return fmt.Errorf("%w: restore into a new folder or a new database, and keep what is there until you have seen the other", err)
	}
	if err != nil {
		return err
	}
	if err := os.RemoveAll(p.indexDir()); err != nil { // it belongs to another life; the next start builds it
		return err
	}
	p.say("restored what was there on %s: %d entries, %d files. Everybody signs in anew; letters that waited then are not sent",
		m.Made.Format("2006-01-02 15:04 MST"), m.Rows["entry"], m.Files)
	return nil
}

type moveCmd struct {
	To string `required:"" placeholder:"DATABASE_URL" help:"An empty PostgreSQL database, such as postgres://user:password@host/name."`
}

func (c moveCmd) Run(p *program) (err error) {
	if p.common.DatabaseURL != "" {
		return exit{exitUsage, errors.New("this site is on PostgreSQL already: move is for one on SQLite, without DATABASE_URL")}
	}
	if _, err := os.Stat(filepath.Join(p.common.Data, "manetomo.db")); err != nil {
		return fmt.Errorf("there is no database to move: %w", err)
	}
	from, release, err := p.alone("")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close(), release()) }()
	if err := from.Migrate(p.ctx, db.MigrateOptions{Dir: p.common.Data, Say: p.say}); err != nil {
		return err
	}
	to, err := db.Open(p.ctx, db.Options{URL: c.To})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	bar := p.progress("move: tables")
	rows, err := backup.Move(p.ctx, from, to, bar.set)
	bar.end()
	if err != nil {
		return err
	}
	p.say("moved %d rows. Start the site with DATABASE_URL and the same --data, where its files are; manetomo.db stays as it was", rows)
	return nil
}

// alone opens a database for a command that no server may run beside.
func (p *program) alone(url string) (*db.DB, func() error, error) {
	release, err := db.LockDir(p.common.Data)
	if errors.Is(err, db.ErrLocked) {
		return nil, nil, fmt.Errorf("%s is in use by a running manetomo: stop it first: %w", p.common.Data, err)
	}
	if err != nil {
		return nil, nil, err
	}
	d, err := db.Open(p.ctx, db.Options{URL: url, Dir: p.common.Data})
	if err != nil {
		return nil, nil, errors.Join(err, release())
	}
	return d, release, nil
}
