package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/file/pdfium"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/web/page"
)

// served is the description as programs get it.
func served(t *testing.T) map[string]any {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/api/v1/openapi.json", nil)
	if err := OpenAPI("https://manetomo.example.jp")(w, r); err != nil {
		t.Fatal(err)
	}
	if kind := w.Header().Get("Content-Type"); w.Code != 200 || !strings.HasPrefix(kind, "application/json") {
		t.Fatalf("answers %d %s", w.Code, kind)
	}
	var out map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func schemas(t *testing.T) map[string]any {
	t.Helper()
	return served(t)["components"].(map[string]any)["schemas"].(map[string]any)
}

func TestOpenAPIIsWhole(t *testing.T) {
	d := served(t)
	if d["openapi"] != "3.1.0" || d["servers"].([]any)[0].(map[string]any)["url"] != "https://manetomo.example.jp" {
		t.Errorf("openapi %v, servers %v", d["openapi"], d["servers"])
	}
	used := map[string]bool{}
	walk(d, func(m map[string]any) {
		ref, ok := m["$ref"].(string)
		if !ok {
			return
		}
		used[ref] = true
		var at any = d
		for part := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
			here, _ := at.(map[string]any)
			at = here[part]
		}
		if at == nil {
			t.Errorf("%s leads nowhere", ref)
		}
	})
	for kind, things := range d["components"].(map[string]any) {
		for name := range things.(map[string]any) {
			if ref := "#/components/" + kind + "/" + name; kind != "securitySchemes" && !used[ref] {
				t.Errorf("%s is used nowhere", ref)
			}
		}
	}
	ids := map[any]bool{}
	for path, item := range d["paths"].(map[string]any) {
		for method, o := range item.(map[string]any) {
			o, ok := o.(map[string]any)
			if !ok {
				continue
			}
			if o["summary"] == nil || o["operationId"] == nil || ids[o["operationId"]] || o["responses"].(map[string]any)["default"] == nil {
				t.Errorf("%s %s: summary %v, operationId %v", method, path, o["summary"], o["operationId"])
			}
			ids[o["operationId"]] = true
			if text := fmt.Sprint(o["parameters"]); strings.Contains(text, "IdempotencyKey") != (method != "get") {
				t.Errorf("%s %s: parameters %s", method, path, text)
			}
			if needs := fmt.Sprint(o["security"]); strings.Contains(needs, "admin") != strings.Contains(path, "/admin/") ||
				strings.Contains(needs, "write") != (method != "get") {
				t.Errorf("%s %s: security %s", method, path, needs)
			}
		}
	}
}

