package talk

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
)

// MayAccept tells whether the viewer says which post answers the topic's question: who asked, and moderators.
func (t *Topic) MayAccept(v access.Viewer) bool {
	return t.Question && t.State == access.Published && v.CanWrite() && (t.Author == v.Person || v.CanModerate())
}

// Accept says that a post answers its topic's question, or that it does so no more. One post at most does; another one
// takes its place.
func (s *Service) Accept(ctx context.Context, v access.Viewer, id string, on bool) (Change, error) {
	return s.change(ctx, v, id, func(ctx context.Context, tx db.Tx, p *Post) ([]*event.Event, error) {
		t := &Topic{ID: p.Topic}
		if err := tx.NewSelect().Model(t).WherePK().Scan(ctx); err != nil {
			return nil, fmt.Errorf("read topic %s: %w", p.Topic, err)
		}
		switch {
		case !t.Question:
			return nil, apperr.New(apperr.Invalid, "質問ではないので、答えを選べません。質問にしてから選んでください。")
		case !t.MayAccept(v):
			return nil, apperr.New(apperr.Forbidden, "答えを選べるのは、質問した人と運営です。役に立ったことは「参考になった」で伝えられます。")
		case on && p.State != access.Published:
			return nil, gone()
		case on && p.Number == 1:
			return nil, apperr.New(apperr.Invalid, "質問そのものは答えにできません。返信から選んでください。")
		case on == (t.Answer == p.ID):
			return nil, nil
		}
		answer := ""
		if on {
			answer = p.ID
		}
		return answered(ctx, tx, t.ID, p.ID, answer)
	})
}

// answered keeps which post answers a topic's question, none when answer is empty, and makes the event.
func answered(ctx context.Context, tx db.Tx, topic, post, answer string) ([]*event.Event, error) {
	if _, err := tx.NewRaw("UPDATE topic SET answer = ? WHERE id = ?", answer, topic).Exec(ctx); err != nil {
		return nil, fmt.Errorf("keep the answer of topic %s: %w", topic, err)
	}
	e := event.Event{Kind: event.TopicAnswered, Subject: topic}.With(struct {
		Post string `json:"post"`
		On   bool   `json:"on"`
	}{post, answer != ""})
	return []*event.Event{&e}, nil
}

// SetQuestion marks a topic of its own as a question, or takes the mark away. Who opened it may, and moderators.
func (s *Service) SetQuestion(ctx context.Context, v access.Viewer, topic string, on bool) (Change, error) {
	if err := mayWrite(v); err != nil {
		return Change{}, err
	}
	var out Change
	err := s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		n, err := hold(ctx, tx, topic)
		if err != nil {
			return err
		}
		t, err := find(ctx, tx, v, topic)
		switch {
		case err != nil:
			return err
		case t.Entry != "":
			return apperr.New(apperr.Invalid, "レポートやポスターの話し合いは、質問にできません。新しく質問を書いてください。")
		case t.Author != v.Person && !v.CanModerate():
			return apperr.New(apperr.Forbidden, "質問にできるのは、書いた人と運営です。")
		case t.Question == on:
			out.N = n
			out.Seq, _, err = event.Head(ctx, tx)
			return err
		}
		if _, err := tx.NewRaw("UPDATE topic SET question = ? WHERE id = ?", on, topic).Exec(ctx); err != nil {
			return fmt.Errorf("mark topic %s as a question: %w", topic, err)
		}
		e := &event.Event{Kind: event.TopicChanged, Subject: topic, Topic: topic, Actor: v.Person}
		if err := event.Append(ctx, tx, e); err != nil {
			return err
		}
		out = Change{e.N, e.Seq}
		return nil
	})
	return out, err
}

// AnswerOf reads the post that answers a topic's question; nil while none does, or when it does not stand there.
func (s *Service) AnswerOf(ctx context.Context, v access.Viewer, topic string) (*Topic, *View, error) {
	t, err := s.Find(ctx, v, topic)
	if err != nil {
		return nil, nil, err
	}
	a, err := s.answerOf(ctx, s.DB.Read(), v, t)
	return t, a, err
}

func (s *Service) answerOf(ctx context.Context, r selector, v access.Viewer, t *Topic) (*View, error) {
	if !t.Question || t.Answer == "" {
		return nil, nil
	}
	posts, err := s.views(ctx, r, v, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("p.id = ?", t.Answer).Where("p.topic = ?", t.ID).Where("p.state = ?", access.Published)
	})
	if err != nil || len(posts) == 0 {
		return nil, err
	}
	return &posts[0], nil
}
