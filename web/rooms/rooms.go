// Package rooms shows the rooms (部屋): for each cohort, team, region and theme, and the practice room.
//
// Nobody makes a room: it is where topics gather that belong together, with one conversation that is always there.
package rooms

import (
	"net/http"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/topics"
	"github.com/manetomo/manetomo/web/ui"
)

// Pages answers for /rooms.
type Pages struct{ Talk *talk.Service }

const section = "topics"

// lists are the rooms of the page of all rooms.
type lists struct {
	Own, Regions, Themes []talk.Room
	Staff                bool
}

// List shows all rooms that the reader may enter: GET /rooms.
func (p Pages) List(w http.ResponseWriter, r *http.Request) error {
	ctx, v := r.Context(), page.Viewer(r.Context())
	if !v.CanTalk() {
		return apperr.Missing()
	}
	own, err := p.Talk.OwnRooms(ctx, v)
	if err != nil {
		return err
	}
	open, err := p.Talk.OpenRooms(ctx, v)
	if err != nil {
		return err
	}
	l := lists{Own: own}
	for _, room := range open {
		if room.Kind == talk.RegionRoom {
			l.Regions = append(l.Regions, room)
		} else {
			l.Themes = append(l.Themes, room)
		}
	}
	return page.Render(w, r, http.StatusOK, page.Frame{Title: "部屋", Section: section}, list(l))
}

// view is one room.
type view struct {
	talk.Room
	Talk     *topics.Discussion
	Gathered []ui.TopicRow
	More     string
	AtTopics bool // the tab of what gathers here
	Viewer   access.Viewer
}

// Show is one room: GET /rooms/{key}. With ?f=topics it lists what gathers there.
func (p Pages) Show(w http.ResponseWriter, r *http.Request) error {
	ctx, v := r.Context(), page.Viewer(r.Context())
	room, err := p.Talk.Enter(ctx, v, r.PathValue("key"))
	if err != nil {
		return err
	}
	m := view{Room: room, Viewer: v, AtTopics: r.URL.Query().Get("f") == "topics"}
	var islands []string
	if !m.AtTopics {
		if m.Talk, err = topics.LoadTopic(r, p.Talk, room.Topic, room.URL()); err != nil {
			return err
		}
		islands = topics.Islands
	}
	if room.Kind != talk.Practice {
		rows, next, err := p.Talk.List(ctx, v, talk.Filter{Room: room, After: r.URL.Query().Get("after")})
		if err != nil {
			return err
		}
		m.Gathered = topics.Rows(rows, page.Now(ctx))
		if next != "" {
			m.More = room.URL() + "?f=topics&after=" + next
		}
	}
	return page.Render(w, r, http.StatusOK, page.Frame{Title: room.Title(), Section: section, Islands: islands}, show(m))
}

func (m view) tabs() []ui.Tab {
	return []ui.Tab{
		{Text: "部屋で話す", URL: m.URL(), Current: !m.AtTopics},
		{Text: "集まる話題", URL: m.URL() + "?f=topics", Current: m.AtTopics},
	}
}

// near are the first of what gathers here, for the column beside the conversation.
func (m view) near() (links []ui.Link) {
	for _, t := range m.Gathered[:min(5, len(m.Gathered))] {
		l := ui.Link{Text: t.Title, URL: t.URL}
		if t.New > 0 {
			l.Note = "未読 " + ui.Count(t.New) + "件"
		}
		links = append(links, l)
	}
	return links
}

// write is where a topic for this room is written.
func (m view) write() string {
	switch m.Kind {
	case talk.CohortRoom:
		return "/topics/new?cohort=" + m.ID
	case talk.TeamRoom:
		return "/topics/new?team=" + m.ID
	case talk.ThemeRoom:
		return "/topics/new?themes=" + m.ID
	}
	return "/topics/new"
}

// lead says what the room is for and who reads what is said in it.
func (m view) lead() string {
	switch m.Kind {
	case talk.CohortRoom:
		return "同じ年度とコースのなかま、幹事、事務局が読めます。この期の話題と、実践の話し合いも集まります。"
	case talk.TeamRoom:
		return "チームの人と事務局だけが読めます。チームの話題と、チームの実践の話し合いも集まります。"
	case talk.RegionRoom:
		return "会員が読めます。この地方の実践の話し合いと、この地方の人が始めた話題も集まります。"
	case talk.ThemeRoom:
		return "会員が読めます。このテーマの話題と、実践の話し合いも集まります。"
	}
	return "書いてみる、直す、取り消す。ここでは、なんでも試せます。"
}