// Reading one file after another, the later of two parts with one name would hide the other.
func TestOpenAPIHasEveryPartOnce(t *testing.T) {
	files, err := descriptions.ReadDir("openapi")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, f := range files {
		text, err := descriptions.ReadFile("openapi/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		var d description
		if err := json.Unmarshal(text, &d); err != nil {
			t.Fatal(err)
		}
		for _, name := range append(slices.Collect(maps.Keys(d.Paths)), slices.Collect(maps.Keys(d.Components.Schemas))...) {
			if seen[name] {
				t.Errorf("%s stands in %s and in another file", name, f.Name())
			}
			seen[name] = true
		}
	}
}

func walk(v any, see func(map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		see(v)
		for _, one := range v {
			walk(one, see)
		}
	case []any:
		for _, one := range v {
			walk(one, see)
		}
	}
}

func TestOpenAPIHasTheFieldsOfTheStructs(t *testing.T) {
	all := schemas(t)
	for name, v := range map[string]any{
		"Entry": entry{}, "FullEntry": fullEntry{}, "SavedEntry": saved{}, "Added": added{}, "Section": section{}, "FollowUp": followUp{},
		"Adoption": adoption{}, "EntryFile": entryFile{}, "File": fileAnswer{}, "FilePage": pageAnswer{}, "Word": pdfium.Word{},
		"Author": archive.Author{}, "EntryText": archive.Text{}, "WrittenSection": archive.Written{},
		"SearchAnswer": searchAnswer{}, "Hit": searchHit{}, "Snippet": searchSnippet{}, "FacetValue": facetValue{}, "Place": placeMeant{},
		"Suggestion": suggestion{}, "Topic": topic{}, "Person": person{}, "Post": post{}, "ChangedPost": changed{},
		"Me": me{}, "Participation": part{}, "Notice": notice{}, "Act": act{}, "Application": application{}, "RosterRow": rosterRow{},
		"FieldError": apperr.Field{},
	} {
		t.Run(name, func(t *testing.T) {
			given, required := fields(reflect.TypeOf(v))
			wanted, must := properties(all, all[name].(map[string]any))
			if diff := cmp.Diff(slices.Sorted(maps.Keys(wanted)), slices.Sorted(maps.Keys(given))); diff != "" {
				t.Errorf("fields (-described +in the code): %s", diff)
			}
			if diff := cmp.Diff(slices.Sorted(slices.Values(must)), slices.Sorted(slices.Values(required))); diff != "" {
				t.Errorf("always there (-described +in the code): %s", diff)
			}
			for field, of := range given {
				schema, _ := wanted[field].(map[string]any)
				if said := typeOf(all, schema); said != "" && said != jsonType(of) {
					t.Errorf("%s is described as %s and is %s", field, said, jsonType(of))
				}
			}
		})
	}
	given, _ := fields(reflect.TypeFor[entryFields]())
	wanted, _ := properties(all, all["EntryFields"].(map[string]any))
	if diff := cmp.Diff(slices.Sorted(maps.Keys(wanted)), slices.Sorted(maps.Keys(given))); diff != "" {
		t.Errorf("EntryFields (-described +in the code): %s", diff)
	}
}

// fields gives the members of a struct as JSON, and those that are always there.
func fields(of reflect.Type) (all map[string]reflect.Type, required []string) {
	all = map[string]reflect.Type{}
	for f := range of.Fields() {
		if f.Anonymous {
			inner, must := fields(f.Type)
			maps.Copy(all, inner)
			required = append(required, must...)
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" || name == "" {
			continue
		}
		all[name] = f.Type
		if options != "omitempty" {
			required = append(required, name)
		}
	}
	return all, required
}

// properties gives the members that a schema describes, with those of the schemas it builds on.
func properties(all, schema map[string]any) (map[string]any, []string) {
	out, must := map[string]any{}, []string{}
	parts, _ := schema["allOf"].([]any)
	for _, p := range parts {
		inner, required := properties(all, resolved(all, p.(map[string]any)))
		maps.Copy(out, inner)
		must = append(must, required...)
	}
	own, _ := schema["properties"].(map[string]any)
	maps.Copy(out, own)
	names, _ := schema["required"].([]any)
	for _, n := range names {
		must = append(must, n.(string))
	}
	return out, must
}

func resolved(all, schema map[string]any) map[string]any {
	if ref, ok := schema["$ref"].(string); ok {
		return all[strings.TrimPrefix(ref, "#/components/schemas/")].(map[string]any)
	}
	return schema
}

func typeOf(all, schema map[string]any) string {
	schema = resolved(all, schema)
	if _, ok := schema["enum"]; ok {
		return "string"
	}
	name, _ := schema["type"].(string)
	return name
}

func jsonType(of reflect.Type) string {
	if of == reflect.TypeFor[time.Time]() || of == reflect.TypeFor[*time.Time]() {
		return "string"
	}
	switch of.Kind() {
	case reflect.Pointer:
		return jsonType(of.Elem())
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Int, reflect.Int64:
		return "integer"
	case reflect.Float64:
		return "number"
	case reflect.Slice, reflect.Array:
		return "array"
	}
	return "object"
}

// Answers that are made in place have no type to look at: their members at least stand somewhere in the description.
func TestOpenAPIKnowsEveryFieldOfThePackage(t *testing.T) {
	described := map[string]bool{}
	for _, s := range schemas(t) {
		walk(s, func(m map[string]any) {
			named, _ := m["properties"].(map[string]any)
			for name := range named {
				described[name] = true
			}
		})
	}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	tag := regexp.MustCompile("`json:\"([a-z_]+)")
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") || f.Name() == "openapi.go" {
			continue
		}
		text, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range tag.FindAllStringSubmatch(string(text), -1) {
			if !described[found[1]] {
				t.Errorf("%s: %s is described nowhere", f.Name(), found[1])
			}
		}
	}
}

func TestOpenAPIHasTheWordsOfTheCode(t *testing.T) {
	all := schemas(t)
	for name, words := range map[string]any{
		"Kind": archive.Kinds, "SectionKey": archive.Keys, "Result": archive.Results, "Reaction": archive.Reactions,
		"Stage": append(slices.Clone(archive.Stages), ""), "Course": append(slices.Clone(cohort.Courses()), ""),
		"Audience":  []access.Rung{access.Public, access.Members, access.Cohort, access.Team, access.Staff},
		"FileState": []file.State{file.Processing, file.Ready, file.Failed},
		"State":     []access.State{access.Draft, access.Published, access.Review, access.Returned, access.Hidden, access.Withdrawn},
	} {
		if said, is := fmt.Sprint(all[name].(map[string]any)["enum"]), fmt.Sprint(words); said != is {
			t.Errorf("%s is described as %s and is %s", name, said, is)
		}
	}
	for _, r := range []talk.Reaction{talk.Useful, talk.Thanks, talk.UsToo} {
		if !archive.Reaction(r).Valid() {
			t.Errorf("the reaction %s is of posts only", r)
		}
	}
}

