package archive

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
)

// Version is the text as it stood before a change.
type Version struct {
	Number int64
	By     string // id of who changed it
	ByName string
	At     time.Time // when it was changed
	Text   Text
}

// Versions lists the old texts of an entry, the newest first. They are for its authors and for moderators.
func (s *Service) Versions(ctx context.Context, v access.Viewer, id string) (*View, []Version, error) {
	w, err := s.Get(ctx, v, id)
	if err != nil {
		return nil, nil, err
	}
	if !w.Author && !w.CanModerate {
		return nil, nil, apperr.Missing()
	}
	var rows []struct {
		Version int64
		By      string
		Name    string
		At      time.Time
		Text    json.RawMessage
	}
	err = s.DB.Read().NewRaw(`SELECT o.version, o.by, COALESCE(p.name, '') AS name, o.at, o.text FROM entry_version o
		LEFT JOIN person p ON p.id = o.by WHERE o.entry = ? ORDER BY o.version DESC LIMIT ?`, id, maxPage).Scan(ctx, &rows)
	if err != nil && !db.IsMissing(err) {
		return nil, nil, fmt.Errorf("read the versions of entry %s: %w", id, err)
	}
	list := []Version{}
	for _, row := range rows {
		o := Version{Number: row.Version, By: row.By, ByName: row.Name, At: row.At}
		if err := json.Unmarshal(row.Text, &o.Text); err != nil {
			return nil, nil, fmt.Errorf("read version %d of entry %s: %w", row.Version, id, err)
		}
		if w.mayReadOld(v, o.Text.Audience) {
			o.Text.Sections = slices.DeleteFunc(o.Text.Sections, func(s Written) bool {
				return !w.mayReadOld(v, s.Audience) || !w.mayReadOld(v, w.rungs[s.Key])
			})
			list = append(list, o)
		}
	}
	return w, list, nil
}

// mayReadOld tells whether the viewer may read what once stood at the rung: the rungs of then and of now both hold.
func (w *View) mayReadOld(v access.Viewer, rung access.Rung) bool {
	return v.CanRead(w.part(rung, w.Author))
}
