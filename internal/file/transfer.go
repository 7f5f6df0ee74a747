package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/text"
)

// Limits of uploads in pieces.
const (
	transferLife  = 24 * time.Hour // since its last piece
	partSize      = 2 << 20        // what lies in memory before it is kept
	openTransfers = 50             // of a person
)

// Transfer is an upload that comes in pieces and may be cut anywhere: what has been kept of it stays, and it goes on
// from there, on any node. It belongs to the account that began it; for others it does not exist.
type Transfer struct {
	bun.BaseModel `bun:"table:transfer,alias:t"`

	ID        string    `bun:"id,pk"`
	Person    string    `bun:"person"`
	Place     string    `bun:"place"` // the form that it is for
	Name      string    `bun:"name"`
	Declared  string    `bun:"declared"`
	Size      int64     `bun:"size"`
	Received  int64     `bun:"received"`
	Look      Look      `bun:"look,type:jsonb"`
	CreatedAt time.Time `bun:"created_at"`
	ExpiresAt time.Time `bun:"expires_at"`
}

// Whole tells whether all of it has arrived.
func (t *Transfer) Whole() bool { return t.Received == t.Size }

// Begin makes place for an upload in pieces. What its name and size say against it is said at once.
func (s *Service) Begin(ctx context.Context, v access.Viewer, name, declared, place string, size int64) (*Transfer, error) {
	switch {
	case !v.SignedIn():
		return nil, apperr.SignIn()
	case !v.CanWrite():
		return nil, apperr.New(apperr.Forbidden, "ファイルを載せられるのは会員だけです。参加の申請は「参加する」のページからできます。")
	case size > MaxSize:
		return nil, tooLarge()
	case size <= 0:
		return nil, refuse(sentenceEmpty)
	}
	place, err := text.OptionalLine("place", "", place, 100)
	if err != nil {
		return nil, err
	}
	t := &Transfer{ID: db.NewID(), Person: v.Person, Place: place, Name: CleanName(name), Declared: mediaType(text.Cut(declared, 200)), Size: size}
	if isHEIC(t.Name) {
		return nil, refuse(sentenceHEIC)
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := transfersWithinLimits(ctx, tx, v, size); err != nil {
			return err
		}
		t.CreatedAt, t.ExpiresAt = tx.Now, tx.Now.Add(transferLife)
		if _, err := tx.NewInsert().Model(t).Exec(ctx); err != nil {
			return fmt.Errorf("begin upload: %w", err)
		}
		return nil
	})
	return t, err
}

// transfersWithinLimits counts what the person has under way as if it had arrived today.
func transfersWithinLimits(ctx context.Context, tx db.Tx, v access.Viewer, size int64) error {
	if v.Unlimited {
		return nil
	}
	if err := oneByOne(ctx, tx, v.Person); err != nil {
		return err
	}
	var open, sum int64
	err := tx.NewRaw("SELECT COUNT(*), COALESCE(SUM(size), 0) FROM transfer WHERE person = ? AND expires_at > ?", v.Person, tx.Now).Scan(ctx, &open, &sum)
	switch {
	case err != nil:
		return fmt.Errorf("sum uploads of person: %w", err)
	case open >= openTransfers:
		return apperr.New(apperr.Throttled, "送りかけのファイルが50個あります。要らないものを外すか、送り終えたものを載せてから、続けてください。")
	}
	return withinDay(ctx, tx, v, sum+size)
}

// Transfer returns an upload of the viewer's own. Others' and ended ones are answered like what never was.
func (s *Service) Transfer(ctx context.Context, v access.Viewer, id string) (*Transfer, error) {
	if !v.SignedIn() {
		return nil, apperr.Missing()
	}
	t := &Transfer{}
	err := s.DB.Read().NewSelect().Model(t).Where("t.id = ?", id).Where("t.person = ?", v.Person).
		Where("t.expires_at > ?", s.DB.Now()).Scan(ctx)
	if db.IsMissing(err) {
		return nil, apperr.Missing()
	}
	if err != nil {
		return nil, fmt.Errorf("read upload %s: %w", id, err)
	}
	return t, nil
}

// Transfers lists what the viewer has sent, or begun to send, for a form and not used yet, oldest first.
func (s *Service) Transfers(ctx context.Context, v access.Viewer, place string) (list []Transfer, err error) {
	err = s.DB.Read().NewSelect().Model(&list).Where("t.person = ?", v.Person).Where("t.place = ?", place).
		Where("t.expires_at > ?", s.DB.Now()).Order("t.created_at", "t.id").Limit(openTransfers).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list uploads: %w", err)
	}
	return list, nil
}

// Append adds bytes to an upload from where it stands and tells how far it is now, also when body breaks off: every
// byte that was read is kept. An offset that is not where it stands is a Conflict, and nothing is read.
func (s *Service) Append(ctx context.Context, v access.Viewer, id string, offset int64, body io.Reader) (int64, error) {
	t, err := s.Transfer(ctx, v, id)
	if err != nil {
		return 0, err
	}
	if offset != t.Received {
		return t.Received, movedOn()
	}
	keep := context.WithoutCancel(ctx) // who cut the line wants what came before the cut
	buffer := make([]byte, min(partSize, t.Size-t.Received))
	for !t.Whole() {
		n, readErr := io.ReadFull(body, buffer[:min(partSize, t.Size-t.Received)])
		if t.Received == 0 && (n >= sniffed || int64(n) == t.Size) {
			if _, err := Sniff(t.Name, t.Declared, buffer[:min(n, sniffed)]); err != nil {
				return 0, errors.Join(err, s.forget(keep, t.ID))
			}
		}
		if n > 0 {
			if err := s.keepPart(keep, t, buffer[:n]); err != nil {
				return t.Received, err
			}
		}
		switch {
		case errors.Is(readErr, io.EOF), errors.Is(readErr, io.ErrUnexpectedEOF):
			return t.Received, nil // the rest comes later
		case readErr != nil:
			return t.Received, fmt.Errorf("receive upload: %w", readErr)
		}
	}
	return t.Received, nil
}

func movedOn() error {
	return apperr.New(apperr.Conflict, "続きの場所が合いません。どこまで届いたかを確かめてから、続きを送ってください。")
}

// Cancel ends an upload of the viewer's own.
func (s *Service) Cancel(ctx context.Context, v access.Viewer, id string) error {
	t, err := s.Transfer(ctx, v, id)
	if err != nil {
		return err
	}
	return s.forget(ctx, t.ID)
}

// sweepTransfers removes the rows of uploads that nobody went on with. Their blobs go as blobs without a row do.
func (s *Service) sweepTransfers(ctx context.Context) error {
	some, err := s.DB.Read().NewSelect().Table("transfer").Where("expires_at <= ?", s.DB.Now()).Exists(ctx)
	if err != nil || !some {
		return err
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.NewRaw("DELETE FROM transfer WHERE expires_at <= ?", tx.Now).Exec(ctx); err != nil {
			return fmt.Errorf("sweep uploads: %w", err)
		}
		return nil
	})
}
