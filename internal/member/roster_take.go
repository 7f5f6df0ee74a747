package member

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/audit"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
)

// take writes what the file says: new rows, changed rows, and what both mean for people who claimed theirs before.
func (r *Roster) take(ctx context.Context, tx db.Tx, by string) ([]*event.Event, error) {
	id := db.NewID()
	var fresh []*rosterRow
	people := map[string]bool{}
	for i := range r.Lines {
		l := &r.Lines[i]
		switch l.State {
		case LineNew:
			l.row.ID, l.row.Import, l.row.CreatedAt = db.NewID(), id, tx.Now
			fresh = append(fresh, &l.row)
		case LineChanged:
			if err := l.change(ctx, tx, id); err != nil {
				return nil, err
			}
			if l.was.Person != "" {
				people[l.was.Person] = true
			}
		}
	}
	if len(fresh) == 0 && r.Count(LineChanged) == 0 {
		return nil, nil
	}
	for chunk := range slices.Chunk(fresh, 200) {
		if _, err := tx.NewInsert().Model(&chunk).Exec(ctx); err != nil {
			return nil, fmt.Errorf("import roster: %w", err)
		}
	}
	if err := r.join(ctx, tx, fresh, people); err != nil {
		return nil, err
	}
	err := audit.Write(ctx, tx, audit.Act{Actor: by, Act: "roster.import", Kind: "roster", Subject: id, Detail: map[string]int{
		"new": len(fresh), "changed": r.Count(LineChanged), "same": r.Count(LineSame), "problem": r.Count(LineProblem)}})
	events := []*event.Event{{Kind: event.RosterImported, Subject: id, Actor: by}}
	for p := range people {
		events = append(events, &event.Event{Kind: event.PersonRoles, Subject: p, Actor: by})
	}
	return events, err
}

// change writes a changed row and moves what its person takes part in.
func (l *RosterLine) change(ctx context.Context, tx db.Tx, id string) error {
	row := l.row
	row.ID, row.Person, row.Import = l.was.ID, l.was.Person, id
	_, err := tx.NewUpdate().Model(&row).Column("email", "name", "kana", "municipality", "team", "role", "section", "import").
		WherePK().Exec(ctx)
	if err != nil {
		return fmt.Errorf("change roster row %s: %w", row.ID, err)
	}
	moved := l.was.Team != row.Team || l.was.Role != row.Role || l.was.Municipality != row.Municipality
	if l.was.Person == "" || !moved {
		return nil
	}
	old, err := l.was.part(ctx, tx, l.was.Person)
	if err != nil {
		return err
	}
	q := tx.NewDelete().Model((*Participation)(nil)).Where("person = ?", old.Person).Where("cohort = ?", old.Cohort).
		Where("role = ?", old.Role)
	if old.Team == "" {
		q = q.Where("team IS NULL")
	} else {
		q = q.Where("team = ?", old.Team)
	}
	if _, err := q.Exec(ctx); err != nil {
		return fmt.Errorf("move %s: %w", old.Person, err)
	}
	part, err := row.part(ctx, tx, row.Person)
	if err != nil {
		return err
	}
	return takePart(ctx, tx, part)
}

// join makes the cohorts of new rows, and lets people take part whose address was claimed before. The name must agree
// too: municipalities give an address to somebody else after a transfer.
func (r *Roster) join(ctx context.Context, tx db.Tx, fresh []*rosterRow, people map[string]bool) error {
	made := map[string]bool{}
	claimed := map[string]string{}
	for chunk := range slices.Chunk(fresh, 500) {
		keys := make([]string, len(chunk))
		for i, row := range chunk {
			keys[i] = row.EmailKey
			if c := cohort.ID(row.Year, row.Course); !made[c] {
				if _, err := EnsureCohort(ctx, tx, row.Year, row.Course); err != nil {
					return err
				}
				made[c] = true
			}
		}
		var rows []rosterRow
		if err := tx.NewSelect().Model(&rows).Where("email_key IN (?)", bun.List(keys)).Where("person IS NOT NULL").Scan(ctx); err != nil {
			return fmt.Errorf("find claimed rows: %w", err)
		}
		for _, o := range rows {
			claimed[o.EmailKey+" "+nameKey(o.Name)] = o.Person
		}
	}
	for _, row := range fresh {
		person := claimed[row.EmailKey+" "+nameKey(row.Name)]
		if person == "" {
			continue
		}
		if err := claimRow(ctx, tx, *row, person); err != nil {
			return err
		}
		people[person] = true
	}
	return nil
}
