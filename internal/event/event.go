// Package event keeps the log: one row for every change that a person can see, appended in the transaction that makes
// the change, as its last statement.
//
// What stays true: seq is gapless in the order of commits on both databases, since it comes from a counter row that
// the transaction holds from here to its end; n is gapless within a topic. Followers read the log from their own
// checkpoint, may see an event twice and must not mind, and never miss one. Nothing is ever called from a service to
// make something else happen: it appends an event, and whoever cares follows.
package event

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/db"
)

// Kind says what happened.
type Kind string

// Every kind of event. Subject is the id of the thing in the kind's first word, unless the comment says otherwise.
const (
	EntryPublished Kind = "entry.published" // sent when a draft or a returned entry is published for the first time or again
	EntryRevised   Kind = "entry.revised"   // sent when the text, facts or themes of a published entry change
	EntryAudience  Kind = "entry.audience"  // sent when an entry's audience or review state changes
	EntryReturned  Kind = "entry.returned"  // sent when a moderator gives it back with notes
	EntryHidden    Kind = "entry.hidden"    // sent when a moderator takes it out of sight
	EntryRestored  Kind = "entry.restored"  // sent when a moderator puts it back
	EntryWithdrawn Kind = "entry.withdrawn" // sent when its authors take it back
	EntryFlagged   Kind = "entry.flagged"   // sent when its flagged mark is set or cleared
	FollowUpAdded  Kind = "entry.followup"  // sent when その後 is added; data: {"follow_up": id}
	AdoptionAdded  Kind = "entry.adoption"  // sent when うちでもやってみた is added; data: {"adoption": id}
	EntryReacted   Kind = "entry.reaction"  // sent when a reaction is set or taken back; data: {"reaction", "on", "useful"}

	FileAttached Kind = "file.attached" // sent when a file is kept; data: {"entry": id}
	FileReady    Kind = "file.ready"    // sent when its pages and pictures are there, and again when text was read off its pictures; data: {"entry": id}
	FileFailed   Kind = "file.failed"   // sent when it could not be read; data: {"entry": id}
	FileRemoved  Kind = "file.removed"  // sent when its authors take it out; data: {"entry": id}

	TranscriptProposed Kind = "transcript.proposed" // sent when a reader proposes a page's text; data: {"entry": id}
	TranscriptDecided  Kind = "transcript.decided"  // sent when the desk took or declined it; data: {"entry": id}

	ClaimMade    Kind = "claim.made"    // sent when somebody says that an imported entry is theirs and the desk must decide; subject: the claim
	ClaimDecided Kind = "claim.decided" // sent when it is decided, by the desk or by the roster

	RoomMade      Kind = "topic.room"     // sent when a room gets its standing conversation: nobody said anything yet
	TopicOpened   Kind = "topic.opened"   // sent when a topic of its own is opened, or an entry gets its discussion; data: {"pass"?: the search that found nothing}
	TopicChanged  Kind = "topic.changed"  // sent when title, themes or question mark change
	TopicAudience Kind = "topic.audience" // sent when who may read it changes; readers are asked again
	TopicHidden   Kind = "topic.hidden"   // sent when a moderator takes it out of sight
	TopicRestored Kind = "topic.restored" // sent when a moderator puts it back

	TopicAnswered Kind = "topic.answered" // sent when a post becomes the question's answer or is none any more; data: {"post", "on"}
	TopicMerged   Kind = "topic.merged"   // sent when its posts went to another topic for good; data: {"to"}

	PostAdded    Kind = "post"     // sent when a post is added; data: {"number", "reply_to"?, "mentions"?, "from"?: the topic that it was moved from}
	PostEdited   Kind = "edit"     // sent when its author changes it
	PostRemoved  Kind = "remove"   // sent when its author or a moderator takes it out; data: {"by": author|moderator}
	PostRestored Kind = "restore"  // sent when it is put back
	PostReacted  Kind = "reaction" // sent when a reaction is set or taken back; data: {"reaction", "on", "useful"}
	PostFlagged  Kind = "post.flagged"
	PostsCleared Kind = "cleared" // sent when old posts of the practice room are deleted; data: {"number": the last of them}

	NoteAdded    Kind = "note"          // sent when somebody pins a note to a sheet; its topic is the discussion beside the sheet
	NoteChanged  Kind = "note.changed"  // sent when its text or its answer changes
	NoteAnswered Kind = "note.answered" // sent when the sheet's team answers a question for the first time
	NoteRemoved  Kind = "note.removed"  // sent when its author or a moderator takes it out

	SessionChanged Kind = "session" // sent when a poster session is planned, changed, moved on, paused or ended; its topic is its own
	PostMoved      Kind = "moved"   // sent to the topic that a post left; subject: the line in its place; data: {"number", "post", "to"}
	PostTouched    Kind = "touch"   // sent when what a post quotes, answers or shows beside its text changes
	PollChanged    Kind = "poll"    // sent when somebody votes or the poll is closed; subject: its post

	ConsentAsked    Kind = "consent.asked"    // sent when authors are asked whether their words may go elsewhere; subject: the ask
	ConsentAnswered Kind = "consent.answered" // sent when an author has answered; subject: the ask; data: {"yes", "no"}

	PersonAdmitted  Kind = "person.admitted"  // sent when somebody becomes a member; data: {"by": invitation|roster|application}
	PersonChanged   Kind = "person.changed"   // sent when name, place or words about oneself change
	PersonRoles     Kind = "person.roles"     // sent when roles, teams or cohorts change: access is asked again
	PersonSuspended Kind = "person.suspended" // sent when a suspension is set or lifted
	PersonSignedOut Kind = "person.signedout" // sent when sessions were ended: open sockets are asked again
	ApplicationMade Kind = "application.made" // sent when somebody applies
	ApplicationDone Kind = "application.done" // sent when it is decided; data: {"person", "decision", "reason"}
	RosterImported  Kind = "roster.imported"  // sent when a roster was imported; subject: the import
	InvitationMade  Kind = "invitation.made"  // sent when a one-use link is made or called back

	FlagRaised  Kind = "flag.raised"
	FlagDecided Kind = "flag.decided" // data: {"kind", "subject", "decision"}

	CollectionChanged Kind = "collection.changed" // sent when a collection or its order changes, or it is published

	SearchFound       Kind = "search.found"       // sent when something new stands in a saved search; subject: the search
	QuestionPassed    Kind = "question.passed"    // sent when people were found who may know an answer; subject: the topic; data: {"people"}
	VocabularyChanged Kind = "vocabulary.changed" // sent when a moderator changes near words; every node reads them again
)

