// Package top is the front page for everybody who is not a member: what マネ友 is, who has taken part, and what of it
// anybody may read. Members are sent on to their home.
package top

import (
	"context"
	"net/http"

	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

// Data is what changes on the front page. Everything in it is public.
type Data struct {
	Counts  map[string]int // participants by the prefecture's six-digit code
	Stories []Story        // three chosen practices; empty on a new site
	Posters []ui.Pin       // a strip of posters
	Feature *Feature       // a collection put on the front page
}

// Story is a public practice in a few words.
type Story struct {
	Municipality string // 福島県 相馬市
	Title        string
	URL          string
	Text         string
	Metas        []Meta
}

// Meta is a small fact under a story.
type Meta struct{ Icon, Text string }

// Feature is a collection that the moderators have put forward.
type Feature struct {
	Title, URL, Lead, Note string
}

// Page answers GET /. load reads what changes.
func Page(load func(context.Context) (Data, error)) page.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if page.Viewer(r.Context()).Member {
			http.Redirect(w, r, "/home", http.StatusSeeOther)
			return nil
		}
		data, err := load(r.Context())
		if err != nil {
			return err
		}
		f := page.Frame{Title: "人材マネジメント部会 修了生のひろば", Full: true, Index: true,
			Description: "自治体職員が三人一組で一年間、自分の組織と向き合う研究会「人材マネジメント部会」。その修了生の実践レポートとポスターを読み、話し合う場所です。"}
		return page.Render(w, r, http.StatusOK, f, top(data))
	}
}
