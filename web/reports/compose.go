package reports

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/web/files"
	"github.com/manetomo/manetomo/web/page"
)

// writing is a screen of the composer.
type writing struct {
	ID       string // empty until the first save
	Entry    archive.Entry
	Text     archive.Text // as it stands
	No       int
	Step     step
	Form     *page.Form
	Teams    []archive.Team
	Files    []file.File
	Uploads  files.Uploads
	Viewer   access.Viewer
	Saved    string // in words
	Now      time.Time
	Findings []finding
	Unsent   string // place of text that was typed and not saved, if there is any
}

func (w *writing) url() string {
	if w.ID == "" {
		return "/reports/new"
	}
	return "/reports/" + w.ID + "/edit"
}

func (w *writing) at(n int) string { return w.url() + "?step=" + strconv.Itoa(n) }

// published tells whether people can read the text already: then each save shows at once.
func (w *writing) published() bool {
	return w.Entry.State == access.Published || w.Entry.State == access.Review
}

// New opens an empty report. It becomes a draft with the first save.
func (p Pages) New(w http.ResponseWriter, r *http.Request) error {
	if err := mayWrite(r); err != nil {
		return err
	}
	return p.compose(w, r, page.NewForm(), http.StatusOK)
}

// Edit opens a screen of a report.
func (p Pages) Edit(w http.ResponseWriter, r *http.Request) error {
	return p.compose(w, r, page.NewForm(), http.StatusOK)
}

// Save saves a screen and goes on to the next one, or where its button says.
func (p Pages) Save(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, textForm)
	if err != nil {
		return err
	}
	if !page.Viewer(r.Context()).SignedIn() {
		return page.Render(w, r, http.StatusUnauthorized, page.Frame{Title: "もう一度ログインしてください", NoTabbar: true}, signedOut(r, f))
	}
	no := stepOf(r.URL.Query().Get("step"))
	s := steps()[no-1]
	id := r.PathValue("id")
	c, err := changeOf(f, s)
	if err == nil && f.Get("go") == "publish" {
		c.Publish, err = true, p.confirmed(r, f, id)
	}
	if id == "" && err == nil && empty(f, s) {
		return p.on(w, r, archive.Saved{}, f.Get("go"), no)
	}
	var saved archive.Saved
	if err == nil {
		saved, err = p.save(r.Context(), id, f, s, c)
	}
	var e *apperr.Error
	if errors.As(err, &e) && e.Kind == apperr.Conflict {
		if data, ok := e.Data.(archive.Conflicting); ok {
			return page.Render(w, r, http.StatusConflict, page.Frame{Title: "ほかの画面で直されています", NoTabbar: true, ErrorPrefix: true},
				conflictPage(r.URL.RequestURI(), s, f, data))
		}
	}
	if err != nil {
		if f.WithError(err) || withRefusal(f, err) {
			plainNames(f)
			return p.compose(w, r, f, apperr.From(err).Kind.Status())
		}
		return err
	}
	if err := p.forget(r.Context(), id, s); err != nil {
		return err
	}
	return p.on(w, r, saved, f.Get("go"), no)
}

// save makes the draft with the first save. When somebody else has changed other fields only, it goes on with theirs.
func (p Pages) save(ctx context.Context, id string, f *page.Form, s step, c archive.Change) (archive.Saved, error) {
	v := page.Viewer(ctx)
	if id == "" {
		return p.Archive.Create(ctx, v, archive.Report, c)
	}
	version, err := strconv.ParseInt(f.Get("version"), 10, 64)
	if err != nil {
		return archive.Saved{}, apperr.New(apperr.Malformed, "どの版を直したのかが分かりませんでした。ページを開き直して、もう一度保存してください。")
	}
	saved, err := p.Archive.Save(ctx, v, id, version, c)
	var e *apperr.Error
	if !errors.As(err, &e) || e.Kind != apperr.Conflict {
		return saved, err
	}
	theirs, ok := e.Data.(archive.Conflicting)
	if !ok {
		return saved, err
	}
	for _, name := range s.names() {
		if f.Values.Has(name) && f.Get("base_"+name) != mark(value(theirs.Theirs, name)) {
			return saved, err
		}
	}
	return p.Archive.Save(ctx, v, id, theirs.Version, c)
}

// on goes where the button said: another screen, the preview, or the published report.
func (p Pages) on(w http.ResponseWriter, r *http.Request, saved archive.Saved, to string, no int) error {
	if saved.Seq > 0 {
		page.Wrote(w, saved.Seq)
	}
	edit := "/reports/new"
	if saved.ID != "" {
		edit = "/reports/" + saved.ID + "/edit"
	}
	url := edit + "?step=" + strconv.Itoa(min(no+1, finish)) + "&saved=1"
	switch {
	case to == "publish":
		url = saved.URL
	case to == "preview" && saved.ID != "":
		url = "/reports/" + saved.ID + "/preview"
	case to == "stay", to == "preview":
		url = edit + "?step=" + strconv.Itoa(no) + "&saved=1"
	case to != "" && to != "next":
		url = edit + "?step=" + strconv.Itoa(stepOf(to)) + "&saved=1"
	}
	http.Redirect(w, r, url, http.StatusSeeOther)
	return nil
}

// confirmed asks for a word about telephone numbers and the like before they are published.
func (p Pages) confirmed(r *http.Request, f *page.Form, id string) error {
	if id == "" || f.Get("checked") == "1" {
		return nil
	}
	e, err := p.Archive.Get(r.Context(), page.Viewer(r.Context()), id)
	if err != nil {
		return err
	}
	if len(check(e.Text(), "")) > 0 {
		return apperr.At("checked", "電話番号やメールアドレスらしいところがあります。直すか、このままでよいことを確かめてください。")
	}
	return nil
}

