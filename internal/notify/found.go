package notify

import "github.com/manetomo/manetomo/internal/db"

// found puts what is new to a saved search into its unread notice, or into a new one: however much comes, there is one
// to read and one letter.
func (t *telling) found() {
	var row struct{ Person string }
	if !t.row(&row, `SELECT s.person FROM saved_search AS s
		WHERE s.id = ? AND EXISTS (SELECT 1 FROM saved_hit AS h WHERE h.search = s.id AND h.notice = '')`, t.e.Subject) {
		return // told already, or nobody wants to know any more
	}
	var open struct{ ID string }
	if !t.row(&open, "SELECT id FROM notice WHERE person = ? AND search = ? AND read_at IS NULL ORDER BY seq DESC LIMIT 1",
		row.Person, t.e.Subject) {
		open.ID = db.NewID()
		t.add(Notice{ID: open.ID, Person: row.Person, Kind: Found, Search: t.e.Subject})
	}
	if t.err == nil {
		_, t.err = t.tx.NewRaw("UPDATE saved_hit SET notice = ? WHERE search = ? AND notice = ''", open.ID, t.e.Subject).Exec(t.ctx)
	}
}
