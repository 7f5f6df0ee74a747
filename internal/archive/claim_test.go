package archive_test

import (
	"context"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/testkit"
)

// imported brings a poster of みどり見本市's team in, without authors.
func (w *world) imported(municipality string) string {
	w.t.Helper()
	id := db.NewID()
	err := w.DB.Write(w.t.Context(), func(ctx context.Context, tx db.Tx) error {
		c := published("取りこまれたポスター", access.Members)
		c.Sections, c.Team, c.Municipality = nil, nil, &municipality
		return archive.ImportIn(ctx, tx, w.viewer("moderator"), id, "import:"+id, archive.Poster, c)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func TestWhoTheRosterKnowsInTheTeamHasItAtOnce(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		id := w.imported(midori)
		if v := w.get("author", id); v.People != 0 || !v.Claimable(w.viewer("author")) || v.CanEdit {
			t.Errorf("before: %d authors, claimable %t, may edit %t", v.People, v.Claimable(w.viewer("author")), v.CanEdit)
		}
		state, seq, err := w.Claim(t.Context(), w.viewer("author"), id, "")
		if err != nil || state != archive.ClaimApproved || seq == 0 {
			t.Fatalf("claim: %s, %v", state, err)
		}
		for _, who := range []string{"author", "mate"} {
			if v := w.get(who, id); !v.CanEdit || v.TeamName != "みどり見本市チーム" || v.People != 2 {
				t.Errorf("%s: may edit %t, team %s, %d authors", who, v.CanEdit, v.TeamName, v.People)
			}
		}
		_, _, err = w.Claim(t.Context(), w.viewer("mate"), id, "")
		wantError(t, err, apperr.Conflict, "もう筆者がいます")
	})
}

func TestOthersOfTheMunicipalityAskTheDesk(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		id := w.imported(sorairo) // nobody was sent from there, but two work there
		state, _, err := w.Claim(t.Context(), w.viewer("member"), id, "前の担当です")
		if err != nil || state != archive.ClaimOpen {
			t.Fatalf("claim: %s, %v", state, err)
		}
		if v := w.get("member", id); v.CanEdit {
			t.Error("an open claim gives the entry")
		}
		_, _, err = w.Claim(t.Context(), w.viewer("cohort"), id, "")
		wantError(t, err, apperr.Forbidden, "その自治体のかた")
		list, err := w.Claims(t.Context(), w.viewer("moderator"))
		if err != nil || len(list) != 1 || list[0].Note != "前の担当です" || list[0].Title != "取りこまれたポスター" {
			t.Fatalf("the desk sees %+v, %v", list, err)
		}
		_, err = w.DecideClaim(t.Context(), w.viewer("member"), list[0].ID, true, "")
		wantError(t, err, apperr.Forbidden, "運営")
		_, err = w.DecideClaim(t.Context(), w.viewer("moderator"), list[0].ID, false, "")
		wantError(t, err, apperr.Invalid, "一言")
		if _, err := w.DecideClaim(t.Context(), w.viewer("moderator"), list[0].ID, true, ""); err != nil {
			t.Fatal(err)
		}
		if v := w.get("member", id); !v.CanEdit || v.People != 1 {
			t.Errorf("after: may edit %t, %d authors", v.CanEdit, v.People)
		}
		_, err = w.DecideClaim(t.Context(), w.viewer("moderator"), list[0].ID, true, "")
		wantError(t, err, apperr.Conflict, "先に決めています")
	})
}

func TestPeoplesOwnEntriesAreNobodysToClaim(t *testing.T) {
	w := newWorld(t, testkit.SQLite(t))
	saved := w.create("author", published("題", access.Members))
	_, _, err := w.Claim(t.Context(), w.viewer("mate"), saved.ID, "")
	wantError(t, err, apperr.Conflict, "もう筆者がいます")
}
