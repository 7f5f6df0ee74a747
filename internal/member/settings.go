package member

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/audit"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/internal/text"
)

// Look is how the site looks to a person, and whether letters come.
type Look struct {
	Theme    string // light, dark; empty: as the device
	TextSize string // large, xlarge; empty: normal
	Mail     string // now, never
}

// SetLook keeps how the site looks. Nobody else sees it, so it is no event.
func (s *Service) SetLook(ctx context.Context, v access.Viewer, in Look) error {
	if !v.SignedIn() {
		return unsigned()
	}
	if !slices.Contains([]string{"", "light", "dark"}, in.Theme) {
		return apperr.At("theme", "見た目を選んでください。")
	}
	if !slices.Contains([]string{"", "large", "xlarge"}, in.TextSize) {
		return apperr.At("text_size", "文字の大きさを選んでください。")
	}
	if !slices.Contains([]string{"now", "never"}, in.Mail) {
		return apperr.At("mail", "メールの受け取り方を選んでください。")
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewUpdate().Model((*Person)(nil)).Set("theme = ?", in.Theme).Set("text_size = ?", in.TextSize).
			Set("mail = ?", in.Mail).Where("id = ?", v.Person).Exec(ctx)
		if err != nil {
			return fmt.Errorf("keep look: %w", err)
		}
		return nil
	})
}

// Asked tells whether a person wants to hear of questions near to what they wrote.
func (s *Service) Asked(ctx context.Context, v access.Viewer) (asked bool, err error) {
	if err := s.db.Read().NewRaw("SELECT asked FROM person WHERE id = ?", v.Person).Scan(ctx, &asked); err != nil {
		return false, fmt.Errorf("read what %s wants to hear: %w", v.Person, err)
	}
	return asked, nil
}

// SetAsked keeps it. Nobody else sees it, so it is no event.
func (s *Service) SetAsked(ctx context.Context, v access.Viewer, asked bool) error {
	if !v.SignedIn() {
		return unsigned()
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.NewRaw("UPDATE person SET asked = ? WHERE id = ?", asked, v.Person).Exec(ctx); err != nil {
			return fmt.Errorf("keep what %s wants to hear: %w", v.Person, err)
		}
		return nil
	})
}

// Self is what people say about themselves.
type Self struct {
	Name, Kana, Section, About string
	Municipality               string // code or name, as typed; may be empty
}

// SetSelf changes what a person says about themselves.
func (s *Service) SetSelf(ctx context.Context, v access.Viewer, in Self) (seq int64, err error) {
	if !v.Member || v.ReadOnly {
		return 0, unsigned()
	}
	var p Person
	var faults apperr.Error
	keep := func(to *string, s string, err error) {
		*to = s
		if err != nil {
			faults.Fields = append(faults.Fields, apperr.From(err).All()...)
		}
	}
	name, err := text.Line("name", "氏名", in.Name, maxName)
	keep(&p.Name, name, err)
	kana, err := text.OptionalLine("kana", "ふりがな", in.Kana, maxName)
	keep(&p.Kana, hiragana(kana), err)
	section, err := text.OptionalLine("section", "所属", in.Section, maxSection)
	keep(&p.Section, section, err)
	about, err := text.OptionalBlock("about", "自己紹介", in.About, maxAbout)
	keep(&p.About, about, err)
	if in.Municipality != "" {
		m, ask := municipality.Choose(in.Municipality)
		if m.Kind == municipality.KindWard {
			ask = m.Name + "は行政区です。市の名前を書いてください。"
		}
		if p.Municipality = m.Code; ask != "" {
			faults.Fields = append(faults.Fields, apperr.Field{Name: "municipality", Detail: ask})
		}
	}
	if len(faults.Fields) > 0 {
		faults.Kind, faults.Message = apperr.Invalid, "直すところがあります。書いた内容は残っています。"
		return 0, &faults
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		p.ID = v.Person
		_, err := tx.NewUpdate().Model(&p).Column("name", "kana", "section", "about", "municipality").WherePK().Exec(ctx)
		if err != nil {
			return fmt.Errorf("change person: %w", err)
		}
		e := &event.Event{Kind: event.PersonChanged, Subject: v.Person, Actor: v.Person}
		if err := event.Append(ctx, tx, e); err != nil {
			return err
		}
		seq = e.Seq
		return nil
	})
	return seq, err
}

// Account is an identity as 設定 lists it.
type Account struct {
	Provider  string    `bun:"provider" json:"provider"`
	Subject   string    `bun:"subject" json:"subject"`
	Label     string    `bun:"label" json:"label"`
	CreatedAt time.Time `bun:"created_at" json:"created_at"`
	LastAt    time.Time `bun:"last_at" json:"last_at"`
}

// Accounts lists the ways a person signs in.
func (s *Service) Accounts(ctx context.Context, v access.Viewer) ([]Account, error) {
	var list []Account
	err := s.db.Read().NewSelect().Model((*identityRow)(nil)).Column("provider", "subject", "label", "created_at", "last_at").
		Where("person = ?", v.Person).Order("created_at", "provider", "subject").Scan(ctx, &list)
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	return list, nil
}

