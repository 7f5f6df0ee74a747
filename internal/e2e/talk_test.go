package e2e

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/go-rod/rod/lib/proto"

	"github.com/manetomo/manetomo/internal/e2e/browser"
	"github.com/manetomo/manetomo/internal/e2e/site"
	"github.com/manetomo/manetomo/internal/e2e/visitor"
)

// room is a topic with enough posts to scroll, and two people in it.
func room(t *testing.T, s *site.Site, posts int) (a api, made topic) {
	t.Helper()
	a = api{t, s.URL, token(t, s, "moderator@example.jp")}
	made = a.newTopic("対話の場のつづけ方")
	for i := range posts {
		a.do("POST", "/api/v1/topics/"+made.ID+"/posts", map[string]any{"body": strings.Repeat("長い投稿です。", 20) + itoa(int64(i))}, nil)
	}
	return a, made
}

func (a api) say(topic, body string) {
	a.t.Helper()
	a.do("POST", "/api/v1/topics/"+topic+"/posts", map[string]any{"body": body}, nil)
}

const place = `() => [scrollY, document.activeElement?.id || document.activeElement?.tagName].join(" ")`

// where is how far the page is scrolled and what holds the focus.
func where(t *testing.T, p *browser.Person) string {
	t.Helper()
	got, err := p.Page.Eval(place)
	if err != nil {
		t.Fatal(err)
	}
	return got.Value.Str()
}

func script(t *testing.T, p *browser.Person, js string) {
	t.Helper()
	if _, err := p.Page.Eval(js); err != nil {
		t.Fatal(err)
	}
}

func TestNewPostsMoveNothingUnderTheReader(t *testing.T) {
	t.Parallel()
	s := site.Start(t, site.Options{})
	a, made := room(t, s, 25)
	p := browser.New(t, s.URL, "fellow")
	p.SignIn("fellow@example.jp")
	p.Go("/topics/" + made.ID)
	p.Accessible()
	script(t, p, `() => document.querySelector(".post-head a").focus({ preventScroll: true })`)
	script(t, p, `() => scrollTo(0, 300)`)
	before := where(t, p)
	a.say(made.ID, "一つめの新しい投稿")
	a.say(made.ID, "二つめの新しい投稿")
	p.See("新しい投稿 2件")
	if after := where(t, p); after != before {
		t.Errorf("new posts moved the reader from %s to %s", before, after)
	}
	p.Holds("one sentence says both posts", `() => /さんが投稿しました。新しい投稿 2件/.test(document.getElementById("announcer").textContent)`)
	p.Click("新しい投稿 2件")
	p.Holds("the focus is on the first new post", `() => document.activeElement.closest("li")?.innerText.includes("一つめの新しい投稿")`)

	// Who writes is not moved either: what comes waits behind the pill.
	p.Fill(postField, "書いている途中")
	before = where(t, p)
	a.say(made.ID, "三つめの新しい投稿")
	p.See("新しい投稿 1件")
	if after := where(t, p); after != before {
		t.Errorf("a new post moved the writer from %s to %s", before, after)
	}
}

func TestEnterThatConfirmsKanjiNeverSends(t *testing.T) {
	t.Parallel()
	s := site.Start(t, site.Options{})
	_, made := room(t, s, 1)
	p := browser.New(t, s.URL, "fellow")
	p.SignIn("fellow@example.jp")
	p.Go("/topics/" + made.ID)
	p.Fill(postField, "へんかん")
	const press = `(init) => {
		const field = document.querySelector("form.composer textarea");
		const e = new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, bubbles: true, cancelable: true, ...init });
		if (init.keyCode) Object.defineProperty(e, "keyCode", { value: init.keyCode });
		field.dispatchEvent(e);
		return document.querySelectorAll("article.sending").length === 0 && field.value === "へんかん";
	}`
	for _, init := range []map[string]any{{"isComposing": true}, {"keyCode": 229}, {"ctrlKey": false}} {
		got, err := p.Page.Eval(press, init)
		if err != nil || !got.Value.Bool() {
			t.Errorf("Enter with %v sent the post: %v", init, err)
		}
	}
	if _, err := p.Page.Eval(press, map[string]any{}); err != nil {
		t.Fatal(err)
	}
	p.See("届きました")
}

