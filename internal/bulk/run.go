package bulk

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/file"
)

// Check answers what a list would do, and does nothing: one answer for each row.
func (s *Service) Check(ctx context.Context, data []byte, audience access.Rung, files fs.FS, tell func(done, total int)) ([]Answer, error) {
	rows, err := Read(data)
	if err != nil {
		return nil, err
	}
	return s.check(ctx, rows, audience, files, tell)
}

// CheckKept is Check for a list that was received.
func (s *Service) CheckKept(ctx context.Context, l *List, kept []Answer) ([]Answer, error) {
	rows := make([]Row, len(kept))
	for i, a := range kept {
		rows[i] = a.row()
	}
	checked, err := s.check(ctx, rows, l.Audience, s.Sent(l.ID), func(int, int) {})
	for i := range checked {
		checked[i].Cells = kept[i].Cells
		if kept[i].State != Waiting {
			checked[i] = kept[i]
		}
	}
	return checked, err
}

func (s *Service) check(ctx context.Context, rows []Row, audience access.Rung, files fs.FS, tell func(done, total int)) (out []Answer, err error) {
	folder := newFolder(files)
	seen := map[string]int{}
	for i, r := range rows {
		a := Answer{Line: r.Line, State: New}
		p, wrong := r.read(audience)
		for _, name := range p.files {
			if err := folder.look(name); err != nil {
				wrong = append(wrong, sentence(err))
			}
		}
		a.Entry, err = s.known(ctx, p.source)
		switch {
		case err != nil:
			return nil, err
		case len(wrong) > 0:
			a.State, a.Detail, a.Entry = Problem, strings.Join(wrong, ""), ""
		case a.Entry != "":
			a.State, a.Detail = Same, "前に取りこんだものと同じです。"
		case seen[p.source] > 0:
			a.State, a.Detail = Same, fmt.Sprintf("%d行目と同じです。", seen[p.source])
		default:
			seen[p.source] = r.Line
		}
		out = append(out, a)
		tell(i+1, len(rows))
	}
	return out, nil
}

func (s *Service) known(ctx context.Context, source string) (id string, err error) {
	err = s.DB.Read().NewRaw("SELECT id FROM entry WHERE source = ?", source).Scan(ctx, &id)
	if db.IsMissing(err) {
		return "", nil
	}
	return id, err
}

// Run brings in the rows of a list that still wait. It may be killed anywhere and run again.
func (s *Service) Run(ctx context.Context, id string, files fs.FS, tell func(done, total int)) error {
	l, answers, err := s.Get(ctx, operator, id)
	if err != nil {
		return err
	}
	if l.State != Running {
		return nil
	}
	folder := newFolder(files)
	for i := range answers {
		if answers[i].State == Waiting {
			if err := s.bring(ctx, l, &answers[i], folder); err != nil {
				return fmt.Errorf("line %d of list %s: %w", answers[i].Line, id, err)
			}
		}
		tell(i+1, len(answers))
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw("UPDATE bulk SET state = ?, finished_at = ? WHERE id = ? AND state = ?", Done, tx.Now, id, Running).Exec(ctx)
		return err
	})
}

// bring brings one row in. Its files are looked at first, so that a row with a bad file makes no entry; then the entry and
// the row's note of it are one transaction; then the files. Whatever a kill leaves undone, the next run does.
func (s *Service) bring(ctx context.Context, l *List, a *Answer, folder folder) error {
	p, wrong := a.row().read(l.Audience)
	var taken []*file.Taken
	defer func() {
		for _, t := range taken {
			t.Discard()
		}
	}()
	for _, name := range p.files {
		t, err := folder.take(s.Files, name, p.alt)
		if e := apperr.From(err); err != nil && e.Kind == apperr.Internal {
			return err
		} else if err != nil {
			wrong = append(wrong, sentence(err))
			continue
		}
		taken = append(taken, t)
	}
	if len(wrong) > 0 {
		return s.answer(ctx, l.ID, a, Problem, strings.Join(wrong, ""))
	}
	state := New
	if a.Entry == "" {
		made, err := s.entry(ctx, l, a, p)
		var known *apperr.Error
		if errors.As(err, &known) && known.Kind != apperr.Internal && known.Kind != apperr.Full && known.Kind != apperr.Unavailable {
			return s.answer(ctx, l.ID, a, Problem, sentence(err))
		}
		if err != nil {
			return err
		}
		if !made {
			state = Same
		}
	}
	for _, t := range taken {
		if _, err := s.Files.KeepImported(ctx, l.By, a.Entry, t); err != nil {
			if e := apperr.From(err); e.Kind == apperr.TooLarge {
				return s.answer(ctx, l.ID, a, Problem, e.Message)
			}
			return err
		}
	}
	detail := ""
	if state == Same {
		detail = "前に取りこんだものと同じです。"
	}
	return s.answer(ctx, l.ID, a, state, detail)
}

