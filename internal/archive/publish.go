package archive

import (
	"context"
	"fmt"
	"reflect"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/talk"
)

// publish puts an entry that is not in sight where its authors want it, and opens its discussion the first time.
func publish(ctx context.Context, tx db.Tx, v access.Viewer, e *Entry) (Saved, error) {
	if err := mayStand(ctx, tx, v, e); err != nil {
		return Saved{}, err
	}
	settle(e, v)
	evs := []*event.Event{{Kind: event.EntryPublished, Subject: e.ID, Actor: v.Person}}
	first := !e.Published()
	if first {
		e.PublishedAt = &tx.Now
	}
	e.Notes = ""
	themes, err := themesOf(ctx, tx, e.ID)
	if err != nil {
		return Saved{}, err
	}
	if e.Topic == "" {
		topic, opened, err := talk.OpenForEntry(ctx, tx, topicOf(e, themes))
		if err != nil {
			return Saved{}, err
		}
		e.Topic, evs = topic, append(evs, opened...)
	} else {
		more, err := talk.FollowEntry(ctx, tx, topicOf(e, themes))
		if err != nil {
			return Saved{}, err
		}
		evs = append(evs, more...)
	}
	if err := store(ctx, tx, e); err != nil {
		return Saved{}, err
	}
	seq, err := appendEvents(ctx, tx, evs)
	if err == nil && first {
		// Lists stand in the order of the log, and only the log knows the number: one row by its key, after it.
		e.PublishedSeq = evs[0].Seq
		_, err = tx.NewRaw(`UPDATE entry SET published_seq = ? WHERE id = ?`, e.PublishedSeq, e.ID).Exec(ctx)
	}
	return Saved{e.ID, e.URL(), e.Version, e.State, e.Topic, seq}, err
}

// revise changes an entry that is in sight.
func revise(ctx context.Context, tx db.Tx, v access.Viewer, e, was *Entry, old Text) (Saved, error) {
	moved := e.Municipality != was.Municipality || e.Cohort != was.Cohort || e.Team != was.Team || e.Wanted != was.Wanted
	if err := complete(ctx, tx, e); err != nil {
		return Saved{}, err
	}
	if moved {
		if err := mayStand(ctx, tx, v, e); err != nil {
			return Saved{}, err
		}
	}
	if moved || e.ClearedBy != was.ClearedBy {
		settle(e, v)
	}
	now, err := textOf(ctx, tx, e)
	if err != nil {
		return Saved{}, err
	}
	var evs []*event.Event
	if !reflect.DeepEqual(now, old) {
		evs = append(evs, &event.Event{Kind: event.EntryRevised, Subject: e.ID, Actor: v.Person})
	}
	if e.Stands() != was.Stands() || e.State != was.State {
		evs = append(evs, &event.Event{Kind: event.EntryAudience, Subject: e.ID, Actor: v.Person})
	}
	if err := store(ctx, tx, e); err != nil {
		return Saved{}, err
	}
	more, err := followTopic(ctx, tx, e)
	if err != nil {
		return Saved{}, err
	}
	seq, err := appendEvents(ctx, tx, append(evs, more...))
	return Saved{e.ID, e.URL(), e.Version, e.State, e.Topic, seq}, err
}

// settle puts the entry where its authors want it. Public needs the sending office's word or a moderator's; without
// them the entry stands at members and waits. What is public already stays so.
func settle(e *Entry, v access.Viewer) {
	public := e.State == access.Published && e.Audience == access.Public
	if e.Wanted == access.Public && e.ClearedBy == "" && !v.CanModerate() && !public {
		e.Audience, e.State = access.Members, access.Review
		return
	}
	e.Audience, e.State = e.Wanted, access.Published
}

// complete asks for the few things that publishing needs (contract §1).
func complete(ctx context.Context, tx db.Tx, e *Entry) error {
	var wrong faults
	if blank(e.Title) {
		wrong.add("title", "題名を書いてください。例：窓口の待ち時間を、係をこえて減らす")
	}
	if e.Municipality == "" {
		wrong.add("municipality", "自治体を書いてください。例：長野県 塩尻市")
	}
	if e.Year == 0 {
		wrong.add("year", cohort.YearFault(e.Year, tx.Now))
	}
	if e.Course == "" {
		wrong.add("course", "コースを選んでください。")
	}
	if e.Kind == Report {
		n, err := tx.NewSelect().Table("entry_section").Where("entry = ?", e.ID).Count(ctx)
		if err != nil {
			return fmt.Errorf("count the sections of entry %s: %w", e.ID, err)
		}
		if n == 0 {
			wrong.add("sections", "どれか一つの項目を書いてください。取り組みからでも、気づきからでもかまいません。")
		}
	}
	return wrong.err()
}

// mayStand decides whether the viewer may publish this entry: complete, and for a team of their own; moderators for
// any. A year and course that have no cohort yet get one.
func mayStand(ctx context.Context, tx db.Tx, v access.Viewer, e *Entry) error {
	if err := complete(ctx, tx, e); err != nil {
		return err
	}
	own, err := ownTeams(ctx, tx, v, e)
	if err != nil {
		return err
	}
	if len(own) == 0 && !v.CanModerate() {
		return &apperr.Error{Kind: apperr.Forbidden, Field: "municipality",
			Message: "公開できるのは、自分のチームの自治体・年度・コースのものだけです。下書きは残っています。ちがうところを直すか、運営に相談してください。"}
	}
	if e.Team == "" && len(own) == 1 {
		if yes, err := needsTeam(ctx, tx, e); err != nil {
			return err
		} else if yes {
			e.Team = own[0]
			if err := setAuthors(ctx, tx, e); err != nil {
				return err
			}
		}
	}
	if yes, err := needsTeam(ctx, tx, e); err != nil {
		return err
	} else if yes && e.Team == "" {
		return apperr.At("team", "公開範囲が「チームだけ」のものは、どのチームかを選んでください。")
	}
	_, err = tx.NewRaw(`INSERT INTO cohort (id, year, course) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING`,
		e.Cohort, e.Year, e.Course).Exec(ctx)
	if err != nil {
		return fmt.Errorf("make cohort %s: %w", e.Cohort, err)
	}
	return nil
}

// needsTeam tells whether the entry or one of its sections is for a team only.
func needsTeam(ctx context.Context, tx db.Tx, e *Entry) (bool, error) {
	if e.Wanted == access.Team {
		return true, nil
	}
	yes, err := tx.NewSelect().Table("entry_section").Where("entry = ?", e.ID).Where("audience = ?", access.Team).Exists(ctx)
	if err != nil {
		return false, fmt.Errorf("read the sections of entry %s: %w", e.ID, err)
	}
	return yes, nil
}
