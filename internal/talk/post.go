package talk

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/text"
)

// Post is one contribution to a topic.
type Post struct {
	bun.BaseModel `bun:"table:post,alias:p"`

	ID        string       `bun:"id,pk"`
	Topic     string       `bun:"topic"`
	Number    int64        `bun:"number"` // gapless within the topic
	Author    string       `bun:"author"`
	Body      string       `bun:"body"` // as written
	HTML      string       `bun:"html"` // rendered and sanitised
	Renderer  int          `bun:"renderer"`
	ReplyTo   string       `bun:"reply_to"`
	Useful    int64        `bun:"useful"`
	State     access.State `bun:"state"` // published, hidden (by a moderator), withdrawn (by its author)
	Flagged   bool         `bun:"flagged"`
	Reason    string       `bun:"reason"` // why it was hidden
	CreatedAt time.Time    `bun:"created_at"`
	EditedAt  *time.Time   `bun:"edited_at"`
	RemovedAt *time.Time   `bun:"removed_at"`
	N         int64        `bun:"n"`     // the topic's n of the event that added it
	Nonce     string       `bun:"nonce"` // the sender's name for it
	Extra     bool         `bun:"extra"` // has quotes, a poll or files
	Moved     string       `bun:"moved"` // of the line in place of a post that was moved: the post
}

// NewPost is what somebody writes into a topic.
type NewPost struct {
	Body     string
	ReplyTo  string   // id of a post in the same topic
	Mentions []string // persons chosen by the writer, beside those named by @
	Quotes   []NewQuote
	Poll     *NewPoll
	Files    []*file.Taken // the caller discards them
	Nonce    string        // the sender's name for it, which its frame and page carry; may be empty
}

// maxNonce is how much of a sender's name for a post is kept: enough to tell apart what one person has under way.
const maxNonce = 8

// Posted is what posting answers.
type Posted struct {
	ID     string
	Number int64
	Change
}

// Post adds a post to a topic that the viewer may read.
func (s *Service) Post(ctx context.Context, v access.Viewer, topic string, in NewPost) (Posted, error) {
	if err := mayWrite(v); err != nil {
		return Posted{}, err
	}
	p, err := newPost(v, in.Body, len(in.Files))
	if err != nil {
		return Posted{}, err
	}
	p.Topic, p.ReplyTo, p.Nonce = topic, in.ReplyTo, in.Nonce[:min(maxNonce, len(in.Nonce))]
	p.Extra = len(in.Quotes) > 0 || in.Poll != nil || len(in.Files) > 0
	files, err := s.bring(ctx, v, in.Files)
	if err != nil {
		return Posted{}, err
	}
	var out Posted
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		n, err := hold(ctx, tx, topic)
		if err != nil {
			return err
		}
		if err := open(ctx, tx, v, topic); err != nil {
			return err
		}
		if err := within(ctx, tx, v); err != nil {
			return err
		}
		if err := answers(ctx, tx, topic, in.ReplyTo); err != nil {
			return err
		}
		seq, err := nextSeq(ctx, tx)
		if err != nil {
			return err
		}
		p.ID, p.N, p.CreatedAt = db.NewID(), n+1, tx.Now
		err = tx.NewRaw("UPDATE topic SET posts = posts + 1, last_seq = ?, last_at = ? WHERE id = ? RETURNING posts",
			seq, tx.Now, topic).Scan(ctx, &p.Number)
		if err != nil {
			return fmt.Errorf("count post in topic %s: %w", topic, err)
		}
		added, err := insertPost(ctx, tx, p, in.Mentions)
		if err != nil {
			return err
		}
		if err := keepQuotes(ctx, tx, p, in.Quotes); err != nil {
			return err
		}
		if err := keepPoll(ctx, tx, p.ID, in.Poll); err != nil {
			return err
		}
		if err := files.AddTo(ctx, tx, v, p.ID); err != nil {
			return err
		}
		if err := readOwn(ctx, tx, p); err != nil {
			return err
		}
		if err := watchOwn(ctx, tx, v.Person, topic); err != nil {
			return err
		}
		if err := dropDraft(ctx, tx, v.Person, "topic:"+topic); err != nil {
			return err
		}
		if err := event.Append(ctx, tx, added); err != nil {
			return err
		}
		out = Posted{p.ID, p.Number, Change{added.N, added.Seq}}
		return nil
	})
	files.Settle(ctx, err)
	return out, err
}

// newPost checks and renders a text, before any transaction. Beside a file there may be none.
func newPost(v access.Viewer, body string, files int) (*Post, error) {
	clean := text.Block
	if files > 0 {
		clean = text.OptionalBlock
	}
	body, err := clean("body", "本文", body, MaxPost)
	if err != nil {
		return nil, err
	}
	return &Post{Author: v.Person, Body: body, HTML: text.HTML(body), Renderer: text.Renderer, State: access.Published}, nil
}

// open finds a topic that the viewer may read and that takes posts.
func open(ctx context.Context, tx db.Tx, v access.Viewer, topic string) error {
	t, err := find(ctx, tx, v, topic)
	if err == nil && t.Merged != "" {
		return apperr.New(apperr.Conflict, "この話し合いは、ほかの話し合いと1つになりました。書いた内容は残っています。ページを読みこみ直すと、続きの話し合いが開きます。")
	}
	if err == nil && t.State != access.Published {
		return apperr.New(apperr.Forbidden, "この話し合いは、いま運営が見えなくしています。書いた内容は残っています。運営の連絡をお待ちください。")
	}
	return err
}

// within refuses more posts a minute than a person writes by hand (contract §5).
func within(ctx context.Context, tx db.Tx, v access.Viewer) error {
	if v.Unlimited {
		return nil
	}
	n, err := tx.NewSelect().Table("post").Where("author = ?", v.Person).Where("created_at > ?", tx.Now.Add(-time.Minute)).Count(ctx)
	if err != nil {
		return fmt.Errorf("count posts of a minute: %w", err)
	}
	if n >= postsAMinute {
		return apperr.New(apperr.Throttled, "投稿が続いています。書いた内容は残っています。1分ほど待ってから、もう一度送ってください。")
	}
	return nil
}

// answers checks that the post answered stands in the same topic.
func answers(ctx context.Context, tx db.Tx, topic, id string) error {
	if id == "" {
		return nil
	}
	ok, err := tx.NewSelect().Table("post").Where("id = ?", id).Where("topic = ?", topic).Exists(ctx)
	if err != nil {
		return fmt.Errorf("look for the post answered: %w", err)
	}
	if !ok {
		return apperr.At("reply_to", "返信先の投稿が見つかりません。書いた内容は残っています。返信先を外して送ってください。")
	}
	return nil
}

// insertPost writes the row and makes the event that its caller appends.
func insertPost(ctx context.Context, tx db.Tx, p *Post, chosen []string) (*event.Event, error) {
	mentions, err := mentioned(ctx, tx, p.Author, p.Body, chosen)
	if err != nil {
		return nil, err
	}
	if _, err := tx.NewInsert().Model(p).Exec(ctx); err != nil {
		return nil, fmt.Errorf("add post: %w", err)
	}
	e := event.Event{Kind: event.PostAdded, Subject: p.ID, Topic: p.Topic, Actor: p.Author}.With(struct {
		Number   int64    `json:"number"`
		ReplyTo  string   `json:"reply_to,omitempty"`
		Mentions []string `json:"mentions,omitempty"`
	}{p.Number, p.ReplyTo, mentions})
	return &e, nil
}
