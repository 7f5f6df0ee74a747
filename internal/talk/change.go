package talk

import (
	"context"
	"fmt"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/text"
)

// change runs one act on a post in a topic that the viewer may read, holding the topic, and appends the events that act
// returns, about the post unless they say otherwise. No event means that nothing changed; the answer then names where
// the topic stands. Posts that quote one that reads otherwise now are told of behind it.
func (s *Service) change(ctx context.Context, v access.Viewer, id string,
	act func(ctx context.Context, tx db.Tx, p *Post) ([]*event.Event, error)) (Change, error) {
	if err := mayWrite(v); err != nil {
		return Change{}, err
	}
	var out Change
	err := s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		var p Post
		if err := tx.NewSelect().Model(&p).Where("p.id = ?", id).Scan(ctx); db.IsMissing(err) {
			return apperr.Missing()
		} else if err != nil {
			return fmt.Errorf("read post %s: %w", id, err)
		}
		n, err := hold(ctx, tx, p.Topic)
		if err != nil {
			return err
		}
		if err := tx.NewSelect().Model(&p).WherePK().Scan(ctx); err != nil { // as it stands now that nobody else changes it
			return fmt.Errorf("read post %s: %w", id, err)
		}
		if err := open(ctx, tx, v, p.Topic); err != nil {
			return err
		}
		if p.State == MovedAway {
			return gone()
		}
		events, err := act(ctx, tx, &p)
		if err != nil {
			return err
		}
		if len(events) == 0 {
			seq, _, err := event.Head(ctx, tx)
			out = Change{n, seq}
			return err
		}
		switch events[0].Kind {
		case event.PostEdited, event.PostRemoved, event.PostRestored:
			also, err := touched(ctx, tx, p.Topic, p.ID)
			if err != nil {
				return err
			}
			events = append(events, also...)
		}
		for _, e := range events {
			e.Topic, e.Actor = p.Topic, v.Person
			if e.Subject == "" {
				e.Subject = p.ID
			}
		}
		if err := event.Append(ctx, tx, events...); err != nil {
			return err
		}
		out = Change{events[0].N, events[0].Seq}
		return nil
	})
	return out, err
}

// own refuses a post that is somebody else's, or that no longer stands.
func own(v access.Viewer, p *Post) error {
	switch {
	case p.Author != v.Person:
		return apperr.New(apperr.Forbidden, "ほかの人の投稿は、直したり取り消したりできません。気になるところは、返信か運営への連絡でお知らせください。")
	case p.State == access.Hidden:
		return apperr.New(apperr.Forbidden, "この投稿は、いま運営が見えなくしています。書いた内容は残っています。運営の連絡をお待ちください。")
	}
	return nil
}

func gone() error {
	return apperr.New(apperr.Gone, "この投稿は取り消されています。ページを読みこみ直すと、いまの話し合いが見えます。")
}

// Edit is what somebody changes of a post.
type Edit struct {
	Body  string
	Drop  []string          // files that go
	Alts  map[string]string // new descriptions of those that stay
	Files []*file.Taken     // that come; the caller discards them
}

// Edit changes the text or the files of the viewer's own post and keeps the old text. Half an hour after posting, readers
// see that it was changed.
func (s *Service) Edit(ctx context.Context, v access.Viewer, id string, in Edit) (Change, error) {
	const unknown = 1 // how many files stay is seen with the post
	next, err := newPost(v, in.Body, unknown)
	if err != nil {
		return Change{}, err
	}
	files, err := s.bring(ctx, v, in.Files)
	if err != nil {
		return Change{}, err
	}
	out, err := s.change(ctx, v, id, func(ctx context.Context, tx db.Tx, p *Post) ([]*event.Event, error) {
		switch err := own(v, p); {
		case err != nil:
			return nil, err
		case p.State == access.Withdrawn:
			return nil, gone()
		}
		changed, left, names, err := changeFiles(ctx, tx, v, p, in, files)
		if err != nil || !changed && p.Body == next.Body {
			return nil, err
		}
		if next, err = newPost(v, in.Body, left); err != nil {
			return nil, err
		}
		_, err = tx.NewRaw(`INSERT INTO post_version (post, version, body, files, at)
			SELECT ?, COALESCE(MAX(version), 0) + 1, ?, ?, ? FROM post_version WHERE post = ?`, p.ID, p.Body, names, tx.Now, p.ID).Exec(ctx)
		if err != nil {
			return nil, fmt.Errorf("keep the old text of post %s: %w", p.ID, err)
		}
		if tx.Now.Sub(p.CreatedAt) > freeEdit {
			p.EditedAt = &tx.Now
		}
		p.Body, p.HTML, p.Renderer, p.Extra = next.Body, next.HTML, text.Renderer, p.Extra || left > 0
		if err := update(ctx, tx, p, "body", "html", "renderer", "extra", "edited_at"); err != nil {
			return nil, err
		}
		return []*event.Event{{Kind: event.PostEdited}}, nil
	})
	files.Settle(ctx, err)
	return out, err
}

// Remove takes out the viewer's own post. Its number stays; Undo puts it back for some seconds.
func (s *Service) Remove(ctx context.Context, v access.Viewer, id string) (Change, error) {
	return s.change(ctx, v, id, func(ctx context.Context, tx db.Tx, p *Post) ([]*event.Event, error) {
		if err := own(v, p); err != nil || p.State == access.Withdrawn {
			return nil, err
		}
		p.State, p.RemovedAt = access.Withdrawn, &tx.Now
		if err := update(ctx, tx, p, "state", "removed_at"); err != nil {
			return nil, err
		}
		e := event.Event{Kind: event.PostRemoved}.With(map[string]string{"by": "author"})
		return []*event.Event{&e}, nil
	})
}

// Undo puts back a post that its author has just removed.
func (s *Service) Undo(ctx context.Context, v access.Viewer, id string) (Change, error) {
	return s.change(ctx, v, id, func(ctx context.Context, tx db.Tx, p *Post) ([]*event.Event, error) {
		if err := own(v, p); err != nil || p.State == access.Published {
			return nil, err
		}
		if p.RemovedAt == nil || tx.Now.Sub(*p.RemovedAt) > undoTime {
			return nil, gone()
		}
		p.State, p.RemovedAt = access.Published, nil
		if err := update(ctx, tx, p, "state", "removed_at"); err != nil {
			return nil, err
		}
		return []*event.Event{{Kind: event.PostRestored}}, nil
	})
}

func update(ctx context.Context, tx db.Tx, p *Post, columns ...string) error {
	if _, err := tx.NewUpdate().Model(p).WherePK().Column(columns...).Exec(ctx); err != nil {
		return fmt.Errorf("change post %s: %w", p.ID, err)
	}
	return nil
}
