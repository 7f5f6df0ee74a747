package watch

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/search"
)

// Follow tells people what is new to their saved searches and passes questions on, until ctx ends.
func (s *Service) Follow(ctx context.Context) error {
	return event.FollowPrepared(ctx, s.DB, "watch", func(ctx context.Context, events []event.Event) (event.Make, error) {
		found, err := s.found(ctx, events)
		if err != nil {
			return nil, fmt.Errorf("look at saved searches: %w", err)
		}
		asked, err := s.passed(ctx, events)
		if err != nil {
			return nil, fmt.Errorf("look for people who know: %w", err)
		}
		return func(ctx context.Context, tx db.Tx) error { return tell(ctx, tx, found, asked) }, nil
	})
}

// pair is a thing that is new to a search.
type pair struct {
	search, thing string
	seq           int64
}

// tell keeps what is new and appends an event for each search that has something, and those that pass questions on.
func tell(ctx context.Context, tx db.Tx, found []pair, asked []*event.Event) error {
	events := asked
	for _, p := range found {
		res, err := tx.NewRaw(`INSERT INTO saved_hit (search, thing, seq) SELECT id, ?, ? FROM saved_search WHERE id = ?
			ON CONFLICT DO NOTHING`, p.thing, p.seq, p.search).Exec(ctx)
		if err != nil {
			return fmt.Errorf("keep what is new to search %s: %w", p.search, err)
		}
		n, err := res.RowsAffected()
		if err != nil {
			return err
		}
		told := slices.ContainsFunc(events, func(e *event.Event) bool { return e.Subject == p.search })
		if n > 0 && !told {
			events = append(events, &event.Event{Kind: event.SearchFound, Subject: p.search})
		}
	}
	if len(events) == 0 {
		return nil
	}
	return event.Append(ctx, tx, events...)
}

// thing is an entry or a topic that something happened to.
type thing struct {
	first  int64           // position of the log at which it was first published
	last   int64           // … and of what happened now
	actors map[string]bool // who did it
	people map[string]bool // whose it is
}

// found gives what the events brought that is new to somebody's search.
func (s *Service) found(ctx context.Context, events []event.Event) ([]pair, error) {
	things, docs, err := s.things(ctx, events)
	if err != nil || len(docs) == 0 {
		return nil, err
	}
	first := int64(0)
	for _, t := range things {
		first = max(first, t.first)
	}
	m, err := s.Index.Matcher(ctx, docs)
	if err != nil {
		return nil, err
	}
	defer m.Close()
	var out []pair
	viewers := map[string]access.Viewer{}
	err = s.searches(ctx, func(rows []Saved) error {
		for _, row := range rows {
			if row.Since >= first {
				continue // everything here is older than the search
			}
			ids, err := s.matches(ctx, m, row, viewers)
			if err != nil {
				return err
			}
			for _, id := range ids {
				if t := things[id]; t.isNews(row) {
					out = append(out, pair{row.ID, id, t.last})
				}
			}
		}
		return nil
	})
	return out, err
}

// isNews tells whether a thing that matches is worth a word: it came after the search was kept, and others did it.
func (t *thing) isNews(to Saved) bool {
	onlySelf := len(t.actors) == 1 && t.actors[to.Person]
	return t.first > to.Since && !t.people[to.Person] && !onlySelf
}

// matches asks one saved search, with the eyes of its person. Most find nothing whoever looks, and then nobody's
// rights need to be read.
func (s *Service) matches(ctx context.Context, m *search.Matcher, row Saved, viewers map[string]access.Viewer) ([]string, error) {
	values, err := url.ParseQuery(row.Address)
	if err != nil {
		return nil, nil // it was made by Encode; another program's row finds nothing
	}
	req := search.ReadRequest(values)
	if any, err := m.Any(ctx, req); err != nil || !any {
		return nil, err
	}
	v, ok := viewers[row.Person]
	if !ok {
		if v, err = s.Viewer(ctx, row.Person); err != nil {
			return nil, err
		}
		viewers[row.Person] = v
	}
	if !v.Member {
		return nil, nil
	}
	return m.Matches(ctx, v, req)
}

