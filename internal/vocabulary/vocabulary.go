// Package vocabulary is what moderators teach the search: near words (近いことば), words that say little, and which words
// were looked for in vain.
//
// The list that comes with the program stays as it is; the table near_word holds only what moderators changed: a row with
// the id of an embedded group stands for that group, any other row is a group of its own. So a new release brings its
// better list to every group that nobody touched. Every node follows the log and reads the table again when it changed;
// the list is used when a query is read, so nothing is indexed again.
package vocabulary

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/search"
)

// Service keeps the words.
type Service struct {
	DB *db.DB
}

// Group is a group of words as the desk shows it.
type Group struct {
	search.Group
	Off       bool
	Own       bool  // no group of the embedded list
	Version   int64 // 0 while nobody changed it
	ChangedBy string
	ChangedAt time.Time
}

type row struct {
	bun.BaseModel `bun:"table:near_word,alias:w"`

	ID        string    `bun:"id,pk"`
	Kind      string    `bun:"kind"`
	Term      string    `bun:"term"`
	Reading   string    `bun:"reading"`
	Near      string    `bun:"near"`
	Weak      string    `bun:"weak"`
	Off       bool      `bun:"off"`
	Version   int64     `bun:"version"`
	ChangedBy string    `bun:"changed_by"`
	ChangedAt time.Time `bun:"changed_at"`
	ByName    string    `bun:"by_name,scanonly"`
}

// Kinds of rows.
const (
	kindGroup = "group"
	kindStop  = "stop"
)

func (r row) group() Group {
	return Group{Group: search.Group{ID: r.ID, Term: r.Term, Reading: r.Reading, Near: lines(r.Near), Weak: lines(r.Weak),
		Stop: r.Kind == kindStop}, Off: r.Off, Own: true, Version: r.Version, ChangedBy: r.ByName, ChangedAt: r.ChangedAt}
}

func lines(s string) []string {
	return slices.DeleteFunc(strings.Split(s, "\n"), func(s string) bool { return s == "" })
}

// all is the embedded list with what moderators changed.
func (s *Service) all(ctx context.Context) ([]Group, error) {
	var rows []row
	err := s.DB.Read().NewSelect().TableExpr("near_word AS w").ColumnExpr("w.*, COALESCE(p.name, '') AS by_name").
		Join("LEFT JOIN person AS p ON p.id = w.changed_by").OrderExpr("w.changed_at DESC, w.id").Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read near words: %w", err)
	}
	changed := map[string]Group{}
	var out []Group
	embedded := search.DefaultGroups()
	for _, r := range rows {
		g := r.group()
		changed[g.ID] = g
		if !slices.ContainsFunc(embedded, func(e search.Group) bool { return e.ID == g.ID }) {
			out = append(out, g)
		}
	}
	for _, e := range embedded {
		g, ok := changed[e.ID]
		if !ok {
			g = Group{Group: e}
		}
		g.Own = false
		out = append(out, g)
	}
	return out, nil
}

// Load is the list in use, ready for the search.
func (s *Service) Load(ctx context.Context) (*search.Vocabulary, error) {
	all, err := s.all(ctx)
	if err != nil {
		return nil, err
	}
	return ready(all), nil
}

func ready(all []Group) *search.Vocabulary {
	var groups []search.Group
	for _, g := range all {
		if !g.Off {
			groups = append(groups, g.Group)
		}
	}
	return search.NewVocabulary(groups)
}

// Follow gives the list to use at once and after every change, until ctx ends: on every node.
func (s *Service) Follow(ctx context.Context, use func(*search.Vocabulary)) error {
	from, _, err := event.Head(ctx, s.DB.Read())
	if err != nil {
		return fmt.Errorf("follow near words: %w", err)
	}
	again := func() error {
		v, err := s.Load(ctx)
		if err == nil {
			use(v)
		}
		return err
	}
	if err := again(); err != nil {
		return err
	}
	return event.Follow(ctx, s.DB, "vocabulary", from, func(_ context.Context, events []event.Event) error {
		if !slices.ContainsFunc(events, func(e event.Event) bool { return e.Kind == event.VocabularyChanged }) {
			return nil
		}
		return again()
	})
}

func forbidden() error {
	return apperr.New(apperr.Forbidden, "この操作は運営の人だけができます。必要なときは運営に相談してください。")
}
