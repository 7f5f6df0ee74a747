package archive

import (
	"context"
	"fmt"
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

// ClaimState is what becomes of a claim.
type ClaimState string

// The states of a claim.
const (
	ClaimOpen     ClaimState = "open"
	ClaimApproved ClaimState = "approved"
	ClaimDeclined ClaimState = "declined"
)

// Claim says that an entry that came in without authors is somebody's own (このポスターはうちのものです).
type Claim struct {
	bun.BaseModel `bun:"table:claim,alias:cl"`

	ID        string     `bun:"id,pk"`
	Entry     string     `bun:"entry"`
	By        string     `bun:"by"`
	Team      string     `bun:"team"` // the claimant's own in that cohort, when the roster knows one
	Note      string     `bun:"note"`
	State     ClaimState `bun:"state"`
	Reason    string     `bun:"reason"`
	DecidedBy string     `bun:"decided_by"`
	DecidedAt *time.Time `bun:"decided_at"`
	CreatedAt time.Time  `bun:"created_at"`

	ByName  string `bun:"by_name,scanonly"`
	ByPlace string `bun:"by_place,scanonly"` // municipality code
	Title   string `bun:"title,scanonly"`
	Kind    Kind   `bun:"kind,scanonly"`
	Place   string `bun:"place,scanonly"` // of the entry
	Year    int    `bun:"year,scanonly"`
}

// Claimable tells whether the viewer may say that this entry is theirs: it came in by a list, nobody has it yet, and they
// are of its municipality, now or in that cohort's team.
func (w *View) Claimable(v access.Viewer) bool {
	return v.CanWrite() && w.People == 0 && strings.HasPrefix(w.Source, "import:") && w.State != access.Withdrawn &&
		(v.Municipality == w.Municipality || w.ownTeam)
}

// Claim takes an entry for its team. Where the roster knows the claimant in exactly one team of the entry's municipality
// and cohort it is theirs at once; else the desk decides.
func (s *Service) Claim(ctx context.Context, v access.Viewer, id, note string) (state ClaimState, seq int64, err error) {
	if !v.CanWrite() {
		return "", 0, cannotWrite(v)
	}
	if note, err = text.OptionalBlock("note", "一言", note, text.MaxSummary); err != nil {
		return "", 0, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		h, err := hold(ctx, tx, v, id)
		if err != nil {
			return err
		}
		own, err := sentBy(ctx, tx, v, &h.Entry)
		if err != nil {
			return err
		}
		if err := free(ctx, tx, &h.Entry); err != nil {
			return err
		}
		if len(own) == 0 && v.Municipality != h.Municipality {
			return apperr.New(apperr.Forbidden, "うちのものと言えるのは、その自治体のかたと、その年のチームの人です。お心当たりのあるときは、話し合いで知らせてください。")
		}
		c := &Claim{ID: db.NewID(), Entry: id, By: v.Person, Note: note, State: ClaimOpen, CreatedAt: tx.Now}
		evs := []*event.Event{{Kind: event.ClaimMade, Subject: c.ID, Actor: v.Person}}
		if len(own) == 1 {
			c.Team, c.State, c.DecidedAt = own[0], ClaimApproved, &tx.Now
			evs[0].Kind = event.ClaimDecided
			more, err := give(ctx, tx, &h.Entry, c, "")
			if err != nil {
				return err
			}
			evs = append(evs, more...)
		}
		if _, err := tx.NewRaw("DELETE FROM claim WHERE entry = ? AND by = ? AND state = 'open'", id, v.Person).Exec(ctx); err != nil {
			return fmt.Errorf("forget an older claim: %w", err)
		}
		if _, err := tx.NewInsert().Model(c).Exec(ctx); err != nil {
			return fmt.Errorf("keep claim: %w", err)
		}
		state = c.State
		seq, err = appendEvents(ctx, tx, evs)
		return err
	})
	return state, seq, err
}

// sentBy lists the teams of the entry's municipality and cohort that the viewer was sent in: by the roster, an invitation or
// an application that was approved, never by what they typed. Advisers stand beside a team and own nothing of it.
func sentBy(ctx context.Context, tx db.Tx, v access.Viewer, e *Entry) (ids []string, err error) {
	err = tx.NewRaw(`SELECT DISTINCT t.id FROM participation p JOIN team t ON t.id = p.team
		WHERE p.person = ? AND p.role IN ('fellow', 'alumnus') AND t.municipality = ? AND t.cohort = ? ORDER BY t.id`,
		v.Person, e.Municipality, e.Cohort).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("read the teams of %s: %w", v.Person, err)
	}
	return ids, nil
}

