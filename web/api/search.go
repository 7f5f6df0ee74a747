package api

import (
	"context"
	"net/http"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/search"
	"github.com/manetomo/manetomo/web/page"
)

// Search answers the search and its suggestions. Visitors get what is public.
type Search struct {
	DB    *db.DB
	Index *search.Index
}

type searchAnswer struct {
	Total      int                     `json:"total"`
	Hits       []searchHit             `json:"hits"`
	Facets     map[string][]facetValue `json:"facets"`
	DidYouMean string                  `json:"did_you_mean,omitempty"`
	Places     []placeMeant            `json:"places,omitempty"`
	Hints      []string                `json:"hints,omitempty"`
	Preparing  bool                    `json:"preparing,omitempty"`
	TookMS     float64                 `json:"took_ms"`
	Seq        int64                   `json:"seq"`
}

type searchHit struct {
	Kind             string          `json:"kind"`
	ID               string          `json:"id"`
	Title            string          `json:"title"`
	TitleHTML        string          `json:"title_html"`
	URL              string          `json:"url"`
	Score            float64         `json:"score"`
	Loose            bool            `json:"loose,omitempty"`
	Snippets         []searchSnippet `json:"snippets"`
	Municipality     string          `json:"municipality"`
	MunicipalityName string          `json:"municipality_name"`
	Prefecture       string          `json:"prefecture"`
	Region           string          `json:"region"`
	Band             string          `json:"band"`
	Year             int             `json:"year"`
	Course           string          `json:"course"`
	Stage            string          `json:"stage"`
	Themes           []string        `json:"themes"`
	Audience         string          `json:"audience"`
	Useful           int             `json:"useful"`
	Adopted          int             `json:"adopted"`
	Like             float64         `json:"like,omitempty"`
	LikeWhy          string          `json:"like_why,omitempty"`
}

type searchSnippet struct {
	Section string `json:"section"`
	Label   string `json:"label"`
	HTML    string `json:"html"`
	Near    string `json:"near,omitempty"`
	At      string `json:"at,omitempty"`
}

type facetValue struct {
	Value string `json:"value"`
	Label string `json:"label"`
	Count int    `json:"count"`
}

type placeMeant struct {
	Code  string `json:"code"`
	Label string `json:"label"`
}

// Search is GET /api/v1/search.
func (s Search) Search(w http.ResponseWriter, r *http.Request) error {
	found, err := s.Index.Find(r.Context(), s.DB, page.Viewer(r.Context()), search.ReadRequest(r.URL.Query()), page.MinSeq(r))
	if err != nil {
		return err
	}
	out := searchAnswer{Total: found.Total, Hits: make([]searchHit, 0, len(found.Hits)), Facets: map[string][]facetValue{},
		DidYouMean: found.DidYouMean, Hints: found.Hints, Preparing: found.Preparing,
		TookMS: float64(found.Took.Microseconds()) / 1000, Seq: found.Seq}
	for _, h := range found.Hits {
		out.Hits = append(out.Hits, hitOf(h))
	}
	for _, f := range found.Facets {
		values := make([]facetValue, 0, len(f.Values))
		for _, v := range f.Values {
			values = append(values, facetValue{v.Value, search.Label(f.Name, v.Value), v.Count})
		}
		out.Facets[f.Name] = values
	}
	for _, p := range found.Places {
		out.Places = append(out.Places, placeMeant{p.Code, p.Label})
	}
	return Write(w, http.StatusOK, out)
}

func hitOf(h search.Hit) searchHit {
	out := searchHit{Kind: h.Kind, ID: h.ID, Title: h.Title, TitleHTML: h.TitleHTML, URL: h.URL, Score: h.Score, Loose: h.Loose,
		Snippets: make([]searchSnippet, 0, len(h.Snippets)), Municipality: h.Municipality, MunicipalityName: h.MunicipalityName,
		Prefecture: h.Prefecture, Region: h.Region, Band: h.Band, Year: h.Year, Course: h.Course, Stage: h.Stage,
		Themes: append([]string{}, h.Themes...), Audience: string(h.Audience.Rung), Useful: h.Useful, Adopted: h.Adopted,
		Like: h.Like, LikeWhy: h.LikeWhy}
	for _, s := range h.Snippets {
		out.Snippets = append(out.Snippets, searchSnippet{s.Section, s.Label, s.HTML, s.Near, s.At})
	}
	return out
}

type suggestion struct {
	Kind string `json:"kind"`
	Text string `json:"text"`
	URL  string `json:"url,omitempty"`
}

// How many suggestions of each kind there are.
const (
	mostSuggestions = 8
	mostPlaces      = 4
	mostPeople      = 3
)

// Suggest is GET /api/v1/suggest.
func (s Search) Suggest(w http.ResponseWriter, r *http.Request) error {
	v, text := page.Viewer(r.Context()), r.URL.Query().Get("q")
	out := []suggestion{}
	for _, one := range s.Index.Suggest(v, text, mostSuggestions) {
		out = append(out, suggestion{one.Kind, one.Text, one.URL})
	}
	for _, m := range municipality.Suggest(text, mostPlaces) {
		out = append(out, suggestion{"municipality", m.Label(), "/municipalities/" + m.Code})
	}
	people, err := s.people(r.Context(), v, text)
	if err != nil {
		return err
	}
	return Write(w, http.StatusOK, map[string]any{"suggestions": append(out, people...)})
}

// people gives members whose name or reading begins with the text: for members only, as their directory is.
func (s Search) people(ctx context.Context, v access.Viewer, text string) ([]suggestion, error) {
	found, err := search.People(ctx, s.DB, v, text, mostPeople)
	if err != nil {
		return nil, err
	}
	out := make([]suggestion, 0, len(found))
	for _, p := range found {
		out = append(out, suggestion{"person", p.Text, p.URL})
	}
	return out, nil
}
