package talk

import (
	"context"
	"fmt"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
)

// Level is how closely somebody follows a topic.
type Level string

// The levels. Whoever opens a topic or posts into it watches it until they say otherwise; everybody else is at Normal.
const (
	Watch  Level = "watch"  // 見守る: told of every post, once until they look
	Normal Level = "normal" // ふつう: told of answers and of being named
	Mute   Level = "mute"   // 知らせない: told of nothing, and it does not count as unread
)

// Levels lists them in the order of the page.
var Levels = []Level{Watch, Normal, Mute}

// Word is the level on its button.
func (l Level) Word() string {
	return map[Level]string{Watch: "見守る", Normal: "ふつう", Mute: "知らせない"}[l]
}

// Meaning says what follows from a level.
func (l Level) Meaning() string {
	return map[Level]string{Watch: "新しい投稿があると知らせます", Normal: "返信と、名前をあげられたときに知らせます",
		Mute: "この話し合いからは知らせません。未読にも数えません"}[l]
}

// SetLevel says how closely the viewer follows a topic. It appends no event: nobody else sees it.
func (s *Service) SetLevel(ctx context.Context, v access.Viewer, topic string, l Level) error {
	if l.Word() == "" {
		return apperr.At("level", "お知らせの受け取り方を、見守る・ふつう・知らせないから選んでください。")
	}
	if _, err := s.Find(ctx, v, topic); err != nil {
		return err
	}
	if err := mayWrite(v); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(`INSERT INTO topic_level (person, topic, level, since)
			SELECT ?, ?, ?, seq FROM log_head WHERE id = 1
			ON CONFLICT (person, topic) DO UPDATE SET level = excluded.level, since = excluded.since`, v.Person, topic, l).Exec(ctx)
		if err != nil {
			return fmt.Errorf("set the level of topic %s: %w", topic, err)
		}
		return nil
	})
}

// watchOwn lets whoever writes into a topic watch it, unless they have said how they follow it.
func watchOwn(ctx context.Context, tx db.Tx, person, topic string) error {
	_, err := tx.NewRaw(`INSERT INTO topic_level (person, topic, level, since)
		SELECT ?, ?, ?, seq FROM log_head WHERE id = 1 ON CONFLICT (person, topic) DO NOTHING`, person, topic, Watch).Exec(ctx)
	if err != nil {
		return fmt.Errorf("watch topic %s: %w", topic, err)
	}
	return nil
}
