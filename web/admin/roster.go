package admin

import (
	"encoding/base64"
	"io"
	"net/http"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/member"
	"github.com/manetomo/manetomo/web/page"
)

// shownRows is how many rows of one kind a preview lists; the numbers above count all.
const shownRows = 500

// preview is a roster file before or after it is imported.
type preview struct {
	admin
	Roster   *member.Roster
	File     string // the file's content, carried to the import: nothing is written before it
	Name     string
	Imported bool
	Problems []member.RosterLine
	Reread   []member.RosterLine
	Changed  []member.RosterLine
	New      []member.RosterLine
	Same     int
}

// Roster is the page for choosing a file: GET /admin.
func (p Pages) Roster(w http.ResponseWriter, r *http.Request) error { return p.choose(w, r, nil) }

func (p Pages) choose(w http.ResponseWriter, r *http.Request, f *page.Form) error {
	a, err := open(r, "/admin", f)
	if err != nil {
		return err
	}
	return page.Render(w, r, status(f), page.Frame{Title: "名簿の取りこみ｜管理", Wide: true, ErrorPrefix: a.Form.Failed()}, rosterPage(a))
}

// Preview answers every row of a file and writes nothing: POST /admin/roster.
func (p Pages) Preview(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, maxRoster)
	if err != nil {
		return err
	}
	a, err := open(r, "/admin", nil)
	if err != nil {
		return err
	}
	data, name, err := uploaded(r)
	var roster *member.Roster
	if err == nil {
		roster, err = p.Members.PreviewRoster(r.Context(), page.Viewer(r.Context()), data)
	}
	if err != nil {
		if f.WithError(err) {
			return p.choose(w, r, f)
		}
		return err
	}
	v := preview{admin: a, Roster: roster, File: base64.StdEncoding.EncodeToString(data), Name: name}
	v.sort()
	return page.Render(w, r, http.StatusOK, page.Frame{Title: "名簿の確認｜管理", Wide: true}, previewPage(v))
}

// Import takes a file over that was looked at: POST /admin/roster/import.
func (p Pages) Import(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, maxRoster)
	if err != nil {
		return err
	}
	a, err := open(r, "/admin", nil)
	if err != nil {
		return err
	}
	data, err := base64.StdEncoding.DecodeString(f.Get("content"))
	if err != nil {
		return apperr.New(apperr.Malformed, "名簿の内容が途中で変わりました。ファイルを選ぶところから、もう一度お試しください。")
	}
	roster, err := p.Members.ImportRoster(r.Context(), page.Viewer(r.Context()), data)
	if err != nil {
		if f.WithError(err) {
			return p.choose(w, r, f)
		}
		return err
	}
	page.Wrote(w, roster.Seq)
	v := preview{admin: a, Roster: roster, Name: f.Get("name"), Imported: true}
	v.sort()
	return page.Render(w, r, http.StatusOK, page.Frame{Title: "名簿を取りこみました｜管理", Wide: true}, previewPage(v))
}

func uploaded(r *http.Request) ([]byte, string, error) {
	file, head, err := r.FormFile("file")
	if err != nil {
		return nil, "", apperr.At("file", "名簿のファイルを選んでください。CSV か、タブ区切りのテキストが使えます。")
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, member.MaxRosterBytes+1))
	return data, head.Filename, err
}

func (v *preview) sort() {
	add := func(to *[]member.RosterLine, l member.RosterLine) {
		if len(*to) < shownRows {
			*to = append(*to, l)
		}
	}
	for _, l := range v.Roster.Lines {
		switch {
		case l.State == member.LineProblem:
			add(&v.Problems, l)
		case l.State == member.LineChanged:
			add(&v.Changed, l)
		case l.State == member.LineSame:
			v.Same++
		case l.Detail != "":
			add(&v.Reread, l)
		default:
			add(&v.New, l)
		}
	}
}

// good counts the rows that are or were imported.
func (v *preview) good() int {
	return v.Roster.Count(member.LineNew) + v.Roster.Count(member.LineChanged)
}
