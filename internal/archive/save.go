package archive

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/talk"
)

// Saved is where an entry stands after an act.
type Saved struct {
	ID      string
	URL     string
	Version int64
	State   access.State
	Topic   string
	Seq     int64 // position in the log; 0 when nobody else can see the act
}

// Origin says where an imported or sample entry comes from. People's own entries have none.
type Origin struct {
	Source string // unique; a second import of the same is a duplicate
	Sample bool

	gathered *gathered // posts that a draft is made of
}

// Create makes a draft, or publishes at once when the change says so. The creator is its first author; the people of
// the team, when one is given, are the others.
func (s *Service) Create(ctx context.Context, v access.Viewer, kind Kind, c Change) (Saved, error) {
	return s.CreateFrom(ctx, v, Origin{}, kind, c)
}

// CreateFrom is Create for an entry that comes from elsewhere.
func (s *Service) CreateFrom(ctx context.Context, v access.Viewer, from Origin, kind Kind, c Change) (Saved, error) {
	if !v.CanWrite() {
		return Saved{}, cannotWrite(v)
	}
	if !kind.Valid() {
		return Saved{}, apperr.At("kind", "種類を選んでください。")
	}
	r, err := c.prepare(s.DB.Now())
	if err != nil {
		return Saved{}, err
	}
	e := Entry{ID: db.NewID(), Kind: kind, State: access.Draft, Wanted: access.Members, Version: 1,
		Source: from.Source, Sample: from.Sample, CreatedBy: v.Person}
	var saved Saved
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		e := e // fn may run again
		e.CreatedAt, e.UpdatedAt = tx.Now, tx.Now
		r.apply(&e)
		if err := fitTeam(ctx, tx, v, &e, ""); err != nil {
			return err
		}
		e.Audience = e.Wanted
		if err := r.checkRungs(v, &e); err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&e).Exec(ctx); err != nil {
			return fmt.Errorf("create entry: %w", err)
		}
		if err := setAuthors(ctx, tx, &e); err != nil {
			return err
		}
		if err := r.writeParts(ctx, tx, &e); err != nil {
			return err
		}
		if g := from.gathered; g != nil {
			if err := talk.Drafted(ctx, tx, g.ask, e.ID, g.used); err != nil {
				return err
			}
		}
		if r.Publish {
			saved, err = publish(ctx, tx, v, &e)
			return err
		}
		saved = Saved{e.ID, e.URL(), e.Version, e.State, "", 0}
		return nil
	})
	return saved, err
}

// Save changes an entry. The version is the one the author read; when it is no longer the one that stands, the answer
// is a conflict with both texts. A draft is simply saved. Of an entry that was published, the text before is kept.
func (s *Service) Save(ctx context.Context, v access.Viewer, id string, version int64, c Change) (Saved, error) {
	r, err := c.prepare(s.DB.Now())
	if err != nil {
		return Saved{}, err
	}
	var saved Saved
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		h, err := holdMine(ctx, tx, v, id)
		if err != nil {
			return err
		}
		old, err := textOf(ctx, tx, &h.Entry)
		if err != nil {
			return err
		}
		if h.Version != version {
			return conflict(r.over(old), old, h.Version)
		}
		if !r.Publish && r.Clearance == nil && reflect.DeepEqual(r.over(old), old) {
			saved = Saved{id, h.URL(), h.Version, h.State, h.Topic, 0} // nothing changes: no version, no event
			return nil
		}
		saved, err = s.save(ctx, tx, v, h, &r, old)
		return err
	})
	return saved, err
}

// Publish puts a draft, or an entry that was returned, where its authors want it.
func (s *Service) Publish(ctx context.Context, v access.Viewer, id string, version int64) (Saved, error) {
	return s.Save(ctx, v, id, version, Change{Publish: true})
}

func (s *Service) save(ctx context.Context, tx db.Tx, v access.Viewer, h *held, r *ready, old Text) (Saved, error) {
	was := h.Entry
	e := &h.Entry
	if e.Published() {
		if err := keep(ctx, tx, e, old, v.Person); err != nil {
			return Saved{}, err
		}
	}
	r.apply(e)
	if err := fitTeam(ctx, tx, v, e, was.Team); err != nil {
		return Saved{}, err
	}
	if e.State == access.Draft {
		e.Audience = e.Wanted
	}
	if err := r.checkRungs(v, e); err != nil {
		return Saved{}, err
	}
	e.Version++
	e.UpdatedAt = tx.Now
	if e.Team != was.Team {
		if err := setAuthors(ctx, tx, e); err != nil {
			return Saved{}, err
		}
	}
	if err := r.writeParts(ctx, tx, e); err != nil {
		return Saved{}, err
	}
	switch e.State {
	case access.Published, access.Review:
		return revise(ctx, tx, v, e, &was, old)
	default:
		if r.Publish {
			return publish(ctx, tx, v, e)
		}
		return Saved{e.ID, e.URL(), e.Version, e.State, e.Topic, 0}, store(ctx, tx, e)
	}
}

// writeParts writes sections and themes, and narrows the sections that would be wider than the entry.
func (r *ready) writeParts(ctx context.Context, tx db.Tx, e *Entry) error {
	for _, s := range r.sections {
		if err := write(ctx, tx, e.ID, s); err != nil {
			return err
		}
	}
	if r.Themes != nil {
		if err := setThemes(ctx, tx, e.ID, *r.Themes); err != nil {
			return err
		}
	}
	return narrow(ctx, tx, e.ID, e.Wanted)
}

// checkRungs refuses a section that would be wider than its entry, and the staff rung for an entry of anybody else.
func (r *ready) checkRungs(v access.Viewer, e *Entry) error {
	var wrong faults
	if r.Audience != nil && *r.Audience == access.Staff && !v.Moderator {
		wrong.add("audience", "運営だけに見せる公開範囲は、運営の人が使うものです。ほかの範囲を選んでください。")
	}
	for _, s := range r.sections {
		if s.Audience != "" && s.Audience.Wider(e.Wanted) {
			wrong.add("sections."+string(s.Key), "「"+s.Key.Label()+"」の公開範囲は、全体の公開範囲（"+
				AudienceLabel(e.Wanted)+"）より広くできません。")
		}
	}
	return wrong.err()
}

// Conflicting is what a conflict carries: both texts whole, and the version to name next.
type Conflicting struct {
	Yours   Text  `json:"yours"`
	Theirs  Text  `json:"theirs"`
	Version int64 `json:"version"`
}

func conflict(yours, theirs Text, version int64) error {
	return &apperr.Error{Kind: apperr.Conflict, Data: Conflicting{yours, theirs, version},
		Message: "同じ項目がほかの画面で直されています。両方を見くらべて、残す方を選んでください。"}
}

// cannotWrite says why somebody may not write anything.
func cannotWrite(v access.Viewer) error {
	switch {
	case !v.SignedIn():
		return apperr.SignIn()
	case v.Member && v.ReadOnly:
		return apperr.New(apperr.Forbidden, "この接続は読むだけのものです。書きこむには、書ける権限の接続キーを使ってください。")
	}
	return apperr.New(apperr.Forbidden, "書きこめるのは会員だけです。参加の申請が承認されると、書けるようになります。")
}

// appendEvents ends an act.
func appendEvents(ctx context.Context, tx db.Tx, evs []*event.Event) (last int64, err error) {
	if len(evs) == 0 {
		return 0, nil
	}
	if err := event.Append(ctx, tx, evs...); err != nil {
		return 0, err
	}
	return evs[len(evs)-1].Seq, nil
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }
