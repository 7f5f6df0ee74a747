package e2e

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/e2e/browser"
	"github.com/manetomo/manetomo/internal/e2e/site"
	"github.com/manetomo/manetomo/internal/testkit/postgres"
)

// cluster is two nodes on one database behind a proxy, with the demo's provider as a process of its own.
type cluster struct {
	url   string // of the proxy, as people see the site
	nodes []*site.Site
}

func startCluster(t *testing.T) cluster {
	t.Helper()
	var behind http.Handler
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { behind.ServeHTTP(w, r) }))
	t.Cleanup(proxy.Close)
	provider := site.Start(t, site.Options{Args: []string{"demo-provider"}})
	env := []string{
		"DATABASE_URL=" + postgres.New(t), "MANETOMO_TRUSTED_PROXIES=127.0.0.1",
		"MANETOMO_OIDC_DEMO_ISSUER=" + provider.URL, "MANETOMO_OIDC_DEMO_CLIENT_ID=manetomo",
		"MANETOMO_OIDC_DEMO_CLIENT_SECRET=demo", "MANETOMO_OIDC_DEMO_LABEL=デモ",
	}
	c := cluster{url: proxy.URL}
	var addresses []*url.URL
	files := t.TempDir() // without an S3-compatible store, nodes share a folder of files
	for range 2 {
		data := t.TempDir()
		if err := os.Symlink(files, filepath.Join(data, "files")); err != nil {
			t.Fatal(err)
		}
		node := site.Start(t, site.Options{Args: []string{"serve"}, Env: env, Base: proxy.URL, Data: data})
		address, err := url.Parse(node.URL)
		if err != nil {
			t.Fatal(err)
		}
		c.nodes, addresses = append(c.nodes, node), append(addresses, address)
	}
	behind = site.Proxy(addresses...)
	if out, code := c.nodes[0].Run("demo"); code != 0 {
		t.Fatalf("demo ended with %d:\n%s", code, out)
	}
	return c
}

// frames is what GET /live answers.
type frame struct {
	T    string `json:"t"`
	N    int64  `json:"n"`
	Kind string `json:"kind"`
	HTML string `json:"html"`
}

func TestTwoNodesAreOneSite(t *testing.T) {
	t.Parallel()
	c := startCluster(t)
	secret := token(t, c.nodes[0], "moderator@example.jp")
	one, two := api{t, c.nodes[0].URL, secret}, api{t, c.nodes[1].URL, secret}
	made := one.newTopic("二つの節で読む話題")

	t.Run("a post on one node appears live on the other", func(t *testing.T) {
		got := make(chan error, 1)
		var frames []frame
		go func() { got <- two.try("GET", "/live?topics="+made.ID+":"+itoa(made.N), "", nil, &frames) }()
		var made2 post
		one.do("POST", "/api/v1/topics/"+made.ID+"/posts", map[string]any{"body": "節をこえる一言"}, &made2)
		if err := <-got; err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(frames, func(f frame) bool {
			return f.T == "ev" && f.Kind == "post" && strings.Contains(f.HTML, "節をこえる一言")
		}) {
			t.Errorf("the other node sent %+v", frames)
		}
	})
	t.Run("and in its search", func(t *testing.T) {
		site.Eventually(t, time.Minute, "the other node finds the topic", func() bool {
			return slices.Contains(two.hits("q="+url.QueryEscape("節をこえる一言")), "二つの節で読む話題")
		})
	})
	t.Run("two people behind the proxy read each other without reloading", func(t *testing.T) {
		fellow, alumnus := browser.New(t, c.url, "fellow"), browser.New(t, c.url, "alumnus")
		fellow.SignIn("fellow@example.jp")
		alumnus.SignIn("alumnus@example.jp")
		talkTogether(fellow, alumnus, "/topics/"+made.ID)
	})
	t.Run("one node stops and the site goes on", func(t *testing.T) {
		c.nodes[0].Kill()
		through := api{t, c.url, secret}
		var again post
		through.do("POST", "/api/v1/topics/"+made.ID+"/posts", map[string]any{"body": "残った節への投稿"}, &again)
		c.nodes[0].Restart()
		site.Eventually(t, time.Minute, "the node that came back has what it missed", func() bool {
			return slices.ContainsFunc(one.posts(made.ID), func(p post) bool { return p.ID == again.ID }) &&
				slices.Contains(one.hits("q="+url.QueryEscape("残った節への投稿")), "二つの節で読む話題")
		})
	})
}
