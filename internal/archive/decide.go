package archive

import (
	"context"
	"fmt"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/audit"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/text"
)

// Verdict is what a moderator decides about an entry.
type Verdict string

// The verdicts.
const (
	ToPublish Verdict = "publish" // let it stand, at another rung if one is named; public needs no 派遣元確認 then
	ToReturn  Verdict = "return"  // give it back to its authors with a word
	ToHide    Verdict = "hide"    // take it out of sight
	ToRestore Verdict = "restore" // put what was hidden back
)

// Decision is a moderator's word about an entry.
type Decision struct {
	Verdict  Verdict
	Audience access.Rung // of publish; empty: what the authors asked for
	Reason   string      // of return and hide; the authors read it
}

// Decide carries out a moderator's decision.
func (s *Service) Decide(ctx context.Context, v access.Viewer, id string, d Decision) (Saved, error) {
	var saved Saved
	err := s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		e, evs, err := decide(ctx, tx, v, id, d)
		if err != nil {
			return err
		}
		seq, err := appendEvents(ctx, tx, evs)
		saved = Saved{e.ID, e.URL(), e.Version, e.State, e.Topic, seq}
		return err
	})
	return saved, err
}

// DecideIn is Decide inside the caller's transaction, which appends the events with its own.
func DecideIn(ctx context.Context, tx db.Tx, v access.Viewer, id string, d Decision) ([]*event.Event, error) {
	_, evs, err := decide(ctx, tx, v, id, d)
	return evs, err
}

// decide changes the entry and writes the act down. A moderator decides only about what they can read; the version
// does not count a decision, since the text stays.
func decide(ctx context.Context, tx db.Tx, v access.Viewer, id string, d Decision) (*Entry, []*event.Event, error) {
	reason, err := d.check()
	if err != nil {
		return nil, nil, err
	}
	h, err := hold(ctx, tx, v, id)
	if err != nil {
		return nil, nil, err
	}
	if !v.CanModerate() {
		return nil, nil, apperr.New(apperr.Forbidden, "これを決められるのは運営だけです。気づいたことは通報から知らせてください。")
	}
	before, e := standing(&h.Entry), &h.Entry
	kind, err := d.carryOut(e, reason)
	if err != nil {
		return nil, nil, err
	}
	if err := narrow(ctx, tx, id, e.Wanted); err != nil {
		return nil, nil, err
	}
	if err := store(ctx, tx, e); err != nil {
		return nil, nil, err
	}
	err = audit.Write(ctx, tx, audit.Act{Actor: v.Person, Act: "entry." + string(d.Verdict), Kind: "entry", Subject: id,
		Detail: map[string]any{"before": before, "after": standing(e), "reason": reason}})
	if err != nil {
		return nil, nil, err
	}
	more, err := followTopic(ctx, tx, e)
	return e, append([]*event.Event{{Kind: kind, Subject: id, Actor: v.Person}}, more...), err
}

// standing is what the record keeps of an entry on either side of a decision.
func standing(e *Entry) map[string]any {
	return map[string]any{"title": e.Title, "state": e.State, "audience": e.Audience, "wanted": e.Wanted}
}

func (d Decision) check() (reason string, err error) {
	switch d.Verdict {
	case ToPublish, ToRestore:
		if d.Audience != "" && !d.Audience.Valid() {
			return "", apperr.At("audience", "公開範囲を一覧から選んでください。")
		}
		return text.OptionalBlock("reason", "一言", d.Reason, text.MaxSummary)
	case ToReturn, ToHide:
		return text.Block("reason", "筆者に伝える一言", d.Reason, text.MaxSummary)
	}
	return "", apperr.At("decision", "公開する・手直しをお願いする・見えなくする・もどす、のどれかを選んでください。")
}

// carryOut changes the row and names the event that says so.
func (d Decision) carryOut(e *Entry, reason string) (event.Kind, error) {
	visible := e.State == access.Published || e.State == access.Review
	switch {
	case d.Verdict == ToPublish && (visible || e.State == access.Returned):
		kind := event.EntryAudience
		if !visible {
			kind = event.EntryPublished
		}
		if d.Audience != "" {
			e.Wanted = d.Audience
		}
		e.Audience, e.State, e.Notes = e.Wanted, access.Published, reason
		return kind, nil
	case d.Verdict == ToReturn && visible:
		e.State, e.Notes = access.Returned, reason
		return event.EntryReturned, nil
	case d.Verdict == ToHide && visible:
		e.State, e.Notes = access.Hidden, reason
		return event.EntryHidden, nil
	case d.Verdict == ToRestore && e.State == access.Hidden:
		e.State, e.Notes = access.Published, reason
		if e.Wanted != e.Audience {
			e.State = access.Review
		}
		return event.EntryRestored, nil
	}
	return "", apperr.New(apperr.Conflict, "ほかの人が先に決めています。ページを読みこみ直して、いまの状態を確かめてください。")
}

// FlagIn sets or clears the mark that lets moderators read an entry and its discussion, inside the transaction of the
// caller, who has asked access. It returns no events when nothing changes. They name nobody: who flags is not shown.
func FlagIn(ctx context.Context, tx db.Tx, id string, on bool) ([]*event.Event, error) {
	var rows []Entry
	err := tx.NewRaw(`UPDATE entry SET flagged = ? WHERE id = ? AND flagged <> ? RETURNING *`, on, id, on).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("flag entry %s: %w", id, err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	more, err := followTopic(ctx, tx, &rows[0])
	return append([]*event.Event{{Kind: event.EntryFlagged, Subject: id}}, more...), err
}
