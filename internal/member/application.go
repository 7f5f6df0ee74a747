package member

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/audit"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/internal/text"
)

// States of an application.
const (
	Waiting  = "waiting"
	Admitted = "admitted"
	Refused  = "refused"
)

// Application is somebody's wish to become a member.
type Application struct {
	bun.BaseModel `bun:"table:application,alias:a"`

	ID           string        `bun:"id,pk"`
	Person       string        `bun:"person"`
	Name         string        `bun:"name"`
	Kana         string        `bun:"kana"`
	Municipality string        `bun:"municipality"`
	Year         int           `bun:"year"`
	Course       cohort.Course `bun:"course"`
	Note         string        `bun:"note"`
	Roster       string        `bun:"roster,nullzero"` // the row that it agrees with (名簿と一致)
	State        string        `bun:"state"`
	Reason       string        `bun:"reason"`
	DecidedBy    string        `bun:"decided_by"`
	DecidedAt    time.Time     `bun:"decided_at,nullzero"`
	CreatedAt    time.Time     `bun:"created_at"`
}

// Apply is what somebody says of themselves. It admits nobody: all of it stands in printed papers.
type Apply struct {
	Name, Kana   string
	Municipality string // code or name, as typed
	Year         int
	Course       cohort.Course
	Note         string
}

// Apply hands an application in. One waits at a time.
func (s *Service) Apply(ctx context.Context, v access.Viewer, in Apply) (*Application, int64, error) {
	if !v.SignedIn() {
		return nil, 0, unsigned()
	}
	if v.Member {
		return nil, 0, apperr.New(apperr.Conflict, "すでに参加しています。申請はいりません。")
	}
	a, err := in.check(s.db.Now())
	if err != nil {
		return nil, 0, err
	}
	var seq int64
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		a.ID, a.Person, a.State, a.CreatedAt = db.NewID(), v.Person, Waiting, tx.Now
		if a.Roster, err = matchRoster(ctx, tx, a); err != nil {
			return err
		}
		_, err := tx.NewInsert().Model(a).Exec(ctx)
		if db.IsDuplicate(err) {
			return apperr.New(apperr.Conflict, "申請はもう受け取っています。事務局の確認をお待ちください。")
		}
		if err != nil {
			return fmt.Errorf("apply: %w", err)
		}
		if _, err := tx.NewUpdate().Model((*Person)(nil)).Set("name = ?", a.Name).Set("kana = ?", a.Kana).
			Where("id = ?", v.Person).Exec(ctx); err != nil {
			return fmt.Errorf("name applicant: %w", err)
		}
		e := &event.Event{Kind: event.ApplicationMade, Subject: a.ID, Actor: v.Person}
		if err := event.Append(ctx, tx, e); err != nil {
			return err
		}
		seq = e.Seq
		return nil
	})
	return a, seq, err
}

func (in Apply) check(now time.Time) (*Application, error) {
	a := &Application{Year: in.Year, Course: in.Course}
	var faults apperr.Error
	note := func(err error) {
		if err != nil {
			faults.Fields = append(faults.Fields, apperr.From(err).All()...)
		}
	}
	m, ask := municipality.Choose(in.Municipality)
	switch {
	case in.Municipality == "":
		note(apperr.At("municipality", "自治体を書いてください。例：塩尻市"))
	case ask != "":
		note(apperr.At("municipality", ask))
	case m.Kind == municipality.KindWard:
		note(apperr.At("municipality", m.Name+"は行政区です。市の名前を書いてください。"))
	}
	a.Municipality = m.Code
	note(checkYear(in.Year, now))
	note(checkCourse(in.Course))
	var err error
	a.Name, err = text.Line("name", "氏名", in.Name, maxName)
	note(err)
	a.Kana, err = text.OptionalLine("kana", "ふりがな", in.Kana, maxName)
	note(err)
	a.Note, err = text.OptionalBlock("note", "事務局へのひとこと", in.Note, maxReason)
	note(err)
	a.Kana = hiragana(a.Kana)
	if len(faults.Fields) > 0 {
		faults.Kind, faults.Message = apperr.Invalid, "直すところがあります。書いた内容は残っています。"
		return nil, &faults
	}
	return a, nil
}

// matchRoster finds the one unclaimed roster row that agrees in municipality, year, course and name.
func matchRoster(ctx context.Context, tx db.Tx, a *Application) (string, error) {
	var rows []rosterRow
	err := tx.NewSelect().Model(&rows).Where("municipality = ?", a.Municipality).Where("year = ?", a.Year).
		Where("course = ?", a.Course).Where("person IS NULL").Scan(ctx)
	if err != nil {
		return "", fmt.Errorf("match with the roster: %w", err)
	}
	found := ""
	for _, r := range rows {
		if nameKey(r.Name) != nameKey(a.Name) {
			continue
		}
		if found != "" {
			return "", nil // two of one name: a person decides
		}
		found = r.ID
	}
	return found, nil
}

// MyApplication is a person's latest application, nil without one.
func (s *Service) MyApplication(ctx context.Context, v access.Viewer) (*Application, error) {
	if !v.SignedIn() {
		return nil, unsigned()
	}
	a := new(Application)
	err := s.db.Read().NewSelect().Model(a).Where("person = ?", v.Person).Order("created_at DESC", "id").Limit(1).Scan(ctx)
	if db.IsMissing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find application: %w", err)
	}
	return a, nil
}

