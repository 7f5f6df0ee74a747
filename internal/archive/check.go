package archive

import (
	"context"
	"errors"
	"fmt"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
)

// errUnwritten ends a transaction that was only asked for.
var errUnwritten = errors.New("nothing is written")

// Check says what Create would say, and writes nothing. A form with several parts shows all faults together by it. It asks
// by the same code in a transaction that is taken back, so the two never differ.
func (s *Service) Check(ctx context.Context, v access.Viewer, kind Kind, c Change) error {
	if !v.CanWrite() {
		return cannotWrite(v)
	}
	r, err := c.prepare(s.DB.Now())
	if err != nil {
		// The rest is looked at without what is wrong already.
		var wrong faults
		wrong.take(err)
		if rest := c.without(wrong); len(wrong) > 0 {
			if more, ok := errors.AsType[*apperr.Error](s.Check(ctx, v, kind, rest)); ok {
				for _, f := range more.All() {
					if !wrong.has(f.Name) {
						wrong = append(wrong, f)
					}
				}
			}
		}
		return wrong.err()
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		e := Entry{ID: db.NewID(), Kind: kind, State: access.Draft, Wanted: access.Members, Version: 1, CreatedBy: v.Person,
			CreatedAt: tx.Now, UpdatedAt: tx.Now}
		r.apply(&e)
		if err := fitTeam(ctx, tx, v, &e, ""); err != nil {
			return err
		}
		e.Audience = e.Wanted
		if err := r.checkRungs(v, &e); err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&e).Exec(ctx); err != nil {
			return fmt.Errorf("look at an entry: %w", err)
		}
		if r.Publish {
			if err := mayStand(ctx, tx, v, &e); err != nil {
				return err
			}
		}
		return errUnwritten
	})
	if errors.Is(err, errUnwritten) {
		return nil
	}
	return err
}

func (f faults) has(name string) bool {
	for _, one := range f {
		if one.Name == name {
			return true
		}
	}
	return false
}

// without leaves out the fields that are wrong.
func (c Change) without(wrong faults) Change {
	for field, drop := range map[string]func(){
		"title": func() { c.Title = nil }, "summary": func() { c.Summary = nil }, "municipality": func() { c.Municipality = nil },
		"year": func() { c.Year = nil }, "course": func() { c.Course = nil }, "themes": func() { c.Themes = nil },
		"stage": func() { c.Stage = nil }, "audience": func() { c.Audience = nil },
	} {
		if wrong.has(field) {
			drop()
		}
	}
	return c
}