func TestOpenAPIDescribesProblems(t *testing.T) {
	all := schemas(t)
	for kind := apperr.Internal; kind <= apperr.Full; kind++ {
		e := &apperr.Error{Kind: kind, Message: "見本", Fields: []apperr.Field{{Name: "title", Detail: "見本"}}}
		switch kind {
		case apperr.Conflict:
			e.Data = archive.Conflicting{Yours: archive.Text{Themes: []string{}, Sections: []archive.Written{}, Audience: access.Members},
				Theirs: archive.Text{Themes: []string{}, Sections: []archive.Written{}, Audience: access.Members}, Version: 2}
		case apperr.Gone:
			e.Data = archive.Tombstone{Kind: archive.Report}
		}
		w := httptest.NewRecorder()
		page.Fail(w, httptest.NewRequest("GET", "/api/v1/me", nil), e)
		if w.Code != kind.Status() {
			t.Errorf("%s answers %d", kind.Code(), w.Code)
		}
		fits(t, all, all["Problem"].(map[string]any), w.Body.Bytes())
	}
}

// FitsOpenAPI holds an answer of a route against its description.
func FitsOpenAPI(t *testing.T, pattern string, status int, answer []byte) {
	t.Helper()
	d, err := describe("")
	if err != nil {
		t.Fatal(err)
	}
	method, path, _ := strings.Cut(pattern, " ")
	o, _ := d.Paths[path][strings.ToLower(method)].(map[string]any)
	responses, _ := o["responses"].(map[string]any)
	response, _ := responses[strconv.Itoa(status)].(map[string]any)
	switch {
	case status >= 400:
		fits(t, d.Components.Schemas, d.Components.Schemas["Problem"].(map[string]any), answer)
	case response == nil:
		t.Errorf("%s: the status %d is not described", pattern, status)
	default:
		body := response["content"].(map[string]any)["application/json"].(map[string]any)["schema"].(map[string]any)
		fits(t, d.Components.Schemas, body, answer)
	}
}

// fits holds an answer against a schema: every member is described, none that must be there is missing, and the types
// and words are right.
func fits(t *testing.T, all, schema map[string]any, answer []byte) {
	t.Helper()
	var v any
	if err := json.Unmarshal(answer, &v); err != nil {
		t.Fatal(err)
	}
	for _, fault := range faults(all, schema, v, "answer") {
		t.Errorf("%s: %s", fault, answer)
	}
}

func faults(all, schema map[string]any, v any, at string) (out []string) {
	schema = resolved(all, schema)
	if words, ok := schema["enum"].([]any); ok {
		if !slices.Contains(words, v) {
			out = append(out, fmt.Sprintf("%s is %v", at, v))
		}
		return out
	}
	if schema["type"] == nil {
		return nil // anything
	}
	switch v := v.(type) {
	case map[string]any:
		if schema["type"] != "object" {
			return []string{at + " is an object"}
		}
		known, must := properties(all, schema)
		rest, open := schema["additionalProperties"].(map[string]any)
		for _, name := range must {
			if _, ok := v[name]; !ok {
				out = append(out, at+" has no "+name)
			}
		}
		for name, one := range v {
			switch inner, ok := known[name].(map[string]any); {
			case ok:
				out = append(out, faults(all, inner, one, at+"."+name)...)
			case open:
				out = append(out, faults(all, rest, one, at+"."+name)...)
			default:
				out = append(out, at+"."+name+" is not described")
			}
		}
	case []any:
		items, _ := schema["items"].(map[string]any)
		if schema["type"] != "array" {
			return []string{at + " is a list"}
		}
		for i, one := range v {
			out = append(out, faults(all, items, one, fmt.Sprintf("%s[%d]", at, i))...)
		}
	default:
		is := map[reflect.Kind]string{reflect.String: "string", reflect.Bool: "boolean", reflect.Float64: "number"}[reflect.ValueOf(v).Kind()]
		if said := schema["type"]; said != is && !(said == "integer" && is == "number") {
			out = append(out, fmt.Sprintf("%s is %v, described as %v", at, v, said))
		}
	}
	return out
}
