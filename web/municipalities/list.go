// Package municipalities shows /municipalities: which local governments took part, what each of them has left, and
// which ones lie near or are like them.
//
// Every address leads to one municipality by its code; a name, a former name or a damaged code in its place is
// resolved and redirected. A name that several carry asks back. What the reader may not read is neither shown nor
// counted here: the services decide.
package municipalities

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

// listing is the page of all municipalities.
type listing struct {
	Query    string
	Asked    bool   // something was looked for
	Former   string // the old name that was understood
	Found    []municipality.Municipality
	Selected *municipality.Prefecture
	In       []municipality.Municipality // of the selected prefecture
	Headings []heading                   // the public list, when no prefecture is selected
}

// heading is one region of the study group's public list.
type heading struct {
	Region string
	Places []municipality.Participant
}

// most is how many names a search lists: a screen of them.
const most = 20

// List shows the map, a search box, and the municipalities of a prefecture or of the public list.
func List(w http.ResponseWriter, r *http.Request) error {
	q := strings.TrimSpace(r.URL.Query().Get("q"))
	if q != "" {
		found := municipality.Resolve(q)
		if one, ok := found.One(); ok {
			http.Redirect(w, r, address(one.Code), http.StatusSeeOther)
			return nil
		}
		if len(found.Found) == 0 {
			found.Found = municipality.Suggest(q, most)
		}
		return render(w, r, listing{Query: q, Asked: true, Former: found.Former, Found: found.Found})
	}
	return render(w, r, listing{Selected: selected(r.URL.Query().Get("prefecture"))})
}

func render(w http.ResponseWriter, r *http.Request, l listing) error {
	if l.Selected != nil {
		l.In = municipality.In(l.Selected.Code)
	} else if !l.Asked {
		l.Headings = headings()
	}
	frame := page.Frame{Title: "自治体", Index: !l.Asked,
		Description: "人材マネジメント部会に参加した自治体の一覧と、それぞれの実践。"}
	if l.Selected != nil {
		frame.Title = l.Selected.Name + "の自治体"
	}
	return page.Render(w, r, http.StatusOK, frame, list(l))
}

// selected is the prefecture of a code or a name, nil when there is none.
func selected(text string) *municipality.Prefecture {
	if text == "" {
		return nil
	}
	for _, p := range municipality.Prefectures() {
		if p.Code == text || p.Name == text || p.Short == text {
			return &p
		}
	}
	return nil
}

func headings() []heading {
	var all []heading
	for _, p := range municipality.Participants() {
		if len(all) == 0 || all[len(all)-1].Region != p.Heading {
			all = append(all, heading{Region: p.Heading})
		}
		last := &all[len(all)-1]
		last.Places = append(last.Places, p)
	}
	return all
}

func searchURL(name string) string { return "/municipalities?q=" + url.QueryEscape(name) }

func address(code string) string { return "/municipalities/" + url.PathEscape(code) }

// prefectureURL is where a tile of the map leads; the list stands beside the map.
func prefectureURL(code string) string { return "/municipalities?prefecture=" + code + "#list" }

func participants(l listing) ui.Map {
	m := ui.Map{Counts: municipality.ParticipantCounts(), URL: prefectureURL}
	if l.Selected != nil {
		m.Selected = l.Selected.Code
	}
	return m
}
