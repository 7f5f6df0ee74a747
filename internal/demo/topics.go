package demo

import (
	"context"
	"fmt"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/talk"
)

// openTopics opens the discussions of content/topics and writes their answers.
func (w *work) openTopics(ctx context.Context) error {
	all, err := discussions()
	if err != nil {
		return err
	}
	for _, d := range all {
		if err := w.openTopic(ctx, d); err != nil {
			return fmt.Errorf("%s: %w", d.name, err)
		}
	}
	return nil
}

func (w *work) openTopic(ctx context.Context, d discussion) error {
	id, posts, err := w.findTopic(ctx, d)
	if err != nil {
		return err
	}
	if id == "" {
		v, err := w.as(ctx, d.facts["author"])
		if err != nil {
			return err
		}
		opened, err := w.Talk.Open(ctx, v, d.topic())
		if err != nil {
			return err
		}
		id, posts = opened.ID, 1
	}
	w.topics[d.name] = id
	for i, a := range d.answers {
		if int64(i)+2 <= posts { // its number: the opening is 1
			continue
		}
		if err := w.answer(ctx, id, a); err != nil {
			return err
		}
	}
	return nil
}

// findTopic looks for the topic that an earlier run opened, and how many posts it has.
func (w *work) findTopic(ctx context.Context, d discussion) (id string, posts int64, err error) {
	var rows []struct {
		ID    string
		Posts int64
	}
	err = w.DB.Read().NewSelect().Table("topic").Column("id", "posts").Where("title = ?", d.facts["title"]).
		Where("sample").Order("id").Limit(1).Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return "", 0, err
	}
	return rows[0].ID, rows[0].Posts, nil
}

func (d discussion) topic() talk.NewTopic {
	return talk.NewTopic{Title: d.facts["title"], Body: d.body, Themes: listOf(d.facts["themes"]),
		Question: d.facts["question"] == "yes", Sample: true,
		Audience: access.Audience{Rung: access.Rung(d.facts["audience"]), Cohort: d.facts["cohort"]}}
}

func (w *work) answer(ctx context.Context, topic string, a answer) error {
	v, err := w.as(ctx, a.author)
	if err != nil {
		return err
	}
	p := talk.NewPost{Body: a.body}
	if a.reply > 0 {
		_, before, err := w.Talk.Posts(ctx, v, topic, a.reply-1, 1)
		if err != nil {
			return err
		}
		for _, b := range before {
			p.ReplyTo = b.ID
		}
	}
	_, err = w.Talk.Post(ctx, v, topic, p)
	return err
}
