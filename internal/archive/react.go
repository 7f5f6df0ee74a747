package archive

import (
	"context"
	"fmt"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
)

// Reacted is what a reaction comes to.
type Reacted struct {
	On     bool
	Useful int   // how many found the entry useful
	Seq    int64 // 0 when it was so before
}

// React sets a reaction of the viewer or takes it back. Setting it twice is setting it once.
func (s *Service) React(ctx context.Context, v access.Viewer, id string, reaction Reaction, on bool) (Reacted, error) {
	if !reaction.Valid() {
		return Reacted{}, apperr.Missing()
	}
	var out Reacted
	err := s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		h, err := hold(ctx, tx, v, id)
		if err != nil {
			return err
		}
		if !v.CanWrite() {
			return cannotWrite(v)
		}
		if h.State == access.Draft {
			return apperr.New(apperr.Forbidden, "下書きにはまだ反応できません。公開すると、読んだ人が反応できます。")
		}
		out = Reacted{On: on, Useful: h.Useful}
		changed, err := setReaction(ctx, tx, v.Person, id, reaction, on)
		if err != nil || !changed {
			return err
		}
		if reaction == Useful {
			out.Useful += map[bool]int{true: 1, false: -1}[on]
			if _, err := tx.NewRaw(`UPDATE entry SET useful = ? WHERE id = ?`, out.Useful, id).Exec(ctx); err != nil {
				return fmt.Errorf("count the reactions to entry %s: %w", id, err)
			}
		}
		ev := event.Event{Kind: event.EntryReacted, Subject: id, Actor: v.Person}.With(map[string]any{
			"reaction": reaction, "on": on, "useful": out.Useful})
		out.Seq, err = appendEvents(ctx, tx, []*event.Event{&ev})
		return err
	})
	return out, err
}

func setReaction(ctx context.Context, tx db.Tx, person, entry string, reaction Reaction, on bool) (changed bool, err error) {
	q := tx.NewRaw(`DELETE FROM entry_reaction WHERE entry = ? AND person = ? AND reaction = ?`, entry, person, reaction)
	if on {
		q = tx.NewRaw(`INSERT INTO entry_reaction (entry, person, reaction, at) VALUES (?, ?, ?, ?)
			ON CONFLICT (entry, person, reaction) DO NOTHING`, entry, person, reaction, tx.Now)
	}
	res, err := q.Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("react to entry %s: %w", entry, err)
	}
	n, err := res.RowsAffected()
	return n > 0, err
}
