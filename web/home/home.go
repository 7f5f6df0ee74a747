// Package home is where members arrive: what has happened since they were last here, in the order of the log, as far
// as they may read it.
package home

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/curate"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/internal/postersession"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/theme"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/sessions"
	"github.com/manetomo/manetomo/web/topics"
	"github.com/manetomo/manetomo/web/ui"
)

// Pages are the pages of ホーム.
type Pages struct {
	Archive *archive.Service
	Curate  *curate.Service
	Files   *file.Service
	Talk    *talk.Service

	Sessions *postersession.Service
}

const perPage = 20

// view is what the page shows.
type view struct {
	Viewer access.Viewer
	Since  string
	Tab    string
	Tabs   []ui.Tab
	Items  []ui.FeedItem
	More   string
	Own    []ui.Tab // the column of own links
	Front  *curate.Collection
	Picks  int
	Drafts []archive.Summary
	First  []ui.FeedItem // things to read first, at the first visit
	Rooms  []ui.Link     // one's own, and a session that is near
}

// Show shows the page.
func (p Pages) Show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := page.Viewer(ctx)
	switch {
	case !v.SignedIn():
		return apperr.SignIn()
	case !v.Member:
		http.Redirect(w, r, "/join", http.StatusSeeOther)
		return nil
	}
	m := &view{Viewer: v, Tab: r.URL.Query().Get("f")}
	m.Tabs = []ui.Tab{
		{Text: "すべて", URL: "/home", Current: m.Tab != "cohort" && m.Tab != "question"},
		{Text: "わたしの期", URL: "/home?f=cohort", Current: m.Tab == "cohort"},
		{Text: "返事を待つ質問", URL: "/home?f=question", Current: m.Tab == "question"},
	}
	if err := p.since(w, r, m); err != nil {
		return err
	}
	if err := p.feed(r, m); err != nil {
		return err
	}
	if err := p.beside(ctx, m); err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, page.Frame{Title: "ホーム", Section: "home"}, show(m))
}

func (p Pages) feed(r *http.Request, m *view) error {
	ctx := r.Context()
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64) // anything else starts at the newest
	items, next, err := p.Archive.Feed(ctx, m.Viewer, archive.FeedFilter{
		Cohort: m.Tab == "cohort", Asking: m.Tab == "question", Before: before, Limit: perPage})
	if err != nil {
		return err
	}
	var ids []string
	for _, it := range items {
		if it.Entry != nil && it.Kind == event.EntryPublished {
			ids = append(ids, it.Entry.ID)
		}
	}
	covers, err := p.Files.Covers(ctx, m.Viewer, ids)
	if err != nil {
		return err
	}
	for i := range items {
		m.Items = append(m.Items, card(ctx, &items[i], covers))
	}
	if next > 0 {
		m.More = "/home?f=" + m.Tab + "&before=" + strconv.FormatInt(next, 10)
	}
	return nil
}

// beside reads the columns beside the feed.
func (p Pages) beside(ctx context.Context, m *view) (err error) {
	if m.Drafts, err = p.Archive.Unfinished(ctx, m.Viewer); err != nil {
		return err
	}
	front, picks, err := p.Curate.Front(ctx, m.Viewer)
	if err != nil && !apperr.Is(err, apperr.NotFound) {
		return err
	}
	m.Front, m.Picks = front, len(picks)
	m.Own = []ui.Tab{
		{Text: "ホーム", URL: "/home", Icon: "home", Current: true},
		{Text: "話し合い", URL: "/topics", Icon: "talk"},
		{Text: "下書き", URL: "/drafts", Icon: "pen", Count: len(m.Drafts)},
	}
	if town, ok := municipality.Get(m.Viewer.Municipality); ok {
		m.Own = append(m.Own, ui.Tab{Text: town.Name + "のページ", URL: "/municipalities/" + town.Code, Icon: "building"})
	}
	if err := p.rooms(ctx, m); err != nil {
		return err
	}
	if m.Since != "" {
		return nil
	}
	m.First, err = p.first(ctx, m.Viewer)
	return err
}

