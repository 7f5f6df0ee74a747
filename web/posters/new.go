package posters

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/text"
	"github.com/manetomo/manetomo/web/files"
	"github.com/manetomo/manetomo/web/page"
)

// place is the name of the form for what is sent to it in pieces.
const place = "posters/new"

// kinds are what this form makes; a report has its own.
var kinds = []archive.Kind{archive.Poster, archive.Paper, archive.Material}

// New shows the form for a new poster, paper or material: GET /posters/new?kind=.
func (p Pages) New(w http.ResponseWriter, r *http.Request) error {
	v := page.Viewer(r.Context())
	if !v.SignedIn() {
		return apperr.SignIn()
	}
	f := page.NewForm().Set("audience", string(access.Members)).Set("kind", string(archive.Poster))
	if k := archive.Kind(r.FormValue("kind")); k.Valid() && k != archive.Report {
		f.Set("kind", string(k))
	}
	teams, err := p.Archive.OwnTeams(r.Context(), v)
	if err != nil {
		return err
	}
	if len(teams) > 0 {
		f.Set("team", teams[0].ID)
	}
	return p.form(w, r, http.StatusOK, f, teams)
}

func (p Pages) form(w http.ResponseWriter, r *http.Request, status int, f *page.Form, teams []archive.TeamChoice) error {
	v := page.Viewer(r.Context())
	if !v.CanWrite() {
		return apperr.New(apperr.Forbidden, "載せられるのは会員だけです。参加の申請は「参加する」のページからできます。")
	}
	u, err := files.Waiting(r, p.Files, place)
	if err != nil {
		return err
	}
	return page.Render(w, r, status, page.Frame{Title: "ポスターを載せる", NoTabbar: true, ErrorPrefix: f.Failed(), Islands: files.Islands},
		newForm(f, teams, cohort.Years(page.Now(r.Context())), v.Municipality, u))
}

// Create takes a new poster in: POST /posters. The file is looked at before anything is written, so that a form that
// comes back has written nothing.
func (p Pages) Create(w http.ResponseWriter, r *http.Request) error {
	v := page.Viewer(r.Context())
	f, err := page.ReadForm(w, r, files.MaxForm)
	if err != nil {
		return err
	}
	again := func(err error) error {
		if !takeError(f, err) {
			return err
		}
		files.Stay(r, p.Files, f, place)
		teams, err := p.Archive.OwnTeams(r.Context(), v)
		if err != nil {
			return err
		}
		return p.form(w, r, http.StatusUnprocessableEntity, f, teams)
	}
	if !v.CanWrite() {
		return p.form(w, r, http.StatusForbidden, f, nil)
	}
	taken, err := p.take(r, f)
	if err != nil {
		return again(err)
	}
	defer files.Discard(taken)
	saved, err := p.Archive.Create(r.Context(), v, archive.Kind(f.Get("kind")), change(f))
	if err != nil {
		return again(err)
	}
	page.Wrote(w, saved.Seq)
	to := saved.URL
	for _, t := range taken {
		kept, err := p.Files.Keep(r.Context(), v, saved.ID, t)
		if err != nil {
			// The page stands; only its file is missing. The page itself offers to add it.
			to = "/files/new?" + url.Values{"entry": {saved.ID}}.Encode()
			break
		}
		page.Wrote(w, kept.Seq)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// take reads the files of the form and says what is wrong with the form before anything is written. A poster may come
// before its file; then it shows a title sheet.
func (p Pages) take(r *http.Request, f *page.Form) (taken []*file.Taken, err error) {
	var wrong []apperr.Field
	gather := func(err error) error {
		var e *apperr.Error
		if e = apperr.From(err); e.Kind == apperr.Invalid || e.Kind == apperr.TooLarge {
			wrong = append(wrong, e.All()...)
			return nil
		}
		return err
	}
	if _, err := text.Line("title", "題名", f.Get("title"), text.MaxTitle); err != nil {
		if err := gather(err); err != nil {
			return nil, err
		}
	}
	if !validKind(f.Get("kind")) {
		wrong = append(wrong, apperr.Field{Name: "kind", Detail: "種類を選んでください。"})
	}
	if files.Given(r, f) {
		if _, err := text.Line("alt", "ことばでの説明", f.Get("alt"), 500); err != nil {
			if err := gather(err); err != nil {
				return nil, err
			}
		}
		if taken, err = files.Chosen(r, p.Files, f); err != nil {
			if err := gather(err); err != nil {
				return nil, err
			}
		}
	} else if f.Get("act") == "publish" && f.Get("later") == "" {
		wrong = append(wrong, apperr.Field{Name: "file",
			Detail: "ファイルを選んでください。あとで載せるときは「ファイルはあとで載せる」に印を付けてください。"})
	}
	// What the archive would say comes with it: all faults of a form are shown together, each at its field.
	if err := p.Archive.Check(r.Context(), page.Viewer(r.Context()), archive.Kind(f.Get("kind")), change(f)); err != nil {
		for _, field := range apperr.From(err).All() {
			if !slices.ContainsFunc(wrong, func(w apperr.Field) bool { return w.Name == field.Name }) {
				wrong = append(wrong, field)
			}
		}
	}
	if len(wrong) > 0 {
		files.Discard(taken)
		return nil, &apperr.Error{Kind: apperr.Invalid, Fields: wrong, Message: "直してほしいところがあります。書いた内容はそのまま残っています。"}
	}
	return taken, nil
}

func validKind(k string) bool {
	for _, kind := range kinds {
		if string(kind) == k {
			return true
		}
	}
	return false
}

// change is what the form asks for.
func change(f *page.Form) archive.Change {
	value := func(name string) *string {
		s := f.Get(name)
		return &s
	}
	audience, course, themes := access.Rung(f.Get("audience")), cohort.Course(f.Get("course")), f.All("themes")
	c := archive.Change{Title: value("title"), Summary: value("summary"), Course: &course, Themes: &themes, Audience: &audience,
		Publish: f.Get("act") == "publish"}
	if m := f.Get("municipality"); m != "" {
		c.Municipality = &m
	}
	if f.Values.Has("team") {
		c.Team = value("team")
	}
	if y, err := strconv.Atoi(f.Get("year")); err == nil {
		c.Year = &y
	}
	return c
}

// takeError puts an error into the form. An act that is not allowed for one field's sake, such as another team's
// municipality, belongs beside that field too.
func takeError(f *page.Form, err error) bool {
	if e := apperr.From(err); e.Kind == apperr.Forbidden && e.Field != "" {
		f.Errors = e.All()
		return true
	}
	return f.WithError(err)
}

// Publish publishes a draft: POST /posters/{id}/publish.
func (p Pages) Publish(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, 1<<20)
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(f.Get("version"), 10, 64)
	if err != nil {
		return unreadable(err)
	}
	saved, err := p.Archive.Publish(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), version)
	if err != nil {
		return err
	}
	page.Wrote(w, saved.Seq)
	http.Redirect(w, r, saved.URL, http.StatusSeeOther)
	return nil
}
