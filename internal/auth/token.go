package auth

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/member"
	"github.com/manetomo/manetomo/internal/text"
)

// Scopes of tokens: each includes those before it.
var scopes = []string{"read", "write", "admin"}

const (
	tokenPrefix = "mt_" // so that people and leak scanners recognise one
	maxTokens   = 20
	maxLabel    = 100
)

// Token is a token for the API as 設定 lists it. The token itself is shown once, when it is made.
type Token struct {
	bun.BaseModel `bun:"table:token,alias:t"`

	Hash      string    `bun:"hash,pk"`
	ID        string    `bun:"id"`
	Person    string    `bun:"person"`
	Label     string    `bun:"label"`
	Scopes    string    `bun:"scopes"`
	Operator  bool      `bun:"operator"`
	CreatedAt time.Time `bun:"created_at"`
	UsedAt    time.Time `bun:"used_at,nullzero"`
	ExpiresAt time.Time `bun:"expires_at,nullzero"`
}

// NewToken says what a token is to be.
type NewToken struct {
	Label    string
	Scopes   []string
	Expires  time.Time // zero: never
	Operator bool      // made in the shell: no limits per account
}

// CreateToken makes a token for a person and returns it; it cannot be had again.
func (s *Service) CreateToken(ctx context.Context, person string, n NewToken) (string, error) {
	label, err := text.Line("label", "名前", n.Label, maxLabel)
	if err != nil {
		return "", err
	}
	if len(n.Scopes) == 0 {
		return "", apperr.At("scopes", "できることを一つ以上選んでください。")
	}
	for _, sc := range n.Scopes {
		if !slices.Contains(scopes, sc) {
			return "", apperr.At("scopes", "できることは read・write・admin から選んでください。")
		}
	}
	if !n.Expires.IsZero() && !n.Expires.After(s.db.Now()) {
		return "", apperr.At("expires", "期限には、これから先の日付を書いてください。")
	}
	secret := tokenPrefix + db.NewSecret()
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		count, err := tx.NewSelect().Model((*Token)(nil)).Where("person = ?", person).Where("NOT operator").Count(ctx)
		if err != nil {
			return fmt.Errorf("count tokens: %w", err)
		}
		if count >= maxTokens && !n.Operator {
			return apperr.New(apperr.Invalid, fmt.Sprintf("トークンは %d 個までです。使っていないものを消してください。", maxTokens))
		}
		t := &Token{Hash: member.Hash(secret), ID: db.NewID(), Person: person, Label: label, Scopes: strings.Join(n.Scopes, ","),
			Operator: n.Operator, CreatedAt: tx.Now, ExpiresAt: n.Expires.UTC()}
		if n.Expires.IsZero() {
			t.ExpiresAt = time.Time{}
		}
		if _, err := tx.NewInsert().Model(t).Exec(ctx); err != nil {
			return fmt.Errorf("make token: %w", err)
		}
		return nil // no event: like a session, nobody else sees a token
	})
	return secret, err
}

// Tokens lists a person's own tokens, the newest first.
func (s *Service) Tokens(ctx context.Context, v access.Viewer) ([]Token, error) {
	var list []Token
	err := s.db.Read().NewSelect().Model(&list).ExcludeColumn("hash").Where("person = ?", v.Person).
		Order("created_at DESC", "id").Limit(100).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return list, nil
}

// RevokeToken ends one of a person's own tokens; sockets that it opened are asked again.
func (s *Service) RevokeToken(ctx context.Context, v access.Viewer, id string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.NewDelete().Model((*Token)(nil)).Where("id = ?", id).Where("person = ?", v.Person).Exec(ctx); err != nil {
			return fmt.Errorf("revoke token: %w", err)
		}
		return event.Append(ctx, tx, &event.Event{Kind: event.PersonSignedOut, Subject: v.Person, Actor: v.Person})
	})
}

// FromToken tells whose token it is. A wrong, ended or suspended one is refused: a program must not go on as a visitor.
func (s *Service) FromToken(ctx context.Context, secret string) (Who, error) {
	refused := apperr.New(apperr.Unauthenticated, "このトークンは使えません。期限が切れたか、消されています。設定で新しいトークンを作ってください。")
	var t Token
	now := s.db.Now()
	err := s.db.Read().NewSelect().Model(&t).Where("hash = ?", member.Hash(secret)).
		Where("expires_at IS NULL OR expires_at > ?", now).Scan(ctx)
	if db.IsMissing(err) {
		return Who{}, refused
	}
	if err != nil {
		return Who{}, fmt.Errorf("find token: %w", err)
	}
	v, err := s.members.Viewer(ctx, t.Person)
	if err != nil {
		return Who{}, err
	}
	if !v.SignedIn() {
		return Who{}, refused
	}
	if now.Sub(t.UsedAt) > seenEvery {
		err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			_, err := tx.NewUpdate().Model(&t).Set("used_at = ?", tx.Now).WherePK().Exec(ctx)
			return err
		})
		if err != nil && !apperr.Is(err, apperr.Full) && !apperr.Is(err, apperr.Unavailable) {
			return Who{}, fmt.Errorf("note use of token: %w", err)
		}
	}
	granted := strings.Split(t.Scopes, ",")
	limit := access.Viewer{Moderator: slices.Contains(granted, "admin"), Secretariat: slices.Contains(granted, "admin"),
		ReadOnly: !slices.Contains(granted, "write") && !slices.Contains(granted, "admin"), Unlimited: t.Operator}
	return Who{Viewer: narrowed(v, limit), Token: t.ID}, nil
}

// narrowed is a person's rights as far as a token carries them: staff rights only with the admin scope.
func narrowed(v, limit access.Viewer) access.Viewer {
	v.Moderator = v.Moderator && limit.Moderator
	v.Secretariat = v.Secretariat && limit.Secretariat
	v.ReadOnly, v.Unlimited = limit.ReadOnly, limit.Unlimited
	return v
}