// withRefusal shows a refusal of the act (another team's report) in the form that was sent.
func withRefusal(f *page.Form, err error) bool {
	var e *apperr.Error
	if !errors.As(err, &e) || e.Kind != apperr.Forbidden || e.Field == "" {
		return false
	}
	f.Errors = e.All()
	return true
}

func empty(f *page.Form, s step) bool {
	for _, name := range s.names() {
		if _, rung := strings.CutSuffix(name, "_audience"); !rung && name != "audience" && strings.TrimSpace(f.Get(name)) != "" {
			return false
		}
	}
	return f.Get("go") != "publish"
}

// compose shows a screen with what was typed, or with what stands.
func (p Pages) compose(w http.ResponseWriter, r *http.Request, f *page.Form, status int) error {
	ctx := r.Context()
	v := page.Viewer(ctx)
	no := stepOf(r.URL.Query().Get("step"))
	m := &writing{No: no, Step: steps()[no-1], Form: f, Viewer: v, Now: page.Now(ctx), Text: archive.Text{Audience: access.Members}}
	var err error
	if m.Teams, err = p.Archive.Teams(ctx, v); err != nil {
		return err
	}
	if id := r.PathValue("id"); id != "" {
		if err := p.load(ctx, m, id); err != nil {
			return goneOr(w, r, err)
		}
		if r.URL.Query().Get("saved") != "" {
			m.Saved = page.When(m.Entry.UpdatedAt, m.Now) + " に" + map[bool]string{true: "", false: "下書きを"}[m.published()] + "保存しました"
		}
	} else {
		m.fromTeam()
	}
	if err := p.offerUnsent(ctx, m); err != nil {
		return err
	}
	islands := []string{"draft"}
	if no == finish && m.ID != "" {
		if m.Uploads, err = files.Waiting(r, p.Files, "entry:"+m.ID); err != nil {
			return err
		}
		islands = append(islands, files.Islands...)
	}
	m.fill()
	return page.Render(w, r, status, page.Frame{Title: m.Step.Name + "：実践レポートを書く", NoTabbar: true, Full: true,
		Islands: islands, ErrorPrefix: f.Failed()}, composer(m))
}

// load reads the report that is written on.
func (p Pages) load(ctx context.Context, m *writing, id string) error {
	e, err := p.Archive.Get(ctx, m.Viewer, id)
	if err != nil {
		return err
	}
	if !e.CanEdit {
		return apperr.New(apperr.Forbidden, "直せるのは筆者だけです。気づいたことは、話し合いで伝えられます。")
	}
	m.ID, m.Entry, m.Text = id, e.Entry, e.Text()
	if m.No == finish {
		m.Findings = check(m.Text, m.url())
		m.Files, err = p.Files.List(ctx, m.Viewer, id)
	}
	return err
}

// fromTeam fills a new report with what the writer's newest team says.
func (m *writing) fromTeam() {
	if len(m.Teams) == 0 {
		m.Text.Municipality = m.Viewer.Municipality
		return
	}
	t := m.Teams[0]
	m.Text.Team, m.Text.Municipality, m.Text.Year, m.Text.Course = t.ID, t.Municipality, t.Year, t.Course
}

// fill puts what stands into the fields that were not sent.
func (m *writing) fill() {
	for _, name := range m.Step.names() {
		switch {
		case m.Form.Values.Has(name):
		case name == "themes":
			if !m.Form.Values.Has("themes_shown") {
				m.Form.Values["themes"] = m.Text.Themes
			}
		default:
			m.Form.Set(name, value(m.Text, name))
		}
	}
	if m.No == finish && !m.Form.Values.Has("cleared_by") && m.Entry.ClearedAt != nil {
		m.Form.Set("cleared_by", m.Entry.ClearedBy)
		m.Form.Set("cleared_at", page.JST(*m.Entry.ClearedAt).Format("2006-01-02"))
	}
}

// offerUnsent looks whether something was typed here, on any device, that was not saved with the form.
func (p Pages) offerUnsent(ctx context.Context, m *writing) error {
	for i := range m.Step.Asks {
		a := &m.Step.Asks[i]
		u, err := p.Archive.Unsent(ctx, m.Viewer, draftPlace(m.ID, a.Key))
		if err != nil {
			return err
		}
		if u.Body != "" && u.Body != m.Text.Section(a.Key).Body && u.UpdatedAt.After(m.Entry.UpdatedAt) {
			a.OfferedUnsent = u.Body
		}
	}
	return nil
}

// forget clears the text typed on this screen once it is saved.
func (p Pages) forget(ctx context.Context, id string, s step) error {
	v := page.Viewer(ctx)
	for _, a := range s.Asks {
		at := draftPlace(id, a.Key)
		u, err := p.Archive.Unsent(ctx, v, at)
		if err != nil {
			return err
		}
		if u.Body == "" {
			continue
		}
		if _, err := p.Archive.KeepUnsent(ctx, v, at, ""); err != nil {
			return err
		}
	}
	return nil
}

func draftPlace(id string, k archive.Key) string {
	if id == "" {
		id = "new"
	}
	return "entry:" + id + ":" + string(k)
}

func mayWrite(r *http.Request) error {
	v := page.Viewer(r.Context())
	switch {
	case !v.SignedIn():
		return apperr.SignIn()
	case !v.CanWrite():
		return apperr.New(apperr.Forbidden, "書けるのは会員だけです。参加の申請が承認されると、書けるようになります。")
	}
	return nil
}
