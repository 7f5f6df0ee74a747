// Package notifications shows people what concerns them (お知らせ). What a notice may say is asked again each time.
package notifications

import (
	"net/http"
	"strconv"
	"time"

	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/internal/notify"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

const perPage = 30

// Pages are the pages of notices.
type Pages struct {
	Notify *notify.Service
}

// group is a day of notices with its heading.
type group struct {
	Title string
	Rows  []row
}

type row struct {
	Unread   bool
	Search   bool   // about a saved search
	Place    string // the municipality whose first character stands beside it; 運営 for the moderators
	Sentence string
	Title    string
	Word     string
	URL      string
	When     ui.Stamp
}

// view is what the page shows.
type view struct {
	Tabs   []ui.Tab
	Groups []group
	More   string
	Form   *page.Form
	Upto   int64 // marking as read stops here: what came later was not seen
}

// List shows the notices, newest first, by day.
func (p Pages) List(w http.ResponseWriter, r *http.Request) error {
	kind := r.URL.Query().Get("k")
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64) // anything else starts at the newest
	items, err := p.Notify.List(r.Context(), page.Viewer(r.Context()), notify.Filter{
		Before: before, Limit: perPage + 1, Mine: kind == "me", Found: kind == "watch", Staff: kind == "ops"})
	if err != nil {
		return err
	}
	if err := p.Notify.Opened(r.Context(), page.Viewer(r.Context()), notify.OfList, ""); err != nil { // what leads nowhere has been read here
		return err
	}
	v := view{Form: page.NewForm(), Tabs: []ui.Tab{
		{Text: "すべて", URL: "/notifications", Current: kind != "me" && kind != "watch" && kind != "ops"},
		{Text: "あなた宛て", URL: "/notifications?k=me", Current: kind == "me"},
		{Text: "見守り", URL: "/notifications?k=watch", Current: kind == "watch"},
		{Text: "運営から", URL: "/notifications?k=ops", Current: kind == "ops"},
	}}
	if len(items) > perPage {
		items = items[:perPage]
		v.More = "/notifications?k=" + kind + "&before=" + strconv.FormatInt(items[perPage-1].Seq, 10)
	}
	if len(items) > 0 {
		v.Upto = items[0].Seq
	}
	v.Groups = byDay(items, page.Now(r.Context()))
	return page.Render(w, r, http.StatusOK, page.Frame{Title: "お知らせ"}, list(v))
}

// Read marks the notices up to the newest one shown as read.
func (p Pages) Read(w http.ResponseWriter, r *http.Request) error {
	f, err := page.ReadForm(w, r, 4<<10)
	if err != nil {
		return err
	}
	upto, _ := strconv.ParseInt(f.Get("upto"), 10, 64) // 0 marks nothing
	if err := p.Notify.MarkRead(r.Context(), page.Viewer(r.Context()), upto); err != nil {
		return err
	}
	http.Redirect(w, r, "/notifications", http.StatusSeeOther)
	return nil
}

func byDay(items []notify.Item, now time.Time) []group {
	var groups []group
	for _, i := range items {
		title := dayTitle(i.At, now)
		if len(groups) == 0 || groups[len(groups)-1].Title != title {
			groups = append(groups, group{Title: title})
		}
		g := &groups[len(groups)-1]
		g.Rows = append(g.Rows, rowOf(i, now))
	}
	return groups
}

func rowOf(i notify.Item, now time.Time) row {
	r := row{Unread: i.ReadAt == nil, Place: "運営", Search: i.Search != "", Sentence: i.Sentence(), Title: i.Title, Word: i.Word,
		URL: i.Path(), When: page.Stamp(i.At, now)}
	if i.Excerpt != "" {
		r.Word = "「" + i.Excerpt + "」"
	}
	if i.Actor != "" {
		if m, ok := municipality.Get(i.ActorMunicipality); ok {
			r.Place = m.Name
		} else {
			r.Place = i.ActorName
		}
	}
	return r
}

// dayTitle groups notices as people remember them: today, this week, then by day.
func dayTitle(at, now time.Time) string {
	day := func(t time.Time) time.Time {
		t = page.JST(t)
		return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	}
	switch d := day(now).Sub(day(at)); {
	case d <= 0:
		return "今日"
	case d <= 24*time.Hour:
		return "昨日"
	case d < 7*24*time.Hour:
		return "この7日"
	}
	return page.Day(at)
}
