package demo

import (
	"context"
	"fmt"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/municipality"
)

// clearance is the sending office's word in the demo; the office is as made up as the rest.
var clearance = &archive.Clearance{By: "見本の派遣元担当（架空）"}

// writeEntries publishes the entries of content/entries, each by its author.
func (w *work) writeEntries(ctx context.Context) error {
	all, err := sheets()
	if err != nil {
		return err
	}
	for _, s := range all {
		if err := w.writeEntry(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// writeEntry makes a draft, attaches its file, and publishes it: as its author would, so a run that was killed in
// between finds the draft and goes on.
func (w *work) writeEntry(ctx context.Context, s sheet) error {
	v, err := w.as(ctx, s.facts["author"])
	if err != nil {
		return err
	}
	id, err := w.find(ctx, s.name)
	if err != nil {
		return err
	}
	if id == "" {
		from := archive.Origin{Source: source(s.name), Sample: true}
		saved, err := w.Archive.CreateFrom(ctx, v, from, archive.Kind(s.facts["kind"]), s.change())
		if err != nil {
			return err
		}
		id = saved.ID
	}
	w.entries[s.name] = id
	e, err := w.Archive.Get(ctx, v, id)
	if err != nil {
		return skipGone(err) // somebody has withdrawn it since: that is theirs to do
	}
	if e.State != access.Draft {
		return nil
	}
	if err := w.attach(ctx, v, id, s); err != nil {
		return err
	}
	if !s.publish {
		return nil
	}
	_, err = w.Archive.Publish(ctx, v, id, e.Version)
	return err
}

func source(name string) string { return "demo:" + name }

// find gives the id of the entry that an earlier run has made, "" without one.
func (w *work) find(ctx context.Context, name string) (id string, err error) {
	var ids []string
	err = w.DB.Read().NewSelect().Table("entry").Column("id").Where("source = ?", source(name)).Scan(ctx, &ids)
	if err != nil || len(ids) == 0 {
		return "", err
	}
	return ids[0], nil
}

func (s sheet) change() archive.Change {
	course, stage, rung := cohort.Course(s.facts["course"]), archive.Stage(s.facts["stage"]), s.audience()
	title, summary, code, year, themes := s.facts["title"], s.facts["summary"], s.facts["municipality"], s.year, s.themes
	c := archive.Change{Title: &title, Summary: &summary, Municipality: &code, Year: &year, Course: &course,
		Stage: &stage, Themes: &themes, Audience: &rung, Sections: s.sections}
	if rung == access.Public && s.confirmed && s.invented() {
		c.Clearance = clearance
	}
	return c
}

// invented tells whether the sheet speaks of a made-up municipality. Nobody's word is made up for a real one: what
// stands there is published by the secretariat.
func (s sheet) invented() bool {
	m, ok := municipality.Get(s.facts["municipality"])
	return ok && m.Demo
}

// attach puts the sheet's file to its draft, unless an earlier run has.
func (w *work) attach(ctx context.Context, v access.Viewer, id string, s sheet) error {
	name := s.facts["file"]
	if name == "" {
		return nil
	}
	there, err := w.Files.List(ctx, v, id)
	if err != nil || len(there) > 0 {
		return err
	}
	f, err := content.Open("content/files/" + name)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = w.Files.Attach(ctx, v, id, file.Upload{Name: name, Alt: s.facts["alt"], Body: f})
	return err
}
