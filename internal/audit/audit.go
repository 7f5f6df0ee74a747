// Package audit writes down what staff do: who, when, what, before and after.
//
// The row is part of the act's own transaction: an act without its row, or a row without its act, cannot be. Reading
// the record is internal/curate's work.
package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/db"
)

// Act is one thing that staff did.
type Act struct {
	Actor   string // person id; empty for the command line
	Act     string // such as "roster.import"
	Kind    string // kind of the thing it was done to: person, roster, application …
	Subject string // its id
	Detail  any    // before and after, for those who read the record; nil is nothing
}

type row struct {
	bun.BaseModel `bun:"table:audit"`

	ID      string          `bun:"id,pk"`
	Seq     int64           `bun:"seq"`
	Actor   string          `bun:"actor"`
	Act     string          `bun:"act"`
	Kind    string          `bun:"kind"`
	Subject string          `bun:"subject"`
	Detail  json.RawMessage `bun:"detail,type:jsonb"`
	At      time.Time       `bun:"at"`
}

// Write puts the act into the record, in the transaction that does it and before its event.
func Write(ctx context.Context, tx db.Tx, a Act) error {
	detail := json.RawMessage("{}")
	if a.Detail != nil {
		var err error
		if detail, err = json.Marshal(a.Detail); err != nil {
			return fmt.Errorf("write down %s: %w", a.Act, err)
		}
	}
	// The head is read, not taken: taking it before the topics' counters could make two acts wait for each other.
	var seq int64
	if err := tx.NewRaw("SELECT seq FROM log_head WHERE id = 1").Scan(ctx, &seq); err != nil {
		return fmt.Errorf("write down %s: %w", a.Act, err)
	}
	r := &row{ID: db.NewID(), Seq: seq + 1, Actor: a.Actor, Act: a.Act, Kind: a.Kind, Subject: a.Subject, Detail: detail, At: tx.Now}
	if _, err := tx.NewInsert().Model(r).Exec(ctx); err != nil {
		return fmt.Errorf("write down %s: %w", a.Act, err)
	}
	return nil
}