// free refuses an entry that is somebody's.
func free(ctx context.Context, tx db.Tx, e *Entry) error {
	taken, err := tx.NewSelect().Table("entry_author").Where("entry = ?", e.ID).Exists(ctx)
	if err != nil {
		return fmt.Errorf("ask whose entry %s is: %w", e.ID, err)
	}
	if taken || !strings.HasPrefix(e.Source, "import:") {
		return apperr.New(apperr.Conflict, "このページには、もう筆者がいます。ちがうときは、話し合いか通報で知らせてください。")
	}
	return nil
}

// give makes an entry the claimant's and their team's, and writes it down.
func give(ctx context.Context, tx db.Tx, e *Entry, c *Claim, decider string) ([]*event.Event, error) {
	e.CreatedBy, e.UpdatedAt = c.By, tx.Now
	if e.Team == "" {
		e.Team = c.Team
	}
	e.Version++
	if err := setAuthors(ctx, tx, e); err != nil {
		return nil, err
	}
	if err := store(ctx, tx, e); err != nil {
		return nil, err
	}
	err := audit.Write(ctx, tx, audit.Act{Actor: decider, Act: "claim.approved", Kind: "entry", Subject: e.ID,
		Detail: map[string]any{"claim": c.ID, "by": c.By, "team": c.Team, "roster": decider == ""}})
	if err != nil {
		return nil, err
	}
	more, err := followTopic(ctx, tx, e)
	return append([]*event.Event{{Kind: event.EntryRevised, Subject: e.ID, Actor: c.By}}, more...), err
}

// Claims lists what waits for the desk, oldest first.
func (s *Service) Claims(ctx context.Context, v access.Viewer) (list []Claim, err error) {
	if !v.CanModerate() {
		return nil, deskOnly()
	}
	q := s.DB.Read().NewSelect().Model(&list).
		ColumnExpr("cl.*, p.name AS by_name, p.municipality AS by_place, e.title, e.kind, e.municipality AS place, e.year").
		Join("JOIN entry AS e ON e.id = cl.entry").Join("JOIN person AS p ON p.id = cl.by").
		Where("cl.state = 'open'").Order("cl.created_at", "cl.id").Limit(200)
	if err := v.Readable(q, readable).Scan(ctx); err != nil {
		return nil, fmt.Errorf("list claims: %w", err)
	}
	return list, nil
}

// ClaimCount counts what waits for the desk.
func (s *Service) ClaimCount(ctx context.Context, v access.Viewer) (n int, err error) {
	q := s.DB.Read().NewSelect().TableExpr("claim AS cl").ColumnExpr("COUNT(*)").Join("JOIN entry AS e ON e.id = cl.entry").Where("cl.state = 'open'")
	if err := v.Readable(q, readable).Scan(ctx, &n); err != nil {
		return 0, fmt.Errorf("count claims: %w", err)
	}
	return n, nil
}

// DecideClaim is the desk's word about a claim. Declining says why; the claimant reads it.
func (s *Service) DecideClaim(ctx context.Context, v access.Viewer, id string, approve bool, reason string) (seq int64, err error) {
	if !v.CanModerate() {
		return 0, deskOnly()
	}
	clean, state := text.Block, ClaimDeclined
	if approve {
		clean, state = text.OptionalBlock, ClaimApproved
	}
	if reason, err = clean("reason", "一言", reason, text.MaxSummary); err != nil {
		return 0, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		var c Claim
		err := tx.NewRaw(`UPDATE claim SET state = ?, reason = ?, decided_by = ?, decided_at = ? WHERE id = ? AND state = 'open' RETURNING *`,
			state, reason, v.Person, tx.Now, id).Scan(ctx, &c)
		if db.IsMissing(err) {
			return apperr.New(apperr.Conflict, "ほかの人が先に決めています。ページを読みこみ直して、いまの状態を確かめてください。")
		}
		if err != nil {
			return fmt.Errorf("decide claim %s: %w", id, err)
		}
		h, err := hold(ctx, tx, v, c.Entry) // nobody decides about what they cannot read
		if err != nil {
			return err
		}
		evs := []*event.Event{{Kind: event.ClaimDecided, Subject: id, Actor: v.Person}}
		if !approve {
			err = audit.Write(ctx, tx, audit.Act{Actor: v.Person, Act: "claim.declined", Kind: "entry", Subject: c.Entry,
				Detail: map[string]any{"claim": id, "by": c.By, "reason": reason}})
		} else {
			if err := free(ctx, tx, &h.Entry); err != nil {
				return err
			}
			var more []*event.Event
			more, err = give(ctx, tx, &h.Entry, &c, v.Person)
			evs = append(evs, more...)
		}
		if err != nil {
			return err
		}
		seq, err = appendEvents(ctx, tx, evs)
		return err
	})
	return seq, err
}

func deskOnly() error {
	return apperr.New(apperr.Forbidden, "この操作は運営の人だけができます。必要なときは運営に相談してください。")
}
