package talk

import (
	"context"
	"fmt"
	"slices"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
)

// Reaction is one of the three short answers to a post.
type Reaction string

// The reactions (contract §1).
const (
	Useful Reaction = "useful" // 参考になった
	Thanks Reaction = "thanks" // ありがとう
	UsToo  Reaction = "ustoo"  // うちも
)

// Reactions lists them in the order of the page.
var Reactions = []Reaction{Useful, Thanks, UsToo}

// Word is the reaction on its button.
func (r Reaction) Word() string {
	return map[Reaction]string{Useful: "参考になった", Thanks: "ありがとう", UsToo: "うちも"}[r]
}

// React sets or takes back the viewer's reaction to a post. Doing it twice changes nothing.
func (s *Service) React(ctx context.Context, v access.Viewer, id string, r Reaction, on bool) (Change, error) {
	if !slices.Contains(Reactions, r) {
		return Change{}, apperr.Missing()
	}
	return s.change(ctx, v, id, func(ctx context.Context, tx db.Tx, p *Post) ([]*event.Event, error) {
		if p.State != access.Published {
			return nil, gone()
		}
		changed, err := react(ctx, tx, v, p, r, on)
		if err != nil || !changed {
			return nil, err
		}
		if r == Useful {
			p.Useful--
			if on {
				p.Useful += 2
			}
			if err := update(ctx, tx, p, "useful"); err != nil {
				return nil, err
			}
		}
		e := event.Event{Kind: event.PostReacted}.With(struct {
			Reaction Reaction `json:"reaction"`
			On       bool     `json:"on"`
			Useful   int64    `json:"useful"`
		}{r, on, p.Useful})
		return []*event.Event{&e}, nil
	})
}

func react(ctx context.Context, tx db.Tx, v access.Viewer, p *Post, r Reaction, on bool) (changed bool, err error) {
	q := tx.NewRaw("DELETE FROM post_reaction WHERE post = ? AND person = ? AND reaction = ?", p.ID, v.Person, r)
	if on {
		q = tx.NewRaw(`INSERT INTO post_reaction (post, person, reaction, at) VALUES (?, ?, ?, ?)
			ON CONFLICT (post, person, reaction) DO NOTHING`, p.ID, v.Person, r, tx.Now)
	}
	res, err := q.Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("react to post %s: %w", p.ID, err)
	}
	n, err := res.RowsAffected()
	return n > 0, err
}
