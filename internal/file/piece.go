package file

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/file/blob"
)

// piece is what one write of a transfer brought, as it came.
type piece struct {
	Start int64  `bun:"start"`
	Size  int64  `bun:"size"`
	Blob  string `bun:"blob"`
}

// keepPart keeps bytes that follow what is there. The blob is durable before its row, and the row counts only where the
// upload still stands there: of two requests that bring the same bytes one is refused.
func (s *Service) keepPart(ctx context.Context, t *Transfer, data []byte) error {
	p := piece{t.Received, int64(len(data)), t.ID + "-part-" + db.NewID()}
	if err := s.Blobs.Put(ctx, p.Blob, bytes.NewReader(data), p.Size); err != nil {
		return full(err)
	}
	err := s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		res, err := tx.NewRaw("UPDATE transfer SET received = received + ?, expires_at = ? WHERE id = ? AND received = ?",
			p.Size, tx.Now.Add(transferLife), t.ID, p.Start).Exec(ctx)
		if err != nil {
			return fmt.Errorf("count part of upload %s: %w", t.ID, err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(movedOn(), err)
		}
		_, err = tx.NewRaw("INSERT INTO transfer_part (transfer, start, size, blob) VALUES (?, ?, ?, ?)", t.ID, p.Start, p.Size, p.Blob).Exec(ctx)
		if err != nil {
			return fmt.Errorf("keep part of upload %s: %w", t.ID, err)
		}
		return nil
	})
	if err != nil {
		return errors.Join(err, s.Blobs.Delete(ctx, p.Blob))
	}
	t.Received += p.Size
	return nil
}

// parts lists the pieces of an upload in order.
func (s *Service) parts(ctx context.Context, id string) (list []piece, err error) {
	err = s.DB.Read().NewSelect().Table("transfer_part").Column("start", "size", "blob").Where("transfer = ?", id).Order("start").Scan(ctx, &list)
	if err != nil {
		return nil, fmt.Errorf("list parts of upload %s: %w", id, err)
	}
	return list, nil
}

// assembled reads an upload's pieces one after the other.
type assembled struct {
	ctx   context.Context
	store blob.Store
	left  []piece
	at    int64
	open  *blob.Blob
}

func (a *assembled) Read(p []byte) (int, error) {
	for {
		if a.open == nil {
			if len(a.left) == 0 {
				return 0, io.EOF
			}
			next := a.left[0]
			if next.Start != a.at {
				return 0, fmt.Errorf("the upload has a gap at %d", a.at)
			}
			var err error
			if a.open, err = a.store.Get(a.ctx, next.Blob); err != nil {
				return 0, err
			}
			a.left, a.at = a.left[1:], next.Start+next.Size
		}
		n, err := a.open.Read(p)
		if errors.Is(err, io.EOF) {
			a.close()
			err = nil
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

func (a *assembled) close() {
	if a.open != nil {
		a.open.Close()
		a.open = nil
	}
}

// TakeTransfer takes an upload of the viewer's own that has arrived whole, as Take does: what was taken is kept by
// Keep, which also ends the upload, or discarded, which leaves it for another try.
func (s *Service) TakeTransfer(ctx context.Context, v access.Viewer, id, alt string) (*Taken, error) {
	alt, err := CleanAlt(alt)
	if err != nil {
		return nil, err
	}
	t, err := s.Transfer(ctx, v, id)
	if apperr.Is(err, apperr.NotFound) {
		return nil, refuse("送ったファイルが見つかりません。送ってから1日たったか、もう載せたファイルです。もう一度選んでください。")
	}
	if err != nil {
		return nil, err
	}
	if !t.Whole() {
		return nil, refuse(fmt.Sprintf("「%s」は、まだ全部は届いていません。同じファイルをもう一度選ぶと、続きから送ります。", t.Name))
	}
	taken, err := s.take(ctx, t)
	if err != nil {
		return nil, err
	}
	taken.alt, taken.transfer = alt, t.ID
	return taken, nil
}

func (s *Service) take(ctx context.Context, t *Transfer) (*Taken, error) {
	parts, err := s.parts(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	var have int64
	for _, p := range parts {
		have += p.Size
	}
	if have < t.Size { // it was whole when it was asked for: another form has it now
		return nil, usedAlready()
	}
	body := &assembled{ctx: ctx, store: s.Blobs, left: parts}
	defer body.close()
	taken, err := takeIn(s.Temp, t.Name, t.Declared, body)
	if errors.Is(err, blob.ErrMissing) {
		return nil, usedAlready()
	}
	return taken, err
}

func usedAlready() error {
	return apperr.New(apperr.Conflict, "このファイルは、もう載せてあります。画面を読みこみ直してください。")
}

// endTransfer removes the row of an upload that has become a file, with the file's own row. One that is gone was used
// already: a form that was sent twice makes one file.
func endTransfer(ctx context.Context, tx db.Tx, id string) error {
	if id == "" {
		return nil
	}
	res, err := tx.NewRaw("DELETE FROM transfer WHERE id = ?", id).Exec(ctx)
	if err != nil {
		return fmt.Errorf("end upload %s: %w", id, err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(usedAlready(), err)
	}
	return nil
}

// forget removes an upload and what it holds.
func (s *Service) forget(ctx context.Context, id string) error {
	parts, err := s.parts(ctx, id)
	if err != nil {
		return err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.NewRaw("DELETE FROM transfer WHERE id = ?", id).Exec(ctx); err != nil {
			return fmt.Errorf("forget upload %s: %w", id, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.deleteParts(ctx, parts)
}

// deleteParts removes the blobs of an upload that has ended. What fails here the sweep takes.
func (s *Service) deleteParts(ctx context.Context, parts []piece) error {
	var errs []error
	for _, p := range parts {
		errs = append(errs, s.Blobs.Delete(ctx, p.Blob))
	}
	return errors.Join(errs...)
}
