package postersession

import (
	"context"
	"fmt"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
)

// Act is what a host does while people are there.
type Act string

// The acts of a host.
const (
	Begin  Act = "begin" // before its time
	Pause  Act = "pause"
	Resume Act = "resume"
	Next   Act = "next"
	Back   Act = "back"
	Stop   Act = "stop" // ends it, or calls it off
)

// Do does one act of a host. version is of the page that the host saw: of two hosts who press at once, one does it.
func (s *Service) Do(ctx context.Context, v access.Viewer, id string, version int64, act Act) error {
	return s.act(ctx, v, id, version, func(_ context.Context, tx db.Tx, row *Session) error {
		return row.do(act, row.At(tx.Now), tx)
	})
}

func (s *Session) do(act Act, m Moment, tx db.Tx) error {
	now := tx.Now
	running := m.Phase == Running || m.Phase == Paused
	switch {
	case act == Begin && m.Phase == Waiting:
		s.Position, s.Since = 0, now
	case act == Pause && m.Phase == Running:
		s.PausedAt = &now
	case act == Resume && m.Phase == Paused:
		s.Since, s.PausedAt = s.Since.Add(now.Sub(*s.PausedAt)), nil
	case act == Next && running && m.Position+1 < s.Posters:
		s.turn(m.Position+1, tx)
	case act == Next && running, act == Stop && m.Phase != Over:
		s.EndedAt, s.PausedAt = &now, nil
	case act == Back && running:
		s.turn(max(0, m.Position-1), tx)
	default:
		return apperr.New(apperr.Conflict, "発表会は、もう先へ進んでいます。ページを読みこみ直すと、いまの様子が見えます。")
	}
	return nil
}

// turn begins a poster's turn anew; while it is paused, the pause goes on.
func (s *Session) turn(position int, tx db.Tx) {
	now := tx.Now
	s.Position, s.Since = position, now
	if s.PausedAt != nil {
		s.PausedAt = &now
	}
}

// act changes a session's row and tells everybody on its page.
func (s *Service) act(ctx context.Context, v access.Viewer, id string, version int64, change func(context.Context, db.Tx, *Session) error) error {
	return s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		var row Session
		err := readable(v, tx.NewSelect().Model(&row).Where("ps.id = ?", id)).Scan(ctx)
		if db.IsMissing(err) {
			return apperr.Missing()
		}
		if err != nil {
			return fmt.Errorf("read poster session %s: %w", id, err)
		}
		if err := row.mustLead(v); err != nil {
			return err
		}
		if err := change(ctx, tx, &row); err != nil {
			return err
		}
		row.Version++
		res, err := tx.NewUpdate().Model(&row).WherePK().Where("version = ?", version).
			Column("title", "about", "starts_at", "minutes", "position", "since", "paused_at", "ended_at", "version").Exec(ctx)
		if err != nil {
			return fmt.Errorf("change poster session %s: %w", id, err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			if err == nil {
				err = apperr.New(apperr.Conflict, "ほかの人が、いま発表会を進めました。ページを読みこみ直すと、いまの様子が見えます。")
			}
			return err
		}
		return event.Append(ctx, tx, &event.Event{Kind: event.SessionChanged, Subject: id, Topic: row.Topic, Actor: v.Person})
	})
}
