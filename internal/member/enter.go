package member

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/audit"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/text"
)

// Identity is an account at a sign-in provider: provider + subject. internal/auth has verified it.
type Identity struct {
	Provider string
	Subject  string
	Email    string // only an address that the provider calls verified
	Trusted  bool   // … and the provider is on the list whose word admits (contract §2)
	Name     string // what the provider calls the person; a suggestion, no more
	Label    string // what the person knows the account by, such as its address
}

// Way is how somebody comes in with an identity.
type Way struct {
	Invitation string // hash of a one-use link's code
	Link       string // the signed-in person whom the identity is added to
}

// Entered is who came in.
type Entered struct {
	Person   string
	New      bool // met for the first time
	Admitted bool // became a member by this
	Seq      int64
}

type identityRow struct {
	bun.BaseModel `bun:"table:identity,alias:i"`

	Provider  string    `bun:"provider,pk"`
	Subject   string    `bun:"subject,pk"`
	Person    string    `bun:"person"`
	Email     string    `bun:"email"`
	Label     string    `bun:"label"`
	CreatedAt time.Time `bun:"created_at"`
	LastAt    time.Time `bun:"last_at"`
}

// Enter finds or makes the person of an identity, and lets them in as far as the way and the roster allow. It is one
// transaction: of twenty who open one invitation at once, one comes in.
func (s *Service) Enter(ctx context.Context, id Identity, way Way) (Entered, error) {
	var out Entered
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		e := &entering{id: id}
		if err := e.find(ctx, tx, way); err != nil {
			return err
		}
		if e.person.Suspended(tx.Now) {
			return suspendedError(e.person)
		}
		if way.Invitation != "" {
			if err := e.useInvitation(ctx, tx, way.Invitation); err != nil {
				return err
			}
		}
		if !e.person.Member && id.Trusted && id.Email != "" {
			if err := e.claimRoster(ctx, tx, text.Key(id.Email)); err != nil {
				return err
			}
		}
		if len(e.events) > 0 {
			if err := event.Append(ctx, tx, e.events...); err != nil {
				return err
			}
			e.Seq = e.events[len(e.events)-1].Seq
		}
		e.Person = e.person.ID
		out = e.Entered
		return nil
	})
	return out, err
}

// entering is the state of one Enter or of one accepted invitation.
type entering struct {
	Entered
	id     Identity
	person *Person
	events []*event.Event
}

func (e *entering) tell(k event.Kind, data any) {
	ev := &event.Event{Kind: k, Subject: e.person.ID, Actor: e.person.ID}
	if data != nil {
		*ev = ev.With(data)
	}
	e.events = append(e.events, ev)
}

// find sets the person: the identity's own, the one it is to be added to, or a new one.
func (e *entering) find(ctx context.Context, tx db.Tx, way Way) error {
	target := way.Link
	if target == "" && way.Invitation != "" {
		inv, err := openInvitation(ctx, tx, way.Invitation)
		if err != nil {
			return err
		}
		target = inv.Person
	}
	row := new(identityRow)
	err := tx.NewSelect().Model(row).Where("provider = ?", e.id.Provider).Where("subject = ?", e.id.Subject).Scan(ctx)
	switch {
	case err == nil && target != "" && row.Person != target:
		return apperr.New(apperr.Conflict, "このアカウントは、すでに別の登録で使われています。別のアカウントを選ぶか、事務局に知らせてください。")
	case err == nil:
		if e.person, err = find(ctx, tx, row.Person); err != nil {
			return err
		}
		return e.seen(ctx, tx)
	case !db.IsMissing(err):
		return fmt.Errorf("find identity: %w", err)
	case target != "":
		if e.person, err = find(ctx, tx, target); err != nil {
			return err
		}
		if e.person.Suspended(tx.Now) {
			return suspendedError(e.person)
		}
		if err := e.attach(ctx, tx); err != nil {
			return err
		}
		e.tell(event.PersonChanged, nil)
		return audit.Write(ctx, tx, audit.Act{Actor: e.person.ID, Act: "identity.add", Kind: "person", Subject: e.person.ID,
			Detail: map[string]string{"provider": e.id.Provider}})
	}
	return e.create(ctx, tx)
}

