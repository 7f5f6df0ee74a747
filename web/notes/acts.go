package notes

import (
	"net/http"
	"strconv"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/text"
	"github.com/manetomo/manetomo/web/page"
)

// Pages answers for /notes.
type Pages struct{ Talk *talk.Service }

const maxForm = 64 << 10

func placeOf(get func(string) string) Place {
	n, _ := strconv.Atoi(get("page")) // anything else is no page, and the service says so
	at := Place{Entry: get("entry"), File: get("file"), Page: n, Session: get("session"), Back: text.OwnPath(get("back"))}
	if at.Back == "" {
		at.Back = "/e/" + at.Entry
	}
	return at
}

// Lists are the pins and lists of a board alone, for its script: GET /notes.
func (p Pages) Lists(w http.ResponseWriter, r *http.Request) error {
	at := placeOf(r.URL.Query().Get)
	t, err := p.Talk.OfEntry(r.Context(), page.Viewer(r.Context()), at.Entry)
	if err != nil {
		return err
	}
	b, err := Load(r, p.Talk, t.ID, at)
	if err != nil {
		return err
	}
	return page.Fragment(w, r, http.StatusOK, fragment(b))
}

// Add pins a note: POST /notes.
func (p Pages) Add(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	at := placeOf(f.Get)
	x, y, pinned := placed(f)
	_, c, err := p.Talk.AddNote(r.Context(), page.Viewer(r.Context()), talk.NewNote{Entry: at.Entry, File: at.File, Page: at.Page,
		Pinned: pinned, X: x, Y: y, Question: f.Get("kind") == "question", Body: f.Get("note"), Session: at.Session})
	if err != nil && f.WithError(err) {
		return p.form(w, r, "付せんをはる", again(f, at))
	}
	return p.back(w, r, at.Back, c, err)
}

func (p Pages) form(w http.ResponseWriter, r *http.Request, title string, body formView) error {
	frame := page.Frame{Title: title, Section: "archive", NoTabbar: true, ErrorPrefix: body.Form.Failed()}
	status := http.StatusOK
	if body.Form.Failed() {
		status = http.StatusUnprocessableEntity
	}
	return page.Render(w, r, status, frame, formPage(title, body))
}

func (p Pages) back(w http.ResponseWriter, r *http.Request, to string, c talk.Change, err error) error {
	if err != nil {
		return err
	}
	page.Wrote(w, c.Seq)
	http.Redirect(w, r, to+"#notes", http.StatusSeeOther)
	return nil
}

// Edit shows one's own note, or a question to one's team, for changing: GET /notes/{id}/edit.
func (p Pages) Edit(w http.ResponseWriter, r *http.Request) error {
	v := page.Viewer(r.Context())
	n, err := p.Talk.NoteOf(r.Context(), v, r.PathValue("id"))
	if err != nil {
		return err
	}
	if n.Author != v.Person {
		return apperr.New(apperr.Forbidden, "直せるのは、書いた人だけです。気づいたことは、話し合いで伝えられます。")
	}
	f := page.NewForm().Set("note", n.Body).Set("back", r.URL.Query().Get("back"))
	return p.form(w, r, "付せんを直す", edits(f, n.ID))
}

// SaveEdit changes one's own note: POST /notes/{id}/edit.
func (p Pages) SaveEdit(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, "付せんを直す", edits, func(f *page.Form, id string) (*talk.Note, talk.Change, error) {
		return p.Talk.EditNote(r.Context(), page.Viewer(r.Context()), id, f.Get("note"))
	})
}

// Remove takes a note out: POST /notes/{id}/remove.
func (p Pages) Remove(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, "付せんをはがす", edits, func(_ *page.Form, id string) (*talk.Note, talk.Change, error) {
		return p.Talk.RemoveNote(r.Context(), page.Viewer(r.Context()), id)
	})
}

// Answer writes the team's answer to a question: POST /notes/{id}/answer.
func (p Pages) Answer(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, "問いに答える", answers, func(f *page.Form, id string) (*talk.Note, talk.Change, error) {
		return p.Talk.AnswerNote(r.Context(), page.Viewer(r.Context()), id, f.Get("answer"))
	})
}

// act does one thing to a note and leads back; a form that was not accepted comes again by itself.
func (p Pages) act(w http.ResponseWriter, r *http.Request, title string, shown func(*page.Form, string) formView,
	do func(f *page.Form, id string) (*talk.Note, talk.Change, error)) error {
	f, err := page.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	n, c, err := do(f, id)
	if err != nil && f.WithError(err) {
		return p.form(w, r, title, shown(f, id))
	}
	back := text.OwnPath(f.Get("back"))
	if back == "" && err == nil {
		back = "/e/" + n.Entry
	}
	return p.back(w, r, back, c, err)
}
