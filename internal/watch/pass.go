package watch

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/theme"
	"github.com/manetomo/manetomo/search"
)

// Bounds of passing questions on: nobody is to feel chased.
const (
	mostPeople  = 10                 // for one question
	mostAWeek   = 2                  // questions for one person
	week        = 7 * 24 * time.Hour // counted back from the question
	entriesEach = 20                 // looked at, by words, by town and by theme
)

// passed finds, for each question that its author wants passed on, the people who wrote something near.
func (s *Service) passed(ctx context.Context, events []event.Event) ([]*event.Event, error) {
	var out []*event.Event
	for _, e := range events {
		var data struct{ Pass *string }
		if e.Kind != event.TopicOpened || json.Unmarshal(e.Data, &data) != nil || data.Pass == nil {
			continue
		}
		people, err := s.knowing(ctx, e.Topic, *data.Pass, e.At)
		if err != nil {
			return nil, fmt.Errorf("question %s: %w", e.Topic, err)
		}
		if len(people) > 0 {
			passed := event.Event{Kind: event.QuestionPassed, Subject: e.Topic, Actor: e.Actor}.With(map[string][]string{"people": people})
			out = append(out, &passed)
		}
	}
	return out, nil
}

// question is what is asked, as far as it helps to find people.
type question struct {
	ID, Title, Themes, Audience, Cohort, Team, Author string
}

// knowing gives those who wrote what is nearest to a question: by its words first, then from the towns that the search
// named, then about its themes. They may read the question, want to be asked, and were not asked too often.
func (s *Service) knowing(ctx context.Context, topic, about string, at time.Time) ([]string, error) {
	var q question
	err := s.DB.Read().NewRaw(`SELECT id, title, themes, audience, cohort, team, author FROM topic
		WHERE id = ? AND state = 'published' AND question`, topic).Scan(ctx, &q)
	if db.IsMissing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	asker, err := s.Viewer(ctx, q.Author)
	if err != nil {
		return nil, err
	}
	entries, err := s.near(ctx, asker, q, about)
	if err != nil || len(entries) == 0 {
		return nil, err
	}
	var rows []struct{ Entry, Person string }
	err = s.DB.Read().NewRaw(`SELECT a.entry, a.person FROM entry_author AS a JOIN person AS p ON p.id = a.person
		WHERE a.entry IN (?) AND p.member AND p.asked AND p.id <> ?
			AND (SELECT COUNT(*) FROM notice AS n WHERE n.person = p.id AND n.kind = 'asked' AND n.at > ?) < ?
		ORDER BY a.position, a.person`, bun.List(entries), q.Author, at.Add(-week), mostAWeek).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read authors: %w", err)
	}
	slices.SortStableFunc(rows, func(a, b struct{ Entry, Person string }) int {
		return slices.Index(entries, a.Entry) - slices.Index(entries, b.Entry)
	})
	audience := access.Audience{Rung: access.Rung(q.Audience), Cohort: q.Cohort, Team: q.Team}
	var people []string
	for _, r := range rows {
		if len(people) == mostPeople {
			break
		}
		if slices.Contains(people, r.Person) {
			continue
		}
		v, err := s.Viewer(ctx, r.Person)
		if err != nil {
			return nil, err
		}
		if v.InAudience(audience) {
			people = append(people, r.Person)
		}
	}
	return people, nil
}

// near gives entries near to a question that its author may read, the nearest first.
func (s *Service) near(ctx context.Context, asker access.Viewer, q question, about string) ([]string, error) {
	values, err := url.ParseQuery(about)
	if err != nil {
		values = nil // a question without its search
	}
	req := search.ReadRequest(values)
	text := q.Title
	if req.Text != "" {
		text = req.Text
	}
	found, err := s.Index.Search(ctx, asker, search.Request{Text: text, Per: entriesEach})
	if err != nil {
		return nil, err
	}
	var out []string
	for _, h := range found.Hits {
		if h.Kind != "topic" {
			out = append(out, h.ID)
		}
	}
	towns, themes := req.Filters["municipality"], themesOf(q.Themes, req.Filters["theme"])
	for _, by := range []struct {
		values []string
		where  string
	}{{towns, "e.municipality IN (?)"}, {themes, "EXISTS (SELECT 1 FROM entry_theme AS t WHERE t.entry = e.id AND t.theme IN (?))"}} {
		if len(by.values) == 0 {
			continue
		}
		var ids []string
		sel := s.DB.Read().NewSelect().TableExpr("entry AS e").Column("e.id").Where("e.state IN ('published', 'review')").
			Where(by.where, bun.List(by.values)).OrderExpr("e.published_seq DESC").Limit(entriesEach)
		sel = asker.Readable(sel, access.Columns{Alias: "e"})
		if err := sel.Scan(ctx, &ids); err != nil {
			return nil, fmt.Errorf("read entries of towns and themes: %w", err)
		}
		out = append(out, ids...)
	}
	return out, nil
}

// themesOf are the themes of a question and of its search, with those below them.
func themesOf(joined string, more []string) []string {
	var out []string
	for _, id := range append(strings.Split(joined, ","), more...) {
		if _, ok := theme.Get(id); ok {
			out = append(out, theme.Within(id)...)
		}
	}
	return out
}
