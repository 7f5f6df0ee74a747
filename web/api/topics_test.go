package api_test

import (
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/curate"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/notify"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/testkit"
	"github.com/manetomo/manetomo/web/api"
	"github.com/manetomo/manetomo/web/page"
)

// Every answer is held against the description by call.
func TestOpenAPIDescribesTopicsNoticesAndFlags(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		p := newProgram(t, d)
		a := api.Topics{Talk: &talk.Service{DB: d, Files: &file.Service{DB: d}}}
		n := api.Notices{Notify: &notify.Service{DB: d}}
		k := api.Desk{Curate: &curate.Service{DB: d}}
		for pattern, h := range map[string]page.Handler{
			"POST /api/v1/topics": a.Open, "GET /api/v1/topics/{id}": a.Get, "PUT /api/v1/topics/{id}/read": a.Read,
			"GET /api/v1/topics/{id}/posts": a.Posts, "POST /api/v1/topics/{id}/posts": a.Post, "GET /api/v1/posts/{id}": a.GetPost,
			"PATCH /api/v1/posts/{id}": a.EditPost, "DELETE /api/v1/posts/{id}": a.RemovePost,
			"PUT /api/v1/posts/{id}/reactions/{reaction}": a.React, "GET /api/v1/notices": n.List, "PUT /api/v1/notices/read": n.Read,
			"POST /api/v1/flags": k.Raise, "POST /api/v1/admin/flags/{id}/decision": k.DecideFlag, "GET /api/v1/admin/audit": k.Audit,
		} {
			p.mux.Handle(pattern, page.Handle(h))
		}
		id := p.call(writer, "POST", "/api/v1/topics", `{"title": "題名", "body": "はじめに", "audience": "members", "themes": ["culture-dialogue"]}`, 201)["id"].(string)
		at := "/api/v1/topics/" + id
		second := p.call(other, "POST", at+"/posts", `{"body": "二つめ", "mentions": ["writer"]}`, 201)
		if second["number"] != 2. {
			t.Errorf("second post = %v", second)
		}
		post := "/api/v1/posts/" + second["id"].(string)
		p.call(writer, "PUT", post+"/reactions/thanks", "", 200)
		p.call(other, "PATCH", post, `{"body": "直した"}`, 200)
		p.call(writer, "GET", post, "", 200)
		p.call(writer, "PUT", at+"/read", `{"n": 5}`, 200)
		if topic := p.call(writer, "GET", at, "", 200); topic["posts"] != 2. || topic["read"] != 2. {
			t.Errorf("topic = %v", topic)
		}
		if first := p.call(writer, "GET", at+"/posts?limit=1", "", 200); first["next"] != 1. {
			t.Errorf("first page = %v", first)
		}
		flag := p.call(writer, "POST", "/api/v1/flags", `{"kind": "post", "id": "`+second["id"].(string)+`", "reason": "見てほしい"}`, 201)
		p.call(moderator, "POST", "/api/v1/admin/flags/"+flag["id"].(string)+"/decision", `{"decision": "keep"}`, 200)
		p.call(moderator, "GET", "/api/v1/admin/audit", "", 200)
		p.call(other, "DELETE", post, "", 200)
		posts := p.call(writer, "GET", at+"/posts?after=1", "", 200)["posts"].([]any)
		if len(posts) != 1 || posts[0].(map[string]any)["removed"] != "author" {
			t.Errorf("posts behind the first = %v", posts)
		}
		p.call(access.Viewer{}, "GET", at, "", 404)
		p.call(writer, "GET", "/api/v1/notices", "", 200)
		p.call(writer, "PUT", "/api/v1/notices/read", `{}`, 200)
	})
}
