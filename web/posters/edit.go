package posters

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/web/page"
)

// Edit shows the form that changes what an entry says about itself: GET /posters/{id}/edit.
func (p Pages) Edit(w http.ResponseWriter, r *http.Request) error {
	e, err := p.Archive.Get(r.Context(), page.Viewer(r.Context()), r.PathValue("id"))
	if err != nil {
		return err
	}
	f := page.NewForm()
	fill(f, e.Text())
	f.Set("version", strconv.FormatInt(e.Version, 10))
	return p.edit(w, r, http.StatusOK, f, e, nil)
}

func (p Pages) edit(w http.ResponseWriter, r *http.Request, status int, f *page.Form, e *archive.View, theirs *archive.Text) error {
	if !e.CanEdit {
		return apperr.New(apperr.Forbidden, "直せるのは筆者だけです。気づいたことは、話し合いで伝えられます。")
	}
	teams, err := p.Archive.OwnTeams(r.Context(), page.Viewer(r.Context()))
	if err != nil {
		return err
	}
	return page.Render(w, r, status, page.Frame{Title: e.Kind.Label() + "を直す", NoTabbar: true, ErrorPrefix: f.Failed()},
		editForm(f, e, teams, cohort.Years(page.Now(r.Context())), theirs))
}

func fill(f *page.Form, t archive.Text) {
	for name, value := range map[string]string{"title": t.Title, "summary": t.Summary, "team": t.Team,
		"course": string(t.Course), "audience": string(t.Audience)} {
		f.Set(name, value)
	}
	if t.Municipality != "" {
		f.Set("municipality", municipality.Label(t.Municipality))
	}
	if t.Year != 0 {
		f.Set("year", strconv.Itoa(t.Year))
	}
	f.Values["themes"] = t.Themes
}

// Save changes an entry: POST /posters/{id}/edit. Of two who changed it at once, the second sees both.
func (p Pages) Save(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, 1<<20)
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(f.Get("version"), 10, 64)
	if err != nil {
		return unreadable(err)
	}
	saved, err := p.Archive.Save(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), version, change(f))
	if err == nil {
		page.Wrote(w, saved.Seq)
		http.Redirect(w, r, saved.URL, http.StatusSeeOther)
		return nil
	}
	if !takeError(f, err) {
		return err
	}
	e, failed := p.Archive.Get(r.Context(), page.Viewer(r.Context()), r.PathValue("id"))
	if failed != nil {
		return failed
	}
	status, theirs := http.StatusUnprocessableEntity, (*archive.Text)(nil)
	var known *apperr.Error
	if errors.As(err, &known) && known.Kind == apperr.Conflict {
		now := e.Text()
		status, theirs = http.StatusConflict, &now
		f.Set("version", strconv.FormatInt(e.Version, 10)) // the next save means: I have seen theirs
	}
	return p.edit(w, r, status, f, e, theirs)
}

func unreadable(err error) error {
	return &apperr.Error{Kind: apperr.Malformed, Err: err, Message: "画面を読みこみ直してから、もう一度お試しください。"}
}
