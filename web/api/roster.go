package api

import (
	"errors"
	"io"
	"net/http"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/member"
	"github.com/manetomo/manetomo/web/page"
)

type rosterRow struct {
	Line   int    `json:"line"` // as a spreadsheet numbers rows: the heading is 1
	State  string `json:"state"`
	Detail string `json:"detail,omitempty"`
}

// Roster answers POST /api/v1/admin/roster?dry_run=1: the file is the body, as text/csv, or the part "file" of a form.
func (a People) Roster(w http.ResponseWriter, r *http.Request) error {
	v := page.Viewer(r.Context())
	if !v.CanAdminister() {
		return staffOnly(v)
	}
	data, err := rosterBody(r)
	if err != nil {
		return err
	}
	var roster *member.Roster
	switch r.URL.Query().Get("dry_run") {
	case "", "0", "false":
		roster, err = a.Members.ImportRoster(r.Context(), v, data)
	default:
		roster, err = a.Members.PreviewRoster(r.Context(), v, data)
	}
	if err != nil {
		return err
	}
	out := struct {
		Rows []rosterRow `json:"rows"`
		Seq  int64       `json:"seq,omitempty"`
	}{Rows: []rosterRow{}, Seq: roster.Seq}
	for _, l := range roster.Lines {
		out.Rows = append(out.Rows, rosterRow{l.Line, l.State, l.Detail})
	}
	return Write(w, http.StatusOK, out)
}

func rosterBody(r *http.Request) ([]byte, error) {
	var in io.Reader = r.Body
	if file, _, err := r.FormFile("file"); err == nil {
		defer file.Close()
		in = file
	} else if !errors.Is(err, http.ErrNotMultipart) {
		return nil, apperr.At("file", "名簿のファイルを file という名前で送ってください。")
	}
	return io.ReadAll(io.LimitReader(in, member.MaxRosterBytes+1)) // one byte more than may be: the service says so
}
