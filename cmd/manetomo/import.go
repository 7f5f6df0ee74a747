package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/bulk"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/file"
)

type importCmd struct {
	Entries importEntriesCmd `cmd:"" help:"Bring posters and papers in from a list (CSV) and a folder. Run again it goes on where it stood."`
	Undo    importUndoCmd    `cmd:"" help:"Withdraw what a list brought in, except what a team has claimed."`
}

type importEntriesCmd struct {
	List     string      `arg:"" type:"existingfile" help:"The list: CSV with the columns 種類, 題名, 自治体, 年度, コース, ファイル and, if wanted, ひとことで, テーマ, 公開範囲, 整理番号, 画像の説明."`
	Files    string      `help:"Folder with the files." type:"existingdir" default:"."`
	Audience access.Rung `help:"Who may read rows that do not say it: public, members or cohort." default:"members" enum:"public,members,cohort"`
	DryRun   bool        `help:"Only say what would happen."`
}

// Run prints an answer for every row; rows with problems end it with exit code 3.
func (c importEntriesCmd) Run(p *program) error {
	data, err := os.ReadFile(c.List)
	if err != nil {
		return err
	}
	return p.withBulk(func(s *bulk.Service) error {
		bar := p.progress("import")
		answers, id, err := c.take(p, s, data, bar)
		bar.end()
		if err != nil {
			return err
		}
		counts := map[string]int{}
		for _, a := range answers {
			counts[a.State]++
			fmt.Fprintf(p.out, "%5d  %-8s %s %s\n", a.Line, a.State, a.Title(), a.Detail)
		}
		fmt.Fprintf(p.out, "new %d, same %d, problems %d\n", counts[bulk.New], counts[bulk.Same], counts[bulk.Problem])
		if id != "" {
			fmt.Fprintf(p.out, "The server reads the files while it runs. To take all of it back: manetomo import undo %s\n", id)
		}
		if n := counts[bulk.Problem]; n > 0 {
			return exit{exitRefused, fmt.Errorf("%d rows were not taken", n)}
		}
		return nil
	})
}

func (c importEntriesCmd) take(p *program, s *bulk.Service, data []byte, bar *progress) ([]bulk.Answer, string, error) {
	files := os.DirFS(c.Files)
	if c.DryRun {
		answers, err := s.Check(p.ctx, data, c.Audience, files, bar.set)
		return answers, "", err
	}
	l, err := s.StartByOperator(p.ctx, filepath.Base(c.List), data, c.Audience)
	if err != nil {
		return nil, "", err
	}
	if err := s.Run(p.ctx, l.ID, files, bar.set); err != nil {
		return nil, l.ID, err
	}
	_, answers, err := s.AnswersForOperator(p.ctx, l.ID)
	return answers, l.ID, err
}

type importUndoCmd struct {
	ID string `arg:"" help:"What the import printed at its end."`
}

// Run withdraws what was brought in.
func (c importUndoCmd) Run(p *program) error {
	return p.withBulk(func(s *bulk.Service) error {
		gone, stayed, err := s.UndoByOperator(p.ctx, c.ID)
		if err != nil {
			return err
		}
		p.say("%d entries were withdrawn, %d have been claimed and stay", gone, stayed)
		return nil
	})
}

// withBulk opens database and files beside a server that may be running.
func (p *program) withBulk(use func(*bulk.Service) error) error {
	d, err := p.open()
	if err != nil {
		return err
	}
	store, err := p.blobs()
	if err != nil {
		return errors.Join(err, d.Close())
	}
	return errors.Join(use(newBulk(d, &archive.Service{DB: d}, &file.Service{DB: d, Blobs: store}, p.common.Data)), d.Close())
}

func newBulk(d *db.DB, entries *archive.Service, files *file.Service, data string) *bulk.Service {
	return &bulk.Service{DB: d, Archive: entries, Files: files, Dir: filepath.Join(data, "imports")}
}
