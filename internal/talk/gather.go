package talk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/text"
)

// Bounds of asking for a draft: nobody is flooded with questions.
const (
	maxGathered = 50 // posts
	asksADay    = 20 // per account
)

// Gather asks the authors of posts whether their words may stand, with their names, in a draft of a report that the
// viewer is going to write. Whose posts are the viewer's own is not asked.
func (s *Service) Gather(ctx context.Context, v access.Viewer, topic, title string, posts []string) (id string, seq int64, err error) {
	if err := mayWrite(v); err != nil {
		return "", 0, err
	}
	if title, err = text.Line("title", "レポートの題名", title, text.MaxTitle); err != nil {
		return "", 0, err
	}
	posts = slices.Compact(slices.Sorted(slices.Values(posts)))
	switch {
	case len(posts) == 0:
		return "", 0, apperr.At("posts", "下書きに入れたい投稿を選んでください。")
	case len(posts) > maxGathered:
		return "", 0, apperr.At("posts", fmt.Sprintf("一度に選べるのは%d件までです。しぼって選んでください。", maxGathered))
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		t, err := find(ctx, tx, v, topic)
		if err != nil {
			return err
		}
		if err := withinAsks(ctx, tx, v); err != nil {
			return err
		}
		var chosen []Post
		err = tx.NewSelect().Model(&chosen).Where("p.topic = ?", t.ID).Where("p.id IN (?)", bun.List(posts)).
			Where("p.state = 'published'").Order("p.number").Scan(ctx)
		if err != nil {
			return fmt.Errorf("read the posts chosen: %w", err)
		}
		if len(chosen) != len(posts) {
			return apperr.At("posts", "選んだ投稿の中に、取り消されたものや移されたものがあります。ページを読みこみ直して、選びなおしてください。")
		}
		a := &Ask{ID: db.NewID(), Kind: AskDraft, Topic: t.ID, Title: title, By: v.Person, CreatedAt: tx.Now}
		e, err := writeAsk(ctx, tx, a, chosen)
		if err != nil {
			return err
		}
		if err := event.Append(ctx, tx, e); err != nil {
			return err
		}
		id, seq = a.ID, e.Seq
		return nil
	})
	return id, seq, err
}

func withinAsks(ctx context.Context, tx db.Tx, v access.Viewer) error {
	if v.Unlimited {
		return nil
	}
	n, err := tx.NewSelect().Table("ask").Where("by = ?", v.Person).Where("kind = ?", AskDraft).
		Where("created_at > ?", tx.Now.Add(-24*time.Hour)).Count(ctx)
	if err != nil {
		return fmt.Errorf("count asks of a day: %w", err)
	}
	if n >= asksADay {
		return apperr.New(apperr.Throttled, "1日にたずねられるのは20回までです。明日、続きをたずねてください。")
	}
	return nil
}

// Consented are the posts of an ask whose authors said yes to the words that they still are.
func (a *Asked) Consented() (posts []AskPost) {
	for _, p := range a.Posts {
		if p.Answer == "yes" && p.Stands() {
			posts = append(posts, p)
		}
	}
	return posts
}

// Drafted notes, in the act that makes it, the draft that stands for an ask's posts. It fails when one of the words was
// taken back meanwhile, or when there is a draft already.
func Drafted(ctx context.Context, tx db.Tx, ask, entry string, used []AskPost) error {
	res, err := tx.NewRaw("UPDATE ask SET entry = ? WHERE id = ? AND entry = ''", entry, ask).Exec(ctx)
	if err != nil {
		return fmt.Errorf("note the draft of ask %s: %w", ask, err)
	}
	made, err := res.RowsAffected()
	if err != nil {
		return err
	}
	ids := make([]string, len(used))
	for i, p := range used {
		ids[i] = p.Post
	}
	still, err := tx.NewSelect().Table("ask_post").Where("ask = ?", ask).Where("answer = 'yes'").Where("post IN (?)", bun.List(ids)).Count(ctx)
	if err != nil {
		return fmt.Errorf("read the answers to ask %s: %w", ask, err)
	}
	if made == 0 || int(still) != len(used) {
		return apperr.New(apperr.Conflict, "下書きはもう作られたか、書いた人の答えが変わりました。ページを読みこみ直して、確かめてください。")
	}
	return nil
}
