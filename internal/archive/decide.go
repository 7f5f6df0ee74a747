package archive

import (
	"context"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
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

// Decided is an entry before and after a decision, for the audit log.
type Decided struct{ Before, After Entry }

// Decide carries a decision out inside the caller's transaction, which also writes the audit log and then appends the
// events. A moderator decides only about what they can read; the version does not count it, since the text stays.
func Decide(ctx context.Context, tx db.Tx, v access.Viewer, id string, d Decision) (Decided, []*event.Event, error) {
	reason, err := d.check()
	if err != nil {
		return Decided{}, nil, err
	}
	h, err := hold(ctx, tx, v, id)
	if err != nil {
		return Decided{}, nil, err
	}
	if !v.CanModerate() {
		return Decided{}, nil, apperr.New(apperr.Forbidden, "これを決められるのは運営だけです。気づいたことは通報から知らせてください。")
	}
	before, e := h.Entry, &h.Entry
	kind, err := d.carryOut(e, reason)
	if err != nil {
		return Decided{}, nil, err
	}
	if err := narrow(ctx, tx, id, e.Wanted); err != nil {
		return Decided{}, nil, err
	}
	if err := store(ctx, tx, e); err != nil {
		return Decided{}, nil, err
	}
	evs := []*event.Event{(&event.Event{Kind: kind, Subject: id, Actor: v.Person})}
	more, err := followTopic(ctx, tx, e, v.Person)
	return Decided{before, *e}, append(evs, more...), err
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

// SetFlagged sets or clears the mark that lets moderators read an entry, inside the caller's transaction. It returns
// no event when nothing changes.
func SetFlagged(ctx context.Context, tx db.Tx, v access.Viewer, id string, on bool) (*event.Event, error) {
	h, err := hold(ctx, tx, v, id)
	if err != nil || h.Flagged == on {
		return nil, err
	}
	h.Flagged = on
	if err := store(ctx, tx, &h.Entry); err != nil {
		return nil, err
	}
	return &event.Event{Kind: event.EntryFlagged, Subject: id, Actor: v.Person}, nil
}
