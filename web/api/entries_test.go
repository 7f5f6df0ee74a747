package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/testkit"
	"github.com/manetomo/manetomo/web/api"
	"github.com/manetomo/manetomo/web/page"
)

// program talks to the API of entries as one person after another.
type program struct {
	*testing.T
	mux *http.ServeMux
}

var (
	writer    = access.Viewer{Person: "writer", Name: "見本 花子", Member: true, Municipality: "990001", Cohorts: []string{"2023-regular"}, Teams: []string{"midori"}}
	other     = access.Viewer{Person: "other", Name: "仮名 桜", Member: true, Municipality: "990002"}
	moderator = access.Viewer{Person: "moderator", Name: "試作 健", Member: true, Moderator: true}
)

func newProgram(t *testing.T, d *db.DB) *program {
	t.Helper()
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		for _, q := range []string{
			`INSERT INTO cohort (id, year, course) VALUES ('2023-regular', 2023, 'regular')`,
			`INSERT INTO team (id, cohort, municipality, name) VALUES ('midori', '2023-regular', '990001', 'みどり見本市チーム')`,
			`INSERT INTO person (id, name, municipality, member, created_at) VALUES ('writer', '見本 花子', '990001', TRUE, '2026-01-01'),
				('other', '仮名 桜', '990002', TRUE, '2026-01-01'), ('moderator', '試作 健', '', TRUE, '2026-01-01')`,
			`INSERT INTO participation (id, person, cohort, team, role, since) VALUES ('a', 'writer', '2023-regular', 'midori', 'fellow', '2023-04-01')`,
		} {
			if _, err := tx.NewRaw(q).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	p := &program{t, http.NewServeMux()}
	a := api.Entries{Archive: &archive.Service{DB: d}, Files: &file.Service{DB: d}}
	for pattern, h := range map[string]page.Handler{
		"POST /api/v1/entries": a.Create, "GET /api/v1/entries": a.List, "GET /api/v1/entries/{id}": a.Get,
		"PATCH /api/v1/entries/{id}": a.Change, "DELETE /api/v1/entries/{id}": a.Withdraw,
		"PUT /api/v1/entries/{id}/reactions/{reaction}": a.React, "DELETE /api/v1/entries/{id}/reactions/{reaction}": a.React,
		"POST /api/v1/entries/{id}/follow-ups": a.FollowUp, "POST /api/v1/entries/{id}/adoptions": a.Adopt,
		"POST /api/v1/admin/entries/{id}/decision": a.Decide,
	} {
		p.mux.Handle(pattern, page.Handle(h))
	}
	return p
}

// call sends JSON and returns the answer's members.
func (p *program) call(v access.Viewer, method, path, body string, status int) map[string]any {
	p.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	w := httptest.NewRecorder()
	r = r.WithContext(page.With(r.Context(), page.Session{Viewer: v}))
	p.mux.ServeHTTP(w, r)
	if w.Code != status {
		p.Fatalf("%s %s = %d, want %d: %s", method, path, w.Code, status, w.Body)
	}
	if kind := w.Header().Get("Content-Type"); status >= 400 && kind != "application/problem+json; charset=utf-8" {
		p.Errorf("%s %s answers %s", method, path, kind)
	}
	api.FitsOpenAPI(p.T, r.Pattern, status, w.Body.Bytes())
	var out map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		p.Fatalf("%s %s: %v: %s", method, path, err, w.Body)
	}
	return out
}

func report(title, audience string, publish bool) string {
	return fmt.Sprintf(`{"kind": "report", "title": %q, "sections": [{"key": "practice", "body": "集まった。"}, {"key": "stumble", "body": "断られた。", "audience": "team"}],
		"municipality": "990001", "year": 2023, "course": "regular", "team": "midori", "themes": ["culture-dialogue"], "stage": "running",
		"audience": %q, "publish": %t}`, title, audience, publish)
}

