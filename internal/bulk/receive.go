package bulk

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/text/encoding/japanese"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/file"
)

// Limits of what the desk sends with a list.
const (
	maxEntries  = 5_000
	maxUnpacked = 4 << 30
)

// Upload is one file that comes with a list; a zip stands for what is in it.
type Upload struct {
	Name string
	Size int64
	Body interface {
		io.Reader
		io.ReaderAt
	}
}

// Receive keeps a list and its files on this node and looks at it. Nothing is brought in before Go.
func (s *Service) Receive(ctx context.Context, v access.Viewer, name string, data []byte, audience access.Rung, files []Upload) (*List, error) {
	l, err := s.start(ctx, v, name, data, audience, Checked)
	if err != nil {
		return nil, err
	}
	r := &receiving{dir: s.folder(l.ID), left: maxUnpacked}
	if err := os.MkdirAll(r.dir, 0o700); err != nil {
		return nil, fmt.Errorf("folder for a list: %w", err)
	}
	for _, f := range files {
		if err := r.take(f); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func (s *Service) folder(id string) string { return filepath.Join(s.Dir, filepath.Base(id)) }

// Sent are the files that came with a list; none on another node.
func (s *Service) Sent(id string) fs.FS { return os.DirFS(s.folder(id)) }

type receiving struct {
	dir   string
	left  int64
	count int
}

func (r *receiving) take(f Upload) error {
	if strings.EqualFold(filepath.Ext(f.Name), ".zip") {
		return r.unpack(f)
	}
	return r.save(f.Name, f.Body)
}

// unpack writes what a zip holds, counting while it reads: what its head says may be a lie.
func (r *receiving) unpack(f Upload) error {
	z, err := zip.NewReader(f.Body, f.Size)
	if err != nil {
		return apperr.At("files", "「"+f.Name+"」を開けませんでした。zipの圧縮フォルダーを作り直してから、もう一度選んでください。")
	}
	for _, one := range z.File {
		if one.FileInfo().IsDir() {
			continue
		}
		body, err := one.Open()
		if err == nil {
			err = errors.Join(r.save(nameIn(one), body), body.Close())
		}
		if e := (*apperr.Error)(nil); errors.As(err, &e) {
			return err
		} else if err != nil {
			return &apperr.Error{Kind: apperr.Invalid, Field: "files", Err: err,
				Message: "「" + f.Name + "」が途中でこわれています。zipの圧縮フォルダーを作り直してから、もう一度選んでください。"}
		}
	}
	return nil
}

// nameIn is the name of a file in a zip. Windows in Japan writes Shift_JIS and does not say so.
func nameIn(f *zip.File) string {
	if f.NonUTF8 {
		if name, err := japanese.ShiftJIS.NewDecoder().String(f.Name); err == nil {
			return name
		}
	}
	return f.Name
}

// save writes one file below the list's folder, whatever its name says of folders above.
func (r *receiving) save(name string, body io.Reader) error {
	if r.count++; r.count > maxEntries {
		return apperr.At("files", "ファイルが多すぎます。一度に5,000個までにしてください。")
	}
	path := r.dir
	for part := range strings.SplitSeq(strings.ReplaceAll(name, `\`, "/"), "/") {
		if part != "" && part != "." && part != ".." {
			path = filepath.Join(path, file.CleanName(part))
		}
	}
	if path == r.dir {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("folder for a list: %w", err)
	}
	out, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("keep a file of a list: %w", err)
	}
	n, err := io.Copy(out, io.LimitReader(body, min(r.left, file.MaxSize)+1))
	if err = errors.Join(err, out.Close()); err != nil {
		return fmt.Errorf("keep a file of a list: %w", err)
	}
	if r.left -= n; r.left < 0 {
		return apperr.At("files", "ファイルが合わせて4GBをこえています。いくつかに分けて取りこんでください。")
	}
	return nil // one that is too large is told of with its row
}

// Go lets a list that was looked at be brought in.
func (s *Service) Go(ctx context.Context, v access.Viewer, id string) error {
	if err := mayImport(v); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw("UPDATE bulk SET state = ? WHERE id = ? AND state = ?", Running, id, Checked).Exec(ctx)
		return err
	})
}

// Work brings in the desk's lists whose files lie on this node, and ends undoing that was cut off, until ctx ends.
func (s *Service) Work(ctx context.Context) error {
	for ctx.Err() == nil {
		written := s.DB.Written()
		if err := s.workOnce(ctx); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "bringing in a list failed, will try again", "err", err)
			written = nil
		}
		timer := time.NewTimer(2 * time.Second)
		select {
		case <-ctx.Done():
		case <-written:
		case <-timer.C:
		}
		timer.Stop()
	}
	return ctx.Err()
}

func (s *Service) workOnce(ctx context.Context) error {
	var ids []string
	if err := s.DB.Read().NewRaw("SELECT id FROM bulk WHERE state = ? ORDER BY created_at, id", Running).Scan(ctx, &ids); err != nil {
		return err
	}
	for _, id := range ids {
		if _, err := os.Stat(s.folder(id)); err != nil {
			continue // the command line's, or another node's
		}
		if err := s.Run(ctx, id, s.Sent(id), func(int, int) {}); err != nil {
			return err
		}
		if err := os.RemoveAll(s.folder(id)); err != nil {
			return fmt.Errorf("remove the files of a list: %w", err)
		}
	}
	return nil
}