// rooms reads the reader's own rooms, with the poster session that runs or comes next in front.
func (p Pages) rooms(ctx context.Context, m *view) error {
	near, err := p.Sessions.Near(ctx, m.Viewer)
	if err != nil {
		return err
	}
	if near != nil {
		l := sessions.Link(near, page.Now(ctx))
		l.Text = "発表会：" + l.Text
		m.Rooms = append(m.Rooms, l)
	}
	own, err := p.Talk.OwnRooms(ctx, m.Viewer)
	m.Rooms = append(m.Rooms, topics.RoomLinks(own)...)
	return err
}

// first picks three things to read for somebody who has not been here before: from their own prefecture, then others.
func (p Pages) first(ctx context.Context, v access.Viewer) ([]ui.FeedItem, error) {
	var list []archive.Summary
	if town, ok := municipality.Get(v.Municipality); ok {
		var codes []string
		for _, m := range municipality.In(town.PrefectureCode) {
			codes = append(codes, m.Code)
		}
		near, _, err := p.Archive.Newest(ctx, v, archive.Filter{Among: codes, Limit: 3})
		if err != nil {
			return nil, err
		}
		list = near
	}
	if len(list) < 3 {
		newest, _, err := p.Archive.Newest(ctx, v, archive.Filter{Limit: 6})
		if err != nil {
			return nil, err
		}
		for _, s := range newest {
			if len(list) < 3 && !slices.ContainsFunc(list, func(o archive.Summary) bool { return o.ID == s.ID }) {
				list = append(list, s)
			}
		}
	}
	var items []ui.FeedItem
	for _, s := range list {
		items = append(items, ui.FeedItem{Kind: string(s.Kind), URL: s.URL(), Title: s.Title, Municipality: municipality.Label(s.Municipality)})
	}
	return items, nil
}

// card makes a card of the feed of what happened.
func card(ctx context.Context, it *archive.Item, covers map[string]file.Cover) ui.FeedItem {
	when := page.Stamp(it.At, page.Now(ctx))
	c := ui.FeedItem{URL: it.URL(), When: &when}
	switch it.Kind {
	case event.TopicOpened:
		c.Kind, c.Title, c.Excerpt, c.Quote = ui.Question, it.Word.Title, it.Word.Excerpt, true
		c.Author = it.Word.AuthorName
		if town, ok := municipality.Get(it.Word.Municipality); ok {
			c.AuthorPlace = town.Name
		}
		if it.Word.Posts <= 1 {
			c.State = "返事を待っています"
		}
		c.Metas = []ui.Tally{{Icon: "talk", Text: "返信", Count: max(0, it.Word.Posts-1)}}
		return c
	case event.FollowUpAdded:
		c.Kind, c.Excerpt, c.Why = ui.FollowUp, it.Word.Excerpt, "その後の追記です"
		c.Municipality = municipality.Label(it.Entry.Municipality)
	case event.AdoptionAdded:
		c.Kind, c.Excerpt, c.Why = ui.Adoption, it.Word.Excerpt, it.Word.Result.Label()
		c.Municipality = municipality.Label(it.Word.Municipality)
	default:
		c.Kind, c.Excerpt, c.Municipality = string(it.Entry.Kind), it.Entry.Excerpt, municipality.Label(it.Entry.Municipality)
		c.Place = "/municipalities/" + it.Entry.Municipality
		for _, id := range it.Entry.Themes {
			c.Themes = append(c.Themes, ui.Link{Text: theme.Name(id), URL: "/archive?theme=" + id})
		}
		if cover, ok := covers[it.Entry.ID]; ok && cover.Width > 0 {
			c.Picture = &ui.Picture{URL: "/files/" + cover.File + "/1-512.jpg", Alt: cover.Alt, Width: 512, Height: int(512 * cover.Height / cover.Width)}
		}
	}
	c.Title = it.Entry.Title
	for _, t := range []ui.Tally{{Icon: "useful", Text: "参考になった", Count: it.Entry.Useful},
		{Icon: "talk", Text: "話し合い", Count: it.Entry.Posts}, {Icon: "sprout", Text: "やってみた", Count: it.Entry.Adopted}} {
		if t.Count > 0 {
			c.Metas = append(c.Metas, t)
		}
	}
	return c
}
