package api

import (
	"net/http"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/web/page"
)

// Topics answers about discussions and their posts.
type Topics struct {
	Talk    *talk.Service
	Archive *archive.Service
}

// topic is a discussion in an answer.
type topic struct {
	ID        string      `json:"id"`
	URL       string      `json:"url"`
	Title     string      `json:"title"`
	Themes    []string    `json:"themes"`
	Question  bool        `json:"question"`
	Answer    string      `json:"answer,omitempty"` // the post that answers the question
	Audience  access.Rung `json:"audience"`
	Cohort    string      `json:"cohort,omitempty"`
	Team      string      `json:"team,omitempty"`
	Entry     string      `json:"entry,omitempty"`
	Author    person      `json:"author"`
	Posts     int64       `json:"posts"`
	N         int64       `json:"n"`    // where events of the live channel go on from
	Read      int64       `json:"read"` // number of the last post the reader has read
	Level     talk.Level  `json:"level"`
	CreatedAt time.Time   `json:"created_at"`
	LastAt    time.Time   `json:"last_at"`
}

type person struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Place string `json:"place,omitempty"` // the municipality's name
}

// Open opens a topic with its first post.
func (a Topics) Open(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Title    string        `json:"title"`
		Body     string        `json:"body"`
		Themes   []string      `json:"themes"`
		Question bool          `json:"question"`
		Audience access.Rung   `json:"audience"`
		Cohort   string        `json:"cohort"`
		Team     string        `json:"team"`
		Mentions []string      `json:"mentions"`
		Poll     *talk.NewPoll `json:"poll"`
	}
	if err := Read(w, r, &in); err != nil {
		return err
	}
	out, err := a.Talk.Open(r.Context(), page.Viewer(r.Context()), talk.NewTopic{Title: in.Title, Body: in.Body, Themes: in.Themes,
		Question: in.Question, Mentions: in.Mentions, Poll: in.Poll, Audience: access.Audience{Rung: in.Audience, Cohort: in.Cohort, Team: in.Team}})
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/topics/"+out.ID)
	return Write(w, http.StatusCreated, struct {
		ID  string `json:"id"`
		URL string `json:"url"`
		N   int64  `json:"n"`
		Seq int64  `json:"seq"`
	}{out.ID, "/topics/" + out.ID, out.N, out.Seq})
}

// Get reads a topic.
func (a Topics) Get(w http.ResponseWriter, r *http.Request) error {
	p, err := a.Talk.Page(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), 0)
	if err != nil {
		return err
	}
	t := p.Topic
	themes := []string(t.Themes)
	if themes == nil {
		themes = []string{}
	}
	answer := ""
	if p.Answer != nil {
		answer = p.Answer.ID
	}
	return Write(w, http.StatusOK, topic{t.ID, "/topics/" + t.ID, t.Title, themes, t.Question, answer, t.Audience, t.Cohort, t.Team,
		t.Entry, person{ID: t.Author, Name: p.AuthorName}, t.Posts, p.N, p.Read, p.Level, t.CreatedAt, t.LastAt})
}

// Read marks a topic read up to n.
func (a Topics) Read(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		N int64 `json:"n"`
	}
	if err := Read(w, r, &in); err != nil {
		return err
	}
	if in.N < 0 {
		return apperr.At("n", "n は 0 以上の数で書いてください。")
	}
	if err := a.Talk.MarkRead(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), in.N); err != nil {
		return err
	}
	return Write(w, http.StatusOK, in)
}

// Level sets how closely the reader follows a topic.
func (a Topics) Level(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Level talk.Level `json:"level"`
	}
	if err := Read(w, r, &in); err != nil {
		return err
	}
	if err := a.Talk.SetLevel(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), in.Level); err != nil {
		return err
	}
	return Write(w, http.StatusOK, in)
}

// Change marks a topic as a question or takes the mark away.
func (a Topics) Change(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Question *bool `json:"question"`
	}
	if err := Read(w, r, &in); err != nil {
		return err
	}
	if in.Question == nil {
		return apperr.At("question", "質問にするかどうか（question）を true か false で書いてください。")
	}
	c, err := a.Talk.SetQuestion(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), *in.Question)
	return a.changed(w, r, c, err)
}
