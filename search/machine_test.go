package search_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/testkit"
	"github.com/manetomo/manetomo/search"
)

// TestWhatAMachineReadCountsLessThanWhatPeopleWrote: three posters with the same words, alike in all but who wrote them.
func TestWhatAMachineReadCountsLessThanWhatPeopleWrote(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		statements := []string{`INSERT INTO person (id, name, member, created_at) VALUES ('w', '見本 一子', TRUE, ?)`}
		for _, p := range []struct{ id, machine string }{{"MACHINE", "TRUE"}, {"WRITTEN", "FALSE"}} {
			statements = append(statements,
				insertEntry+fmt.Sprintf(`('%[1]s', 'poster', '一枚の紙', '202151', 2019, 'regular', '', 'published', 'public', 'public', 1, 'w', ?0, ?0, ?0)`, p.id),
				fmt.Sprintf(`INSERT INTO file (id, entry, name, type, size, sha256, blob, alt, state, page_count, created_by, created_at)
					VALUES ('F%[1]s', '%[1]s', 'a.png', 'image/png', 1, '', '', '', 'ready', 1, 'w', ?)`, p.id),
				fmt.Sprintf(`INSERT INTO page (file, number, width, height, text, words, machine)
					VALUES ('F%s', 1, 1, 1, '夕方の立ち話で決めたこと', '[]', %s)`, p.id, p.machine))
		}
		// so that the words are not in half of all there is
		for i := range 8 {
			statements = append(statements, insertEntry+fmt.Sprintf(
				`('O%d', 'report', '別の話', '202151', 2019, 'regular', '', 'published', 'public', 'public', 1, 'w', ?0, ?0, ?0)`, i))
		}
		exec(t, d, statements)
		x := index(t)
		rebuild := func() {
			t.Helper()
			if err := x.Rebuild(t.Context(), search.Rows{DB: d}); err != nil {
				t.Fatal(err)
			}
		}
		rebuild()
		find := func(words string) search.Result {
			t.Helper()
			r, err := x.Find(t.Context(), d, access.Viewer{}, search.Request{Text: words}, 0)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		for _, words := range []string{"立ち話", "夕方", "夕方 立ち話", "「夕方の立ち話」", "ゆうがた"} {
			r := find(words)
			if ids(r) != "WRITTEN MACHINE" {
				t.Errorf("%s finds [%s]", words, ids(r))
				continue
			}
			machine, written := r.Hits[1], r.Hits[0]
			if !(machine.Score < 0.8*written.Score) {
				t.Errorf("%s: the machine's text counts %.2f, the people's %.2f", words, machine.Score, written.Score)
			}
			if s := machine.Snippets[0]; !strings.Contains(s.Label, "機械が読み取りました") || !strings.Contains(s.HTML, "<mark>") {
				t.Errorf("%s: the machine's text is shown as %+v", words, s)
			}
			if s := written.Snippets[0]; s.Label != "書き起こし" {
				t.Errorf("%s: the people's text is shown as %+v", words, s)
			}
		}
		exec(t, d, []string{`UPDATE page SET machine = FALSE, transcript = text WHERE file = 'FMACHINE' AND ? IS NOT NULL`},
			&event.Event{Kind: event.FileReady, Subject: "FMACHINE"})
		rebuild()
		r := find("立ち話")
		if len(r.Hits) != 2 || r.Hits[0].Score != r.Hits[1].Score {
			t.Errorf("a text that people have put right counts less still: %+v", r.Hits)
		}
	})
}
