package api

import (
	"math"
	"net/http"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/web/files"
	"github.com/manetomo/manetomo/web/page"
)

const (
	postsGiven = 50
	postsMost  = 200
)

// post is a post in an answer. A post that was taken out keeps its number and says by whom.
type post struct {
	ID        string                `json:"id"`
	Number    int64                 `json:"number"`
	Body      string                `json:"body"`
	HTML      string                `json:"html"`
	Author    person                `json:"author"`
	ReplyTo   string                `json:"reply_to,omitempty"`
	At        time.Time             `json:"at"`
	EditedAt  *time.Time            `json:"edited_at,omitempty"`
	Removed   string                `json:"removed,omitempty"` // author, moderator, moved
	Moved     string                `json:"moved,omitempty"`   // the post that stood here
	Quotes    []quote               `json:"quotes"`
	Poll      *poll                 `json:"poll,omitempty"`
	Files     []postFile            `json:"files"`
	Reactions map[talk.Reaction]int `json:"reactions"`
	Mine      []talk.Reaction       `json:"mine"` // reactions of the reader's own
}

// quote is what a post quotes. gone says why its words are not given: removed, changed, moved.
type quote struct {
	Post   string    `json:"post"`
	Number int64     `json:"number,omitempty"`
	Author *person   `json:"author,omitempty"`
	Words  string    `json:"words,omitempty"`
	Gone   talk.Gone `json:"gone,omitempty"`
}

func postOf(p *talk.View) post {
	out := post{p.ID, p.Number, p.Body, p.Whole(), person{p.Author, p.AuthorName, talk.Place(p.AuthorPlace)}, p.ReplyTo,
		p.CreatedAt, p.EditedAt, "", p.Moved, []quote{}, pollOf(p.Poll), filesOf(p), p.Counts, p.Mine}
	for _, q := range p.Quotes {
		given := quote{Post: q.Post, Number: q.Number, Words: q.Words, Gone: q.Gone}
		if q.AuthorName != "" {
			given.Author = &person{ID: q.Author, Name: q.AuthorName}
		}
		out.Quotes = append(out.Quotes, given)
	}
	switch p.State {
	case access.Withdrawn:
		out.Removed = "author"
	case access.Hidden:
		out.Removed = "moderator"
	case talk.MovedAway:
		out.Removed = "moved"
	}
	if out.Reactions == nil {
		out.Reactions = map[talk.Reaction]int{}
	}
	if out.Mine == nil {
		out.Mine = []talk.Reaction{}
	}
	return out
}

// Posts lists the posts of a topic behind the number after.
func (a Topics) Posts(w http.ResponseWriter, r *http.Request) error {
	after, err := number(r, "after", 0, 0, math.MaxInt64)
	if err != nil {
		return err
	}
	limit, err := number(r, "limit", postsGiven, 1, postsMost)
	if err != nil {
		return err
	}
	t, posts, err := a.Talk.Posts(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), after, limit)
	if err != nil {
		return err
	}
	out := struct {
		Posts []post `json:"posts"`
		Next  int64  `json:"next,omitempty"`
	}{Posts: []post{}}
	for i := range posts {
		out.Posts = append(out.Posts, postOf(&posts[i]))
	}
	if n := len(posts); n > 0 && posts[n-1].Number < t.Posts {
		out.Next = posts[n-1].Number
	}
	return Write(w, http.StatusOK, out)
}

// Post adds a post.
func (a Topics) Post(w http.ResponseWriter, r *http.Request) error {
	in, err := a.written(w, r)
	if err != nil {
		return err
	}
	defer files.Discard(in.Files)
	in.Nonce = r.Header.Get("Idempotency-Key")
	out, err := a.Talk.Post(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), in)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/posts/"+out.ID)
	return Write(w, http.StatusCreated, struct {
		ID     string `json:"id"`
		Number int64  `json:"number"`
		N      int64  `json:"n"`
		Seq    int64  `json:"seq"`
	}{out.ID, out.Number, out.N, out.Seq})
}

// changed is what an act on a post answers.
type changed struct {
	ID  string `json:"id"`
	N   int64  `json:"n"`
	Seq int64  `json:"seq"`
}

// GetPost reads one post.
func (a Topics) GetPost(w http.ResponseWriter, r *http.Request) error {
	t, p, err := a.Talk.PostOf(r.Context(), page.Viewer(r.Context()), r.PathValue("id"))
	if err != nil {
		return err
	}
	return Write(w, http.StatusOK, struct {
		post
		Topic string `json:"topic"`
	}{postOf(p), t.ID})
}

// EditPost changes the text of one's own post, takes files out of it or adds some.
func (a Topics) EditPost(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Body  *string   `json:"body"`
		Drop  []string  `json:"drop"`
		Files []newFile `json:"files"`
	}
	if err := Read(w, r, &in); err != nil {
		return err
	}
	if in.Body == nil {
		return apperr.At("body", "本文（body）を書いてください。")
	}
	taken, err := a.taken(r, in.Files)
	if err != nil {
		return err
	}
	defer files.Discard(taken)
	c, err := a.Talk.Edit(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), talk.Edit{Body: *in.Body, Drop: in.Drop, Files: taken})
	return a.changed(w, r, c, err)
}

// RemovePost takes out one's own post.
func (a Topics) RemovePost(w http.ResponseWriter, r *http.Request) error {
	c, err := a.Talk.Remove(r.Context(), page.Viewer(r.Context()), r.PathValue("id"))
	return a.changed(w, r, c, err)
}

// React sets a reaction (PUT) or takes it back (DELETE).
func (a Topics) React(w http.ResponseWriter, r *http.Request) error {
	c, err := a.Talk.React(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), talk.Reaction(r.PathValue("reaction")),
		r.Method == http.MethodPut)
	return a.changed(w, r, c, err)
}

func (a Topics) changed(w http.ResponseWriter, r *http.Request, c talk.Change, err error) error {
	if err != nil {
		return err
	}
	return Write(w, http.StatusOK, changed{r.PathValue("id"), c.N, c.Seq})
}

// Accept says that a post answers its topic's question (PUT), or that it does so no more (DELETE).
func (a Topics) Accept(w http.ResponseWriter, r *http.Request) error {
	c, err := a.Talk.Accept(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), r.Method == http.MethodPut)
	return a.changed(w, r, c, err)
}
