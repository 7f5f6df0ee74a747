package topics

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/notify"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/text"
	"github.com/manetomo/manetomo/web/files"
	"github.com/manetomo/manetomo/web/page"
)

// memberOnly refuses visitors as if nothing were here, and sends who is not signed in to sign in.
func memberOnly(r *http.Request) error {
	if v := page.Viewer(r.Context()); !v.CanTalk() {
		return apperr.Missing()
	}
	return nil
}

// lead is how many posts stand before one that is led to.
const lead = 10

// Show is a topic with its posts.
func (p Pages) Show(w http.ResponseWriter, r *http.Request) error {
	from := number(r, "from")
	if n := number(r, "number"); n > 0 {
		from = max(1, n-lead) // the form cannot name an anchor: what was asked for stands near the top
	}
	t, err := p.Talk.Page(r.Context(), page.Viewer(r.Context()), r.PathValue("id"), from)
	if err != nil {
		return err
	}
	if err := p.opened(r, notify.OfTopic, t.Topic.ID); err != nil {
		return err
	}
	if t.Topic.Room != "" { // it stands in its room, at the same place
		to := url.URL{Path: talk.RoomURL(t.Topic.Room), RawQuery: r.URL.RawQuery}
		http.Redirect(w, r, to.String(), http.StatusSeeOther)
		return nil
	}
	if t.Topic.Merged != "" && from == 0 { // a window that was asked for shows where each post went
		http.Redirect(w, r, "/topics/"+t.Topic.Merged+"#discussion", http.StatusSeeOther)
		return nil
	}
	d, err := discussion(r, p.Talk, t, "/topics/"+t.Topic.ID)
	if err != nil {
		return err
	}
	return render(w, r, http.StatusOK, d)
}

func render(w http.ResponseWriter, r *http.Request, status int, d *Discussion) error {
	f := page.Frame{Title: d.Topic.Title, Section: section, Islands: Islands, ErrorPrefix: d.Form.Failed()}
	return page.Render(w, r, status, f, show(d))
}

// Post adds a post and leads back to it.
func (p Pages) Post(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, maxPost)
	if err != nil {
		return err
	}
	id, in := r.PathValue("id"), written(f)
	var out talk.Posted
	if in.Files, err = files.OfPost(r, p.Talk.Files, f); err == nil {
		defer files.Discard(in.Files)
		out, err = p.Talk.Post(r.Context(), page.Viewer(r.Context()), id, in)
	}
	if err != nil && f.WithError(err) {
		return p.again(w, r, id, f)
	}
	if err != nil {
		return err
	}
	page.Wrote(w, out.Seq)
	http.Redirect(w, r, backTo(f, id)+"?from="+strconv.FormatInt(max(1, out.Number-lead), 10)+"#p"+strconv.FormatInt(out.Number, 10),
		http.StatusSeeOther)
	return nil
}

// written is the post that the composer's form describes.
func written(f *page.Form) talk.NewPost {
	in := talk.NewPost{Body: f.Get("body"), ReplyTo: f.Get("reply_to"), Nonce: f.Key, Poll: polled(f)}
	words := f.All("quote_words")
	for i, id := range f.All("quote") {
		q := talk.NewQuote{Post: id}
		if i < len(words) {
			q.Words = words[i]
		}
		in.Quotes = append(in.Quotes, q)
	}
	return in
}

// again shows the topic with what was written into its composer and what is wrong with it.
func (p Pages) again(w http.ResponseWriter, r *http.Request, id string, f *page.Form) error {
	t, err := p.Talk.Page(r.Context(), page.Viewer(r.Context()), id, 0)
	if err != nil {
		return err
	}
	d, err := discussion(r, p.Talk, t, "/topics/"+id)
	if err != nil {
		return err
	}
	d.Form = f
	return render(w, r, http.StatusUnprocessableEntity, d)
}

// backTo is the page that a form stood on: a page of ours, without its query.
func backTo(f *page.Form, topic string) string {
	if path := text.OwnPath(f.Get("back")); path != "" {
		return path
	}
	return "/topics/" + topic
}

// React turns one's reaction to a post on or off.
func (p Pages) React(w http.ResponseWriter, r *http.Request) error {
	v := page.Viewer(r.Context())
	return p.act(w, r, func(id string, f *page.Form) (talk.Change, error) {
		reaction := talk.Reaction(f.Get("reaction"))
		_, post, err := p.Talk.PostOf(r.Context(), v, id)
		if err != nil {
			return talk.Change{}, err
		}
		return p.Talk.React(r.Context(), v, id, reaction, pressed(post, reaction) != "true")
	})
}

// Accept says that a post answers the question, or that it does so no more.
func (p Pages) Accept(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, func(id string, f *page.Form) (talk.Change, error) {
		return p.Talk.Accept(r.Context(), page.Viewer(r.Context()), id, f.Get("on") == "true")
	})
}

// Question marks a topic as a question or takes the mark away.
func (p Pages) Question(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	c, err := p.Talk.SetQuestion(r.Context(), page.Viewer(r.Context()), id, f.Get("on") == "true")
	if err != nil {
		return err
	}
	page.Wrote(w, c.Seq)
	http.Redirect(w, r, "/topics/"+id, http.StatusSeeOther)
	return nil
}

// Answer is the part of a page that leads to the accepted answer, read again when it changes.
func (p Pages) Answer(w http.ResponseWriter, r *http.Request) error {
	v := page.Viewer(r.Context())
	t, a, err := p.Talk.AnswerOf(r.Context(), v, r.PathValue("id"))
	if err != nil {
		return err
	}
	d := &Discussion{Page: &talk.Page{Topic: t, Answer: a}, Viewer: v, Back: "/topics/" + t.ID}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	return answerBox(d).Render(r.Context(), w)
}

