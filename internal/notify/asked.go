package notify

// consent asks authors whether their posts may go elsewhere.
func (t *telling) consent() {
	var people []string
	if t.err == nil {
		t.err = t.tx.NewRaw("SELECT DISTINCT author FROM ask_post WHERE ask = ? AND answer = '' ORDER BY author", t.e.Subject).Scan(t.ctx, &people)
	}
	var ask struct{ Topic, Reason string }
	if !t.row(&ask, "SELECT topic, reason FROM ask WHERE id = ?", t.e.Subject) {
		return
	}
	for _, person := range people {
		t.add(Notice{Person: person, Kind: Consent, Topic: ask.Topic, Ask: t.e.Subject, Actor: t.e.Actor, Word: ask.Reason})
	}
}

// consented tells who asked that an author has answered.
func (t *telling) consented() {
	var ask struct{ By, Topic string }
	if t.row(&ask, "SELECT by, topic FROM ask WHERE id = ?", t.e.Subject) {
		t.add(Notice{Person: ask.By, Kind: Consented, Topic: ask.Topic, Ask: t.e.Subject, Actor: t.e.Actor})
	}
}

// relocated tells an author that the moderators moved their post, once for all that went to the same topic until they
// have read it.
func (t *telling) relocated(reason string) {
	var post struct{ Author string }
	if !t.row(&post, `SELECT p.author FROM post AS p WHERE p.id = ? AND NOT EXISTS
		(SELECT 1 FROM notice AS n WHERE n.person = p.author AND n.topic = ? AND n.kind = ? AND n.read_at IS NULL)`,
		t.e.Subject, t.e.Topic, Relocated) {
		return
	}
	t.add(Notice{Person: post.Author, Kind: Relocated, Topic: t.e.Topic, Post: t.e.Subject, Word: reason})
}