// things gives the entries and topics that the events are about, with their documents: no discussion beside an entry,
// which is no news of its own, and nothing when nobody keeps a search.
func (s *Service) things(ctx context.Context, events []event.Event) (map[string]*thing, []search.Document, error) {
	entries, topics := map[string]*thing{}, map[string]*thing{}
	var talk []event.Event
	for _, e := range events {
		switch e.Kind {
		case event.EntryPublished, event.EntryRevised, event.EntryAudience, event.EntryRestored, event.FollowUpAdded, event.AdoptionAdded:
			note(entries, e.Subject, e)
		case event.FileReady:
			var data struct{ Entry string }
			if err := json.Unmarshal(e.Data, &data); err != nil {
				return nil, nil, fmt.Errorf("event %d: %w", e.Seq, err)
			}
			note(entries, data.Entry, e)
		case event.TopicOpened, event.TopicChanged, event.TopicAudience, event.TopicRestored, event.PostAdded, event.PostEdited, event.PostRestored:
			note(topics, e.Topic, e)
			talk = append(talk, e)
		}
	}
	if len(entries)+len(topics) == 0 {
		return nil, nil, nil
	}
	var some []string
	if err := s.DB.Read().NewRaw("SELECT id FROM saved_search LIMIT 1").Scan(ctx, &some); err != nil {
		return nil, nil, fmt.Errorf("look for saved searches: %w", err)
	}
	if len(some) == 0 {
		return nil, nil, nil
	}
	return s.load(ctx, entries, topics, talk)
}

func note(things map[string]*thing, id string, e event.Event) {
	t := things[id]
	if t == nil {
		t = &thing{actors: map[string]bool{}, people: map[string]bool{}}
		things[id] = t
	}
	t.actors[e.Actor], t.last = true, e.Seq
}

// load reads what the things are and whose, and drops those that cannot be found. Of a topic it reads what is new: its title
// and the posts about those that came.
func (s *Service) load(ctx context.Context, entries, topics map[string]*thing, talk []event.Event) (map[string]*thing, []search.Document, error) {
	var rows []struct {
		ID, Person string
		First      int64
	}
	q := s.DB.Read().NewRaw(`SELECT e.id, e.published_seq AS first, COALESCE(a.person, '') AS person
			FROM entry AS e LEFT JOIN entry_author AS a ON a.entry = e.id WHERE e.id IN (?)
		UNION ALL SELECT t.id, COALESCE(v.seq, 0), t.author
			FROM topic AS t LEFT JOIN event AS v ON v.topic = t.id AND v.n = 1 WHERE t.id IN (?) AND t.entry = ''`,
		bun.List(keys(entries)), bun.List(keys(topics)))
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, nil, fmt.Errorf("read what happened to entries and topics: %w", err)
	}
	all := maps.Clone(entries)
	maps.Copy(all, topics)
	known := map[string]*thing{}
	for _, r := range rows {
		t := all[r.ID]
		t.first, t.people[r.Person] = r.First, true
		known[r.ID] = t
	}
	from := search.Rows{DB: s.DB}
	docs, err := from.Entries(ctx, keys(entries))
	if err != nil {
		return nil, nil, err
	}
	more, err := from.Talk(ctx, talk)
	if err != nil {
		return nil, nil, err
	}
	docs = slices.DeleteFunc(append(docs, more...), func(d search.Document) bool { return known[cmp.Or(d.Of, d.ID)] == nil })
	return known, docs, nil
}

// keys gives the ids, and never an empty list, which SQL's IN does not take.
func keys(things map[string]*thing) []string {
	if len(things) == 0 {
		return []string{""}
	}
	return slices.Collect(maps.Keys(things))
}
