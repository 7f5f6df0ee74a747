package member

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
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

// How long links live: a role over all cohorts is worth stealing, so its link is short-lived.
const (
	staffInvitation = 24 * time.Hour
	invitation      = 14 * 24 * time.Hour
)

// Invitation is a one-use link. Its code is known only to who holds the link; the row has the hash.
type Invitation struct {
	bun.BaseModel `bun:"table:invitation,alias:i"`

	Hash      string    `bun:"hash,pk"`
	ID        string    `bun:"id"`
	Role      string    `bun:"role"`            // empty: adds an identity to Person
	Person    string    `bun:"person,nullzero"` // whom a new identity is for
	Team      string    `bun:"team,nullzero"`
	Cohort    string    `bun:"cohort,nullzero"`
	Note      string    `bun:"note"`
	CreatedBy string    `bun:"created_by"`
	CreatedAt time.Time `bun:"created_at"`
	ExpiresAt time.Time `bun:"expires_at"`
	UsedAt    time.Time `bun:"used_at,nullzero"`
	UsedBy    string    `bun:"used_by,nullzero"`
}

// Invite says what a new link gives. Role alone for staff; Role, Year and Course (and a team with its municipality) for
// a cohort; Person alone for a new way to sign in.
type Invite struct {
	Role         string
	Year         int
	Course       cohort.Course
	Municipality string // code; needed with Team
	Team         string
	Person       string // id
	Note         string // whom it is for; for the list only
}

// Hash is what the database keeps of a code.
func Hash(code string) string {
	h := sha256.Sum256([]byte(code))
	return hex.EncodeToString(h[:])
}

// Invite makes a one-use link and returns its code, which cannot be had again.
func (s *Service) Invite(ctx context.Context, v access.Viewer, in Invite) (code string, inv Invitation, err error) {
	if !v.CanAdminister() {
		return "", Invitation{}, notYours()
	}
	return s.invite(ctx, v.Person, in)
}

// InviteByOperator is Invite for the command line: whoever has the shell has the database.
func (s *Service) InviteByOperator(ctx context.Context, in Invite) (code string, inv Invitation, err error) {
	return s.invite(ctx, "", in)
}

func (s *Service) invite(ctx context.Context, by string, in Invite) (string, Invitation, error) {
	if err := in.check(s.db.Now()); err != nil {
		return "", Invitation{}, err
	}
	code := db.NewSecret()
	var inv Invitation
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		inv = Invitation{Hash: Hash(code), ID: db.NewID(), Role: in.Role, Person: in.Person, Note: in.Note, CreatedBy: by,
			CreatedAt: tx.Now, ExpiresAt: tx.Now.Add(invitation)}
		if in.Role == "" || isStaffRole(in.Role) {
			inv.ExpiresAt = tx.Now.Add(staffInvitation)
		}
		if err := inv.place(ctx, tx, in); err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&inv).Exec(ctx); err != nil {
			return fmt.Errorf("make invitation: %w", err)
		}
		if err := audit.Write(ctx, tx, audit.Act{Actor: by, Act: "invitation.make", Kind: "invitation", Subject: inv.ID,
			Detail: map[string]string{"role": in.Role, "person": in.Person, "cohort": inv.Cohort, "note": in.Note}}); err != nil {
			return err
		}
		return event.Append(ctx, tx, &event.Event{Kind: event.InvitationMade, Subject: inv.ID, Actor: by})
	})
	return code, inv, err
}

func (in *Invite) check(now time.Time) (err error) {
	if in.Note, err = text.OptionalLine("note", "あて先のメモ", in.Note, maxTeam); err != nil {
		return err
	}
	switch {
	case in.Role == "" && in.Person == "":
		return apperr.At("role", "役割を選んでください。")
	case in.Role == "" || isStaffRole(in.Role):
		return nil
	case !slices.Contains(CohortRoles(), in.Role):
		return apperr.At("role", "役割は 研究生・マネ友・幹事・運営委員・運営・事務局 から選んでください。")
	}
	if err := checkYear(in.Year, now); err != nil {
		return err
	}
	if err := checkCourse(in.Course); err != nil {
		return err
	}
	if in.Team, err = text.OptionalLine("team", "チーム", in.Team, maxTeam); err != nil {
		return err
	}
	if _, ok := municipality.Get(in.Municipality); in.Team != "" && !ok {
		return apperr.At("municipality", "チームへの招待には、自治体を選んでください。")
	}
	return nil
}

// place finds the cohort and the team of the link.
func (inv *Invitation) place(ctx context.Context, tx db.Tx, in Invite) (err error) {
	if in.Role == "" || isStaffRole(in.Role) {
		return nil
	}
	if inv.Cohort, err = EnsureCohort(ctx, tx, in.Year, in.Course); err != nil || in.Municipality == "" {
		return err
	}
	inv.Team, err = ensureTeam(ctx, tx, inv.Cohort, in.Municipality, in.Team)
	return err
}