func TestEntryAnswersAsTheContractSays(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		p := newProgram(t, d)
		draft := p.call(writer, "POST", "/api/v1/entries", report("題名", "members", false), 201)
		id := draft["id"].(string)
		want := map[string]any{"id": id, "url": "/reports/" + id, "version": 1., "state": "draft", "topic": "", "seq": 0.}
		if diff := cmp.Diff(want, draft); diff != "" {
			t.Errorf("draft: %s", diff)
		}
		p.call(other, "GET", "/api/v1/entries/"+id, "", 404)
		out := p.call(writer, "PATCH", "/api/v1/entries/"+id, `{"version": 1, "title": "直した題名", "publish": true}`, 200)
		if out["state"] != "published" || out["version"] != 2. || out["topic"] == "" || out["seq"].(float64) <= 0 {
			t.Errorf("published = %v", out)
		}
		e := p.call(other, "GET", "/api/v1/entries/"+id, "", 200)
		for name, want := range map[string]any{"kind": "report", "title": "直した題名", "municipality": "990001", "year": 2023., "course": "regular",
			"team": "midori", "stage": "running", "audience": "members", "state": "published", "version": 2., "topic": out["topic"], "summary": ""} {
			if e[name] != want {
				t.Errorf("%s = %v, want %v", name, e[name], want)
			}
		}
		if n := len(e["sections"].([]any)); n != 1 {
			t.Errorf("another member reads %d sections, want 1", n)
		}
		if n := len(p.call(writer, "GET", "/api/v1/entries/"+id, "", 200)["sections"].([]any)); n != 2 {
			t.Errorf("the writer reads %d sections, want 2", n)
		}
		conflict := p.call(writer, "PATCH", "/api/v1/entries/"+id, `{"version": 1, "title": "遅れた題名"}`, 409)
		if conflict["version"] != 2. || conflict["code"] != "conflict" || conflict["yours"].(map[string]any)["title"] != "遅れた題名" ||
			conflict["theirs"].(map[string]any)["title"] != "直した題名" {
			t.Errorf("conflict = %v", conflict)
		}
		p.call(other, "PATCH", "/api/v1/entries/"+id, `{"version": 2, "title": "人の題名"}`, 403)
		gone := p.call(writer, "DELETE", "/api/v1/entries/"+id, `{"reason": "古くなった"}`, 200)
		if gone["state"] != "withdrawn" {
			t.Errorf("withdrawn = %v", gone)
		}
		if stone := p.call(other, "GET", "/api/v1/entries/"+id, "", 410); stone["reason"] != "古くなった" {
			t.Errorf("tombstone = %v", stone)
		}
		p.call(access.Viewer{}, "GET", "/api/v1/entries/"+id, "", 404)
	})
}

func TestHiddenAndMissingAreOneAnswer(t *testing.T) {
	p := newProgram(t, testkit.SQLite(t))
	id := p.call(writer, "POST", "/api/v1/entries", report("題名", "team", true), 201)["id"].(string)
	for _, act := range [][3]string{{"GET", "", ""}, {"PATCH", "", `{"version": 1, "title": "x"}`}, {"DELETE", "", ""}, {"PUT", "/reactions/useful", ""},
		{"POST", "/follow-ups", `{"body": "続いた"}`}, {"POST", "/adoptions", `{"body": "ためした", "result": "well"}`}} {
		hidden := p.call(other, act[0], "/api/v1/entries/"+id+act[1], act[2], 404)
		missing := p.call(other, act[0], "/api/v1/entries/0000000000"+act[1], act[2], 404)
		if diff := cmp.Diff(missing, hidden); diff != "" {
			t.Errorf("%s %s: %s", act[0], act[1], diff)
		}
	}
}

