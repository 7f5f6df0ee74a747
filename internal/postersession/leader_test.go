package postersession_test

import (
	"context"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/postersession"
	"github.com/manetomo/manetomo/internal/testkit"
)

func TestWhomTheModeratorsNameLeadsTheSessionAsLongAsTheyMayCome(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := &postersession.Service{DB: d}
		posters(t, d, access.Cohort, "a", "b")
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			for _, q := range []string{
				"INSERT INTO cohort (id, year, course) VALUES ('2026-regular', 2026, 'regular')",
				`INSERT INTO person (id, name, municipality, member, created_at) VALUES ('kanji', '見本 幹', '990001', TRUE, ?0), ('same', '見本　幹', '990002', TRUE, ?0),
					('late', '例示 太郎', '990001', TRUE, ?0), ('out', '試作 健', '990001', TRUE, ?0), ('guest', '仮名 桜', '990001', FALSE, ?0)`,
				`INSERT INTO participation (id, person, cohort, role, since, until) VALUES ('1', 'kanji', '2026-regular', 'adviser', ?0, NULL),
					('2', 'same', '2026-regular', 'fellow', ?0, NULL), ('3', 'late', '2026-regular', 'fellow', ?0, ?0), ('4', 'guest', '2026-regular', 'fellow', ?0, NULL)`,
			} {
				if _, err := tx.NewRaw(q, tx.Now).Exec(ctx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		mate := host
		mate.Cohorts = []string{"2026-regular"}
		of := func(lines ...string) postersession.Plan {
			p := plan("a", "b")
			p.Cohort, p.Leaders = "2026-regular", lines
			return p
		}
		for name, line := range map[string]string{"同じ名前がふたり": "見本 幹", "期を終えた人": "例示 太郎", "期の外の会員": "試作 健", "会員でない人": "仮名 桜",
			"いない人": "だれか", "その自治体にいない人": "見本 幹（もみじ見本市）", "書き方のちがう行": "（みどり見本市）"} {
			if _, err := s.Plan(t.Context(), mate, of(line)); !apperr.Is(err, apperr.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		id, err := s.Plan(t.Context(), mate, of("見本　幹 (みどり見本市)", "", "見本幹（みどり見本市）"))
		if err != nil {
			t.Fatal(err)
		}
		leader := access.Viewer{Person: "kanji", Member: true, Cohorts: []string{"2026-regular"}}
		other := access.Viewer{Person: "same", Member: true, Cohorts: []string{"2026-regular"}}
		p, err := s.Get(t.Context(), leader, id)
		if err != nil || !p.MayLead(leader) || len(p.Leaders) != 1 || p.Leaders[0].Line() != "見本 幹（みどり見本市）" {
			t.Fatalf("who was named sees %+v, %v", p, err)
		}
		if p, err := s.Get(t.Context(), other, id); err != nil || p.MayLead(other) {
			t.Errorf("somebody else of the cohort may lead: %v", err)
		}
		do := func(v access.Viewer, version int64, act postersession.Act, want ...apperr.Kind) {
			t.Helper()
			if err := s.Do(t.Context(), v, id, version, act); (err != nil) != (len(want) > 0) || err != nil && !apperr.Is(err, want[0]) {
				t.Errorf("%s of %s: %v, want %v", act, v.Person, err, want)
			}
		}
		do(other, 1, postersession.Begin, apperr.Forbidden)
		reading := leader
		reading.ReadOnly = true
		do(reading, 1, postersession.Begin, apperr.Forbidden)
		// A leader changes the plan, but not who leads.
		if err := s.Change(t.Context(), leader, id, 1, of("見本 幹（かわせみ見本町）")); err != nil {
			t.Fatal(err)
		}
		do(other, 2, postersession.Begin, apperr.Forbidden)
		do(leader, 2, postersession.Begin)
		gone := leader
		gone.Cohorts = nil
		do(gone, 3, postersession.Next, apperr.NotFound)
		if _, err := s.Plan(t.Context(), leader, of()); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("who leads one session plans another: %v", err)
		}
	})
}
