package main

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/curate"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/demo"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/member"
	"github.com/manetomo/manetomo/internal/talk"
)

type demoCmd struct{}

// Run fills the database with the demo, as far as it is missing.
func (demoCmd) Run(p *program) error {
	d, err := p.open()
	if err != nil {
		return err
	}
	defer d.Close()
	store, err := p.blobs()
	if err != nil {
		return err
	}
	f := demo.Filler{DB: d, Members: member.New(d), Archive: &archive.Service{DB: d}, Talk: &talk.Service{DB: d},
		Curate: &curate.Service{DB: d}, Files: &file.Service{DB: d, Blobs: store}}
	err = fillDemo(p.ctx, p.common.Data, f)
	if errors.Is(err, db.ErrLocked) {
		p.say("another manetomo is filling this database with the demo right now; it will finish by itself")
		return nil
	}
	if err != nil {
		return err
	}
	p.say("the demo is there: 8 people, their reports, posters and discussions")
	return nil
}

// fillDemo fills under a lock of the data folder, which dies with the process; on PostgreSQL the database's own keeps
// other nodes waiting too.
func fillDemo(ctx context.Context, data string, f demo.Filler) error {
	release, err := db.LockDir(filepath.Join(data, "demo"))
	if err != nil {
		return err
	}
	return errors.Join(f.Fill(ctx), release())
}

// inhabit makes the demo people before the site answers, and what they have written while it does.
func (h *house) inhabit(p *program) error {
	if h.demo == nil {
		return nil
	}
	s := h.site
	if _, err := demo.People(p.ctx, s.Members); err != nil {
		return err
	}
	f := demo.Filler{DB: s.DB, Members: s.Members, Archive: s.Archive, Talk: s.Talk, Curate: s.Curate, Files: s.Files}
	h.followers = append(h.followers, func(ctx context.Context) error {
		err := fillDemo(ctx, p.common.Data, f)
		if errors.Is(err, db.ErrLocked) {
			return nil // a command beside this server is at it
		}
		return err
	})
	return nil
}
