package notify

import (
	"context"
	"fmt"

	"github.com/manetomo/manetomo/internal/access"
)

// Target is a kind of page to which notices lead (Item.Path).
type Target string

// The targets. A saved search is none of them: its page marks what is new by itself, when it has been seen.
const (
	OfTopic       Target = "topic"   // with its posts, wherever they stood when it was told
	OfRoom        Target = "room"    // by the room's key
	OfSession     Target = "session" // a poster session
	OfEntry       Target = "entry"   // with the discussion and the notes beside it
	OfAsk         Target = "ask"
	OfApplication Target = "application" // whose is asked only once: it needs no id
	OfList        Target = "list"        // of what leads nowhere else
)

var openedBy = map[Target]string{
	OfTopic:       "ask = '' AND (topic = ?0 OR post IN (SELECT id FROM post WHERE topic = ?0))",
	OfRoom:        "ask = '' AND topic IN (SELECT id FROM topic WHERE room = ?0)",
	OfSession:     "ask = '' AND topic IN (SELECT id FROM topic WHERE room = 'session-' || ?0)",
	OfEntry:       "ask = '' AND entry = ?0",
	OfAsk:         "ask = ?0",
	OfApplication: "kind = 'application'",
	OfList:        "kind <> 'application' AND ask = '' AND search = '' AND topic = '' AND entry = ''",
}

// Opened marks what a person was told of a thing as read, when they open it. Most of the time nothing waits, and nothing
// is written.
func (s *Service) Opened(ctx context.Context, v access.Viewer, what Target, id string) error {
	if !v.SignedIn() {
		return nil
	}
	which := "(" + openedBy[what] + ")"
	waits, err := s.DB.Read().NewSelect().Table("notice").Where("person = ?", v.Person).Where("read_at IS NULL").Where(which, id).Exists(ctx)
	if err != nil {
		return fmt.Errorf("look for notices of %s %s: %w", what, id, err)
	}
	if !waits {
		return nil
	}
	return s.markRead(ctx, v, which, id)
}
