package topics

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

// Islands are the scripts that a page with a discussion asks for (page.Frame.Islands).
var Islands = []string{"live", "draft", "upload"}

// Discussion is a window of a topic with its composer, as Section shows it.
type Discussion struct {
	*talk.Page
	Viewer access.Viewer
	Now    time.Time
	Back   string          // the page that it stands on
	Form   *page.Form      // the composer
	Sent   []file.Transfer // for the post that is being written
	Reply  *talk.View      // the post that the composer answers
	Quoted bool            // … and quotes
}

// Load reads the discussion beside an entry for the entry's page at back. It is nil, without an error, for who may not
// talk and for an entry without a discussion: Section then says how to take part, or nothing.
func Load(r *http.Request, s *talk.Service, entry, back string) (*Discussion, error) {
	v := page.Viewer(r.Context())
	if !v.CanTalk() {
		return nil, nil
	}
	p, err := s.PageOfEntry(r.Context(), v, entry, number(r, "from"))
	if apperr.Is(err, apperr.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return discussion(r, s, p, back)
}

func discussion(r *http.Request, s *talk.Service, p *talk.Page, back string) (*Discussion, error) {
	d := &Discussion{Page: p, Viewer: page.Viewer(r.Context()), Now: page.Now(r.Context()), Back: back, Form: page.NewForm()}
	if d.open() {
		var err error
		if d.Sent, err = s.Uploads(r.Context(), d.Viewer, d.place()); err != nil {
			return nil, err
		}
	}
	q := r.URL.Query()
	id := q.Get("reply")
	if id == "" {
		id = q.Get("quote")
	}
	if id == "" {
		return d, nil
	}
	t, answer, err := s.PostOf(r.Context(), d.Viewer, id)
	if apperr.Is(err, apperr.NotFound) || err == nil && (t.ID != p.Topic.ID || !answer.Shown()) {
		return d, nil // what it answers is gone; the discussion is there
	}
	if err != nil {
		return nil, err
	}
	d.Reply, d.Quoted = answer, q.Get("quote") != ""
	return d, nil
}

// place is where the post that is being written is known by: its draft and its files.
func (d *Discussion) place() string { return "topic:" + d.Topic.ID }

// parts are the posts before and behind the line 「ここから新しい投稿」.
func (d *Discussion) parts() (read, unread []talk.View) {
	first := d.FirstUnread()
	for i := range d.Posts {
		if first > 0 && d.Posts[i].Number >= first {
			return d.Posts[:i], d.Posts[i:]
		}
	}
	return d.Posts, nil
}

// url is an act on a post.
func (d *Discussion) url(p *talk.View, act string) string {
	return "/topics/" + d.Topic.ID + "/posts/" + p.ID + "/" + act
}

// edit is where the viewer changes a post.
func (d *Discussion) edit(p *talk.View) string {
	if d.Back == "/topics/"+d.Topic.ID {
		return d.url(p, "edit")
	}
	return d.url(p, "edit") + "?back=" + d.Back
}

// here is the page again with a query.
func (d *Discussion) here(name, value, anchor string) string {
	return d.Back + "?" + url.Values{name: {value}}.Encode() + anchor
}

// key makes an act on a post stand once, however often the form is sent. A part of the page's own key is enough beside
// the post's id, and thirty whole ones are a kilobyte.
func (d *Discussion) key(p *talk.View) string { return d.Form.Key[:min(12, len(d.Form.Key))] + p.ID }

// at leads to a post: within the window by its anchor alone.
func (d *Discussion) at(n int64) string {
	number := strconv.FormatInt(n, 10)
	if len(d.Posts) > 0 && d.Posts[0].Number <= n && n <= d.Posts[len(d.Posts)-1].Number {
		return "#p" + number
	}
	return d.here("from", number, "#p"+number)
}

// rail are the places to jump to.
func (d *Discussion) rail() []ui.Link {
	if d.Topic.Standing() == 0 {
		return nil
	}
	links := []ui.Link{{Text: "最初の投稿", URL: d.at(d.Topic.Swept + 1), Note: page.When(d.Topic.CreatedAt, d.Now)}}
	if n := d.FirstUnread(); n > 0 {
		links = append(links, ui.Link{Text: "最初の未読", URL: d.at(n), Note: ui.Count(int(d.Unread())) + "件"})
	}
	return append(links, ui.Link{Text: "最新の投稿", URL: d.at(d.Topic.Posts), Note: page.When(d.Topic.LastAt, d.Now)})
}

func (d *Discussion) open() bool {
	return d.Topic.State == access.Published && d.Topic.Merged == "" && d.Viewer.CanWrite()
}

// shell is a post without its body and acts.
func (d *Discussion) shell(p *talk.View) ui.Post {
	place := talk.Place(p.AuthorPlace)
	shell := ui.Post{ID: "p" + strconv.FormatInt(p.Number, 10), Author: p.AuthorName, AuthorURL: "/members/" + p.Author,
		Note: place, Municipality: place, When: page.Stamp(p.CreatedAt, d.Now), Edited: p.EditedAt != nil, Mine: p.Author == d.Viewer.Person}
	if place == "" {
		shell.Municipality = p.AuthorName
	}
	if p.State == talk.MovedAway {
		return shell
	}
	if p.State == access.Withdrawn {
		shell.Removed = removedByAuthor
	} else if !p.Shown() {
		shell.Removed = removedByStaff
	}
	return shell
}

// What stands in the place of a post that was taken out; the island says the same.
const (
	removedByAuthor = "この投稿は、書いた人が取り消しました。"
	removedByStaff  = "この投稿は、運営が見えなくしています。"
	removedByMove   = "この投稿は、運営が別の話し合いに移しました。"
)

// undoable tells whether the viewer has just taken the post back.
func (d *Discussion) undoable(p *talk.View) bool {
	const offered = 10 * time.Second
	return p.State == access.Withdrawn && p.Author == d.Viewer.Person && p.RemovedAt != nil && d.Now.Sub(*p.RemovedAt) <= offered
}

// isAnswer tells whether a post is the accepted answer.
func (d *Discussion) isAnswer(p *talk.View) bool { return d.Answer != nil && d.Answer.ID == p.ID }

// mayAnswer tells whether the viewer may say that a post answers the question. Until the topic is one only the sketch
// has the button: the script gives it to the posts of an open page, and thirty hidden ones would make every page heavier.
func (d *Discussion) mayAnswer(p *talk.View) bool {
	return d.Topic.MayAsk(d.Viewer) && p.Number != 1 && (d.Topic.Question || p.ID == sketchID)
}

// first tells whether the window begins with the topic's first post.
func (d *Discussion) first() bool { return len(d.Posts) > 0 && d.Posts[0].Number == 1 }

// excerpt is the beginning of a post, for where it is named elsewhere.
func excerpt(p *talk.View) string { return p.Excerpt(160) }

func pressed(p *talk.View, r talk.Reaction) string {
	for _, m := range p.Mine {
		if m == r {
			return "true"
		}
	}
	return "false"
}

// sketchID stands where the script puts the id of a post.
const sketchID = "ID"

// sketch is the post that the island copies for each new one; every word in it is replaced.
func (d *Discussion) sketch(mine bool) *talk.View {
	p := &talk.View{AuthorName: "　"}
	p.ID, p.HTML, p.State, p.CreatedAt = sketchID, " ", access.Published, d.Now
	if mine {
		p.Author, p.Number = d.Viewer.Person, -1 // an id of its own on the page
	}
	return p
}
