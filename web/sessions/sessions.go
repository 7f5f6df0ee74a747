// Package sessions shows poster sessions (発表会): what is planned, the room that walks from poster to poster, and the
// record that stays.
//
// The page is whole at any moment without a script: reading it again shows where the session stands. The script rings
// the bell and follows by itself, by the server's clock.
package sessions

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/internal/postersession"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/web/notes"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/topics"
	"github.com/manetomo/manetomo/web/ui"
)

// Pages answers for /sessions.
type Pages struct {
	Sessions *postersession.Service
	Talk     *talk.Service
	Files    *file.Service
	Archive  *archive.Service
}

const section = "topics"

// listed is a session with where it stands.
type listed struct {
	postersession.Session
	At postersession.Moment
}

type lists struct {
	Ahead, Past []listed // those that run stand first
	Host        bool
}

// List shows what is planned, what runs and what was: GET /sessions.
func (p Pages) List(w http.ResponseWriter, r *http.Request) error {
	ctx, v := r.Context(), page.Viewer(r.Context())
	if !v.CanTalk() {
		return apperr.Missing()
	}
	all, err := p.Sessions.List(ctx, v)
	if err != nil {
		return err
	}
	now := page.Now(ctx)
	m := lists{Host: v.CanModerate()}
	for _, s := range all {
		one := listed{s, s.At(now)}
		if one.At.Phase == postersession.Over {
			m.Past = append(m.Past, one)
		} else {
			m.Ahead = append([]listed{one}, m.Ahead...)
		}
	}
	return page.Render(w, r, http.StatusOK, page.Frame{Title: "発表会", Section: section}, list(m))
}

// view is a session as its page shows it.
type view struct {
	*postersession.Page
	At      postersession.Moment
	Viewer  access.Viewer
	Item    *postersession.Item // whose turn it is
	Sheet   *file.Page          // its first page; nil before it has been read
	Discuss *topics.Discussion  // of the poster, or of the session while it does not run
	Board   *notes.Board
	Asked   map[string][]talk.NoteView // questions by poster, for the record
	Form    *page.Form
}

// Show is the room: GET /sessions/{id}.
func (p Pages) Show(w http.ResponseWriter, r *http.Request) error {
	ctx, v := r.Context(), page.Viewer(r.Context())
	s, err := p.Sessions.Get(ctx, v, r.PathValue("id"))
	if err != nil {
		return err
	}
	m := &view{Page: s, At: s.At(s.Now), Viewer: v, Form: page.NewForm()}
	read := p.around
	if m.At.Phase == postersession.Running || m.At.Phase == postersession.Paused {
		read = p.poster
	}
	if err := read(r, m); err != nil {
		return err
	}
	f := page.Frame{Title: s.Title, Section: section, Full: true, Islands: append([]string{"session"}, topics.Islands...)}
	if m.Board != nil {
		f.Islands = append(f.Islands, notes.Islands...)
	} else if m.At.Phase != postersession.Over {
		f.Islands = append(f.Islands, notes.Islands...) // it will walk on to a sheet
	}
	return page.Render(w, r, http.StatusOK, f, show(m))
}

// poster reads what belongs to the poster whose turn it is.
func (p Pages) poster(r *http.Request, m *view) error {
	ctx := r.Context()
	m.Item = &m.Items[m.At.Position]
	if m.Item.Entry == "" {
		return nil
	}
	files, err := p.Files.List(ctx, m.Viewer, m.Item.Entry)
	if err != nil {
		return err
	}
	at := notes.Place{Entry: m.Item.Entry, Session: m.ID, Back: m.URL()}
	if len(files) > 0 {
		_, pages, err := p.Files.Sheets(ctx, m.Viewer, files[0].ID)
		if err != nil {
			return err
		}
		if len(pages) > 0 {
			m.Sheet, at.File, at.Page = &pages[0], files[0].ID, pages[0].Number
		}
	}
	if m.Discuss, err = topics.Load(r, p.Talk, m.Item.Entry, m.URL()); err != nil || m.Discuss == nil {
		return err
	}
	m.Board, err = notes.Load(r, p.Talk, m.Discuss.Topic.ID, at)
	return err
}

