package archive

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/search"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

// wall answers GET /archive?view=wall: the posters of a search, hung side by side.
func (p Pages) wall(w http.ResponseWriter, r *http.Request, at address, req search.Request) error {
	who := page.Viewer(r.Context())
	req = wallRequest(req)
	found, sheets, err := p.Index.Wall(r.Context(), p.DB, who, req, page.MinSeq(r))
	if err != nil {
		return err
	}
	if missed(req, found) {
		p.Misses.Add(who, req.Text)
	}
	v := p.view(who, at, req, found)
	for _, s := range sheets {
		v.Pins = append(v.Pins, pinOf(s, req.Text))
	}
	v.fill()
	return page.Render(w, r, http.StatusOK, page.Frame{Title: titleOf("ポスターの壁", req), Section: "archive", Query: req.Text,
		NoTabbar: v.Panel, Islands: []string{"wall"}}, show(v))
}

// wallRequest is a search for what hangs on the wall.
func wallRequest(req search.Request) search.Request {
	req.Filters["kind"] = []string{ui.Poster}
	req.Per = search.WallPer
	return req
}

// pinOf is a sheet as it hangs on the wall. With words it leads to the place where they stand.
func pinOf(s search.Sheet, query string) ui.Pin {
	m, _ := municipality.Get(s.Municipality) // an unknown one has no name
	p := ui.Pin{URL: "/posters/" + s.ID, Title: s.Title, Note: m.Name, Alt: m.Name + "のポスター", Colour: s.Colour}
	if s.Year > 0 {
		p.Note += "・" + page.FiscalYear(s.Year)
	}
	words := ""
	if query != "" {
		words = "?q=" + url.QueryEscape(query)
		p.URL += words
	}
	p.Picture = pictureOf(search.Picture{File: s.File, Width: s.Width, Height: s.Height})
	if p.Picture != nil && words != "" {
		p.Marks = "/archive/marks/" + s.File + words
	}
	return p
}

// choice is a select beside the wall: one condition, changed by itself.
type choice struct {
	Name, Title string
	Options     []ui.Option
}

// choices are the conditions by which a wall is most often made: a year, a course, a prefecture, a theme.
func (v *view) choices() []choice {
	var out []choice
	for _, name := range []string{"year", "course", "prefecture", "theme"} {
		for _, box := range v.Facets {
			if box.Name != name {
				continue
			}
			c := choice{Name: name, Title: box.Title}
			for _, o := range box.Options {
				c.Options = append(c.Options, counted(o, ""))
				for _, below := range box.Below[o.Value] {
					c.Options = append(c.Options, counted(below, "　"))
				}
			}
			out = append(out, c)
		}
	}
	return out
}

func counted(o ui.Option, indent string) ui.Option {
	o.Text = indent + o.Text
	if o.Count > 0 {
		o.Text += "（" + strconv.Itoa(o.Count) + "）"
	}
	return o
}

// slides is the address of the slideshow of the same posters.
func (a address) slides(n int) string {
	q := url.Values{}
	for name, values := range a.query {
		q[name] = values
	}
	q.Del("page")
	q.Del("like")
	if n > 1 {
		q.Set("n", strconv.Itoa(n))
	}
	if len(q) == 0 {
		return "/archive/slides"
	}
	return "/archive/slides?" + q.Encode()
}
