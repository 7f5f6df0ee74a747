package postersession

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/audit"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/text"
)

// Plan is what a host decides: who may come, when it begins, and which posters it walks past, in order.
type Plan struct {
	Title, About string
	Cohort       string // only this cohort; empty: all members
	StartsAt     time.Time
	Minutes      int // for each poster
	Entries      []string
	Leaders      []string // beside the moderators: names, each with the place in brackets where a name is not enough
	Sample       bool
}

func mayPlan(v access.Viewer) error {
	switch {
	case !v.CanTalk():
		return apperr.Missing()
	case !v.CanModerate():
		return apperr.New(apperr.Forbidden, "発表会を計画できるのは、運営と事務局です。開きたいときは、運営に相談してください。")
	}
	return nil
}

func (p Plan) audience() access.Audience {
	if p.Cohort != "" {
		return access.Audience{Rung: access.Cohort, Cohort: p.Cohort}
	}
	return access.Audience{Rung: access.Members}
}

// check looks at what does not need the database and gathers every fault.
func (p *Plan) check(v access.Viewer) error {
	var faults []apperr.Field
	fault := func(err error) {
		if err != nil {
			faults = append(faults, apperr.From(err).All()...)
		}
	}
	var err error
	p.Title, err = text.Line("title", "発表会の名前", p.Title, text.MaxTitle)
	fault(err)
	p.About, err = text.OptionalBlock("about", "案内", p.About, MaxAbout)
	fault(err)
	if p.StartsAt.IsZero() {
		fault(apperr.At("day", "始める日と時刻を選んでください。例：2026年11月28日 13:30"))
	}
	if p.Minutes < 1 || p.Minutes > MaxMinutes {
		fault(apperr.At("minutes", fmt.Sprintf("1枚の時間は、1 から %d の分で書いてください。", MaxMinutes)))
	}
	switch {
	case len(p.Entries) == 0:
		fault(apperr.At("entries", "めぐるポスターに、1 からの順番を書いてください。"))
	case len(p.Entries) > MaxPosters:
		fault(apperr.At("entries", fmt.Sprintf("めぐるポスターは%d枚までです。2回に分けて計画してください。", MaxPosters)))
	case len(slices.Compact(slices.Sorted(slices.Values(p.Entries)))) < len(p.Entries):
		fault(apperr.At("entries", "同じポスターが2回入っています。1回だけにしてください。"))
	}
	if !v.InAudience(p.audience()) {
		fault(apperr.At("cohort", "自分のいる期か、会員全体を選んでください。"))
	}
	switch len(faults) {
	case 0:
		return nil
	case 1:
		return apperr.At(faults[0].Name, faults[0].Detail)
	}
	return &apperr.Error{Kind: apperr.Invalid, Fields: faults, Message: "直してほしいところがあります。書いた内容は残っています。"}
}

// Plan plans a session and gives its id.
func (s *Service) Plan(ctx context.Context, v access.Viewer, p Plan) (id string, err error) {
	if err := mayPlan(v); err != nil {
		return "", err
	}
	if err := p.check(v); err != nil {
		return "", err
	}
	id = db.NewID()
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := p.shown(ctx, tx, v); err != nil {
			return err
		}
		leaders, err := p.leaders(ctx, tx)
		if err != nil {
			return err
		}
		topic, made, err := talk.EnsureRoom(ctx, tx, talk.Room{Key: "session-" + id, Kind: talk.SessionRoom, Name: p.Title, Audience: p.audience()})
		if err != nil {
			return err
		}
		row := &Session{ID: id, Topic: topic, Title: p.Title, About: p.About, Audience: p.audience().Rung, Cohort: p.Cohort, StartsAt: p.StartsAt.UTC(),
			Minutes: p.Minutes, Since: p.StartsAt.UTC(), Version: 1, Sample: p.Sample, CreatedBy: v.Person, CreatedAt: tx.Now}
		if _, err := tx.NewInsert().Model(row).Exec(ctx); err != nil {
			return fmt.Errorf("plan a poster session: %w", err)
		}
		if err := p.programme(ctx, tx, id); err != nil {
			return err
		}
		if err := nameLeaders(ctx, tx, id, leaders); err != nil {
			return err
		}
		err = audit.Write(ctx, tx, audit.Act{Actor: v.Person, Act: "session.plan", Kind: "session", Subject: id, Detail: map[string]string{"title": p.Title, "leaders": strings.Join(leaders, ",")}})
		if err != nil {
			return err
		}
		made.Actor = v.Person
		return event.Append(ctx, tx, made, &event.Event{Kind: event.SessionChanged, Subject: id, Topic: topic, Actor: v.Person})
	})
	return id, err
}

// shown checks that everybody who may come may also read every poster.
func (p Plan) shown(ctx context.Context, tx db.Tx, v access.Viewer) error {
	var n int
	q := tx.NewSelect().TableExpr("entry AS e").ColumnExpr("COUNT(*)").Where("e.id IN (?)", bun.List(p.Entries)).
		Where("e.kind <> 'report'").Where("e.state IN ('published', 'review')")
	if p.Cohort != "" {
		q = q.Where("(e.audience IN ('public', 'members') OR (e.audience = 'cohort' AND e.cohort = ?))", p.Cohort)
	} else {
		q = q.Where("e.audience IN ('public', 'members')")
	}
	if err := v.Readable(q, access.Columns{Alias: "e", Authors: entryAuthors}).Scan(ctx, &n); err != nil {
		return fmt.Errorf("look at the posters of a session: %w", err)
	}
	if n < len(p.Entries) {
		return apperr.At("entries", "発表会に来る人みなが読めるポスターだけを選んでください。公開範囲のせまいポスターや、取り下げられたポスターがふくまれています。")
	}
	return nil
}

func (p Plan) programme(ctx context.Context, tx db.Tx, id string) error {
	if _, err := tx.NewRaw("DELETE FROM poster_session_entry WHERE session = ?", id).Exec(ctx); err != nil {
		return fmt.Errorf("write the programme of session %s: %w", id, err)
	}
	for i, entry := range p.Entries {
		_, err := tx.NewRaw("INSERT INTO poster_session_entry (session, position, entry) VALUES (?, ?, ?)", id, i, entry).Exec(ctx)
		if err != nil {
			return fmt.Errorf("write the programme of session %s: %w", id, err)
		}
	}
	return nil
}

// Change changes a session that has not begun. Who may come stays as it was planned, and whom a moderator named to lead
// it stays named, unless a moderator changes it.
func (s *Service) Change(ctx context.Context, v access.Viewer, id string, version int64, p Plan) error {
	return s.act(ctx, v, id, version, func(ctx context.Context, tx db.Tx, row *Session) error {
		p.Cohort = row.Cohort
		if row.At(tx.Now).Phase != Waiting {
			return apperr.New(apperr.Conflict, "もう始まっているので、計画は変えられません。進め方は、発表会のページの「次へ」「止める」で変えられます。")
		}
		if err := p.check(v); err != nil {
			return err
		}
		if err := p.shown(ctx, tx, v); err != nil {
			return err
		}
		if v.CanModerate() {
			leaders, err := p.leaders(ctx, tx)
			if err != nil {
				return err
			}
			if err := nameLeaders(ctx, tx, id, leaders); err != nil {
				return err
			}
		}
		row.Title, row.About, row.StartsAt, row.Since, row.Minutes = p.Title, p.About, p.StartsAt.UTC(), p.StartsAt.UTC(), p.Minutes
		return p.programme(ctx, tx, id)
	})
}
