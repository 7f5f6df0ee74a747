package notify_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/notify"
	"github.com/manetomo/manetomo/internal/testkit"
)

// TestOfAClaimAndOfAProposedTextThoseHearWhomItConcerns: who brought the poster in and the secretariat of a claim, the
// authors of a text that is proposed, once until they have read it.
func TestOfAClaimAndOfAProposedTextThoseHearWhomItConcerns(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		write := func(events []*event.Event, queries ...string) {
			t.Helper()
			err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				for _, q := range queries {
					if _, err := tx.NewRaw(q).Exec(ctx); err != nil {
						return fmt.Errorf("%s: %w", q, err)
					}
				}
				for _, e := range events {
					if err := event.Append(ctx, tx, e); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}

		for _, p := range []string{"importer", "office", "claimant", "mate", "reader"} {
			write(nil, fmt.Sprintf("INSERT INTO person (id, name, created_at) VALUES ('%s', '見本 %s', '2026-04-01')", p, p))
		}
		for _, e := range []string{"waits", "given", "own"} {
			write(nil, fmt.Sprintf(`INSERT INTO entry (id, kind, title, state, audience, wanted, version, created_by, created_at, updated_at)
				VALUES ('%s', 'poster', '一枚 %[1]s', 'published', 'members', 'members', 1, 'importer', '2026-04-01', '2026-04-01')`, e))
		}
		write(nil, "INSERT INTO staff_role (person, role, since) VALUES ('office', 'secretariat', '2026-04-01')",
			`INSERT INTO bulk (id, name, by, audience, state, total, created_at) VALUES ('list', 'a.csv', 'importer', 'members', 'done', 2, '2026-04-01')`,
			`INSERT INTO bulk_row (bulk, line, cells, state, entry) VALUES ('list', 2, '{}', 'new', 'waits'), ('list', 3, '{}', 'new', 'given')`,
			"INSERT INTO entry_author (entry, person, position) VALUES ('given', 'claimant', 1), ('given', 'mate', 2), ('own', 'mate', 1)",
			`INSERT INTO claim (id, entry, by, state, created_at) VALUES ('asked', 'waits', 'claimant', 'open', '2026-04-01'), ('had', 'given', 'claimant', 'approved', '2026-04-01')`,
			`INSERT INTO file (id, entry, name, type, size, sha256, blob, state, created_by, created_at)
				VALUES ('sheet', 'own', 'a.png', 'image/png', 1, 'x', 'sheet-original', 'ready', 'mate', '2026-04-01')`,
			"INSERT INTO page (file, number, width, height, text, words) VALUES ('sheet', 1, 100, 100, '対詰', '[]'), ('sheet', 2, 100, 100, '', '[]')",
			`INSERT INTO transcript (id, file, number, before, text, state, by, created_at) VALUES ('t1', 'sheet', 1, '対詰', '対話', 'open', 'reader', '2026-04-01'),
				('t2', 'sheet', 2, '', '窓口', 'open', 'reader', '2026-04-01')`)
		write([]*event.Event{{Kind: event.ClaimMade, Subject: "asked", Actor: "claimant"}, {Kind: event.ClaimDecided, Subject: "had", Actor: "claimant"},
			{Kind: event.TranscriptProposed, Subject: "t1", Actor: "reader"}, {Kind: event.TranscriptProposed, Subject: "t2", Actor: "reader"}})
		told := &notify.Service{DB: d}
		go told.Follow(t.Context(), false)
		heard := func(who string) (list []string) {
			items, err := told.List(t.Context(), access.Viewer{Person: who, Member: true}, notify.Filter{Mine: true})
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range items {
				list = append(list, fmt.Sprintf("%s %s %s", i.Kind, i.Title, i.Path()))
			}
			return list
		}
		for len(heard("mate")) < 2 { // the text is the last to be told of
			written := d.Written()
			select {
			case <-written:
			case <-time.After(50 * time.Millisecond):
			}
		}
		keepers := []string{"taken 一枚 given /e/given", "claimed 一枚 waits /desk/claims"}
		for who, want := range map[string][]string{
			"importer": keepers, "office": keepers, "claimant": nil, "reader": nil,
			"mate": {"proposed 一枚 own /e/own", "given 一枚 given /e/given"},
		} {
			if diff := cmp.Diff(want, heard(who)); diff != "" {
				t.Errorf("%s: %s", who, diff)
			}
		}
	})
}
