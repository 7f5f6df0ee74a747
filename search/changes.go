package search

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/event"
)

// Changes is what a part of the log changes in the index.
type Changes struct {
	Docs  []Document
	Gone  []string // ids of what is not to be found any more
	Whole []string // topics of which no other parts are there than those among Docs
	Seq   int64    // the position after it
}

// Changes gives what the events behind a position change, some hundred events at a time.
func (r Rows) Changes(ctx context.Context, after int64) (Changes, error) {
	const batch = 256
	events, err := event.After(ctx, r.DB, after, batch)
	if err != nil || len(events) == 0 {
		return Changes{Seq: after}, err
	}
	return r.changes(ctx, events)
}

func (r Rows) changes(ctx context.Context, events []event.Event) (Changes, error) {
	c := Changes{Seq: events[len(events)-1].Seq}
	t, err := r.touched(ctx, events)
	if err != nil {
		return c, err
	}
	for topic := range t.topics {
		c.Whole = append(c.Whole, topic)
		delete(t.parts, topic)
	}
	if c.Docs, err = r.topicParts(ctx, t.parts); err != nil {
		return c, err
	}
	for _, kind := range []struct {
		ids  map[string]bool
		load func(context.Context, []string) ([]Document, error)
	}{{t.entries, r.Entries}, {t.topics, r.Topics}, {t.collections, r.Collections}} {
		if len(kind.ids) == 0 {
			continue
		}
		docs, err := kind.load(ctx, slices.Collect(maps.Keys(kind.ids)))
		if err != nil {
			return c, err
		}
		c.Docs = append(c.Docs, docs...)
		for _, d := range docs {
			delete(kind.ids, d.ID)
		}
		c.Gone = slices.AppendSeq(c.Gone, maps.Keys(kind.ids)) // asked for, and not there
	}
	return c, nil
}

// touched is what a batch of events is about.
type touched struct {
	entries, topics, collections map[string]bool
	parts                        map[string]touchedParts // by topic
}

// touchedParts are the parts of a topic in which something happened, and the last event of the topic that is known of.
type touchedParts struct {
	parts map[int]bool
	n     int64
}

// touched gives what events are about.
func (r Rows) touched(ctx context.Context, events []event.Event) (touched, error) {
	t := touched{map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]touchedParts{}}
	var talk []event.Event
	var people, moved, noted []string
	for _, e := range events {
		switch e.Kind {
		case event.NoteAdded, event.NoteChanged, event.NoteAnswered, event.NoteRemoved: // on a sheet: its discussion's posts stay as they are
			noted = append(noted, e.Topic)
			continue
		case event.EntryPublished, event.EntryRevised, event.EntryAudience, event.EntryReturned, event.EntryHidden,
			event.EntryRestored, event.EntryWithdrawn:
			t.entries[e.Subject] = true
			moved = append(moved, e.Subject) // its readers may be others now
		case event.FollowUpAdded, event.AdoptionAdded, event.EntryReacted:
			t.entries[e.Subject] = true
		case event.FileAttached, event.FileReady, event.FileFailed, event.FileRemoved, event.TranscriptDecided:
			var data struct{ Entry string }
			if err := json.Unmarshal(e.Data, &data); err != nil {
				return t, fmt.Errorf("event %d: %w", e.Seq, err)
			}
			t.entries[data.Entry] = true
		case event.TopicOpened, event.TopicChanged, event.TopicAudience, event.TopicHidden, event.TopicRestored:
			t.topics[e.Subject] = true
			noted = append(noted, e.Subject) // notes go with the discussion
		case event.CollectionChanged:
			t.collections[e.Subject] = true
		case event.PersonChanged:
			people = append(people, e.Subject)
		}
		if e.Topic != "" {
			talk = append(talk, e)
		}
	}
	if err := r.talked(ctx, t, talk); err != nil {
		return t, err
	}
	// a person's name stands on what they wrote, and the word about an entry in a collection is for its readers
	if err := r.also(ctx, t.entries, "SELECT DISTINCT entry FROM entry_author WHERE person IN (?)", people); err != nil {
		return t, err
	}
	if err := r.also(ctx, t.entries, "SELECT entry FROM topic WHERE id IN (?) AND entry <> ''", noted); err != nil {
		return t, err
	}
	return t, r.also(ctx, t.collections, "SELECT DISTINCT collection FROM collection_item WHERE entry IN (?)", moved)
}

// talked notes which parts of topics events are about. What is about a post concerns its part only; anything else, also
// of a kind that is not known here, and a post that stands in another topic by now, concerns the whole topic.
func (r Rows) talked(ctx context.Context, t touched, events []event.Event) error {
	if len(events) == 0 {
		return nil
	}
	subjects := make([]string, len(events))
	for i, e := range events {
		subjects[i] = e.Subject
	}
	var rows []struct {
		ID, Topic string
		Number    int64
	}
	if err := r.DB.Read().NewRaw("SELECT id, topic, number FROM post WHERE id IN (?)", bun.List(subjects)).Scan(ctx, &rows); err != nil {
		return fmt.Errorf("read what posts are touched: %w", err)
	}
	type place struct {
		topic string
		part  int
		first bool
	}
	at := map[string]place{}
	for _, row := range rows {
		at[row.ID] = place{row.Topic, partOf(row.Number), row.Number == 1}
	}
	for _, e := range events {
		p := at[e.Subject]
		if p.topic != e.Topic || p.first { // with its first post a topic begins to be found
			t.topics[e.Topic] = true
			if p.topic != "" {
				t.topics[p.topic] = true
			}
			continue
		}
		parts := t.parts[e.Topic]
		if parts.parts == nil {
			parts.parts = map[int]bool{}
		}
		parts.parts[p.part], parts.n = true, max(parts.n, e.N)
		t.parts[e.Topic] = parts
	}
	return nil
}

// also adds the ids that a query gives for others.
func (r Rows) also(ctx context.Context, to map[string]bool, query string, of []string) error {
	if len(of) == 0 {
		return nil
	}
	var ids []string
	if err := r.DB.Read().NewRaw(query, bun.List(of)).Scan(ctx, &ids); err != nil {
		return fmt.Errorf("read what a change touches: %w", err)
	}
	for _, id := range ids {
		to[id] = true
	}
	return nil
}