// entry makes the row's entry, or finds the one that there is.
func (s *Service) entry(ctx context.Context, l *List, a *Answer, p plan) (made bool, err error) {
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		made = false
		err := tx.NewRaw("SELECT id FROM entry WHERE source = ?", p.source).Scan(ctx, &a.Entry)
		if err == nil || !db.IsMissing(err) {
			return err
		}
		made = true
		by := operator
		by.Person = l.By
		a.Entry = db.NewID()
		_, err = tx.NewRaw("UPDATE bulk_row SET entry = ? WHERE bulk = ? AND line = ?", a.Entry, l.ID, a.Line).Exec(ctx)
		if err != nil {
			return err
		}
		return archive.ImportIn(ctx, tx, by, a.Entry, p.source, p.kind, p.change)
	})
	return made, err
}

func (s *Service) answer(ctx context.Context, id string, a *Answer, state, detail string) error {
	a.State, a.Detail = state, detail
	return s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw("UPDATE bulk_row SET state = ?, detail = ?, entry = ? WHERE bulk = ? AND line = ?", state, detail, a.Entry, id, a.Line).Exec(ctx)
		return err
	})
}

// sentence is what an error says to people, with all its fields.
func sentence(err error) string {
	e := apperr.From(err)
	var all []string
	for _, f := range e.All() {
		all = append(all, f.Detail)
	}
	if len(all) == 0 {
		return e.Message
	}
	return strings.Join(all, "")
}

// folder finds files by the names that a list gives them: whatever the way their letters are composed, and below folders.
type folder struct {
	fs.FS
	paths map[string]string
}

func newFolder(files fs.FS) folder {
	f := folder{files, map[string]string{}}
	_ = fs.WalkDir(files, ".", func(p string, d fs.DirEntry, err error) error { // what cannot be read is a file that is not there
		if err == nil && d.Type().IsRegular() {
			f.paths[norm.NFC.String(p)] = p
			if base := norm.NFC.String(path.Base(p)); f.paths[base] == "" {
				f.paths[base] = p
			}
		}
		return nil
	})
	return f
}

func (f folder) open(name string) (fs.File, error) {
	clean := norm.NFC.String(strings.TrimPrefix(path.Clean(strings.ReplaceAll(name, `\`, "/")), "/"))
	p, ok := f.paths[clean]
	if !ok {
		return nil, apperr.At("file", "ファイル「"+name+"」が見つかりません。名前を確かめてください。")
	}
	return f.Open(p)
}

// look says at once what can be said of a file without reading it all.
func (f folder) look(name string) error {
	h, err := f.open(name)
	if err != nil {
		return err
	}
	defer h.Close()
	info, err := h.Stat()
	if err != nil {
		return err
	}
	return named(name, file.Glance(name, info.Size(), h))
}

func (f folder) take(files *file.Service, name, alt string) (*file.Taken, error) {
	h, err := f.open(name)
	if err != nil {
		return nil, err
	}
	defer h.Close()
	t, err := files.Take(file.Upload{Name: path.Base(name), Alt: alt, Body: h})
	return t, named(name, err)
}

// named says which file a sentence is about.
func named(name string, err error) error {
	if e := apperr.From(err); err != nil && e.Kind != apperr.Internal {
		return apperr.At("file", "「"+name+"」："+sentence(err))
	}
	return err
}