func TestPostsWrittenOfflineAreSentOnReturn(t *testing.T) {
	t.Parallel()
	s := site.Start(t, site.Options{})
	a, made := room(t, s, 1)
	p := browser.New(t, s.URL, "fellow")
	p.SignIn("fellow@example.jp")
	p.Go("/topics/" + made.ID)
	if err := (proto.NetworkEnable{}).Call(p.Page); err != nil {
		t.Fatal(err)
	}
	offline := func(off bool) {
		err := proto.NetworkEmulateNetworkConditions{Offline: off, DownloadThroughput: -1, UploadThroughput: -1}.Call(p.Page)
		if err != nil {
			t.Fatal(err)
		}
	}
	offline(true)
	p.Fill(postField, "つながる前に書いた文")
	p.Click(postButton)
	p.See("つながったら送ります")
	for _, next := range []string{"二つめ", "三つめ", "四つめ"} {
		p.Fill(postField, next+"の文")
		p.Click(postButton)
		p.See(next + "の文")
	}
	offline(false)
	p.Go("/topics/" + made.ID) // the browser was closed and opened again
	p.See("つながる前に書いた文")
	p.Holds("the post stands", `() => [...document.querySelectorAll("ol.posts > li[data-id]:not([data-id=''])")].some(li => li.innerText.includes("つながる前に書いた文") && !li.querySelector(".sending"))`)
	p.Holds("all stand", `() => !document.querySelector(".post.sending")`)
	n := 0
	var order []string
	for _, post := range a.posts(made.ID) {
		if strings.Contains(post.Body, "つながる前に書いた文") {
			n++
		}
		if strings.HasSuffix(post.Body, "つめの文") {
			order = append(order, post.Body)
		}
	}
	if !slices.Equal(order, []string{"二つめの文", "三つめの文", "四つめの文"}) {
		t.Errorf("what was written one after the other stands as %v", order)
	}
	if n != 1 {
		t.Errorf("the post stands %d times, want once", n)
	}
}

func TestWhereSocketsAreRefusedPollsCarryTheSame(t *testing.T) {
	t.Parallel()
	s := site.Start(t, site.Options{})
	a, made := room(t, s, 1)
	p := browser.New(t, s.URL, "fellow")
	p.SignIn("fellow@example.jp")
	_, err := p.Page.EvalOnNewDocument(`{ const Real = WebSocket; window.WebSocket = class extends Real { constructor(url, kind) { super(url.replace("/ws", "/no-such-place"), kind); } }; }`)
	if err != nil {
		t.Fatal(err)
	}
	p.Go("/topics/" + made.ID)
	p.Holds("it remembers the way that works", `() => (localStorage.getItem("live-step") ?? "").includes("poll")`)
	a.say(made.ID, "ソケットなしで届く投稿")
	p.See("ソケットなしで届く投稿")
	a.say(made.ID, "もう一つ")
	p.See("もう一つ")
}

func TestDiscussionWorksWithoutScripts(t *testing.T) {
	t.Parallel()
	s := site.Start(t, site.Options{})
	_, made := room(t, s, 2)
	v := visitor.New(t, s.URL)
	v.SignIn("fellow@example.jp")
	see := func(words string) {
		t.Helper()
		if !v.Page.Has(words) {
			t.Fatalf("%s does not show 「%s」:\n%s", v.Page.URL, words, v.Page.Text())
		}
	}
	v.Get("/topics/" + made.ID)
	v.Follow("引用")
	v.Submit(url.Values{"body": {"> 引用した文\n\nスクリプトなしの返信"}, "button": {postButton}})
	see("スクリプトなしの返信")
	see("さんの投稿への返信")
	v.Submit(url.Values{"button": {"取り消す"}})
	see("この投稿は、書いた人が取り消しました。")
	v.Submit(url.Values{"button": {"取り消しをやめて、もとにもどす"}})
	see("スクリプトなしの返信")
	v.Follow("直す")
	v.Submit(url.Values{"body": {"直した返信"}})
	see("直した返信")
	v.Submit(url.Values{"button": {"参考になった"}})
	if !strings.Contains(v.Page.Body, `aria-pressed="true"`) {
		t.Error("the reaction does not stand")
	}
	v.Submit(url.Values{"button": {"すべて既読にする"}})
	v.Submit(url.Values{"body": {""}, "button": {postButton}})
	see("本文")
	if v.Page.Status != http.StatusUnprocessableEntity {
		t.Errorf("an empty post answered %d", v.Page.Status)
	}
}
