package talk

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
)

// EntryTopic is what the discussion beside an archive entry takes from it. The entry's service hands it over inside
// its own transaction, so that no moment shows the discussion to more people than the entry.
type EntryTopic struct {
	Entry    string
	Title    string
	Themes   []string
	State    access.State
	Audience access.Audience // the entry's; the topic's is never wider than members
	Author   string
	Sample   bool
}

// OpenForEntry makes the entry's discussion. The caller keeps the id and appends the event with its own.
func OpenForEntry(ctx context.Context, tx db.Tx, e EntryTopic) (topic string, ev *event.Event, err error) {
	topic = db.NewID()
	_, err = tx.NewRaw(`
		INSERT INTO topic (id, entry, title, themes, state, audience, cohort, team, author, sample, created_at, last_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		topic, e.Entry, e.Title, strings.Join(e.Themes, ","), stateBeside(e.State), e.rung(), e.Audience.Cohort,
		e.Audience.Team, e.Author, e.Sample, tx.Now, tx.Now).Exec(ctx)
	if err != nil {
		return "", nil, fmt.Errorf("open the topic of entry %s: %w", e.Entry, err)
	}
	return topic, &event.Event{Kind: event.TopicOpened, Subject: topic, Topic: topic, Actor: e.Author}, nil
}

// FollowEntry gives the entry's discussion the entry's title, themes, audience and state, and returns the events that
// tell its readers, none when nothing changed. The caller appends them with its own.
func FollowEntry(ctx context.Context, tx db.Tx, e EntryTopic, actor string) ([]*event.Event, error) {
	var old struct {
		ID       string
		Title    string
		Themes   string
		State    access.State
		Audience access.Rung
		Cohort   string
		Team     string
	}
	err := tx.NewSelect().Table("topic").Column("id", "title", "themes", "state", "audience", "cohort", "team").
		Where("entry = ?", e.Entry).Apply(forUpdate(tx)).Scan(ctx, &old)
	if db.IsMissing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the topic of entry %s: %w", e.Entry, err)
	}
	themes, state := strings.Join(e.Themes, ","), stateBeside(e.State)
	_, err = tx.NewRaw(`UPDATE topic SET title = ?, themes = ?, state = ?, audience = ?, cohort = ?, team = ? WHERE id = ?`,
		e.Title, themes, state, e.rung(), e.Audience.Cohort, e.Audience.Team, old.ID).Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("let topic %s follow entry %s: %w", old.ID, e.Entry, err)
	}
	var evs []*event.Event
	tell := func(k event.Kind) {
		evs = append(evs, &event.Event{Kind: k, Subject: old.ID, Topic: old.ID, Actor: actor})
	}
	if old.Title != e.Title || old.Themes != themes {
		tell(event.TopicChanged)
	}
	switch {
	case old.State == access.Published && state != access.Published:
		tell(event.TopicHidden)
	case old.State != access.Published && state == access.Published:
		tell(event.TopicRestored)
	case old.Audience != e.rung() || old.Cohort != e.Audience.Cohort || old.Team != e.Audience.Team:
		tell(event.TopicAudience)
	}
	return evs, nil
}

func (e EntryTopic) rung() access.Rung { return access.Narrower(e.Audience.Rung, access.Members) }

// stateBeside is the topic's state beside an entry in the given state: in sight while the entry is.
func stateBeside(s access.State) access.State {
	switch s {
	case access.Published, access.Review:
		return access.Published
	case access.Withdrawn:
		return access.Withdrawn
	}
	return access.Hidden
}

// forUpdate holds a row from here to the end of the transaction where writers run beside each other.
func forUpdate(tx db.Tx) func(*bun.SelectQuery) *bun.SelectQuery {
	return func(q *bun.SelectQuery) *bun.SelectQuery {
		if tx.Postgres {
			q = q.For("UPDATE")
		}
		return q
	}
}
