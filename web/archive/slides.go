package archive

import (
	"net/http"
	"strconv"

	"github.com/manetomo/manetomo/search"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

// slide is one poster of the slideshow.
type slide struct {
	address
	N, Total int
	Pin      ui.Pin
	File     string
	Gone     bool // it was taken back a moment ago
}

// Slides answers GET /archive/slides: the posters of a search one after the other, for the screen of a venue. Its links
// work without a script; the script goes on by itself and fills the screen.
func (p Pages) Slides(w http.ResponseWriter, r *http.Request) error {
	at := readAddress(r.URL.Query())
	req := wallRequest(search.ReadRequest(at.query))
	n, err := strconv.Atoi(r.FormValue("n"))
	if err != nil || n < 1 {
		n = 1
	}
	req.Per, req.Page = 1, n
	found, sheets, err := p.Index.Wall(r.Context(), p.DB, page.Viewer(r.Context()), req, page.MinSeq(r))
	if err != nil {
		return err
	}
	s := slide{address: at, N: n, Total: found.Total, Gone: len(sheets) == 0}
	if s.Gone && n > 1 && n > found.Total {
		http.Redirect(w, r, at.slides(1), http.StatusSeeOther)
		return nil
	}
	if !s.Gone {
		s.Pin, s.File = pinOf(sheets[0], req.Text), sheets[0].File
	}
	return page.Render(w, r, http.StatusOK, page.Frame{Title: "ポスターのスライド", Section: "archive", Full: true, NoTabbar: true,
		Islands: []string{"slides"}}, slides(s))
}

// next and prev go round.
func (s slide) next() string { return s.slides(s.N%max(s.Total, 1) + 1) }

func (s slide) prev() string {
	if s.N == 1 {
		return s.slides(s.Total)
	}
	return s.slides(s.N - 1)
}

func (s slide) picture(width int) string {
	return "/files/" + s.File + "/1-" + strconv.Itoa(width) + ".jpg"
}

// back is the wall that the slides are of.
func (s slide) back() string {
	a := s.address
	a.As = asWall
	return a.self()
}
