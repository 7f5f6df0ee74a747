package notify

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/talk"
)

// Follow writes notices for what happens, until ctx ends. letters says whether a mail server stands behind it.
func (s *Service) Follow(ctx context.Context, letters bool) error {
	return event.FollowStored(ctx, s.DB, "notify", func(ctx context.Context, tx db.Tx, events []event.Event) error {
		for _, e := range events {
			if err := tell(ctx, tx, e, letters); err != nil {
				return fmt.Errorf("tell of %s %s: %w", e.Kind, e.Subject, err)
			}
		}
		return nil
	})
}

// tell decides who should hear of an event and writes their notices.
func tell(ctx context.Context, tx db.Tx, e event.Event, letters bool) error {
	to := &telling{ctx: ctx, tx: tx, e: e}
	switch e.Kind {
	case event.PostAdded:
		to.post()
	case event.TopicAnswered:
		to.accepted()
	case event.PostRemoved, event.PostRestored:
		to.postDecided()
	case event.TopicHidden, event.TopicRestored:
		to.topicDecided()
	case event.NoteAdded:
		to.questioned()
	case event.NoteAnswered:
		to.answered()
	case event.AdoptionAdded:
		to.authors(Adopted, e.Subject, e.Actor, "")
	case event.EntryReturned:
		to.authors(Returned, e.Subject, "", "")
	case event.EntryHidden:
		to.authors(Hidden, e.Subject, "", "")
	case event.EntryRestored:
		to.authors(Restored, e.Subject, "", "")
	case event.EntryAudience:
		to.published()
	case event.ApplicationDone:
		to.application()
	case event.FlagDecided:
		to.flag()
	case event.TranscriptProposed:
		to.proposed()
	case event.TranscriptDecided:
		to.transcript()
	case event.ConsentAsked:
		to.consent()
	case event.ConsentAnswered:
		to.consented()
	case event.ClaimMade:
		to.keepers(Claimed)
	case event.ClaimDecided:
		to.claim()
	case event.SearchFound:
		to.found()
	case event.QuestionPassed:
		to.asked()
	default:
		return nil
	}
	if to.err != nil {
		return to.err
	}
	return to.write(letters)
}

// telling gathers the notices of one event. The first reason to tell a person stands.
type telling struct {
	ctx     context.Context
	tx      db.Tx
	e       event.Event
	notices []Notice
	err     error
}

func (t *telling) add(n Notice) {
	if n.Person == "" || n.Person == t.e.Actor && n.Kind != Application {
		return // nobody is told what they did themselves
	}
	for _, have := range t.notices {
		if have.Person == n.Person {
			return
		}
	}
	if n.ID == "" {
		n.ID = db.NewID()
	}
	n.Seq, n.At = t.e.Seq, t.e.At
	t.notices = append(t.notices, n)
}

func (t *telling) row(dest any, query string, args ...any) bool {
	if t.err != nil {
		return false
	}
	err := t.tx.NewRaw(query, args...).Scan(t.ctx, dest)
	if db.IsMissing(err) {
		return false
	}
	t.err = err
	return err == nil
}

// post tells whom a post answers, whom it names, and whose entry or topic it stands beside.
func (t *telling) post() {
	var data struct {
		ReplyTo  string   `json:"reply_to"`
		Mentions []string `json:"mentions"`
		From     string   `json:"from"`
		Reason   string   `json:"reason"`
	}
	if t.err = json.Unmarshal(t.e.Data, &data); t.err != nil {
		return
	}
	if data.From != "" { // it was moved here: nobody said anything new
		t.relocated(data.Reason)
		return
	}
	var topic struct{ Entry, Author, Room string }
	if !t.row(&topic, "SELECT entry, author, room FROM topic WHERE id = ?", t.e.Topic) || topic.Room == talk.PracticeKey {
		return // nobody is told of what somebody tries out
	}
	levels := t.levels()
	about := Notice{Topic: t.e.Topic, Post: t.e.Subject, Entry: topic.Entry, Actor: t.e.Actor}
	to := func(person string, k Kind) {
		if levels[person] == "mute" {
			return
		}
		n := about
		n.Person, n.Kind = person, k
		t.add(n)
	}
	var author struct{ Author string }
	if data.ReplyTo != "" && t.row(&author, "SELECT author FROM post WHERE id = ? AND topic = ?", data.ReplyTo, t.e.Topic) {
		to(author.Author, Reply)
	}
	for _, person := range data.Mentions {
		to(person, Mention)
	}
	owners := []string{topic.Author}
	if topic.Entry != "" {
		owners = t.authorsOf(topic.Entry)
	}
	for _, person := range owners {
		if levels[person] == "" { // it is theirs: they watch it unless they said otherwise
			to(person, Comment)
		}
	}
	t.watchers(about)
}

// accepted tells whose post was chosen as the answer, unless it was taken back before.
func (t *telling) accepted() {
	var data struct{ Post string }
	if t.err = json.Unmarshal(t.e.Data, &data); t.err != nil {
		return
	}
	var row struct{ Author string }
	if t.row(&row, `SELECT p.author FROM post AS p JOIN topic AS t ON t.id = p.topic AND t.answer = p.id WHERE p.id = ? AND t.id = ?`,
		data.Post, t.e.Topic) && t.levels()[row.Author] != "mute" {
		t.add(Notice{Person: row.Author, Kind: Accepted, Topic: t.e.Topic, Post: data.Post, Actor: t.e.Actor})
	}
}

