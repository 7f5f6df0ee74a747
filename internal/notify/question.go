package notify

// questioned tells the authors of a sheet that a question was pinned to it. A note that asks nothing tells nobody: a
// session brings dozens.
func (t *telling) questioned() {
	var row struct {
		Entry, Author string
		Question      bool
	}
	if !t.row(&row, "SELECT entry, author, question FROM note WHERE id = ?", t.e.Subject) || !row.Question {
		return
	}
	for _, person := range t.authorsOf(row.Entry) {
		t.add(Notice{Person: person, Kind: Questioned, Entry: row.Entry, Topic: t.e.Topic, Actor: row.Author})
	}
}

// answered tells who asked that the sheet's team has answered.
func (t *telling) answered() {
	var row struct{ Entry, Author string }
	if t.row(&row, "SELECT entry, author FROM note WHERE id = ?", t.e.Subject) {
		t.add(Notice{Person: row.Author, Kind: Answered, Entry: row.Entry, Topic: t.e.Topic, Actor: t.e.Actor})
	}
}
