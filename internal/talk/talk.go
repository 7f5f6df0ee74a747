// Package talk keeps discussions: topics of their own, the topic that stands beside each archive entry, their posts,
// reactions and how far each person has read.
//
// What stays true: post numbers are gapless within a topic; every change that a reader sees appends its event with the
// topic set, as the last statement, while the topic's head is held, so post.n is the n of the event that added it.
// A topic is never wider than members. What a viewer may not read is missing for them. Old text is kept at each edit;
// a removed post keeps its number and loses its text for everybody but its author and the moderators who hid it.
//
// Functions that take a Tx belong to another noun's act (an entry's publishing, a moderator's decision): they write
// rows and return the events, which the caller appends together with its own.
package talk

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/file"
)

// Limits of talk (contract §5).
const (
	MaxPost       = 20_000           // characters
	postsAMinute  = 30               // per account
	freeEdit      = 30 * time.Minute // an edit within it leaves no mark
	undoTime      = 15 * time.Second // the page offers ten seconds; the rest is the way here
	maxThemes     = 5
	maxMentions   = 20
	postsPerPage  = 30
	topicsPerPage = 20
)

// Service is the way in.
type Service struct {
	DB    *db.DB
	Files *file.Service // keeps what posts bring along; not needed by who only reads posts
}

// Topic is a discussion.
type Topic struct {
	bun.BaseModel `bun:"table:topic,alias:t"`

	ID        string       `bun:"id,pk"`
	Entry     string       `bun:"entry"` // the entry it stands beside, if any
	Title     string       `bun:"title"`
	Themes    Themes       `bun:"themes"`
	Question  bool         `bun:"question"`
	State     access.State `bun:"state"`
	Audience  access.Rung  `bun:"audience"`
	Cohort    string       `bun:"cohort"`
	Team      string       `bun:"team"`
	Flagged   bool         `bun:"flagged"`
	Author    string       `bun:"author"`
	Posts     int64        `bun:"posts"`
	Sample    bool         `bun:"sample"`
	CreatedAt time.Time    `bun:"created_at"`
	LastSeq   int64        `bun:"last_seq"`
	LastAt    time.Time    `bun:"last_at"`
	Room      string       `bun:"room"`   // the key of the room whose standing conversation it is
	Swept     int64        `bun:"swept"`  // number of the last post that was cleared away (practice.go)
	Answer    string       `bun:"answer"` // the post that answers the question, if the asker has said so
	Merged    string       `bun:"merged"` // the topic that its posts went to
}

// Standing is how many numbers there are whose posts have not been cleared away.
func (t *Topic) Standing() int64 { return t.Posts - t.Swept }

// MovedAway is the state of the line that stands where a post was before it was moved to another topic.
const MovedAway access.State = "moved"

// Change is what a write answers: the topic's n and the log's seq of its event.
type Change struct {
	N   int64
	Seq int64
}

// selector is where rows are looked up: the database, a snapshot or a transaction.
type selector interface{ NewSelect() *bun.SelectQuery }

// authors is true for a topic of the viewer's own, and for the topic beside an entry of theirs.
const authors = "? IN (SELECT t.author UNION ALL SELECT a.person FROM entry_author a WHERE a.entry = t.entry)"

// readable adds the condition under which the viewer may read topic t.
func readable(v access.Viewer, q *bun.SelectQuery) *bun.SelectQuery {
	if !v.CanTalk() {
		return q.Where("1 = 0")
	}
	return v.Readable(q, access.Columns{Alias: "t", Authors: authors})
}

// find reads a topic that the viewer may read; anything else is missing.
func find(ctx context.Context, r selector, v access.Viewer, id string) (*Topic, error) {
	var t Topic
	err := readable(v, r.NewSelect().Model(&t).Where("t.id = ?", id)).Scan(ctx)
	if db.IsMissing(err) {
		return nil, apperr.Missing()
	}
	if err != nil {
		return nil, fmt.Errorf("read topic %s: %w", id, err)
	}
	return &t, nil
}

// Find reads a topic that the viewer may read.
func (s *Service) Find(ctx context.Context, v access.Viewer, id string) (*Topic, error) {
	return find(ctx, s.DB.Read(), v, id)
}

// hold is event.Hold for a topic that may not exist.
func hold(ctx context.Context, tx db.Tx, topic string) (n int64, err error) {
	if n, err = event.Hold(ctx, tx, topic); db.IsMissing(err) {
		return 0, apperr.Missing()
	}
	return n, err
}

// mayWrite refuses who may not talk at all, and who may only read.
func mayWrite(v access.Viewer) error {
	switch {
	case !v.CanTalk():
		return apperr.Missing()
	case !v.CanWrite():
		return apperr.New(apperr.Forbidden, "このトークンでは書きこめません。設定で、書きこみのできるトークンを作ってください。")
	}
	return nil
}

// Themes are ids of themes; the table keeps them in one text, separated by commas.
type Themes []string

// Scan reads the table's text.
func (t *Themes) Scan(src any) error {
	var s string
	switch v := src.(type) {
	case string:
		s = v
	case []byte:
		s = string(v)
	case nil:
	default:
		return fmt.Errorf("themes: cannot read %T", src)
	}
	*t = nil
	if s != "" {
		*t = strings.Split(s, ",")
	}
	return nil
}

// Value writes the table's text.
func (t Themes) Value() (driver.Value, error) { return strings.Join(t, ","), nil }
