package talk

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
)

// Gate decides for many viewers at once who may read a topic as it stood when the gate was made.
type Gate struct {
	N       int64 // the topic's head at that moment
	thing   access.Thing
	authors []string
}

// Gate reads what decides about a topic, whoever asks. It must not reach a person: LetsIn answers for them.
func (s *Service) Gate(ctx context.Context, topic string) (*Gate, error) {
	var g Gate
	err := s.DB.Snapshot(ctx, func(ctx context.Context, r bun.IDB) error {
		var t Topic
		err := r.NewSelect().Model(&t).Where("t.id = ?", topic).Scan(ctx)
		if db.IsMissing(err) {
			return apperr.Missing()
		}
		if err != nil {
			return fmt.Errorf("read topic %s: %w", topic, err)
		}
		if g.N, err = event.TopicHead(ctx, r, topic); err != nil {
			return err
		}
		g.thing = access.Thing{State: t.State, Flagged: t.Flagged,
			Audience: access.Audience{Rung: t.Audience, Cohort: t.Cohort, Team: t.Team}}
		g.authors = []string{t.Author}
		if t.Entry == "" {
			return nil
		}
		var more []string
		err = r.NewSelect().Table("entry_author").Column("person").Where("entry = ?", t.Entry).Scan(ctx, &more)
		g.authors = append(g.authors, more...)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &g, nil
}

// LetsIn tells whether the viewer may read the topic: the same answer as a page gives.
func (g *Gate) LetsIn(v access.Viewer) bool {
	t := g.thing
	t.Author = v.Person != "" && slices.Contains(g.authors, v.Person)
	return v.CanTalk() && v.CanRead(t)
}