// Remove takes back one's own post; the page then offers to undo it.
func (p Pages) Remove(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, func(id string, _ *page.Form) (talk.Change, error) {
		return p.Talk.Remove(r.Context(), page.Viewer(r.Context()), id)
	})
}

// Restore undoes Remove.
func (p Pages) Restore(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, func(id string, _ *page.Form) (talk.Change, error) {
		return p.Talk.Undo(r.Context(), page.Viewer(r.Context()), id)
	})
}

// act does one thing to a post and leads back to it.
func (p Pages) act(w http.ResponseWriter, r *http.Request, do func(id string, f *page.Form) (talk.Change, error)) error {
	f, err := page.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	id := r.PathValue("post")
	c, err := do(id, f)
	if err != nil {
		return err
	}
	page.Wrote(w, c.Seq)
	return p.toPost(w, r, f, id)
}

// To leads to a post, in a window that holds it: letters and notices know no more than its id.
func (p Pages) To(w http.ResponseWriter, r *http.Request) error {
	t, _, err := p.Talk.PostOf(r.Context(), page.Viewer(r.Context()), r.PathValue("post"))
	if err != nil {
		return err
	}
	if err := p.opened(r, notify.OfTopic, t.ID); err != nil {
		return err
	}
	return p.toPost(w, r, page.NewForm(), r.PathValue("post"))
}

// toPost leads to a post, in a window that holds it.
func (p Pages) toPost(w http.ResponseWriter, r *http.Request, f *page.Form, id string) error {
	t, post, err := p.Talk.PostOf(r.Context(), page.Viewer(r.Context()), id)
	if err != nil {
		return err
	}
	from := strconv.FormatInt(max(1, post.Number-lead), 10)
	http.Redirect(w, r, backTo(f, t.ID)+"?from="+from+"#p"+strconv.FormatInt(post.Number, 10), http.StatusSeeOther)
	return nil
}

// Edit shows one's own post for changing.
func (p Pages) Edit(w http.ResponseWriter, r *http.Request) error {
	t, post, err := p.own(r)
	if err != nil {
		return err
	}
	return p.editForm(w, r, http.StatusOK, t, post, page.NewForm().Set("body", post.Body).Set("back", r.URL.Query().Get("back")))
}

func (p Pages) editForm(w http.ResponseWriter, r *http.Request, status int, t *talk.Topic, post *talk.View, f *page.Form) error {
	u, err := files.Waiting(r, p.Talk.Files, "post:"+post.ID)
	if err != nil {
		return err
	}
	frame := page.Frame{Title: "投稿を直す", Section: section, NoTabbar: true, ErrorPrefix: f.Failed(), Islands: files.Islands}
	return page.Render(w, r, status, frame, edit(t, post, f, u))
}

// SaveEdit changes one's own post.
func (p Pages) SaveEdit(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, maxPost)
	if err != nil {
		return err
	}
	t, post, err := p.own(r)
	if err != nil {
		return err
	}
	in := talk.Edit{Body: f.Get("body"), Drop: f.All("drop"), Alts: map[string]string{}}
	for i := range post.Files {
		if name := "alt-" + post.Files[i].ID; f.Values.Has(name) {
			in.Alts[post.Files[i].ID] = f.Get(name)
		}
	}
	var c talk.Change
	if in.Files, err = files.OfPost(r, p.Talk.Files, f); err == nil {
		defer files.Discard(in.Files)
		c, err = p.Talk.Edit(r.Context(), page.Viewer(r.Context()), post.ID, in)
	}
	if err != nil && f.WithError(err) {
		return p.editForm(w, r, http.StatusUnprocessableEntity, t, post, f)
	}
	if err != nil {
		return err
	}
	page.Wrote(w, c.Seq)
	return p.toPost(w, r, f, post.ID)
}

// own finds the viewer's own post, which still stands.
func (p Pages) own(r *http.Request) (*talk.Topic, *talk.View, error) {
	v := page.Viewer(r.Context())
	t, post, err := p.Talk.PostOf(r.Context(), v, r.PathValue("post"))
	switch {
	case err != nil:
		return nil, nil, err
	case post.Author != v.Person:
		return nil, nil, apperr.New(apperr.Forbidden, "直せるのは、書いた人だけです。気づいたことは、返信で伝えられます。")
	case !post.Shown():
		return nil, nil, apperr.New(apperr.Gone, "この投稿は取り消されています。話し合いのページを開きなおしてください。")
	}
	return t, post, nil
}

// Level sets how closely the viewer follows a topic.
func (p Pages) Level(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	if err := p.Talk.SetLevel(r.Context(), page.Viewer(r.Context()), id, talk.Level(f.Get("level"))); err != nil {
		return err
	}
	http.Redirect(w, r, "/topics/"+id, http.StatusSeeOther)
	return nil
}

// Read marks a topic read as far as the page showed it.
func (p Pages) Read(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	n, err := strconv.ParseInt(f.Get("n"), 10, 64)
	if err != nil || n < 0 {
		return apperr.New(apperr.Malformed, "どこまで読んだかを受け取れませんでした。ページを読みこみ直してから、もう一度押してください。")
	}
	if err := p.Talk.MarkRead(r.Context(), page.Viewer(r.Context()), id, n); err != nil {
		return err
	}
	http.Redirect(w, r, backTo(f, id), http.StatusSeeOther)
	return nil
}
