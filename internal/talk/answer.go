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

// MayAsk tells whether the viewer says that a topic of its own is a question, or none: who opened it, and moderators.
func (t *Topic) MayAsk(v access.Viewer) bool {
	return t.Entry == "" && t.State == access.Published && v.CanWrite() && (t.Author == v.Person || v.CanModerate())
}

// MayAccept tells whether the viewer says which post answers the topic's question.
func (t *Topic) MayAccept(v access.Viewer) bool { return t.Question && t.MayAsk(v) }

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

// SetQuestion marks a topic of its own as a question, or takes the mark away, and with it the answer: a question asked
// again later starts without one. Who opened the topic may, and moderators.
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
		case !t.MayAsk(v):
			return apperr.New(apperr.Forbidden, "質問かどうかを決められるのは、書いた人と運営です。")
		case t.Merged != "":
			return apperr.New(apperr.Conflict, "この話し合いは、ほかの話し合いと1つになりました。続きの話し合いで選んでください。")
		case t.Question == on:
			out.N = n
			out.Seq, _, err = event.Head(ctx, tx)
			return err
		}
		var events []*event.Event
		if t.Answer != "" {
			if events, err = answered(ctx, tx, topic, t.Answer, ""); err != nil {
				return err
			}
		}
		if _, err := tx.NewRaw("UPDATE topic SET question = ? WHERE id = ?", on, topic).Exec(ctx); err != nil {
			return fmt.Errorf("mark topic %s as a question: %w", topic, err)
		}
		events = append(events, &event.Event{Kind: event.TopicChanged, Subject: topic})
		for _, e := range events {
			e.Topic, e.Actor = topic, v.Person
		}
		if err := event.Append(ctx, tx, events...); err != nil {
			return err
		}
		last := events[len(events)-1]
		out = Change{last.N, last.Seq}
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
