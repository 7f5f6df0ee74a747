// Package reports shows practice reports and lets their authors write them: reading, その後 and うちでもやってみた,
// old versions, and writing step by step.
//
// Every page works without a script. What is typed is saved on the server step by step: the first save makes the draft,
// a refused form comes back as it was sent, and of two people who changed the same text neither loses theirs.
package reports

import (
	"context"
	"errors"
	"net/http"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/theme"
	"github.com/manetomo/manetomo/web/cite"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/similar"
	"github.com/manetomo/manetomo/web/topics"
	"github.com/manetomo/manetomo/web/ui"
)

// Pages are the pages of reports.
type Pages struct {
	Archive *archive.Service
	Files   *file.Service
	Talk    *talk.Service
	Similar similar.Finder
}

// reading is a report as its page shows it.
type reading struct {
	*archive.View
	Viewer   access.Viewer
	Path     string // as text on paper
	Cite     *cite.Citation
	Place    string
	Cohort   string
	Parts    []part
	Minutes  int
	Updated  ui.Stamp
	Themes   []ui.Link
	Files    []ui.Link
	After    []ui.Moment
	Tried    []tried
	Towns    int // municipalities that tried it
	Form     *page.Form
	Printed  string
	Preview  bool
	Discuss  *topics.Discussion
	Near     []ui.Link // similar entries (近い実践)
	Sheets   []ui.Link // the team's posters and papers, with this report beside them
	Visiting bool      // not a member: no discussion, no acts
}

// part is a section as it is read.
type part struct {
	No    int
	Key   archive.Key
	Label string
	HTML  string
	For   string // who may read it, when that is fewer than the report
}

// tried is うちでもやってみた as it is read.
type tried struct {
	archive.Adoption
	Place string
	Tint  string
	When  ui.Stamp
}

// Show shows a report. Another kind of entry is read at its own address.
func (p Pages) Show(w http.ResponseWriter, r *http.Request) error {
	v, err := p.read(r)
	if err != nil {
		return goneOr(w, r, err)
	}
	if v.Kind != archive.Report {
		http.Redirect(w, r, v.URL(), http.StatusSeeOther)
		return nil
	}
	if v.Discuss, err = topics.Load(r, p.Talk, v.ID, v.URL()); err != nil {
		return err
	}
	v.Near = p.Similar.To(r, v.ID, v.Municipality)
	if err := p.sheets(r, v); err != nil {
		return err
	}
	frame := page.Frame{Title: v.Title, Section: "archive", Description: describe(v.View),
		Index: v.Audience == access.Public && v.State == access.Published, OGImage: cite.CardOf(r.Context(), p.Files, v.View)}
	if c, ok := cite.Of(v.View, page.From(r.Context()).BaseURL, page.Now(r.Context())); ok {
		v.Cite = &c
	}
	if v.Discuss != nil {
		frame.Islands = topics.Islands
	}
	return page.Render(w, r, http.StatusOK, frame, show(v))
}

// sheets are the posters and papers of the same work: each opens with this report beside it.
func (p Pages) sheets(r *http.Request, v *reading) error {
	list, err := p.Archive.Companions(r.Context(), v.Viewer, &v.Entry)
	for _, c := range list {
		if c.Kind != archive.Report {
			v.Sheets = append(v.Sheets, ui.Link{Text: c.Title, URL: c.URL() + "?side=beside&with=" + v.ID, Note: c.Kind.Label()})
		}
	}
	return err
}

// read gathers all that the page of a report shows.
func (p Pages) read(r *http.Request) (*reading, error) {
	ctx := r.Context()
	viewer := page.Viewer(ctx)
	e, err := p.Archive.Get(ctx, viewer, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	files, err := p.Files.List(ctx, viewer, e.ID)
	if err != nil {
		return nil, err
	}
	now := page.Now(ctx)
	v := &reading{View: e, Viewer: viewer, Path: page.From(ctx).BaseURL + e.URL(), Place: municipality.Label(e.Municipality),
		Cohort: cohortName(e.Year, e.Course), Updated: page.Stamp(e.UpdatedAt, now), Form: page.NewForm(),
		Printed: page.Day(now), Visiting: !viewer.Member}
	v.sections()
	v.after(ctx)
	for _, id := range e.Themes {
		v.Themes = append(v.Themes, ui.Link{Text: theme.Name(id), URL: "/archive?theme=" + id})
	}
	for _, f := range files {
		v.Files = append(v.Files, ui.Link{Text: f.Name, URL: f.OriginalURL(), Note: fileNote(f)})
	}
	return v, nil
}

const (
	charactersAMinute = 500                 // of Japanese, read calmly
	isNew             = 60 * 24 * time.Hour // as long as a follow-up is marked as new
)

func (v *reading) sections() {
	n := 0
	for i, s := range v.Sections {
		pt := part{No: i + 1, Key: s.Key, Label: s.Key.Label(), HTML: s.HTML}
		if s.Audience != "" && v.Audience.Wider(s.Audience) {
			pt.For = archive.AudienceLabel(s.Audience) + "だけに公開"
		}
		v.Parts = append(v.Parts, pt)
		n += utf8.RuneCountInString(s.Body)
	}
	v.Minutes = max(1, (n+charactersAMinute/2)/charactersAMinute)
}

func (v *reading) after(ctx context.Context) {
	for i, f := range v.FollowUps {
		last := i == len(v.FollowUps)-1
		v.After = append(v.After, ui.Moment{Date: month(f.When()), Now: last, New: last && page.Now(ctx).Sub(f.CreatedAt) < isNew, Body: followUp(f)})
	}
	towns := map[string]bool{}
	for _, a := range v.Adoptions {
		towns[a.Municipality] = true
		v.Tried = append(v.Tried, tried{a, municipality.Label(a.Municipality), tint(a.Result), page.Stamp(a.CreatedAt, page.Now(ctx))})
	}
	v.Towns = len(towns)
}

// goneOr answers with a tombstone for what was withdrawn; other errors are for the caller.
func goneOr(w http.ResponseWriter, r *http.Request, err error) error {
	var e *apperr.Error
	if !errors.As(err, &e) || e.Kind != apperr.Gone {
		return err
	}
	stone, ok := e.Data.(archive.Tombstone)
	if !ok {
		return err
	}
	return page.Render(w, r, http.StatusGone, page.Frame{Title: "取り下げられました"}, tombstone(stone, page.Day(stone.At)))
}

func cohortName(year int, course cohort.Course) string {
	if year == 0 {
		return course.Label()
	}
	return strings.TrimSpace(page.FiscalYear(year) + " " + course.Label())
}

// month says 2021-10 as 2021年10月.
func month(s string) string {
	y, m, ok := strings.Cut(s, "-")
	if !ok {
		return y + "年"
	}
	return y + "年" + strings.TrimPrefix(m, "0") + "月"
}

func tint(r archive.Result) string {
	switch r {
	case archive.Well:
		return "green"
	case archive.UnderWay:
		return "yellow"
	}
	return "blue"
}

func fileNote(f file.File) string {
	kind := strings.ToUpper(strings.TrimPrefix(path.Ext(f.Name), "."))
	return strings.TrimPrefix(kind+"・"+ui.FileSize(f.Size), "・")
}

// describe is what a search engine or a link card says about the report.
func describe(e *archive.View) string {
	if e.Summary != "" {
		return e.Summary
	}
	return municipality.Label(e.Municipality) + "の実践レポート（" + cohortName(e.Year, e.Course) + "）"
}
