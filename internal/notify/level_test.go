package notify_test

import (
	"context"
	"slices"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/notify"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/testkit"
)

// office runs the follower that writes notices and waits until it has come to the log's end.
type office struct {
	*notify.Service
	t *testing.T
}

func newOffice(t *testing.T, d *db.DB) office {
	t.Helper()
	o := office{&notify.Service{DB: d}, t}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = o.Follow(ctx, false) }()
	t.Cleanup(func() { stop(); <-done })
	return o
}

// unread are the kinds of a person's unread notices once everything up to seq was handled.
func (o office) unread(v access.Viewer, seq int64) (kinds []notify.Kind) {
	o.t.Helper()
	for {
		written := o.DB.Written()
		var at int64
		_ = o.DB.Read().NewRaw("SELECT seq FROM checkpoint WHERE follower = 'notify'").Scan(o.t.Context(), &at)
		if at >= seq {
			break
		}
		select {
		case <-written:
		case <-o.t.Context().Done():
			o.t.Fatal("notices were not written")
		}
	}
	items, err := o.List(o.t.Context(), v, notify.Filter{})
	if err != nil {
		o.t.Fatal(err)
	}
	for _, i := range items {
		if i.ReadAt == nil {
			kinds = append(kinds, i.Kind)
		}
	}
	return kinds
}

func person(t *testing.T, d *db.DB, id, name string) access.Viewer {
	t.Helper()
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw("INSERT INTO person (id, name, member, created_at) VALUES (?, ?, ?, ?)", id, name, true, tx.Now).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return access.Viewer{Person: id, Name: name, Member: true, Unlimited: true}
}

func TestNoticesFollowTheLevelOfATopic(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s, o := &talk.Service{DB: d}, newOffice(t, d)
		author, writer, reader := person(t, d, "hanako", "見本 花子"), person(t, d, "taro", "例示 太郎"), person(t, d, "sakura", "仮名 桜")
		topic, err := s.Open(t.Context(), author, talk.NewTopic{Title: "題", Body: "本文", Audience: access.Audience{Rung: access.Members}})
		if err != nil {
			t.Fatal(err)
		}
		write := func(v access.Viewer, in talk.NewPost) talk.Posted {
			t.Helper()
			p, err := s.Post(t.Context(), v, topic.ID, in)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		mine := write(reader, talk.NewPost{Body: "はじめての投稿"})
		for _, step := range []struct {
			name         string
			level        talk.Level
			in           talk.NewPost
			want         []notify.Kind
			looks        bool // and then the reader opens the topic
			authorLevel  talk.Level
			authorUnread int
		}{
			{"書いた話し合いは見守っている", "", talk.NewPost{Body: "一"}, []notify.Kind{notify.Watched}, false, "", 2},
			{"開くまでは一度だけ知らせる", "", talk.NewPost{Body: "二"}, []notify.Kind{notify.Watched}, true, talk.Normal, 3},
			{"開いたあとは、また知らせる", "", talk.NewPost{Body: "三"}, []notify.Kind{notify.Watched}, true, "", 3},
			{"ふつうなら知らせない", talk.Normal, talk.NewPost{Body: "四"}, nil, true, "", 3},
			{"ふつうでも返信は知らせる", "", talk.NewPost{Body: "五", ReplyTo: mine.ID}, []notify.Kind{notify.Reply}, true, "", 3},
			{"ふつうでも名前をあげられたら知らせる", "", talk.NewPost{Body: "@仮名桜さん"}, []notify.Kind{notify.Mention}, true, talk.Mute, 3},
			{"知らせないなら返信も知らせない", talk.Mute, talk.NewPost{Body: "@仮名桜さん", ReplyTo: mine.ID}, nil, true, "", 3},
		} {
			if step.level != "" {
				if err := s.SetLevel(t.Context(), reader, topic.ID, step.level); err != nil {
					t.Fatal(err)
				}
			}
			p := write(writer, step.in)
			if got := o.unread(reader, p.Seq); !slices.Equal(got, step.want) {
				t.Errorf("%s: %v, want %v", step.name, got, step.want)
			}
			if got := o.unread(author, p.Seq); len(got) != step.authorUnread {
				t.Errorf("%s: 開いた人には%d件、want %d", step.name, len(got), step.authorUnread)
			}
			if step.looks {
				if err := o.Opened(t.Context(), reader, "topic", topic.ID); err != nil {
					t.Fatal(err)
				}
			}
			if step.authorLevel != "" {
				if err := s.SetLevel(t.Context(), author, topic.ID, step.authorLevel); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}
