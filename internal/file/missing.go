package file

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/audit"
	"github.com/manetomo/manetomo/internal/db"
)

// ErrLost stands inside the error for a file whose blob is gone from the store: pages show a sheet in its place.
var ErrLost = errors.New("the file's blob is lost")

// lost is what a reader hears when a blob is not where it should be. The log says so each time, the desk's record once
// for each file.
func (s *Service) lost(ctx context.Context, f *File, name string, cause error) error {
	slog.ErrorContext(ctx, "a file's blob is missing", "file", f.ID, "entry", f.Entry, "post", f.Post, "blob", name)
	err := s.DB.Write(context.WithoutCancel(ctx), func(ctx context.Context, tx db.Tx) error {
		res, err := tx.NewRaw("UPDATE "+f.table()+" SET missing_at = ? WHERE id = ? AND missing_at IS NULL", tx.Now, f.ID).Exec(ctx)
		if err != nil {
			return fmt.Errorf("note that file %s is lost: %w", f.ID, err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		kind, subject := "entry", f.Entry
		if f.Post != "" {
			kind, subject = "post", f.Post
		}
		return audit.Write(ctx, tx, audit.Act{Act: "file.missing", Kind: kind, Subject: subject,
			Detail: map[string]any{"file": f.ID, "name": f.Name, "blob": name}})
	})
	if err != nil {
		slog.ErrorContext(ctx, "a lost file could not be noted", "file", f.ID, "err", err)
	}
	return &apperr.Error{Kind: apperr.NotFound, Err: errors.Join(ErrLost, cause),
		Message: "預かったファイルが見つかりません。文字は読めます。事務局に知らせてください。"}
}
