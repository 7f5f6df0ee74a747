package archive

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/text"
)

// maxNote is how long a word about the time after may be. One sentence is enough; a page of text is welcome.
const maxNote = 20_000

// FollowUp is その後: what became of a practice.
type FollowUp struct {
	bun.BaseModel `bun:"table:follow_up,alias:f"`

	ID         string    `bun:"id,pk"`
	Entry      string    `bun:"entry"`
	Body       string    `bun:"body"`
	HTML       string    `bun:"html"`
	Result     Result    `bun:"result"`
	Happened   string    `bun:"happened"` // 2021-10
	Author     string    `bun:"author"`
	CreatedAt  time.Time `bun:"created_at"`
	AuthorName string    `bun:"author_name,scanonly"`
}

// Added is where something that was added beside an entry stands.
type Added struct {
	ID  string
	Seq int64
}

// NewFollowUp is what somebody writes about the time after.
type NewFollowUp struct {
	Body     string
	Result   Result // may be empty; a stage moves the entry there
	Happened string // 2021-10; may be empty
}

var month = regexp.MustCompile(`^(19|20)[0-9]{2}(-(0[1-9]|1[0-2]))?$`)

// AddFollowUp adds その後. The entry's authors may, whoever works in the same municipality now, and moderators.
func (s *Service) AddFollowUp(ctx context.Context, v access.Viewer, id string, in NewFollowUp) (Added, error) {
	var wrong faults
	body, err := text.Block("body", "その後のこと", in.Body, maxNote)
	wrong.take(err)
	if in.Result != "" && !in.Result.Valid() && !Stage(in.Result).Valid() {
		wrong.add("result", "どうなったかを一覧から選んでください。")
	}
	if in.Happened != "" && !month.MatchString(in.Happened) {
		wrong.add("happened", "いつのことかを、2021-10 のように年と月で書いてください。")
	}
	if err := wrong.err(); err != nil {
		return Added{}, err
	}
	f := FollowUp{ID: db.NewID(), Entry: id, Body: body, HTML: text.HTML(body), Result: in.Result, Happened: in.Happened, Author: v.Person}
	var out Added
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		h, err := holdVisible(ctx, tx, v, id)
		if err != nil {
			return err
		}
		if !MayFollowUp(v, &h.Entry, h.author) {
			return apperr.New(apperr.Forbidden, "その後を書けるのは、筆者と同じ自治体の人です。ほかの自治体でためしたことは「うちでもやってみた」に書いてください。")
		}
		f := f
		f.CreatedAt = tx.Now
		if _, err := tx.NewInsert().Model(&f).Exec(ctx); err != nil {
			return fmt.Errorf("add a follow-up to entry %s: %w", id, err)
		}
		if stage := Stage(in.Result); stage.Valid() {
			if _, err := tx.NewRaw(`UPDATE entry SET stage = ? WHERE id = ?`, stage, id).Exec(ctx); err != nil {
				return fmt.Errorf("move entry %s to stage %s: %w", id, stage, err)
			}
		}
		ev := event.Event{Kind: event.FollowUpAdded, Subject: id, Actor: v.Person}.With(map[string]any{"follow_up": f.ID})
		seq, err := appendEvents(ctx, tx, []*event.Event{&ev})
		out = Added{f.ID, seq}
		return err
	})
	return out, err
}

// MayFollowUp tells whether the viewer may write その後 of an entry that they can read.
func MayFollowUp(v access.Viewer, e *Entry, author bool) bool {
	return v.CanWrite() && (author || v.Moderator || e.Municipality != "" && v.Municipality == e.Municipality)
}

// holdVisible is hold for writing beside an entry that is in sight.
func holdVisible(ctx context.Context, tx db.Tx, v access.Viewer, id string) (*held, error) {
	h, err := hold(ctx, tx, v, id)
	if err != nil {
		return nil, err
	}
	if !v.CanWrite() {
		return nil, cannotWrite(v)
	}
	if h.State != access.Published && h.State != access.Review {
		return nil, apperr.New(apperr.Forbidden, "いま公開されていないので、書きこめません。公開されたあとに、もう一度お試しください。")
	}
	return h, nil
}
