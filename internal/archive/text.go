package archive

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/db"
)

// Text is everything of an entry that its authors write: what a version keeps, and what the two sides of a conflict
// are shown as.
type Text struct {
	Title        string        `json:"title"`
	Summary      string        `json:"summary"`
	Municipality string        `json:"municipality"`
	Year         int           `json:"year"`
	Course       cohort.Course `json:"course"`
	Team         string        `json:"team"`
	Themes       []string      `json:"themes"`
	Stage        Stage         `json:"stage"`
	Audience     access.Rung   `json:"audience"` // what was asked for
	Sections     []Written     `json:"sections"`
}

// Written is a section as its author gives it.
type Written struct {
	Key      Key         `json:"key"`
	Body     string      `json:"body"`
	Audience access.Rung `json:"audience,omitempty"` // empty: the entry's
}

// Section finds the section with the key; an empty one when it is not written.
func (t Text) Section(k Key) Written {
	for _, s := range t.Sections {
		if s.Key == k {
			return s
		}
	}
	return Written{Key: k}
}

// Section is a section's row.
type Section struct {
	bun.BaseModel `bun:"table:entry_section,alias:s"`

	Entry    string      `bun:"entry,pk" json:"-"`
	Key      Key         `bun:"key,pk" json:"key"`
	Body     string      `bun:"body" json:"body"`
	HTML     string      `bun:"html" json:"-"`
	Renderer int         `bun:"renderer" json:"-"`
	Audience access.Rung `bun:"audience" json:"audience,omitempty"`
}

// sectionsOf reads all sections of an entry in their order.
func sectionsOf(ctx context.Context, db bun.IDB, entry string) ([]Section, error) {
	var list []Section
	if err := db.NewSelect().Model(&list).Where("entry = ?", entry).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read the sections of entry %s: %w", entry, err)
	}
	sortSections(list)
	return list, nil
}

func sortSections(list []Section) {
	slices.SortFunc(list, func(a, b Section) int { return slices.Index(Keys, a.Key) - slices.Index(Keys, b.Key) })
}

// themesOf reads the themes of an entry.
func themesOf(ctx context.Context, db bun.IDB, entry string) ([]string, error) {
	themes := []string{}
	err := db.NewSelect().Table("entry_theme").Column("theme").Where("entry = ?", entry).Order("theme").Scan(ctx, &themes)
	if err != nil {
		return nil, fmt.Errorf("read the themes of entry %s: %w", entry, err)
	}
	return themes, nil
}

// textOf reads the whole text of an entry.
func textOf(ctx context.Context, db bun.IDB, e *Entry) (Text, error) {
	t := Text{Title: e.Title, Summary: e.Summary, Municipality: e.Municipality, Year: e.Year, Course: e.Course,
		Team: e.Team, Stage: e.Stage, Audience: e.Wanted, Sections: []Written{}}
	sections, err := sectionsOf(ctx, db, e.ID)
	if err != nil {
		return t, err
	}
	for _, s := range sections {
		t.Sections = append(t.Sections, Written{s.Key, s.Body, s.Audience})
	}
	t.Themes, err = themesOf(ctx, db, e.ID)
	return t, err
}

// keep puts the text away as the entry's version before it changes.
func keep(ctx context.Context, tx db.Tx, e *Entry, t Text, by string) error {
	b, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("keep version %d of entry %s: %w", e.Version, e.ID, err)
	}
	_, err = tx.NewRaw(`INSERT INTO entry_version (entry, version, text, by, at) VALUES (?, ?, ?, ?, ?)`,
		e.ID, e.Version, string(b), by, tx.Now).Exec(ctx)
	if err != nil {
		return fmt.Errorf("keep version %d of entry %s: %w", e.Version, e.ID, err)
	}
	return nil
}

// write puts a section in place of the one with its key; an empty body takes it out.
func write(ctx context.Context, tx db.Tx, entry string, s Section) error {
	if s.Body == "" {
		_, err := tx.NewRaw(`DELETE FROM entry_section WHERE entry = ? AND key = ?`, entry, s.Key).Exec(ctx)
		if err != nil {
			return fmt.Errorf("take section %s out of entry %s: %w", s.Key, entry, err)
		}
		return nil
	}
	s.Entry = entry
	_, err := tx.NewInsert().Model(&s).On("CONFLICT (entry, key) DO UPDATE").
		Set("body = EXCLUDED.body, html = EXCLUDED.html, renderer = EXCLUDED.renderer, audience = EXCLUDED.audience").Exec(ctx)
	if err != nil {
		return fmt.Errorf("write section %s of entry %s: %w", s.Key, entry, err)
	}
	return nil
}

// setThemes puts the themes in place of those the entry has.
func setThemes(ctx context.Context, tx db.Tx, entry string, themes []string) error {
	if _, err := tx.NewRaw(`DELETE FROM entry_theme WHERE entry = ?`, entry).Exec(ctx); err != nil {
		return fmt.Errorf("set the themes of entry %s: %w", entry, err)
	}
	for _, theme := range themes {
		if _, err := tx.NewRaw(`INSERT INTO entry_theme (entry, theme) VALUES (?, ?)`, entry, theme).Exec(ctx); err != nil {
			return fmt.Errorf("set the themes of entry %s: %w", entry, err)
		}
	}
	return nil
}

// narrow keeps the promise that no section is wider than its entry: those that are wider than rung move to it. Their
// rung is written out, so that a later widening of the entry does not widen them unasked.
func narrow(ctx context.Context, tx db.Tx, entry string, rung access.Rung) error {
	var wider []access.Rung
	for _, r := range access.Rungs {
		if r.Wider(rung) {
			wider = append(wider, r)
		}
	}
	if len(wider) == 0 {
		return nil
	}
	_, err := tx.NewRaw(`UPDATE entry_section SET audience = ? WHERE entry = ? AND audience IN (?)`,
		rung, entry, bun.List(wider)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("narrow the sections of entry %s: %w", entry, err)
	}
	return nil
}
