package topics

import (
	"net/http"
	"strconv"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/notify"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/web/page"
)

// chosenFrom is how many posts a page offers to choose from.
const chosenFrom = 100

// choice is a topic with posts to choose from.
type choice struct {
	Topic *talk.Topic
	Posts []talk.View
	Next  int64 // where the posts behind these begin; 0: nowhere
	Form  *page.Form
	Ours  bool // posts of the viewer's own need no question
}

func (p Pages) choice(r *http.Request, f *page.Form) (*choice, error) {
	from := number(r, "from")
	t, posts, err := p.Talk.Posts(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), max(0, from-1), chosenFrom)
	if err != nil {
		return nil, err
	}
	c := &choice{Topic: t, Form: f}
	for _, post := range posts {
		if post.Shown() {
			c.Posts = append(c.Posts, post)
		}
	}
	if n := len(posts); n > 0 && posts[n-1].Number < t.Posts {
		c.Next = posts[n-1].Number + 1
	}
	return c, nil
}

// AskMove is the moderators' form for moving posts, splitting and merging.
func (p Pages) AskMove(w http.ResponseWriter, r *http.Request) error {
	return p.moveForm(w, r, http.StatusOK, page.NewForm().Set("how", "move"))
}

func (p Pages) moveForm(w http.ResponseWriter, r *http.Request, status int, f *page.Form) error {
	c, err := p.choice(r, f)
	if err != nil {
		return err
	}
	if !page.Viewer(r.Context()).CanModerate() {
		return apperr.New(apperr.Forbidden, "投稿を移せるのは運営です。移したほうがよいと思うときは、「運営に知らせる」から伝えてください。")
	}
	if t := c.Topic; t.Entry == "" && t.Room == "" && len(c.Posts) > 0 && c.Posts[0].Number == 1 {
		c.Posts = c.Posts[1:] // it goes only with all of them
	}
	frame := page.Frame{Title: "投稿を移す", Section: section, NoTabbar: true, ErrorPrefix: f.Failed()}
	return page.Render(w, r, status, frame, moveForm(c))
}

// Move moves what was chosen and leads to where it went, or to the question that was asked of its authors.
func (p Pages) Move(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	in := talk.Move{Posts: f.All("post"), Reason: f.Get("reason"), Widen: f.Has("widen", "1")}
	switch f.Get("how") {
	case "split":
		in.Title = f.Get("title")
	case "merge":
		in.Merge = true
		fallthrough
	default:
		if in.Target = talk.TopicIn(f.Get("target")); in.Target == "" && !in.Merge {
			in.Target = "none" // without a topic it would be a new one
		}
	}
	out, err := p.Talk.Move(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), in)
	if err != nil && f.WithError(err) {
		return p.moveForm(w, r, http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	page.Wrote(w, out.Seq)
	to := "/topics/" + out.Target
	if out.Ask != "" {
		to = "/asks/" + out.Ask
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// Asked shows a question about posts to whoever asked and to their authors.
func (p Pages) Asked(w http.ResponseWriter, r *http.Request) error {
	v := page.Viewer(r.Context())
	a, err := p.Talk.Asked(r.Context(), v, r.PathValue("ask"))
	if err != nil {
		return err
	}
	if err := p.opened(r, notify.OfAsk, a.ID); err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, page.Frame{Title: "投稿を使ってよいか", Section: section}, askedPage(a, v, page.NewForm()))
}

// AnswerAsk is an author's はい or いいえ.
func (p Pages) AnswerAsk(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	word := f.Get("answer")
	if word != "yes" && word != "no" {
		return apperr.New(apperr.Malformed, "はい・いいえのどちらかを押してください。")
	}
	id := r.PathValue("ask")
	c, err := p.Talk.AnswerAsk(r.Context(), page.Viewer(r.Context()), id, word == "yes")
	if err != nil {
		return err
	}
	page.Wrote(w, c.Seq)
	http.Redirect(w, r, "/asks/"+id, http.StatusSeeOther)
	return nil
}

// AskDraft is the form for choosing posts for a report.
func (p Pages) AskDraft(w http.ResponseWriter, r *http.Request) error {
	return p.draftForm(w, r, http.StatusOK, page.NewForm())
}

func (p Pages) draftForm(w http.ResponseWriter, r *http.Request, status int, f *page.Form) error {
	c, err := p.choice(r, f)
	if err != nil {
		return err
	}
	if f.Get("title") == "" && !f.Failed() {
		f.Set("title", c.Topic.Title)
	}
	frame := page.Frame{Title: "レポートの下書きを作る", Section: section, NoTabbar: true, ErrorPrefix: f.Failed()}
	return page.Render(w, r, status, frame, draftForm(c))
}

// Gather asks the authors of the posts chosen.
func (p Pages) Gather(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	id, seq, err := p.Talk.Gather(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), f.Get("title"), f.All("post"))
	if err != nil && f.WithError(err) {
		return p.draftForm(w, r, http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	page.Wrote(w, seq)
	http.Redirect(w, r, "/asks/"+id, http.StatusSeeOther)
	return nil
}

// Draft makes the draft out of the posts whose authors said yes.
func (p Pages) Draft(w http.ResponseWriter, r *http.Request) error {
	if _, err := page.ReadForm(w, r, maxForm); err != nil {
		return err
	}
	saved, err := p.Archive.DraftGathered(r.Context(), page.Viewer(r.Context()), p.Talk, r.PathValue("ask"))
	if err != nil {
		return err
	}
	http.Redirect(w, r, saved.URL+"/edit", http.StatusSeeOther)
	return nil
}

func numbered(n int64) string { return strconv.FormatInt(n, 10) }