func TestBadInputIsNamed(t *testing.T) {
	p := newProgram(t, testkit.SQLite(t))
	for _, test := range []struct {
		name, body string
		status     int
		field      string
	}{
		{"JSONではない", `{`, 400, ""},
		{"NUL", `{"kind": "report", "title": "a\u0000b"}`, 400, ""},
		{"壊れたUTF-8", "{\"title\": \"\xff\"}", 400, ""},
		{"知らない項目", `{"kind": "report", "pinned": true}`, 422, "pinned"},
		{"数でない年度", `{"kind": "report", "year": "令和5"}`, 422, "year"},
		{"知らない種類", `{"kind": "blog"}`, 422, "kind"},
		{"1MBの題名", `{"kind": "report", "title": "` + strings.Repeat("a", 1<<20) + `"}`, 422, "title"},
		{"題名がない", strings.Replace(report("題名", "members", true), `"題名"`, `""`, 1), 422, "title"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := &program{t, p.mux}
			out := p.call(writer, "POST", "/api/v1/entries", test.body, test.status)
			if test.field == "" {
				return
			}
			errs, _ := out["errors"].([]any)
			if len(errs) == 0 || errs[0].(map[string]any)["field"] != test.field {
				t.Errorf("errors = %v, want field %s", out["errors"], test.field)
			}
		})
	}
	p.call(access.Viewer{}, "POST", "/api/v1/entries", report("題名", "members", true), 401)
}

func TestListGoesOnByCursor(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		p := newProgram(t, d)
		for i := range 5 {
			audience := []string{"members", "team"}[i%2]
			p.call(writer, "POST", "/api/v1/entries", report(fmt.Sprintf("題名%d", i), audience, true), 201)
		}
		var titles []string
		for path := "/api/v1/entries?limit=2"; path != ""; {
			out := p.call(other, "GET", path, "", 200)
			for _, e := range out["entries"].([]any) {
				titles = append(titles, e.(map[string]any)["title"].(string))
			}
			path = ""
			if next, ok := out["next"].(string); ok {
				path = "/api/v1/entries?limit=2&cursor=" + next
			}
		}
		if diff := cmp.Diff([]string{"題名0", "題名2", "題名4"}, titles); diff != "" {
			t.Error(diff)
		}
		p.call(other, "GET", "/api/v1/entries?cursor=x", "", 422)
	})
}

func TestReactionsFollowUpsAdoptionsAndDecisions(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		p := newProgram(t, d)
		at := "/api/v1/entries/" + p.call(writer, "POST", "/api/v1/entries", report("題名", "public", true), 201)["id"].(string)
		if e := p.call(other, "GET", at, "", 200); e["state"] != "review" || e["audience"] != "members" || e["wanted"] != "public" {
			t.Errorf("in review: %v %v %v", e["state"], e["audience"], e["wanted"])
		}
		for range 2 {
			if out := p.call(other, "PUT", at+"/reactions/useful", "", 200); out["useful"] != 1. || out["on"] != true {
				t.Errorf("reaction = %v", out)
			}
		}
		if out := p.call(other, "DELETE", at+"/reactions/useful", "", 200); out["useful"] != 0. {
			t.Errorf("taken back = %v", out)
		}
		p.call(writer, "POST", at+"/follow-ups", `{"body": "続いている。", "result": "rooted", "happened": "2025-04"}`, 201)
		p.call(other, "POST", at+"/adoptions", `{"body": "ためした。", "result": "under_way"}`, 201)
		p.call(other, "POST", "/api/v1/admin"+strings.TrimPrefix(at, "/api/v1")+"/decision", `{"decision": "publish"}`, 403)
		out := p.call(moderator, "POST", "/api/v1/admin"+strings.TrimPrefix(at, "/api/v1")+"/decision", `{"decision": "publish", "audience": "public"}`, 200)
		if out["state"] != "published" {
			t.Errorf("decided = %v", out)
		}
		e := p.call(access.Viewer{}, "GET", at, "", 200)
		if len(e["follow_ups"].([]any)) != 1 || len(e["adoptions"].([]any)) != 1 || e["adopted"] != 1. || e["stage"] != "rooted" {
			t.Errorf("visitor reads %v", e)
		}
		if len(e["authors"].([]any)) != 0 {
			t.Errorf("a visitor reads the authors' names: %v", e["authors"])
		}
	})
}
