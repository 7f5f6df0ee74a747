package desk

import (
	"context"
	"io"
	"mime/multipart"
	"net/http"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/bulk"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

// MaxImport is what the desk may send with one list; more goes by the command line.
const MaxImport = 1 << 30

// importView is one list and what became of its rows.
type importView struct {
	desk
	*bulk.List
	Answers []bulk.Answer
	When    ui.Stamp
	Counts  map[string]int
}

// Imports shows what was brought in, and the form for more: GET /desk/import.
func (p Pages) Imports(w http.ResponseWriter, r *http.Request) error {
	return p.imports(w, r, nil)
}

func (p Pages) imports(w http.ResponseWriter, r *http.Request, f *page.Form) error {
	d, err := p.open(r, "/desk/import", f)
	if err != nil {
		return err
	}
	list, err := p.Bulk.Lists(r.Context(), page.Viewer(r.Context()))
	if err != nil {
		return err
	}
	return page.Render(w, r, status(f), page.Frame{Title: "まとめて取りこむ｜運営の机", Wide: true, ErrorPrefix: f != nil}, importsPage(d, list, page.Now(r.Context())))
}

// ReceiveImport takes a list and its files and shows what they would do: POST /desk/import.
func (p Pages) ReceiveImport(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, MaxImport)
	if err != nil {
		return err
	}
	l, err := p.receive(r, f)
	if err == nil {
		http.Redirect(w, r, "/desk/import/"+l.ID, http.StatusSeeOther)
		return nil
	}
	if f.WithError(err) {
		return p.imports(w, r, f)
	}
	return err
}

func (p Pages) receive(r *http.Request, f *page.Form) (*bulk.List, error) {
	var parts map[string][]*multipart.FileHeader
	if r.MultipartForm != nil {
		parts = r.MultipartForm.File
	}
	if len(parts["list"]) == 0 || parts["list"][0].Filename == "" {
		return nil, apperr.At("list", "一覧のファイル（CSV）を選んでください。")
	}
	h, err := parts["list"][0].Open()
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(h, bulk.MaxBytes+1))
	h.Close()
	if err != nil {
		return nil, err
	}
	var files []bulk.Upload
	for _, part := range parts["files"] {
		if part.Filename == "" {
			continue
		}
		h, err := part.Open()
		if err != nil {
			return nil, err
		}
		defer h.Close()
		files = append(files, bulk.Upload{Name: part.Filename, Size: part.Size, Body: h})
	}
	return p.Bulk.Receive(r.Context(), page.Viewer(r.Context()), parts["list"][0].Filename, data, access.Rung(f.Get("audience")), files)
}

// Import shows a list, row by row: GET /desk/import/{id}.
func (p Pages) Import(w http.ResponseWriter, r *http.Request) error {
	d, err := p.open(r, "/desk/import", nil)
	if err != nil {
		return err
	}
	l, answers, err := p.Bulk.Get(r.Context(), page.Viewer(r.Context()), r.PathValue("id"))
	if err != nil {
		return err
	}
	if l.State == bulk.Checked {
		if answers, err = p.Bulk.CheckKept(r.Context(), l, answers); err != nil {
			return err
		}
	}
	v := importView{desk: d, List: l, Answers: answers, When: page.Stamp(l.CreatedAt, page.Now(r.Context())), Counts: map[string]int{}}
	for _, a := range answers {
		v.Counts[a.State]++
	}
	return page.Render(w, r, http.StatusOK, page.Frame{Title: l.Name + "｜運営の机", Wide: true, Islands: []string{"import"}}, importPage(v))
}

// ActImport brings a list in that was looked at, or takes it back: POST /desk/import/{id}.
func (p Pages) ActImport(w http.ResponseWriter, r *http.Request) error {
	return act(w, r, p.imports, func(ctx context.Context, v access.Viewer, f *page.Form) (string, string, int64, error) {
		id := r.PathValue("id")
		if f.Get("act") == "undo" {
			_, _, err := p.Bulk.Undo(ctx, v, id)
			return "/desk/import/" + id, "undone", 0, err
		}
		return "/desk/import/" + id, "started", 0, p.Bulk.Go(ctx, v, id)
	})
}

// stateWord says how far a list is.
func stateWord(state string) string {
	return map[string]string{bulk.Checked: "確かめました。まだ取りこんでいません", bulk.Running: "取りこんでいます", bulk.Done: "取りこみました",
		bulk.Undoing: "取り消しています", bulk.Undone: "取り消しました"}[state]
}

// rowWord says what became of a row, or what would.
func rowWord(state string) string {
	return map[string]string{bulk.Waiting: "待っています", bulk.New: "新しい", bulk.Same: "同じ", bulk.Problem: "直してください"}[state]
}

func rowTint(state string) string {
	return map[string]string{bulk.New: "green", bulk.Problem: "yellow"}[state]
}
