package web

import (
	"encoding/json"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/web/page"
)

// described is the part of the API's description that routes can be held against.
type described struct {
	Paths      map[string]map[string]json.RawMessage
	Components struct{ Schemas map[string]schema }
}

type schema struct {
	Ref        string `json:"$ref"`
	AllOf      []schema
	Properties map[string]json.RawMessage
}

func (d described) fields(s schema) []string {
	out := slices.Collect(maps.Keys(s.Properties))
	for _, one := range append(s.AllOf, schema{Ref: s.Ref}) {
		if name := strings.TrimPrefix(one.Ref, "#/components/schemas/"); name != "" {
			out = append(out, d.fields(d.Components.Schemas[name])...)
		}
	}
	return out
}

// ask sends JSON as somebody with every right.
func ask(t router, method, path, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	all := access.Viewer{Person: "everything", Member: true, Moderator: true, Secretariat: true}
	t.mux.ServeHTTP(w, r.WithContext(page.With(r.Context(), page.Session{Viewer: all})))
	return w
}

func TestOpenAPIDescribesEveryRouteOfTheAPI(t *testing.T) {
	routes := (&Site{BaseURL: "https://manetomo.example.jp"}).routes(newMetrics())
	var d described
	if err := json.Unmarshal(ask(routes, "GET", "/api/v1/openapi.json", "").Body.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	var answered []string
	for _, pattern := range *routes.patterns {
		if _, path, _ := strings.Cut(pattern, " "); strings.HasPrefix(path, "/api/") || path == "/ws" || path == "/live" {
			answered = append(answered, pattern)
		}
	}
	var written []string
	for path, item := range d.Paths {
		for method, operation := range item {
			if method == "parameters" {
				continue
			}
			written = append(written, strings.ToUpper(method)+" "+path)
			t.Run(method+path, func(t *testing.T) { takesWhatIsDescribed(t, routes, d, strings.ToUpper(method), path, operation) })
		}
	}
	slices.Sort(answered)
	slices.Sort(written)
	if diff := cmp.Diff(written, answered); diff != "" {
		t.Errorf("routes (-described +in the code): %s", diff)
	}
}

// takesWhatIsDescribed sends every field that is described and one that nobody knows: the handler names only the
// latter, and reads no further.
func takesWhatIsDescribed(t *testing.T, routes router, d described, method, path string, operation json.RawMessage) {
	var o struct {
		RequestBody struct {
			Content map[string]struct{ Schema schema }
		}
	}
	if err := json.Unmarshal(operation, &o); err != nil {
		t.Fatal(err)
	}
	body, ok := o.RequestBody.Content["application/json"]
	if !ok {
		return
	}
	for _, field := range d.fields(body.Schema) {
		w := ask(routes, method, strings.NewReplacer("{", "", "}", "").Replace(path), `{"`+field+`": null, "nobody_knows": 1}`)
		var problem struct{ Errors []struct{ Field string } }
		if err := json.Unmarshal(w.Body.Bytes(), &problem); err != nil {
			t.Fatalf("%s: %s", err, w.Body)
		}
		if w.Code != 422 || len(problem.Errors) != 1 || problem.Errors[0].Field != "nobody_knows" {
			t.Errorf("%s: %d %s", field, w.Code, w.Body)
		}
	}
}
