package topics

import (
	"net/http"
	"strings"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/text"
	"github.com/manetomo/manetomo/internal/theme"
	"github.com/manetomo/manetomo/web/files"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

// New is the form of a new topic.
func (p Pages) New(w http.ResponseWriter, r *http.Request) error {
	if err := memberOnly(r); err != nil {
		return err
	}
	f := page.NewForm().Set("audience", string(access.Members)).Set("kind", "topic")
	q := r.URL.Query()
	if q.Get("question") != "" {
		f.Set("kind", "question")
	}
	f.Set("title", text.Cut(q.Get("title"), text.MaxTitle)).Set("about", q.Get("about")).Set("pass", q.Get("pass"))
	f.Values["themes"] = q["themes"]
	if c := q.Get("cohort"); c != "" {
		f.Set("audience", "cohort:"+c)
	}
	if t := q.Get("team"); t != "" {
		f.Set("audience", "team:"+t)
	}
	return p.form(w, r, http.StatusOK, f)
}

// Open opens the topic that the form describes.
func (p Pages) Open(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, maxPost)
	if err != nil {
		return err
	}
	var themes []string
	for _, id := range f.All("themes") {
		if id != "" {
			themes = append(themes, id)
		}
	}
	in := talk.NewTopic{Title: f.Get("title"), Body: f.Get("body"),
		Themes: themes, Question: f.Get("kind") == "question", Audience: audience(f.Get("audience")),
		Poll: polled(f), Pass: f.Has("pass", "1"), About: f.Get("about")}
	var out talk.Opened
	if in.Files, err = files.OfPost(r, p.Talk.Files, f); err == nil {
		defer files.Discard(in.Files)
		out, err = p.Talk.Open(r.Context(), page.Viewer(r.Context()), in)
	}
	if err != nil && f.WithError(err) {
		return p.form(w, r, http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	page.Wrote(w, out.Seq)
	http.Redirect(w, r, "/topics/"+out.ID, http.StatusSeeOther)
	return nil
}

func (p Pages) form(w http.ResponseWriter, r *http.Request, status int, f *page.Form) error {
	v := page.Viewer(r.Context())
	circles, err := p.Talk.Circles(r.Context(), v)
	if err != nil {
		return err
	}
	u, err := files.Waiting(r, p.Talk.Files, "topics:new")
	if err != nil {
		return err
	}
	frame := page.Frame{Title: "質問・話題を書く", Section: section, NoTabbar: true, Islands: append([]string{"draft"}, files.Islands...), ErrorPrefix: f.Failed()}
	return page.Render(w, r, status, frame, newTopic(f, audiences(v, circles), u))
}

// audience reads the choice of the form: members, staff, cohort:ID or team:ID.
func audience(choice string) access.Audience {
	rung, id, _ := strings.Cut(choice, ":")
	a := access.Audience{Rung: access.Rung(rung)}
	switch a.Rung {
	case access.Cohort:
		a.Cohort = id
	case access.Team:
		a.Team = id
	}
	return a
}

// audiences are the choices: members, one's own cohorts and teams, and 運営 for those who belong to it.
func audiences(v access.Viewer, circles []talk.Circle) []ui.Option {
	options := []ui.Option{{Value: string(access.Members), Text: "会員", Hint: "修了生・参加者・運営のみんなが読めます"}}
	for _, c := range circles {
		if c.Audience.Rung == access.Cohort {
			options = append(options, ui.Option{Value: "cohort:" + c.Audience.Cohort, Text: cohort.NameOf(c.Audience.Cohort), Hint: "同じ年度とコースの人だけが読めます"})
			continue
		}
		name := c.Municipality
		if name == "" || sameTown(circles, c) > 1 {
			name = strings.TrimSpace(name + " " + c.Team)
		}
		options = append(options, ui.Option{Value: "team:" + c.Audience.Team, Text: name + "のチーム（" + cohort.NameOf(c.Audience.Cohort) + "）", Hint: "チームの人だけが読めます"})
	}
	if v.Moderator {
		options = append(options, ui.Option{Value: string(access.Staff), Text: "運営", Hint: "運営と事務局だけが読めます"})
	}
	return options
}

// sameTown counts the teams of one town in one cohort: only where there are several is a team's own name, often a key
// of the roster, needed to tell them apart.
func sameTown(circles []talk.Circle, of talk.Circle) int {
	n := 0
	for _, c := range circles {
		if c.Audience.Rung == access.Team && c.Municipality == of.Municipality && c.Audience.Cohort == of.Audience.Cohort {
			n++
		}
	}
	return n
}

// themeOptions are the themes to choose from, by their full names.
func themeOptions(f *page.Form) []ui.Option {
	var options []ui.Option
	for _, t := range theme.Top() {
		options = append(options, ui.Option{Value: t.ID, Text: t.Name, Checked: f.Has("themes", t.ID)})
	}
	return options
}
