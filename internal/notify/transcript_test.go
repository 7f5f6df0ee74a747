package notify_test

import (
	"context"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/notify"
	"github.com/manetomo/manetomo/internal/testkit"
)

// TestWhoCorrectsATextHearsWhatBecameOfIt: with the desk's reason, and only as long as they may read the sheet.
func TestWhoCorrectsATextHearsWhatBecameOfIt(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		write := func(queries ...string) {
			t.Helper()
			err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				for _, q := range queries {
					if _, err := tx.NewRaw(q).Exec(ctx); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		write(`INSERT INTO person (id, name, created_at) VALUES ('reader', '見本 花子', '2026-04-01'), ('desk', '例示 太郎', '2026-04-01')`,
			`INSERT INTO entry (id, kind, title, state, audience, wanted, version, created_by, created_at, updated_at)
				VALUES ('entry', 'poster', '一枚', 'published', 'members', 'members', 1, 'desk', '2026-04-01', '2026-04-01')`,
			`INSERT INTO file (id, entry, name, type, size, sha256, blob, state, created_by, created_at)
				VALUES ('sheet', 'entry', 'a.png', 'image/png', 1, 'x', 'sheet-original', 'ready', 'desk', '2026-04-01')`,
			`INSERT INTO page (file, number, width, height, text, words) VALUES ('sheet', 1, 100, 100, '対詰', '[]')`)
		reader := access.Viewer{Person: "reader", Member: true}
		desk := access.Viewer{Person: "desk", Member: true, Moderator: true}
		files, told := &file.Service{DB: d}, &notify.Service{DB: d}
		if _, err := files.Propose(t.Context(), reader, "sheet", 1, "対話"); err != nil {
			t.Fatal(err)
		}
		list, err := files.Proposals(t.Context(), desk)
		if err != nil || len(list) != 1 {
			t.Fatal(len(list), err)
		}
		if _, err := files.DecideProposal(t.Context(), desk, list[0].ID, false, "", "画像の字は「対詰」です"); err != nil {
			t.Fatal(err)
		}
		go told.Follow(t.Context(), false)
		var items []notify.Item
		for len(items) == 0 {
			written := d.Written()
			if items, err = told.List(t.Context(), reader, notify.Filter{Staff: true}); err != nil {
				t.Fatal(err)
			}
			if len(items) == 0 {
				select {
				case <-written:
				case <-time.After(50 * time.Millisecond): // the other database tells of other connections' writes later
				}
			}
		}
		if i := items[0]; i.Kind != notify.Declined || i.Word != "画像の字は「対詰」です" || i.Title != "一枚" || i.Path() != "/e/entry" {
			t.Errorf("told %+v: %s", i, i.Sentence())
		}
		write("UPDATE entry SET state = 'hidden' WHERE id = 'entry'")
		if items, err := told.List(t.Context(), reader, notify.Filter{}); err != nil || len(items) != 0 {
			t.Errorf("told of a hidden sheet: %d, %v", len(items), err)
		}
	})
}
