package notify

// proposed tells the authors of a sheet that a reader proposes its text. Of an entry without authors the desk hears.
func (t *telling) proposed() {
	var row struct{ By, Entry string }
	if !t.row(&row, `SELECT tr.by, f.entry FROM transcript AS tr JOIN file AS f ON f.id = tr.file WHERE tr.id = ?`, t.e.Subject) {
		return
	}
	for _, person := range t.authorsOf(row.Entry) {
		t.once(Notice{Person: person, Kind: Proposed, Entry: row.Entry, Actor: row.By})
	}
}

// transcript tells who proposed the text of a page what became of it.
func (t *telling) transcript() {
	var row struct{ By, State, Reason, Entry string }
	if t.row(&row, `SELECT tr.by, tr.state, tr.reason, f.entry FROM transcript AS tr JOIN file AS f ON f.id = tr.file WHERE tr.id = ?`, t.e.Subject) {
		k := Declined
		if row.State == "approved" {
			k = Corrected
		}
		t.add(Notice{Person: row.By, Kind: k, Entry: row.Entry, Word: row.Reason})
	}
}

// claim tells the claimant what was decided and, when the entry is theirs, the others of the team, whose it is too.
func (t *telling) claim() {
	var row struct{ By, State, Reason, DecidedBy, Entry string }
	if !t.row(&row, "SELECT by, state, reason, decided_by, entry FROM claim WHERE id = ?", t.e.Subject) {
		return
	}
	if row.State != "approved" {
		t.add(Notice{Person: row.By, Kind: NotGiven, Entry: row.Entry, Word: row.Reason})
		return
	}
	for _, person := range t.authorsOf(row.Entry) {
		t.add(Notice{Person: person, Kind: Given, Entry: row.Entry, Word: row.Reason})
	}
	if row.DecidedBy == "" { // the roster decided, and the desk has not seen it
		t.keepers(Taken)
	}
}

// keepers tells who brought an entry in, and the secretariat, that a team says it is theirs.
func (t *telling) keepers(k Kind) {
	var claim struct{ Entry, By, Importer string }
	if !t.row(&claim, `SELECT c.entry, c.by, COALESCE((SELECT b.by FROM bulk_row AS r JOIN bulk AS b ON b.id = r.bulk
		WHERE r.entry = c.entry ORDER BY b.created_at, b.id LIMIT 1), '') AS importer FROM claim AS c WHERE c.id = ?`, t.e.Subject) {
		return
	}
	var people []string
	if t.err == nil {
		t.err = t.tx.NewRaw("SELECT person FROM staff_role WHERE role = 'secretariat' ORDER BY person").Scan(t.ctx, &people)
	}
	for _, person := range append(people, claim.Importer) {
		t.once(Notice{Person: person, Kind: k, Entry: claim.Entry, Actor: claim.By})
	}
}

// once tells a person of an entry what they have not been told and not read yet: a reader who corrects sixty pages is one
// word to its authors.
func (t *telling) once(n Notice) {
	var waits struct{ ID string }
	if !t.row(&waits, "SELECT id FROM notice WHERE person = ? AND entry = ? AND kind = ? AND actor = ? AND read_at IS NULL LIMIT 1",
		n.Person, n.Entry, n.Kind, n.Actor) {
		t.add(n)
	}
}
