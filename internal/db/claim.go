package db

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// ErrRepeated says that the request's Idempotency-Key was already used: the write was not done again.
var ErrRepeated = errors.New("request repeated")

// Claim is a request's word that it is done once. The first Write under its context inserts it in the same
// transaction, so that an effect and the memory of it stand or fall together (contract §4, Idempotency).
type Claim struct {
	Person, Key, Method, Path, Digest string

	taken bool // its transaction has committed
}

// Taken tells whether a write under the claim has been committed.
func (c *Claim) Taken() bool { return c.taken }

type claimKey struct{}

// WithClaim gives the writes under ctx a claim.
func WithClaim(ctx context.Context, c *Claim) context.Context {
	return context.WithValue(ctx, claimKey{}, c)
}

// claiming wraps fn so that it inserts the claim of ctx first. done is to be called after the commit.
func claiming(ctx context.Context, fn func(context.Context, Tx) error) (wrapped func(context.Context, Tx) error, done func()) {
	c, _ := ctx.Value(claimKey{}).(*Claim)
	if c == nil || c.taken {
		return fn, func() {}
	}
	return func(ctx context.Context, tx Tx) error {
		_, err := tx.NewRaw(`INSERT INTO idempotency (person, key, method, path, digest, status, at) VALUES (?, ?, ?, ?, ?, 0, ?)`,
			c.Person, c.Key, c.Method, c.Path, c.Digest, tx.Now).Exec(ctx)
		if IsDuplicate(err) {
			return ErrRepeated
		}
		if err != nil {
			return err
		}
		return fn(ctx, tx)
	}, func() { c.taken = true }
}

// Note keeps in the claim's row what its write made, so that the answer can be given again even when the program died
// between the commit and the answer. Without a claim it does nothing. The log calls it with the first event.
func Note(ctx context.Context, tx Tx, made string) error {
	c, _ := ctx.Value(claimKey{}).(*Claim)
	if c == nil || c.taken {
		return nil
	}
	_, err := tx.NewRaw("UPDATE idempotency SET body = ? WHERE person = ? AND key = ? AND status = 0", made, c.Person, c.Key).Exec(ctx)
	return err
}

// claimsLive is how long a claim is remembered; the contract promises a day.
const claimsLive = 48 * time.Hour

// ForgetClaims removes old claims every hour until ctx ends, so that the table does not grow with the years.
func (d *DB) ForgetClaims(ctx context.Context) error {
	for {
		err := d.Write(ctx, func(ctx context.Context, tx Tx) error {
			_, err := tx.NewDelete().Table("idempotency").Where("at < ?", tx.Now.Add(-claimsLive)).Exec(ctx)
			return err
		})
		if err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "old idempotency keys stay for now", "err", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Hour):
		}
	}
}
