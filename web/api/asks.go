package api

import (
	"net/http"

	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/web/page"
)

// Move moves posts to another topic, or to a new one, or all of them: for moderators.
func (a Topics) Move(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Posts  []string `json:"posts"`
		Target string   `json:"target"`
		Title  string   `json:"title"`
		Merge  bool     `json:"merge"`
		Reason string   `json:"reason"`
		Widen  bool     `json:"widen"`
	}
	if err := Read(w, r, &in); err != nil {
		return err
	}
	out, err := a.Talk.Move(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), talk.Move(in))
	if err != nil {
		return err
	}
	return Write(w, http.StatusCreated, struct {
		Target string `json:"target"`
		Moved  int    `json:"moved"`
		Asked  int    `json:"asked"`
		Ask    string `json:"ask,omitempty"`
		Seq    int64  `json:"seq"`
	}{out.Target, out.Moved, out.Asked, out.Ask, out.Seq})
}

type askedPost struct {
	Post   string `json:"post"`
	Author person `json:"author"`
	Body   string `json:"body"`
	Answer string `json:"answer,omitempty"`
}

// Asked reads a question about posts, for whoever asked and for their authors, who see their own.
func (a Topics) Asked(w http.ResponseWriter, r *http.Request) error {
	v := page.Viewer(r.Context())
	got, err := a.Talk.Asked(r.Context(), v, r.PathValue("id"))
	if err != nil {
		return err
	}
	out := struct {
		ID     string       `json:"id"`
		Kind   talk.AskKind `json:"kind"`
		Topic  string       `json:"topic"`
		Target string       `json:"target,omitempty"`
		Title  string       `json:"title,omitempty"`
		Entry  string       `json:"entry,omitempty"`
		Reason string       `json:"reason,omitempty"`
		By     person       `json:"by"`
		Posts  []askedPost  `json:"posts"`
	}{got.ID, got.Kind, got.Topic, got.Ask.Target, got.Title, got.Entry, got.Reason, person{ID: got.By, Name: got.ByName}, []askedPost{}}
	posts := got.Posts
	if got.By != v.Person {
		posts = got.Mine(v)
	}
	for _, p := range posts {
		out.Posts = append(out.Posts, askedPost{p.Post, person{ID: p.Author, Name: p.AuthorName}, p.Body, p.Answer})
	}
	return Write(w, http.StatusOK, out)
}

// AnswerAsk is an author's word about their posts.
func (a Topics) AnswerAsk(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Yes bool `json:"yes"`
	}
	if err := Read(w, r, &in); err != nil {
		return err
	}
	c, err := a.Talk.AnswerAsk(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), in.Yes)
	if err != nil {
		return err
	}
	return Write(w, http.StatusOK, struct {
		Yes bool  `json:"yes"`
		Seq int64 `json:"seq"`
	}{in.Yes, c.Seq})
}

// Gather asks the authors of posts whether their words may stand in a draft of a report.
func (a Topics) Gather(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Title string   `json:"title"`
		Posts []string `json:"posts"`
	}
	if err := Read(w, r, &in); err != nil {
		return err
	}
	id, seq, err := a.Talk.Gather(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), in.Title, in.Posts)
	if err != nil {
		return err
	}
	return Write(w, http.StatusCreated, struct {
		ID  string `json:"id"`
		Seq int64  `json:"seq"`
	}{id, seq})
}

// Draft makes the draft out of the posts whose authors said yes.
func (a Topics) Draft(w http.ResponseWriter, r *http.Request) error {
	saved, err := a.Archive.DraftGathered(r.Context(), page.Viewer(r.Context()), a.Talk, r.PathValue("id"))
	if err != nil {
		return err
	}
	return Write(w, http.StatusCreated, struct {
		Entry string `json:"entry"`
		URL   string `json:"url"`
	}{saved.ID, saved.URL})
}