// around reads the talk before and after, and afterwards what was asked.
func (p Pages) around(r *http.Request, m *view) (err error) {
	if m.Discuss, err = topics.LoadTopic(r, p.Talk, m.Topic, m.URL()); err != nil || m.At.Phase != postersession.Over {
		return err
	}
	all, err := p.Talk.NotesOfSession(r.Context(), m.Viewer, m.ID)
	m.Asked = map[string][]talk.NoteView{}
	for _, n := range all {
		if n.Question {
			m.Asked[n.Entry] = append(m.Asked[n.Entry], n)
		}
	}
	return err
}

// State says where the session stands by the server's clock: GET /sessions/{id}/state.
func (p Pages) State(w http.ResponseWriter, r *http.Request) error {
	s, err := p.Sessions.Get(r.Context(), page.Viewer(r.Context()), r.PathValue("id"))
	if err != nil {
		return err
	}
	m := view{Page: s, At: s.At(s.Now)}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	return json.NewEncoder(w).Encode(map[string]any{"now": s.Now.UnixMilli(), "mark": m.mark()})
}

// mark changes when the page is another one.
func (m *view) mark() string {
	return string(m.At.Phase) + "-" + strconv.Itoa(m.At.Position) + "-" + strconv.FormatInt(m.Version, 10)
}

// next is when the page becomes another one by itself, in milliseconds; 0 when only a host can make it so.
func (m *view) next() string {
	switch m.At.Phase {
	case postersession.Waiting, postersession.Running:
		return strconv.FormatInt(m.Now.Add(m.At.Left).UnixMilli(), 10)
	}
	return "0"
}

// Act is what a host presses: POST /sessions/{id}/act.
func (p Pages) Act(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(f.Get("version"), 10, 64) // no number is no version that stands
	id := r.PathValue("id")
	if err := p.Sessions.Do(r.Context(), page.Viewer(r.Context()), id, version, postersession.Act(f.Get("act"))); err != nil {
		return err
	}
	http.Redirect(w, r, "/sessions/"+id, http.StatusSeeOther)
	return nil
}

// when says from when to when a session is; one that a host ended, on which day that was.
func when(s *postersession.Session) string {
	clock := func(t time.Time) string { return page.JST(t).Format("15:04") }
	if s.EndedAt != nil && !s.CalledOff() {
		return page.Day(*s.EndedAt) + " " + clock(*s.EndedAt) + "に終わりました"
	}
	end := s.StartsAt.Add(time.Duration(s.Posters*s.Minutes) * time.Minute)
	return page.Day(s.StartsAt) + " " + clock(s.StartsAt) + "〜" + clock(end)
}

// leaders names who leads it beside the moderators.
func (m *view) leaders() string {
	var names []string
	for _, l := range m.Leaders {
		names = append(names, l.Name+"さん")
	}
	return strings.Join(names, "、")
}

func reach(s *postersession.Session) string {
	if s.Audience == access.Cohort {
		return cohort.NameOf(s.Cohort)
	}
	return "会員"
}

func phaseWord(s *postersession.Session, m postersession.Moment) string {
	if s.CalledOff() {
		return "取りやめました"
	}
	return map[postersession.Phase]string{postersession.Waiting: "これから", postersession.Running: "いま開いています",
		postersession.Paused: "止めています", postersession.Over: "終わりました"}[m.Phase]
}

// left says how long a turn still takes, as a page without a script can: to the minute, upwards.
func left(d time.Duration) string {
	minutes := int((d + time.Minute - 1) / time.Minute)
	switch {
	case minutes >= 48*60:
		return "あと" + strconv.Itoa(minutes/60/24) + "日"
	case minutes >= 120:
		return "あと" + strconv.Itoa(minutes/60) + "時間"
	}
	return "あと" + strconv.Itoa(minutes) + "分"
}

func town(i postersession.Item) string { return municipality.Label(i.Municipality) }

// Link is a session to tell of beside other pages.
func Link(s *postersession.Session, now time.Time) ui.Link {
	at := s.At(now)
	l := ui.Link{Text: s.Title, URL: s.URL(), Note: phaseWord(s, at)}
	if at.Phase == postersession.Waiting {
		l.Note = page.When(s.StartsAt, now)
	}
	return l
}
