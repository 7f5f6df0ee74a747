package file

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
)

// selecter reads rows, inside a transaction or not.
type selecter interface{ NewSelect() *bun.SelectQuery }

// mayAttach tells with an error whether the viewer may change the files of an entry: its authors may.
func mayAttach(ctx context.Context, r selecter, v access.Viewer, entry string) error {
	if !v.SignedIn() {
		return apperr.SignIn()
	}
	var row struct {
		State           access.State
		Audience        access.Rung
		Cohort, Team    string
		Flagged, Author bool
	}
	err := r.NewSelect().TableExpr("entry AS e").
		ColumnExpr("e.state, e.audience, e.cohort, e.team, e.flagged").
		ColumnExpr("EXISTS (SELECT 1 FROM entry_author ea WHERE ea.entry = e.id AND ea.person = ?) AS author", v.Person).
		Where("e.id = ?", entry).Scan(ctx, &row)
	if db.IsMissing(err) {
		return apperr.Missing()
	}
	if err != nil {
		return fmt.Errorf("read entry %s: %w", entry, err)
	}
	t := access.Thing{State: row.State, Author: row.Author, Flagged: row.Flagged,
		Audience: access.Audience{Rung: row.Audience, Cohort: row.Cohort, Team: row.Team}}
	switch {
	case v.CouldRead(t):
		return apperr.New(apperr.Gone, "このページは筆者が取り下げました。ファイルを載せることはできません。")
	case !v.CanRead(t):
		return apperr.Missing()
	case !v.CanEdit(t):
		return apperr.New(apperr.Forbidden, "ファイルを載せたり外したりできるのは、このページの筆者だけです。")
	}
	return nil
}
