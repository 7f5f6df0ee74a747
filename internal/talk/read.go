package talk

import (
	"context"
	"fmt"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
)

// Read says how far a person has read a topic. It only grows and appends no event: nobody else sees it.
type Read struct {
	Person, Topic string
	N             int64
}

// MarkRead moves the viewer's mark in a topic to n, or leaves it when it stands further on.
func (s *Service) MarkRead(ctx context.Context, v access.Viewer, topic string, n int64) error {
	if _, err := s.Find(ctx, v, topic); err != nil {
		return err
	}
	return s.KeepReads(ctx, []Read{{v.Person, topic, n}})
}

// KeepReads stores marks of people who were let in already: the live channel gathers them.
func (s *Service) KeepReads(ctx context.Context, reads []Read) error {
	return s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		for _, r := range reads {
			if err := keepRead(ctx, tx, r); err != nil {
				return err
			}
		}
		return nil
	})
}

// keepRead never marks what has not happened yet: n is at most the topic's head.
func keepRead(ctx context.Context, tx db.Tx, r Read) error {
	_, err := tx.NewRaw(`INSERT INTO read_mark (person, topic, n, number)
		SELECT ?, h.topic, CASE WHEN h.n < ? THEN h.n ELSE ? END,
			COALESCE((SELECT p.number FROM post p WHERE p.topic = h.topic AND p.n <= ? ORDER BY p.n DESC LIMIT 1), 0)
		FROM topic_head h WHERE h.topic = ? AND EXISTS (SELECT 1 FROM topic t WHERE t.id = h.topic)
		ON CONFLICT (person, topic) DO UPDATE SET n = excluded.n, number = excluded.number WHERE excluded.n > read_mark.n`,
		r.Person, r.N, r.N, r.N, r.Topic).Exec(ctx)
	if err != nil {
		return fmt.Errorf("keep read mark: %w", err)
	}
	return nil
}

// readOwn moves the mark of a post's author over the post, when they had read everything before it.
func readOwn(ctx context.Context, tx db.Tx, p *Post) error {
	_, err := tx.NewRaw("UPDATE read_mark SET n = ?, number = ? WHERE person = ? AND topic = ? AND number = ?",
		p.N, p.Number, p.Author, p.Topic, p.Number-1).Exec(ctx)
	if err == nil && p.Number == 1 {
		_, err = tx.NewRaw(`INSERT INTO read_mark (person, topic, n, number) VALUES (?, ?, ?, 1)
			ON CONFLICT (person, topic) DO NOTHING`, p.Author, p.Topic, p.N).Exec(ctx)
	}
	if err != nil {
		return fmt.Errorf("mark own post read: %w", err)
	}
	return nil
}
