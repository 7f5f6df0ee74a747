package db_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/testkit"
)

func TestClaimLetsOneWriteThrough(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		first := &db.Claim{Person: "p", Key: "k", Method: "POST", Path: "/x", Digest: "d"}
		if err := d.Write(db.WithClaim(t.Context(), first), put("one", 1)); err != nil || !first.Taken() {
			t.Fatalf("first: %v, taken %v", err, first.Taken())
		}
		again := &db.Claim{Person: "p", Key: "k", Method: "POST", Path: "/x", Digest: "d"}
		if err := d.Write(db.WithClaim(t.Context(), again), put("two", 1)); !errors.Is(err, db.ErrRepeated) || again.Taken() {
			t.Errorf("again: %v, taken %v; want ErrRepeated", err, again.Taken())
		}
		refused := &db.Claim{Person: "p", Key: "other", Method: "POST", Path: "/x", Digest: "d"}
		fail := func(context.Context, db.Tx) error { return errors.New("refused") }
		if err := d.Write(db.WithClaim(t.Context(), refused), fail); err == nil || refused.Taken() {
			t.Errorf("a refused write took its claim")
		}
		n, err := d.Read().NewSelect().Table("idempotency").Count(t.Context())
		if err != nil || n != 1 {
			t.Errorf("%d claims stand, %v; want 1", n, err)
		}
	})
}

func TestOldClaimsAreForgotten(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.NewRaw(`INSERT INTO idempotency (person, key, method, path, digest, status, at) VALUES
				('p', 'old', 'POST', '/', '', 200, ?), ('p', 'new', 'POST', '/', '', 200, ?)`,
				tx.Now.Add(-72*time.Hour), tx.Now.Add(-25*time.Hour)).Exec(ctx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
		defer stop()
		go d.ForgetClaims(ctx)
		for {
			written := d.Written()
			var keys []string
			if err := d.Read().NewSelect().Table("idempotency").Column("key").Scan(ctx, &keys); err != nil {
				t.Fatal(err)
			}
			if len(keys) == 1 && keys[0] == "new" {
				return
			}
			select {
			case <-written:
			case <-ctx.Done():
				t.Fatalf("claims %v stand; want only the one of yesterday", keys)
			}
		}
	})
}
