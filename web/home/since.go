package home

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

// A visit ends half an hour after its last page. The cookie keeps where the log stood at the end of the visit before
// and at the last page of this one; nothing of it is kept on the server.
const (
	visitCookie = "visit"
	visitPause  = 30 * time.Minute
	visitKept   = 400 * 24 * 60 * 60 // seconds; the longest that browsers keep a cookie
)

// point is a position of the log and when it was seen.
type point struct{ seq, at int64 }

// since says what has happened since the last visit, and remembers this one.
func (p Pages) since(w http.ResponseWriter, r *http.Request, m *view) error {
	now := page.Now(r.Context())
	before, last := visits(r)
	if last.at > 0 && now.Sub(time.Unix(last.at, 0)) > visitPause {
		before = last
	}
	since := before.seq
	if before.at == 0 {
		since = -1 // a first visit counts nothing
	}
	news, err := p.Archive.News(r.Context(), m.Viewer, since)
	if err != nil {
		return err
	}
	if before.at > 0 {
		m.Since = sentence(news.Counts, news.Posts, page.JST(time.Unix(before.at, 0)))
	} else if last.at > 0 {
		m.Since = "新しいものから順に並んでいます。"
	}
	http.SetCookie(w, &http.Cookie{Name: visitCookie, Path: "/home", MaxAge: visitKept, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Value: fmt.Sprintf("%d.%d.%d.%d", before.seq, before.at, news.Head, now.Unix())})
	return nil
}

// visits reads the cookie; whatever it cannot read is a first visit.
func visits(r *http.Request) (before, last point) {
	c, err := r.Cookie(visitCookie)
	if err != nil {
		return
	}
	parts := strings.Split(c.Value, ".")
	if len(parts) != 4 {
		return
	}
	var n [4]int64
	for i, s := range parts {
		if n[i], err = strconv.ParseInt(s, 10, 64); err != nil || n[i] < 0 {
			return point{}, point{}
		}
	}
	return point{n[0], n[1]}, point{n[2], n[3]}
}

func sentence(counts map[event.Kind]int, posts int, day time.Time) string {
	var parts []string
	for _, c := range []struct {
		n    int
		word string
	}{
		{counts[event.EntryPublished], "実践"}, {counts[event.FollowUpAdded], "その後"},
		{counts[event.AdoptionAdded], "やってみた"}, {counts[event.TopicOpened], "質問"}, {posts, "投稿"},
	} {
		if c.n > 0 {
			parts = append(parts, c.word+ui.Count(c.n)+"件")
		}
	}
	when := fmt.Sprintf("前回（%d月%d日）から、", day.Month(), day.Day())
	if len(parts) == 0 {
		return when + "新しい動きはありません。"
	}
	return when + strings.Join(parts, "・") + "の動きがありました。"
}
