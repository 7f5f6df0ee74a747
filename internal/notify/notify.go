// Package notify tells people what concerns them: in the page, and by letter when a mail server is configured.
//
// It follows the log, one node at a time; a notice and the checkpoint are written in one transaction, and an event tells
// a person once however often it is handled. A notice keeps only where to look. What it may say is decided when it is
// read: access is asked again, and a thing that is no longer for the person is neither shown nor counted.
package notify

import (
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/db"
)

// Kind says why somebody is told.
type Kind string

// The kinds of notices.
const (
	Reply       Kind = "reply"       // somebody answered one's post
	Mention     Kind = "mention"     // somebody named one in a post
	Comment     Kind = "comment"     // somebody posted beside one's entry, or in one's topic
	Watched     Kind = "watched"     // somebody posted in a topic that one watches; one notice until it is read
	Accepted    Kind = "accepted"    // one's post was chosen as the answer to a question
	Adopted     Kind = "adopted"     // another municipality took one's practice up
	Application Kind = "application" // one's application was decided
	Given       Kind = "given"       // an imported entry is one's own now
	NotGiven    Kind = "not_given"   // one's claim was declined
	Claimed     Kind = "claimed"     // a team says that what one brought in is theirs
	Taken       Kind = "taken"       // … and by the roster it is
	Proposed    Kind = "proposed"    // a reader proposes the text of one's sheet
	Returned    Kind = "returned"    // the moderators gave one's entry back with a word
	Hidden      Kind = "hidden"      // the moderators took one's entry, topic or post out of sight
	Restored    Kind = "restored"    // … and put it back
	Published   Kind = "published"   // one's entry became public
	FlagDone    Kind = "flag"        // what became of the flag that one raised
	Corrected   Kind = "corrected"   // the text that one proposed for a page was taken
	Declined    Kind = "declined"    // … or was not
	Found       Kind = "found"       // something is new to a search that one keeps; one notice until it is read
	Relocated   Kind = "relocated"   // the moderators moved one's posts to another topic
	Consent     Kind = "consent"     // somebody asks whether one's posts may go elsewhere
	Consented   Kind = "consented"   // … and an author has answered
	Asked       Kind = "asked"       // a question is near to what one wrote
	Questioned  Kind = "questioned"  // somebody pinned a question to one's sheet
	Answered    Kind = "answered"    // the team answered the question that one pinned
)

// Notice is one word to one person.
type Notice struct {
	bun.BaseModel `bun:"table:notice,alias:n"`

	ID     string     `bun:"id,pk"`
	Person string     `bun:"person"`
	Seq    int64      `bun:"seq"`
	Kind   Kind       `bun:"kind"`
	Entry  string     `bun:"entry"`
	Topic  string     `bun:"topic"`
	Post   string     `bun:"post"`
	Search string     `bun:"search"` // the saved search of Found
	Ask    string     `bun:"ask"`    // the question to the person
	Actor  string     `bun:"actor"`
	Word   string     `bun:"word"`
	At     time.Time  `bun:"at"`
	ReadAt *time.Time `bun:"read_at"`
}

// Item is a notice with what its reader may know of it.
type Item struct {
	Notice
	ActorName         string
	ActorMunicipality string // code
	Title             string // of the entry or topic; the name of the saved search
	EntryKind         string
	Number            int64  // of the post
	Excerpt           string // of the post
	Hits              int    // how much is new to the saved search
}

// Service keeps notices.
type Service struct {
	DB *db.DB
}