func (e *entering) create(ctx context.Context, tx db.Tx) error {
	name, err := text.OptionalLine("name", "氏名", text.Cut(e.id.Name, maxName), maxName)
	if err != nil {
		name = ""
	}
	e.person = &Person{ID: db.NewID(), Name: name, Email: e.id.Email, EmailKey: text.Key(e.id.Email), Mail: "now", CreatedAt: tx.Now}
	e.New = true
	if _, err := tx.NewInsert().Model(e.person).Exec(ctx); err != nil {
		return fmt.Errorf("make person: %w", err)
	}
	return e.attach(ctx, tx)
}

func (e *entering) attach(ctx context.Context, tx db.Tx) error {
	row := &identityRow{Provider: e.id.Provider, Subject: e.id.Subject, Person: e.person.ID,
		Email: e.id.Email, Label: e.id.Label, CreatedAt: tx.Now, LastAt: tx.Now}
	_, err := tx.NewInsert().Model(row).Exec(ctx)
	if db.IsDuplicate(err) {
		return apperr.New(apperr.Conflict, "同じアカウントでのログインが、ほかの画面で進んでいます。もう一度ログインしてください。")
	}
	if err != nil {
		return fmt.Errorf("attach identity to %s: %w", e.person.ID, err)
	}
	return nil
}

func (e *entering) seen(ctx context.Context, tx db.Tx) error {
	_, err := tx.NewUpdate().Model((*identityRow)(nil)).Set("last_at = ?", tx.Now).Set("label = ?", e.id.Label).
		Set("email = ?", e.id.Email).Where("provider = ?", e.id.Provider).Where("subject = ?", e.id.Subject).Exec(ctx)
	if err != nil {
		return fmt.Errorf("note sign-in of %s: %w", e.person.ID, err)
	}
	return nil
}

// admit makes the person a member; by says how.
func (e *entering) admit(ctx context.Context, tx db.Tx, by string) error {
	if !e.person.Member {
		if _, err := tx.NewUpdate().Model((*Person)(nil)).Set("member = TRUE").Where("id = ?", e.person.ID).Exec(ctx); err != nil {
			return fmt.Errorf("admit %s: %w", e.person.ID, err)
		}
		// An application that still waits has its answer by this.
		if _, err := tx.NewUpdate().Model((*Application)(nil)).Set("state = ?", Admitted).Set("decided_at = ?", tx.Now).
			Where("person = ?", e.person.ID).Where("state = ?", Waiting).Exec(ctx); err != nil {
			return fmt.Errorf("settle application of %s: %w", e.person.ID, err)
		}
		e.person.Member, e.Admitted = true, true
		e.tell(event.PersonAdmitted, map[string]string{"by": by})
	}
	e.tell(event.PersonRoles, nil)
	return nil
}

// claimRoster admits by every unclaimed roster row of a verified address.
func (e *entering) claimRoster(ctx context.Context, tx db.Tx, key string) error {
	var rows []rosterRow
	err := tx.NewSelect().Model(&rows).Where("email_key = ?", key).Where("person IS NULL").Order("year", "id").Scan(ctx)
	if err != nil {
		return fmt.Errorf("look up the roster: %w", err)
	}
	if len(rows) == 0 {
		return nil
	}
	for _, r := range rows {
		if err := claimRow(ctx, tx, r, e.person.ID); err != nil {
			return err
		}
	}
	last := rows[len(rows)-1] // the newest year knows best where they are
	if err := adopt(ctx, tx, e.person, last); err != nil {
		return err
	}
	return e.admit(ctx, tx, "roster")
}

func suspendedError(p *Person) error {
	msg := "このアカウントは、いま利用を止めています。"
	if !p.SuspendedUntil.IsZero() {
		msg += p.SuspendedUntil.In(cohort.Japan).Format("2006年1月2日 15:04") + " まで使えません。"
	}
	if p.Suspension != "" {
		msg += "理由：" + p.Suspension + "。"
	}
	return apperr.New(apperr.Forbidden, msg+"お心当たりがないときは、事務局に連絡してください。")
}