// Applications lists applications in a state, the oldest first; after is the id of the last one that was shown.
func (s *Service) Applications(ctx context.Context, v access.Viewer, state, after string, limit int) ([]Application, error) {
	if !v.Moderator || !v.Member {
		return nil, notYours()
	}
	var list []Application
	q := s.db.Read().NewSelect().Model(&list).Where("a.state = ?", state)
	if after != "" {
		q = q.Where("(a.created_at, a.id) > (SELECT b.created_at, b.id FROM application b WHERE b.id = ?)", after)
	}
	if err := q.Order("a.created_at", "a.id").Limit(int64(limit)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("list applications: %w", err)
	}
	return list, nil
}

// Application is one application, for those who decide.
func (s *Service) Application(ctx context.Context, v access.Viewer, id string) (*Application, error) {
	if !v.Moderator || !v.Member {
		return nil, notYours()
	}
	a := new(Application)
	err := s.db.Read().NewSelect().Model(a).Where("id = ?", id).Scan(ctx)
	if db.IsMissing(err) {
		return nil, apperr.Missing()
	}
	if err != nil {
		return nil, fmt.Errorf("find application %s: %w", id, err)
	}
	return a, nil
}

// Decision is the answer to an application.
type Decision struct {
	Admit  bool
	Reason string // needed to refuse; the applicant reads it
	Team   string // name of a team; empty: the roster's, or the municipality's only one
}

// Decide answers an application.
func (s *Service) Decide(ctx context.Context, v access.Viewer, id string, in Decision) (seq int64, err error) {
	if !v.CanAdmit() {
		return 0, notYours()
	}
	if in.Reason, err = text.OptionalBlock("reason", "理由", in.Reason, maxReason); err != nil {
		return 0, err
	}
	if !in.Admit && in.Reason == "" {
		return 0, apperr.At("reason", "お断りする理由を書いてください。申請した人に伝わります。")
	}
	if in.Team, err = text.OptionalLine("team", "チーム", in.Team, maxTeam); err != nil {
		return 0, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		a, err := decided(ctx, tx, id, v.Person, in)
		if err != nil {
			return err
		}
		var events []*event.Event
		word := "refuse"
		if in.Admit {
			word = "admit"
			if events, err = a.admit(ctx, tx, in.Team); err != nil {
				return err
			}
		}
		if err := audit.Write(ctx, tx, audit.Act{Actor: v.Person, Act: "application." + word, Kind: "application", Subject: id,
			Detail: map[string]string{"person": a.Person, "reason": in.Reason, "team": in.Team}}); err != nil {
			return err
		}
		done := event.Event{Kind: event.ApplicationDone, Subject: id, Actor: v.Person}.
			With(map[string]string{"person": a.Person, "decision": word, "reason": in.Reason})
		events = append([]*event.Event{&done}, events...)
		if err := event.Append(ctx, tx, events...); err != nil {
			return err
		}
		seq = events[len(events)-1].Seq
		return nil
	})
	return seq, err
}

// decided marks a waiting application as answered. Of two who decide at once, the first has decided.
func decided(ctx context.Context, tx db.Tx, id, by string, in Decision) (*Application, error) {
	a := new(Application)
	err := tx.NewSelect().Model(a).Where("id = ?", id).Scan(ctx)
	if db.IsMissing(err) {
		return nil, apperr.Missing()
	}
	if err != nil {
		return nil, fmt.Errorf("find application %s: %w", id, err)
	}
	a.State, a.Reason, a.DecidedBy, a.DecidedAt = Refused, in.Reason, by, tx.Now
	if in.Admit {
		a.State = Admitted
	}
	res, err := tx.NewUpdate().Model(a).Column("state", "reason", "decided_by", "decided_at").WherePK().
		Where("state = ?", Waiting).Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("decide application %s: %w", id, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return nil, apperr.New(apperr.Conflict, "この申請は、すでにほかの人が返事をしています。画面を読みこみ直してください。")
	}
	return a, nil
}

// admit lets the applicant in where they said, as the roster says if they agree with it.
func (a *Application) admit(ctx context.Context, tx db.Tx, team string) ([]*event.Event, error) {
	p, err := find(ctx, tx, a.Person)
	if err != nil {
		return nil, err
	}
	if p.Suspended(tx.Now) {
		return nil, apperr.New(apperr.Conflict, "この方は利用停止中です。停止を解いてから返事をしてください。")
	}
	row := rosterRow{Year: a.Year, Course: a.Course, Municipality: a.Municipality, Role: Alumnus}
	if a.Year >= cohort.FiscalYear(tx.Now) {
		row.Role = Fellow
	}
	if a.Roster != "" {
		err := tx.NewSelect().Model(&row).Where("id = ?", a.Roster).Where("person IS NULL").Scan(ctx)
		if err != nil && !db.IsMissing(err) {
			return nil, fmt.Errorf("find roster row %s: %w", a.Roster, err)
		}
		if err == nil {
			if _, err := tx.NewUpdate().Model(&row).Set("person = ?", a.Person).WherePK().Exec(ctx); err != nil {
				return nil, fmt.Errorf("claim roster row %s: %w", a.Roster, err)
			}
		}
	}
	if team != "" {
		row.Team = team
	}
	part, err := row.part(ctx, tx, a.Person)
	if err != nil {
		return nil, err
	}
	if err := takePart(ctx, tx, part); err != nil {
		return nil, err
	}
	p.Name, p.Kana, p.Municipality = a.Name, a.Kana, a.Municipality
	if p.Section == "" {
		p.Section = row.Section
	}
	if _, err := tx.NewUpdate().Model(p).Column("name", "kana", "municipality", "section").WherePK().Exec(ctx); err != nil {
		return nil, fmt.Errorf("place %s: %w", a.Person, err)
	}
	e := &entering{person: p}
	err = e.admit(ctx, tx, "application")
	return e.events, err
}
