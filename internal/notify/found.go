package notify

import (
	"encoding/json"

	"github.com/manetomo/manetomo/internal/db"
)

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

// asked tells people of a question near to what they wrote, each once and only who wants to be asked.
func (t *telling) asked() {
	var data struct{ People []string }
	if t.err = json.Unmarshal(t.e.Data, &data); t.err != nil {
		return
	}
	for _, person := range data.People {
		var row struct{ ID string }
		if t.row(&row, `SELECT id FROM person WHERE id = ? AND asked AND NOT EXISTS
			(SELECT 1 FROM notice WHERE person = ? AND kind = ? AND topic = ?)`, person, person, Asked, t.e.Subject) {
			t.add(Notice{Person: row.ID, Kind: Asked, Topic: t.e.Subject, Actor: t.e.Actor})
		}
	}
}
