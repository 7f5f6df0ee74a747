package member

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
	"github.com/manetomo/manetomo/internal/text"
)

type staffRow struct {
	bun.BaseModel `bun:"table:staff_role,alias:r"`

	Person string    `bun:"person,pk"`
	Role   string    `bun:"role,pk"`
	Since  time.Time `bun:"since"`
}

// grant gives a role over all cohorts; it may stand there already.
func grant(ctx context.Context, tx db.Tx, person, role string) error {
	r := &staffRow{Person: person, Role: role, Since: tx.Now}
	if _, err := tx.NewInsert().Model(r).On("CONFLICT DO NOTHING").Exec(ctx); err != nil {
		return fmt.Errorf("make %s %s: %w", person, role, err)
	}
	return nil
}

// HasSecretariat tells whether anybody runs the site; without one, serve says how to get one.
func (s *Service) HasSecretariat(ctx context.Context) (bool, error) {
	ok, err := s.db.Read().NewSelect().Model((*staffRow)(nil)).Where("role = ?", Secretariat).Exists(ctx)
	if err != nil {
		return false, fmt.Errorf("look for a secretariat: %w", err)
	}
	return ok, nil
}

// Grant gives or takes a role over all cohorts.
func (s *Service) Grant(ctx context.Context, v access.Viewer, person, role string, on bool) (int64, error) {
	if !v.CanAdminister() {
		return 0, notYours()
	}
	if person == v.Person && role == Secretariat && !on {
		return 0, apperr.New(apperr.Invalid, "自分の事務局の役割は、自分でははずせません。ほかの事務局の人に頼んでください。")
	}
	return s.grant(ctx, v.Person, person, role, on)
}

// GrantByOperator is Grant for the command line.
func (s *Service) GrantByOperator(ctx context.Context, person, role string, on bool) error {
	_, err := s.grant(ctx, "", person, role, on)
	return err
}

func (s *Service) grant(ctx context.Context, by, person, role string, on bool) (seq int64, err error) {
	if !slices.Contains(StaffRoles(), role) {
		return 0, apperr.At("role", "役割は 運営 か 事務局 から選んでください。")
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		p, err := find(ctx, tx, person)
		if db.IsMissing(err) {
			return apperr.Missing()
		}
		if err != nil {
			return err
		}
		act, change := "role.grant", grant
		if !on {
			act, change = "role.revoke", revoke
		}
		if err := change(ctx, tx, p.ID, role); err != nil {
			return err
		}
		events := []*event.Event{{Kind: event.PersonRoles, Subject: p.ID, Actor: by}}
		if on && !p.Member {
			if _, err := tx.NewUpdate().Model((*Person)(nil)).Set("member = TRUE").Where("id = ?", p.ID).Exec(ctx); err != nil {
				return fmt.Errorf("admit %s: %w", p.ID, err)
			}
			ev := event.Event{Kind: event.PersonAdmitted, Subject: p.ID, Actor: by}.With(map[string]string{"by": "invitation"})
			events = append(events, &ev)
		}
		if err := audit.Write(ctx, tx, audit.Act{Actor: by, Act: act, Kind: "person", Subject: p.ID,
			Detail: map[string]string{"role": role}}); err != nil {
			return err
		}
		if err := event.Append(ctx, tx, events...); err != nil {
			return err
		}
		seq = events[len(events)-1].Seq
		return nil
	})
	return seq, err
}

func revoke(ctx context.Context, tx db.Tx, person, role string) error {
	_, err := tx.NewDelete().Model((*staffRow)(nil)).Where("person = ?", person).Where("role = ?", role).Exec(ctx)
	if err != nil {
		return fmt.Errorf("take %s from %s: %w", role, person, err)
	}
	return nil
}

// Suspend keeps a person out until an instant, or until somebody lifts it when until is zero. Their sessions end, their
// tokens stop working, and no other way in lets them past.
func (s *Service) Suspend(ctx context.Context, v access.Viewer, person, reason string, until time.Time) (int64, error) {
	if !v.CanAdminister() {
		return 0, notYours()
	}
	if person == v.Person {
		return 0, apperr.New(apperr.Invalid, "自分を利用停止にはできません。")
	}
	reason, err := text.Line("reason", "理由", reason, maxReason)
	if err != nil {
		return 0, err
	}
	if !until.IsZero() && !until.After(s.db.Now()) {
		return 0, apperr.At("until", "期限には、これから先の日時を書いてください。")
	}
	return s.suspension(ctx, v.Person, person, "person.suspend", func(p *Person, now time.Time) map[string]string {
		p.SuspendedAt, p.SuspendedUntil, p.Suspension = now, until.UTC(), strings.TrimSuffix(reason, "。")
		return map[string]string{"reason": reason}
	})
}

// Unsuspend lifts a suspension.
func (s *Service) Unsuspend(ctx context.Context, v access.Viewer, person string) (int64, error) {
	if !v.CanAdminister() {
		return 0, notYours()
	}
	return s.suspension(ctx, v.Person, person, "person.unsuspend", func(p *Person, _ time.Time) map[string]string {
		before := p.Suspension
		p.SuspendedAt, p.SuspendedUntil, p.Suspension = time.Time{}, time.Time{}, ""
		return map[string]string{"before": before}
	})
}

func (s *Service) suspension(ctx context.Context, by, person, act string, change func(*Person, time.Time) map[string]string) (seq int64, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		p, err := find(ctx, tx, person)
		if db.IsMissing(err) {
			return apperr.Missing()
		}
		if err != nil {
			return err
		}
		detail := change(p, tx.Now)
		if _, err := tx.NewUpdate().Model(p).Column("suspended_at", "suspended_until", "suspension").WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("change suspension of %s: %w", person, err)
		}
		if _, err := tx.NewRaw("DELETE FROM session WHERE person = ?", person).Exec(ctx); err != nil {
			return fmt.Errorf("end sessions of %s: %w", person, err)
		}
		if err := audit.Write(ctx, tx, audit.Act{Actor: by, Act: act, Kind: "person", Subject: person, Detail: detail}); err != nil {
			return err
		}
		e := &event.Event{Kind: event.PersonSuspended, Subject: person, Actor: by}
		if err := event.Append(ctx, tx, e); err != nil {
			return err
		}
		seq = e.Seq
		return nil
	})
	return seq, err
}