// RemoveAccount takes a way to sign in away, never the last one.
func (s *Service) RemoveAccount(ctx context.Context, v access.Viewer, provider, subject string) error {
	if !v.SignedIn() {
		return unsigned()
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		// Taking the person's row first lets two removals at once not leave nobody a way in.
		if _, err := tx.NewRaw("UPDATE person SET id = id WHERE id = ?", v.Person).Exec(ctx); err != nil {
			return fmt.Errorf("remove account: %w", err)
		}
		n, err := tx.NewSelect().Model((*identityRow)(nil)).Where("person = ?", v.Person).Count(ctx)
		if err != nil {
			return fmt.Errorf("count accounts: %w", err)
		}
		if n < 2 {
			return apperr.New(apperr.Conflict, "最後のログイン方法は消せません。先に別のアカウントを加えてください。")
		}
		_, err = tx.NewDelete().Model((*identityRow)(nil)).Where("person = ?", v.Person).
			Where("provider = ?", provider).Where("subject = ?", subject).Exec(ctx)
		if err != nil {
			return fmt.Errorf("remove account: %w", err)
		}
		if err := audit.Write(ctx, tx, audit.Act{Actor: v.Person, Act: "identity.remove", Kind: "person", Subject: v.Person,
			Detail: map[string]string{"provider": provider}}); err != nil {
			return err
		}
		return event.Append(ctx, tx, &event.Event{Kind: event.PersonChanged, Subject: v.Person, Actor: v.Person})
	})
}

// Leave takes a person out (退会): their accounts, sessions, tokens, roles and words about themselves go; what they
// published stays, under no name. It cannot be undone.
func (s *Service) Leave(ctx context.Context, v access.Viewer) error {
	if !v.SignedIn() {
		return unsigned()
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if v.Secretariat {
			n, err := tx.NewSelect().Model((*staffRow)(nil)).Where("role = ?", Secretariat).Count(ctx)
			if err != nil {
				return fmt.Errorf("count the secretariat: %w", err)
			}
			if n < 2 {
				return apperr.New(apperr.Conflict, "事務局があなた一人です。ほかの人を事務局にしてから退会してください。")
			}
		}
		for _, table := range []string{"identity", "session", "token", "staff_role", "application"} {
			if _, err := tx.NewDelete().Table(table).Where("person = ?", v.Person).Exec(ctx); err != nil {
				return fmt.Errorf("leave: clear %s: %w", table, err)
			}
		}
		if _, err := tx.NewRaw("UPDATE roster_entry SET person = NULL WHERE person = ?", v.Person).Exec(ctx); err != nil {
			return fmt.Errorf("leave: free roster rows: %w", err)
		}
		p := &Person{ID: v.Person, Name: "退会した方", Mail: "never"}
		_, err := tx.NewUpdate().Model(p).Column("name", "kana", "email", "email_key", "municipality", "section", "about", "member", "mail").
			WherePK().Exec(ctx)
		if err != nil {
			return fmt.Errorf("leave: %w", err)
		}
		return event.Append(ctx, tx, &event.Event{Kind: event.PersonChanged, Subject: v.Person, Actor: v.Person},
			&event.Event{Kind: event.PersonRoles, Subject: v.Person, Actor: v.Person})
	})
}

// Export is everything that this package keeps about a person, for 設定 to hand out as a file.
type Export struct {
	Person         map[string]any   `json:"person"`
	Accounts       []Account        `json:"accounts"`
	Participations []map[string]any `json:"participations"`
	Applications   []map[string]any `json:"applications"`
}

// Export gathers what is kept about a person.
func (s *Service) Export(ctx context.Context, v access.Viewer) (*Export, error) {
	if !v.SignedIn() {
		return nil, unsigned()
	}
	pr, err := s.Profile(ctx, v, v.Person)
	if err != nil {
		return nil, err
	}
	out := &Export{Person: map[string]any{"id": pr.ID, "name": pr.Name, "kana": pr.Kana, "email": pr.Email,
		"municipality": pr.Municipality, "section": pr.Section, "about": pr.About, "member": pr.Member, "roles": pr.Staff,
		"theme": pr.Theme, "text_size": pr.TextSize, "mail": pr.Mail, "created_at": pr.CreatedAt}}
	if out.Accounts, err = s.Accounts(ctx, v); err != nil {
		return nil, err
	}
	for _, p := range pr.Parts {
		out.Participations = append(out.Participations, map[string]any{"year": p.Year, "course": p.Course, "role": p.Role,
			"team": p.TeamName, "municipality": p.Municipality})
	}
	var apps []Application
	if err := s.db.Read().NewSelect().Model(&apps).Where("person = ?", v.Person).Order("created_at").Scan(ctx); err != nil {
		return nil, fmt.Errorf("read applications: %w", err)
	}
	for _, a := range apps {
		out.Applications = append(out.Applications, map[string]any{"name": a.Name, "municipality": a.Municipality, "year": a.Year,
			"course": a.Course, "note": a.Note, "state": a.State, "reason": a.Reason, "created_at": a.CreatedAt})
	}
	return out, nil
}
