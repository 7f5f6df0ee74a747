package sessions

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/postersession"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

const (
	maxForm    = 256 << 10
	mostChoice = 100 // posters to choose from at once
)

// planning is the form of a plan.
type planning struct {
	Form   *page.Form
	ID     string // of the session that is changed; empty for a new one
	Rooms  []ui.Option
	From   string // the cohort whose posters are offered
	Froms  []ui.Option
	Choice []archive.Summary
	Names  bool // the viewer says who leads it
}

// New is the form of a new session: GET /sessions/new.
func (p Pages) New(w http.ResponseWriter, r *http.Request) error {
	f := page.NewForm().Set("minutes", strconv.Itoa(postersession.DefaultMinutes)).Set("time", "13:30")
	return p.form(w, r, http.StatusOK, planning{Form: f, From: r.URL.Query().Get("from")})
}

// Edit is the form of a session that has not begun: GET /sessions/{id}/edit.
func (p Pages) Edit(w http.ResponseWriter, r *http.Request) error {
	s, err := p.Sessions.Get(r.Context(), page.Viewer(r.Context()), r.PathValue("id"))
	if err != nil {
		return err
	}
	at := page.JST(s.StartsAt)
	f := page.NewForm().Set("title", s.Title).Set("about", s.About).Set("minutes", strconv.Itoa(s.Minutes)).
		Set("day", at.Format(time.DateOnly)).Set("time", at.Format("15:04")).Set("version", strconv.FormatInt(s.Version, 10)).Set("cohort", s.Cohort)
	for _, item := range s.Items {
		if item.Entry != "" {
			f.Set("order-"+item.Entry, strconv.Itoa(item.Position+1))
		}
	}
	for _, l := range s.Leaders {
		f.Set("leaders", f.Get("leaders")+l.Line()+"\n")
	}
	return p.form(w, r, http.StatusOK, planning{Form: f, ID: s.ID, From: r.URL.Query().Get("from")})
}

// form shows the plan with the posters to choose from: those of one cohort, or the latest of all.
func (p Pages) form(w http.ResponseWriter, r *http.Request, status int, m planning) error {
	ctx, v := r.Context(), page.Viewer(r.Context())
	m.Names = v.CanModerate()
	err := p.mayPlan(r, m.ID)
	if err != nil {
		return err
	}
	filter := archive.Filter{Kinds: []archive.Kind{archive.Poster, archive.Paper, archive.Material}, Cohort: m.From, Limit: mostChoice}
	if m.Choice, _, err = p.Archive.Newest(ctx, v, filter); err != nil {
		return err
	}
	m.Froms = []ui.Option{{Value: "", Text: "新しいものから"}}
	for _, year := range cohort.Years(page.Now(ctx)) {
		for _, course := range cohort.Courses() {
			m.Froms = append(m.Froms, ui.Option{Value: cohort.ID(year, course), Text: cohort.Name(year, course)})
		}
	}
	m.Rooms = []ui.Option{{Value: "", Text: "会員のみんな"}}
	for _, id := range slices.Backward(v.Cohorts) {
		m.Rooms = append(m.Rooms, ui.Option{Value: id, Text: cohort.NameOf(id) + "の人"})
	}
	if here := m.From; v.Secretariat && here != "" && !slices.Contains(v.Cohorts, here) {
		m.Rooms = append(m.Rooms, ui.Option{Value: here, Text: cohort.NameOf(here) + "の人"})
	}
	title := "発表会を計画する"
	if m.ID != "" {
		title = "発表会の計画を直す"
	}
	frame := page.Frame{Title: title, Section: section, NoTabbar: true, ErrorPrefix: m.Form.Failed()}
	return page.Render(w, r, status, frame, plan(title, m))
}

// mayPlan hides the form from who may not use it: a new plan is for moderators, one that stands for who leads it.
func (p Pages) mayPlan(r *http.Request, id string) error {
	v := page.Viewer(r.Context())
	if v.CanModerate() {
		return nil
	}
	if id != "" {
		if s, err := p.Sessions.Get(r.Context(), v, id); err != nil || s.MayLead(v) {
			return err
		}
	}
	return apperr.Missing()
}

// Plan plans a session: POST /sessions.
func (p Pages) Plan(w http.ResponseWriter, r *http.Request) error {
	return p.save(w, r, func(in postersession.Plan, _ int64) (string, error) {
		return p.Sessions.Plan(r.Context(), page.Viewer(r.Context()), in)
	})
}

// Change changes a plan: POST /sessions/{id}/edit.
func (p Pages) Change(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	return p.save(w, r, func(in postersession.Plan, version int64) (string, error) {
		return id, p.Sessions.Change(r.Context(), page.Viewer(r.Context()), id, version, in)
	})
}

func (p Pages) save(w http.ResponseWriter, r *http.Request, do func(postersession.Plan, int64) (string, error)) error {
	f, err := page.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	minutes, _ := strconv.Atoi(f.Get("minutes")) // what is no number of minutes is refused with the other faults
	starts, err := time.ParseInLocation(time.DateOnly+" 15:04", f.Get("day")+" "+f.Get("time"), cohort.Japan)
	if err != nil {
		starts = time.Time{}
	}
	version, _ := strconv.ParseInt(f.Get("version"), 10, 64)
	id, err := do(postersession.Plan{Title: f.Get("title"), About: f.Get("about"), Cohort: f.Get("cohort"),
		StartsAt: starts, Minutes: minutes, Entries: programme(f), Leaders: strings.Split(f.Get("leaders"), "\n")}, version)
	if err != nil && f.WithError(err) {
		return p.form(w, r, http.StatusUnprocessableEntity, planning{Form: f, ID: r.PathValue("id"), From: f.Get("from")})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/sessions/"+id, http.StatusSeeOther)
	return nil
}

// programme are the posters with a number, by their numbers; of one number, by their ids.
func programme(f *page.Form) []string {
	type turn struct {
		no    int
		entry string
	}
	var turns []turn
	for name := range f.Values {
		if len(name) > len(orderField) && name[:len(orderField)] == orderField {
			if no, err := strconv.Atoi(f.Get(name)); err == nil {
				turns = append(turns, turn{no, name[len(orderField):]})
			}
		}
	}
	slices.SortFunc(turns, func(a, b turn) int {
		if a.no != b.no {
			return a.no - b.no
		}
		if a.entry < b.entry {
			return -1
		}
		return 1
	})
	var entries []string
	for _, t := range turns {
		entries = append(entries, t.entry)
	}
	return entries
}

const orderField = "order-"