// Invitation looks a link up by its code, for the page that asks before it is used.
func (s *Service) Invitation(ctx context.Context, code string) (Invitation, error) {
	var inv Invitation
	err := s.db.Read().NewSelect().Model(&inv).Where("hash = ?", Hash(code)).Scan(ctx)
	if err != nil && !db.IsMissing(err) {
		return inv, fmt.Errorf("look up invitation: %w", err)
	}
	if err != nil || !inv.open(s.db.Now()) {
		return inv, usedUp()
	}
	return inv, nil
}

func (inv *Invitation) open(now time.Time) bool {
	return inv.UsedAt.IsZero() && inv.ExpiresAt.After(now)
}

// usedUp is one answer for used, expired and unknown links, so that nobody can try codes.
func usedUp() error {
	return apperr.New(apperr.NotFound, "この招待リンクは使えません。一度使われたか、期限が切れています。招待した人に、新しいリンクを頼んでください。")
}

func openInvitation(ctx context.Context, tx db.Tx, hash string) (*Invitation, error) {
	inv := new(Invitation)
	err := tx.NewSelect().Model(inv).Where("hash = ?", hash).Scan(ctx)
	if db.IsMissing(err) || err == nil && !inv.open(tx.Now) {
		return nil, usedUp()
	}
	if err != nil {
		return nil, fmt.Errorf("look up invitation: %w", err)
	}
	return inv, nil
}

// AcceptInvitation uses a link for somebody who is signed in.
func (s *Service) AcceptInvitation(ctx context.Context, person, code string) (Entered, error) {
	var out Entered
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		e := &entering{}
		if e.person, err = find(ctx, tx, person); err != nil {
			return err
		}
		if e.person.Suspended(tx.Now) {
			return suspendedError(e.person)
		}
		if err := e.useInvitation(ctx, tx, Hash(code)); err != nil {
			return err
		}
		if err := event.Append(ctx, tx, e.events...); err != nil {
			return err
		}
		e.Person, e.Seq = person, e.events[len(e.events)-1].Seq
		out = e.Entered
		return nil
	})
	return out, err
}

// useInvitation spends the link and gives what it promises. The database decides who was first.
func (e *entering) useInvitation(ctx context.Context, tx db.Tx, hash string) error {
	inv, err := openInvitation(ctx, tx, hash)
	if err != nil {
		return err
	}
	if inv.Role == "" && inv.Person != e.person.ID {
		return apperr.New(apperr.Conflict, "このリンクは、別の方のログイン方法を加えるためのものです。いったんログアウトしてから開いてください。")
	}
	res, err := tx.NewUpdate().Model((*Invitation)(nil)).Set("used_at = ?", tx.Now).Set("used_by = ?", e.person.ID).
		Where("hash = ?", hash).Where("used_at IS NULL").Exec(ctx)
	if err != nil {
		return fmt.Errorf("use invitation %s: %w", inv.ID, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return usedUp()
	}
	if err := audit.Write(ctx, tx, audit.Act{Actor: e.person.ID, Act: "invitation.use", Kind: "invitation", Subject: inv.ID,
		Detail: map[string]string{"role": inv.Role, "cohort": inv.Cohort}}); err != nil {
		return err
	}
	if inv.Role == "" {
		e.tell(event.PersonChanged, nil)
		return nil
	}
	if err := e.give(ctx, tx, inv); err != nil {
		return err
	}
	return e.admit(ctx, tx, "invitation")
}

func (e *entering) give(ctx context.Context, tx db.Tx, inv *Invitation) error {
	if isStaffRole(inv.Role) {
		return grant(ctx, tx, e.person.ID, inv.Role)
	}
	if inv.Team != "" && e.person.Municipality == "" {
		if _, err := tx.NewRaw(`UPDATE person SET municipality = (SELECT municipality FROM team WHERE id = ?) WHERE id = ?`,
			inv.Team, e.person.ID).Exec(ctx); err != nil {
			return fmt.Errorf("place %s: %w", e.person.ID, err)
		}
	}
	return takePart(ctx, tx, Participation{Person: e.person.ID, Cohort: inv.Cohort, Team: inv.Team, Role: inv.Role})
}

// Invitations lists open links, newest first, without anything that would let one be used.
func (s *Service) Invitations(ctx context.Context, v access.Viewer) ([]Invitation, error) {
	if !v.CanAdminister() {
		return nil, notYours()
	}
	var list []Invitation
	err := s.db.Read().NewSelect().Model(&list).ExcludeColumn("hash").Where("used_at IS NULL").
		Where("expires_at > ?", s.db.Now()).Order("created_at DESC", "id").Limit(100).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list invitations: %w", err)
	}
	return list, nil
}

// Uninvite calls an open link back.
func (s *Service) Uninvite(ctx context.Context, v access.Viewer, id string) error {
	if !v.CanAdminister() {
		return notYours()
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		res, err := tx.NewDelete().Model((*Invitation)(nil)).Where("id = ?", id).Where("used_at IS NULL").Exec(ctx)
		if err != nil {
			return fmt.Errorf("call invitation %s back: %w", id, err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return usedUp()
		}
		if err := audit.Write(ctx, tx, audit.Act{Actor: v.Person, Act: "invitation.callback", Kind: "invitation", Subject: id}); err != nil {
			return err
		}
		return event.Append(ctx, tx, &event.Event{Kind: event.InvitationMade, Subject: id, Actor: v.Person})
	})
}