// levels are how closely people follow the topic, of those who do not watch it and said so.
func (t *telling) levels() map[string]string {
	var rows []struct{ Person, Level string }
	if t.err == nil {
		t.err = t.tx.NewRaw(`SELECT person, level FROM topic_level WHERE topic = ? AND level <> 'watch'`, t.e.Topic).Scan(t.ctx, &rows)
	}
	levels := make(map[string]string, len(rows))
	for _, r := range rows {
		levels[r.Person] = r.Level
	}
	return levels
}

// watchers tells who watches the topic and has no unread word of it yet.
func (t *telling) watchers(about Notice) {
	var people []string
	if t.err == nil {
		t.err = t.tx.NewRaw(`SELECT l.person FROM topic_level AS l WHERE l.topic = ? AND l.level = 'watch' AND l.person <> ? AND l.since < ?
			AND NOT EXISTS (SELECT 1 FROM notice AS n WHERE n.person = l.person AND n.topic = l.topic AND n.kind = ? AND n.read_at IS NULL)
			ORDER BY l.person`, t.e.Topic, t.e.Actor, t.e.Seq, Watched).Scan(t.ctx, &people)
	}
	for _, person := range people {
		n := about
		n.Person, n.Kind = person, Watched
		t.add(n)
	}
}

func (t *telling) authorsOf(entry string) (people []string) {
	if t.err == nil {
		t.err = t.tx.NewRaw("SELECT person FROM entry_author WHERE entry = ? ORDER BY position", entry).Scan(t.ctx, &people)
	}
	return people
}

func (t *telling) authors(k Kind, entry, actor, word string) {
	var row struct{ Notes string }
	if k == Returned || k == Hidden {
		if t.row(&row, "SELECT notes FROM entry WHERE id = ?", entry) {
			word = row.Notes
		}
	}
	for _, person := range t.authorsOf(entry) {
		t.add(Notice{Person: person, Kind: k, Entry: entry, Actor: actor, Word: word})
	}
}

// published tells the authors when a decision made their entry public.
func (t *telling) published() {
	var row struct{ Audience string }
	if t.row(&row, "SELECT audience FROM entry WHERE id = ?", t.e.Subject) && row.Audience == "public" {
		t.authors(Published, t.e.Subject, "", "")
	}
}

// postDecided tells an author what the moderators did to a post; what authors do themselves is no news to them.
func (t *telling) postDecided() {
	var row struct{ Author, Reason string }
	if !t.row(&row, "SELECT author, reason FROM post WHERE id = ?", t.e.Subject) {
		return
	}
	k := Hidden
	if t.e.Kind == event.PostRestored {
		k, row.Reason = Restored, ""
	}
	t.add(Notice{Person: row.Author, Kind: k, Topic: t.e.Topic, Post: t.e.Subject, Word: row.Reason})
}

func (t *telling) topicDecided() {
	var row struct{ Author, Entry string }
	if !t.row(&row, "SELECT author, entry FROM topic WHERE id = ?", t.e.Subject) || row.Entry != "" {
		return // a discussion beside an entry goes with it, and its authors hear of the entry
	}
	k := Hidden
	if t.e.Kind == event.TopicRestored {
		k = Restored
	}
	t.add(Notice{Person: row.Author, Kind: k, Topic: t.e.Subject})
}

func (t *telling) application() {
	var row struct{ Person, Reason string }
	if t.row(&row, "SELECT person, reason FROM application WHERE id = ?", t.e.Subject) {
		t.add(Notice{Person: row.Person, Kind: Application, Word: row.Reason})
	}
}

func (t *telling) flag() {
	var row struct{ By, Kind, Subject, Answer string }
	if t.row(&row, "SELECT by, kind, subject, answer FROM flag WHERE id = ?", t.e.Subject) {
		n := Notice{Person: row.By, Kind: FlagDone, Word: row.Answer}
		switch row.Kind {
		case "entry":
			n.Entry = row.Subject
		case "topic":
			n.Topic = row.Subject
		}
		t.add(n)
	}
}

// write inserts what was gathered, and a letter for each person who wants letters at once.
func (t *telling) write(letters bool) error {
	if len(t.notices) == 0 {
		return nil
	}
	for i := range t.notices {
		n := &t.notices[i]
		res, err := t.tx.NewInsert().Model(n).On("CONFLICT DO NOTHING").Exec(t.ctx)
		if err != nil {
			return err
		}
		if made, err := res.RowsAffected(); err != nil || made == 0 || !letters || n.Kind == Watched { // nobody spoke to them: the page says it
			if err != nil {
				return err
			}
			continue
		}
		_, err = t.tx.NewRaw(`INSERT INTO mail (id, notice, person, state, due_at)
			SELECT ?, ?, id, 'waiting', ? FROM person WHERE id = ? AND mail = 'now' AND email <> ''`,
			db.NewID(), n.ID, t.tx.Now, n.Person).Exec(t.ctx)
		if err != nil {
			return err
		}
	}
	return nil
}
