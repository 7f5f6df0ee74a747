// Package topics is where people talk: the list of topics, a topic with its posts, and the same discussion as a part
// of a report's or poster's page.
//
// Everything works without a script: writing, answering, quoting, reacting, editing, taking back and reading on. The
// island only makes it live. A discussion is read at one moment together with the topic's n, which stands in the page:
// the live channel goes on from there.
package topics

import (
	"net/http"
	"strconv"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/notify"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/theme"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

// Pages answers for /topics.
type Pages struct {
	Talk    *talk.Service
	Archive *archive.Service
	Notify  *notify.Service
}

// opened marks what the viewer was told of the thing that they open as read.
func (p Pages) opened(r *http.Request, what notify.Target, id string) error {
	return p.Notify.Opened(r.Context(), page.Viewer(r.Context()), what, id)
}

const (
	section    = "topics"
	maxForm    = 1 << 20
	maxPost    = file.MaxPostSize + maxForm
	mostUnread = 99 // a badge says no more
)

type listView struct {
	Rows []ui.TopicRow
	Tabs []ui.Tab
	More string
	Here talk.Filter
	Room []talk.Room // the reader's own
}

// List shows topics by their last post.
func (p Pages) List(w http.ResponseWriter, r *http.Request) error {
	v := page.Viewer(r.Context())
	if err := memberOnly(r); err != nil {
		return err
	}
	q := r.URL.Query()
	f := talk.Filter{Which: talk.Which(q.Get("f")), Theme: q.Get("theme"), After: q.Get("after")}
	rows, next, err := p.Talk.List(r.Context(), v, f)
	if err != nil {
		return err
	}
	unread, err := p.Talk.CountUnread(r.Context(), v, mostUnread)
	if err != nil {
		return err
	}
	view := listView{Here: f, Tabs: tabs(f, unread)}
	if view.Room, err = p.Talk.OwnRooms(r.Context(), v); err != nil {
		return err
	}
	now := page.Now(r.Context())
	for i := range rows {
		view.Rows = append(view.Rows, rowOf(&rows[i], now))
	}
	if next != "" {
		q.Set("after", next)
		view.More = "/topics?" + q.Encode()
	}
	return page.Render(w, r, http.StatusOK, page.Frame{Title: "話し合い", Section: section}, list(view))
}

func tabs(f talk.Filter, unread int) []ui.Tab {
	at := func(which talk.Which) bool { return f.Which == which && f.Theme == "" }
	return []ui.Tab{
		{Text: "動きのある順", URL: "/topics", Current: at(talk.AllTopics)},
		{Text: "未読", URL: "/topics?f=unread", Count: unread, Current: at(talk.Unread)},
		{Text: "返事を待つ質問", URL: "/topics?f=question", Current: at(talk.Waiting)},
		{Text: "見守り中", URL: "/topics?f=watch", Current: at(talk.Watched)},
		{Text: "わたしの期", URL: "/topics?f=cohort", Current: at(talk.MyCohorts)},
	}
}

func rowOf(t *talk.Row, now time.Time) ui.TopicRow {
	row := ui.TopicRow{URL: "/topics/" + t.ID, Title: t.Title, Waiting: t.Question && t.Posts == 1, Solved: t.Solved,
		Replies: int(t.Posts), New: int(t.Unread())}
	if t.Room != "" {
		row.URL = talk.RoomURL(t.Room)
	}
	if t.Entry == "" && t.Room == "" {
		row.Replies-- // the first post is the topic's own text
	}
	switch t.Level {
	case talk.Watch:
		row.Level = "見守り中"
	case talk.Mute:
		row.Level, row.New = "知らせない", 0
	}
	if row.New > 0 {
		row.URL += "#new"
	}
	for _, id := range t.Themes {
		row.Tags = append(row.Tags, theme.Name(id))
	}
	when := page.When(t.LastAt, now)
	switch {
	case t.LastAuthor == "":
		row.Last = when
	case t.Posts == 1 && t.Entry == "" && t.Question:
		row.Last = t.LastAuthor + "さんの質問・" + when
	case t.Posts == 1 && t.Entry == "":
		row.Last = t.LastAuthor + "さんが書きました・" + when
	default:
		row.Last = t.LastAuthor + "さんが返信しました・" + when
	}
	if place := talk.Place(t.LastPlace); place != "" {
		row.Places = []string{place}
	}
	return row
}

// themes leads to the topics of each theme.
func themes() []ui.Link {
	var links []ui.Link
	for _, t := range theme.Top() {
		links = append(links, ui.Link{Text: t.Name, URL: "/topics?theme=" + t.ID})
	}
	return links
}

func number(r *http.Request, name string) int64 {
	n, err := strconv.ParseInt(r.URL.Query().Get(name), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// reaches says in words who reads a topic.
func reaches(a access.Rung) string {
	return map[access.Rung]string{access.Members: "会員", access.Cohort: "期のなかま", access.Team: "チーム", access.Staff: "運営"}[a]
}
