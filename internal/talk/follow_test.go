package talk_test

import (
	"context"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/testkit"
)

// act runs f in a transaction and appends what it returns, as the caller's noun does.
func act(t *testing.T, d *db.DB, f func(ctx context.Context, tx db.Tx) ([]*event.Event, error)) (kinds []event.Kind) {
	t.Helper()
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		events, err := f(ctx, tx)
		if err != nil || len(events) == 0 {
			return err
		}
		for _, e := range events {
			kinds = append(kinds, e.Kind)
		}
		return event.Append(ctx, tx, events...)
	})
	if err != nil {
		t.Fatal(err)
	}
	return kinds
}

func TestDiscussionFollowsItsEntry(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := &talk.Service{DB: d}
		author, other := member(t, d, "hanako", "見本 花子"), member(t, d, "taro", "例示 太郎")
		e := talk.EntryTopic{Entry: "entry1", Title: "窓口の改善", State: access.Published,
			Audience: access.Audience{Rung: access.Public}, Author: author.Person}
		var id string
		act(t, d, func(ctx context.Context, tx db.Tx) (events []*event.Event, err error) {
			id, events, err = talk.OpenForEntry(ctx, tx, e)
			return events, err
		})
		if _, err := s.Page(t.Context(), access.Viewer{}, id, 0); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("a visitor reads the discussion of a public entry: %v", err)
		}
		if rows, _, _ := s.List(t.Context(), other, talk.Filter{}); len(rows) != 0 {
			t.Error("a discussion without a post stands in the list")
		}
		post(t, s, other, id, "質問です")
		follow := func(change func(*talk.EntryTopic)) []event.Kind {
			change(&e)
			return act(t, d, func(ctx context.Context, tx db.Tx) ([]*event.Event, error) { return talk.FollowEntry(ctx, tx, e) })
		}
		for _, step := range []struct {
			name   string
			change func(*talk.EntryTopic)
			want   []event.Kind
			reads  bool
		}{
			{"何も変わらない", func(*talk.EntryTopic) {}, nil, true},
			{"題名とテーマ", func(e *talk.EntryTopic) { e.Title, e.Themes = "窓口", []string{"people"} }, []event.Kind{event.TopicChanged}, true},
			{"チームだけに", func(e *talk.EntryTopic) { e.Audience = access.Audience{Rung: access.Team, Team: "t1"} }, []event.Kind{event.TopicAudience}, false},
			{"会員に戻す", func(e *talk.EntryTopic) { e.Audience = access.Audience{Rung: access.Members} }, []event.Kind{event.TopicAudience}, true},
			{"見えなくする", func(e *talk.EntryTopic) { e.State = access.Hidden }, []event.Kind{event.TopicHidden}, false},
			{"戻す", func(e *talk.EntryTopic) { e.State = access.Published }, []event.Kind{event.TopicRestored}, true},
			{"取り下げ", func(e *talk.EntryTopic) { e.State = access.Withdrawn }, []event.Kind{event.TopicHidden}, false},
		} {
			got := follow(step.change)
			if len(got) != len(step.want) || len(got) > 0 && got[0] != step.want[0] {
				t.Errorf("%s: events %v, want %v", step.name, got, step.want)
			}
			if _, err := s.Page(t.Context(), other, id, 0); (err == nil) != step.reads {
				t.Errorf("%s: another member reads it: %v, want %v", step.name, err == nil, step.reads)
			}
		}
	})
}

func TestModeratorHidesAndRestoresAPost(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := &talk.Service{DB: d}
		author, other := member(t, d, "hanako", "見本 花子"), member(t, d, "taro", "例示 太郎")
		id := opened(t, s, author, talk.NewTopic{Title: "題", Body: "一"})
		p := post(t, s, author, id, "見えなくなる文")
		ref := talk.Ref{Kind: "post", ID: p.ID}
		hide := func(ctx context.Context, tx db.Tx) ([]*event.Event, error) {
			return talk.Hide(ctx, tx, ref, "moderator", "個人名があります")
		}
		if got := act(t, d, hide); len(got) != 1 || got[0] != event.PostRemoved {
			t.Fatalf("Hide = %v", got)
		}
		if got := act(t, d, hide); len(got) != 0 {
			t.Errorf("hiding twice made %v", got)
		}
		if _, view, err := s.PostOf(t.Context(), other, p.ID); err != nil || view.Shown() || view.Body != "" || view.Reason != "" {
			t.Errorf("another member sees the hidden post: %+v, %v", view, err)
		}
		if _, view, err := s.PostOf(t.Context(), author, p.ID); err != nil || !view.Shown() || view.Reason == "" {
			t.Errorf("its author does not see post and reason: %+v, %v", view, err)
		}
		about := event.Event{Kind: event.PostRemoved, Subject: p.ID, Topic: id, N: p.N}
		current, err := s.Current(t.Context(), []event.Event{about})
		if err != nil || current.Post(about).Shown() {
			t.Errorf("a frame for everybody shows the hidden post: %v", err)
		}
		_, err = s.Edit(t.Context(), author, p.ID, talk.Edit{Body: "直し"})
		wantKind(t, "editing a hidden post", err, apperr.Forbidden)
		if got := act(t, d, func(ctx context.Context, tx db.Tx) ([]*event.Event, error) {
			return talk.Restore(ctx, tx, ref, "moderator")
		}); len(got) != 1 || got[0] != event.PostRestored {
			t.Fatalf("Restore = %v", got)
		}
		if _, view, err := s.PostOf(t.Context(), other, p.ID); err != nil || !view.Shown() {
			t.Errorf("the restored post does not show: %v", err)
		}
		n, err := event.TopicHead(t.Context(), d.Read(), id)
		if err != nil {
			t.Fatal(err)
		}
		act(t, d, func(ctx context.Context, tx db.Tx) ([]*event.Event, error) { return talk.Flag(ctx, tx, ref, "x", true) })
		if now, _ := event.TopicHead(t.Context(), d.Read(), id); now != n {
			t.Error("the topic's readers are told that a post was reported")
		}
	})
}
