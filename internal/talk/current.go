package talk

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/event"
)

// Current is how things stand now, for frames that go to every reader of their topics: nothing that only some may see
// is in it.
type Current struct {
	posts  map[string]*View
	lines  map[at]*View // in place of posts that were moved away
	topics map[string]*Topic
}

type at struct {
	topic string
	n     int64 // of the event that added the post
}

// Current reads what events are about as it stands now.
func (s *Service) Current(ctx context.Context, events []event.Event) (*Current, error) {
	c := &Current{posts: map[string]*View{}, lines: map[at]*View{}, topics: map[string]*Topic{}}
	var posts, topics []string
	seen := map[string]bool{}
	once := func(list []string, id string) []string { // only what is read counts: a topic's other events come first
		if seen[id] {
			return list
		}
		seen[id] = true
		return append(list, id)
	}
	for _, e := range events {
		if e.Topic == "" {
			continue
		}
		switch e.Kind {
		case event.PostAdded, event.PostEdited, event.PostRemoved, event.PostRestored, event.PostReacted,
			event.PostMoved, event.PostTouched, event.PollChanged:
			posts = once(posts, e.Subject)
		case event.TopicAnswered, event.TopicChanged, event.TopicMerged:
			topics = once(topics, e.Topic)
		}
	}
	if err := s.currentPosts(ctx, c, posts, events); err != nil {
		return nil, err
	}
	if len(topics) == 0 {
		return c, nil
	}
	var rows []Topic
	if err := s.DB.Read().NewSelect().Model(&rows).Where("t.id IN (?)", bun.List(topics)).Scan(ctx); err != nil {
		return nil, err
	}
	for i := range rows {
		c.topics[rows[i].ID] = &rows[i]
	}
	return c, nil
}

func (s *Service) currentPosts(ctx context.Context, c *Current, ids []string, events []event.Event) error {
	if len(ids) == 0 {
		return nil
	}
	r := s.DB.Read()
	posts, err := s.views(ctx, r, access.Viewer{}, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("p.id IN (?)", bun.List(ids)) })
	if err != nil {
		return err
	}
	for i := range posts {
		c.posts[posts[i].ID] = &posts[i]
	}
	var away []string
	for _, e := range events {
		if p := c.posts[e.Subject]; p != nil && e.Kind == event.PostAdded && !here(p, e) {
			away = append(away, p.ID)
		}
	}
	if len(away) == 0 {
		return nil
	}
	lines, err := s.views(ctx, r, access.Viewer{}, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("p.moved <> ''").Where("p.moved IN (?)", bun.List(away))
	})
	for i := range lines {
		c.lines[at{lines[i].Topic, lines[i].N}] = &lines[i]
	}
	return err
}

// here tells whether a post still stands where it stood when the event happened: it may have been moved since.
func here(p *View, e event.Event) bool { return p.Topic == e.Topic && p.N <= e.N }

// Post is what an event's frame shows: the post, the line that stands in its place where it was moved away, or nothing.
func (c *Current) Post(e event.Event) *View {
	p := c.posts[e.Subject]
	switch {
	case p == nil:
		return nil
	case here(p, e):
		return p
	case e.Kind == event.PostAdded:
		return c.lines[at{e.Topic, e.N}]
	}
	return nil
}

// Topic is the topic that an event is about; nil for other events.
func (c *Current) Topic(e event.Event) *Topic {
	if e.Subject != e.Topic {
		return nil
	}
	return c.topics[e.Topic]
}