// Event is one row of the log.
type Event struct {
	bun.BaseModel `bun:"table:event"`

	Seq     int64           `bun:"seq,pk"`
	Kind    Kind            `bun:"kind"`
	Subject string          `bun:"subject"`
	Topic   string          `bun:"topic"` // whose readers get it live
	N       int64           `bun:"n"`     // gapless within the topic
	Actor   string          `bun:"actor"`
	Data    json.RawMessage `bun:"data,type:jsonb"`
	At      time.Time       `bun:"at"`
}

// With returns the event with data, which must be something that encoding/json can write.
func (e Event) With(data any) Event {
	b, err := json.Marshal(data)
	if err != nil {
		panic(fmt.Sprintf("event %s: %v", e.Kind, err)) // a programming fault: data is made from our own types
	}
	e.Data = b
	return e
}

// Made is what a request's first write made, kept with its Idempotency-Key.
type Made struct {
	Kind    Kind            `json:"kind"`
	Subject string          `json:"subject"`
	Topic   string          `json:"topic,omitempty"`
	N       int64           `json:"n,omitempty"`
	Seq     int64           `json:"seq"`
	Data    json.RawMessage `json:"data,omitempty"`
}

// Append writes the events of one act and fills in their seq and n. It must be the last statement of the transaction:
// other writers wait from here to the commit. Topics are counted in the order of their ids, so that two acts over
// several topics cannot wait for each other.
func Append(ctx context.Context, tx db.Tx, events ...*Event) error {
	if err := countTopics(ctx, tx, events); err != nil {
		return err
	}
	var last int64
	err := tx.NewRaw("UPDATE log_head SET seq = seq + ? WHERE id = 1 RETURNING seq", len(events)).Scan(ctx, &last)
	if err != nil {
		return fmt.Errorf("append to the log: %w", err)
	}
	for i, e := range events {
		e.Seq = last - int64(len(events)) + int64(i) + 1
		e.At = tx.Now
		if e.Data == nil {
			e.Data = json.RawMessage("{}")
		}
	}
	if _, err := tx.NewInsert().Model(&events).Exec(ctx); err != nil {
		return fmt.Errorf("append to the log: %w", err)
	}
	first := events[0]
	made, err := json.Marshal(Made{first.Kind, first.Subject, first.Topic, first.N, first.Seq, first.Data})
	if err != nil {
		return err
	}
	if err := db.Note(ctx, tx, string(made)); err != nil {
		return fmt.Errorf("note what was made: %w", err)
	}
	if tx.Postgres {
		_, err = tx.NewRaw("SELECT pg_notify(?, '')", db.Channel).Exec(ctx)
	}
	return err
}

// Hold takes a topic's head until the transaction ends and returns its n: whoever holds it adds the next event. Every
// write of a topic begins with it, so two writers of one topic never wait for each other crosswise.
func Hold(ctx context.Context, tx db.Tx, topic string) (n int64, err error) {
	err = tx.NewRaw("UPDATE topic_head SET n = n WHERE topic = ? RETURNING n", topic).Scan(ctx, &n)
	if err != nil {
		return 0, fmt.Errorf("hold topic %s: %w", topic, err)
	}
	return n, nil
}

func countTopics(ctx context.Context, tx db.Tx, events []*Event) error {
	sorted := slices.DeleteFunc(slices.Clone(events), func(e *Event) bool { return e.Topic == "" })
	slices.SortStableFunc(sorted, func(a, b *Event) int { return strings.Compare(a.Topic, b.Topic) })
	for _, e := range sorted {
		err := tx.NewRaw(`INSERT INTO topic_head (topic, n) VALUES (?, 1)
			ON CONFLICT (topic) DO UPDATE SET n = topic_head.n + 1 RETURNING n`, e.Topic).Scan(ctx, &e.N)
		if err != nil {
			return fmt.Errorf("count topic %s: %w", e.Topic, err)
		}
	}
	return nil
}
