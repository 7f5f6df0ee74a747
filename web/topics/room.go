package topics

import (
	"net/http"
	"time"

	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

// LoadTopic reads a topic for a page of its own kind at back: a room's or a session's conversation.
func LoadTopic(r *http.Request, s *talk.Service, topic, back string) (*Discussion, error) {
	p, err := s.Page(r.Context(), page.Viewer(r.Context()), topic, number(r, "from"))
	if err != nil {
		return nil, err
	}
	return discussion(r, s, p, back)
}

// Rail are the places to jump to in a discussion.
func (d *Discussion) Rail() []ui.Link { return d.rail() }

// Rows are topics as lists show them.
func Rows(list []talk.Row, now time.Time) (rows []ui.TopicRow) {
	for i := range list {
		rows = append(rows, rowOf(&list[i], now))
	}
	return rows
}

// RoomLinks are rooms with what is unread in them, as lists beside a page show them.
func RoomLinks(rooms []talk.Room) (links []ui.Link) {
	for _, r := range rooms {
		l := ui.Link{Text: r.Name, URL: r.URL()}
		switch {
		case r.Unread > 0:
			l.Note = "未読 " + ui.Count(int(r.Unread)) + "件"
		case r.Kind == talk.Practice:
			l.Note = "1週間で消えます"
		}
		links = append(links, l)
	}
	return links
}
