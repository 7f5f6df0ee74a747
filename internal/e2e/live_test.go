package e2e

import (
	"testing"

	"github.com/manetomo/manetomo/internal/e2e/browser"
	"github.com/manetomo/manetomo/internal/e2e/site"
)

// countSockets lets a page count the sockets that it opens.
const countSockets = `{ const Real = WebSocket; window.sockets = 0; window.WebSocket = class extends Real { constructor(...a) { super(...a); window.sockets++; } }; }`

// holdsOnce tells whether each of the texts stands in the list once.
const holdsOnce = `(...texts) => texts.every(t => [...document.querySelectorAll("ol.posts > li")].filter(li => li.innerText.includes(t)).length === 1)`

func sockets(t *testing.T, p *browser.Person) int {
	t.Helper()
	got, err := p.Page.Eval(`() => window.sockets`)
	if err != nil {
		t.Fatal(err)
	}
	return got.Value.Int()
}

func TestTabsOfABrowserShareOneConnection(t *testing.T) {
	t.Parallel()
	s := site.Start(t, site.Options{})
	a, made := room(t, s, 1)
	other := a.newTopic("もう一つの話し合い")
	p := browser.New(t, s.URL, "fellow")
	p.SignIn("fellow@example.jp")
	first, second, third := p.Tab(countSockets), p.Tab(countSockets), p.Tab(countSockets)
	first.Go("/topics/" + made.ID)
	a.say(made.ID, "一人目の画面に届く")
	first.See("一人目の画面に届く")
	second.Go("/topics/" + made.ID)
	third.Go("/topics/" + other.ID)
	a.say(made.ID, "どの画面にも届く")
	a.say(other.ID, "別の話し合いにも届く")
	first.See("どの画面にも届く")
	second.See("どの画面にも届く")
	third.See("別の話し合いにも届く")
	// The page that signed in leads; were it not for that, one of the three would.
	if n := sockets(t, first) + sockets(t, second) + sockets(t, third); n > 1 {
		t.Errorf("three tabs opened %d sockets", n)
	}
	for _, leader := range []*browser.Person{p, first} { // whoever leads, goes
		if err := leader.Page.Close(); err != nil {
			t.Fatal(err)
		}
		a.say(made.ID, "先頭の画面が閉じたあと")
		a.say(other.ID, "ここにも続きが届く")
	}
	second.Holds("every post stands in it once", holdsOnce, "一人目の画面に届く", "どの画面にも届く")
	second.Holds("both posts after the change have come", `() => [...document.querySelectorAll("ol.posts > li")].filter(li => li.innerText.includes("先頭の画面が閉じたあと")).length === 2`)
	third.Holds("both posts after the change have come", `() => [...document.querySelectorAll("ol.posts > li")].filter(li => li.innerText.includes("ここにも続きが届く")).length === 2`)
	if n := sockets(t, second) + sockets(t, third); n > 1 {
		t.Errorf("the two tabs that are left have opened %d sockets", n)
	}
}

func TestNoticesAreCountedLive(t *testing.T) {
	t.Parallel()
	s := site.Start(t, site.Options{})
	mine := api{t, s.URL, token(t, s, "fellow@example.jp")}
	made := mine.newTopic("返事を待つ話し合い")
	p := browser.New(t, s.URL, "fellow")
	p.SignIn("fellow@example.jp")
	p.Go("/topics")
	before, err := p.Page.Eval(`() => Number(document.body.dataset.unread)`)
	if err != nil {
		t.Fatal(err)
	}
	api{t, s.URL, token(t, s, "moderator@example.jp")}.say(made.ID, "返事です")
	p.Holds("the header counts more", `(n) => Number(document.body.dataset.unread) > n &&
		document.querySelector("[data-notices] .count").innerText.includes(document.body.dataset.unread)`, before.Value.Int())
	tab := p.Tab()
	tab.Go("/notifications")
	tab.Click("すべて既読にする")
	p.Holds("what another tab has read is not counted here", `() => document.body.dataset.unread === "0" && !document.querySelector("[data-notices] .count")`)
}

func TestSigningOutEndsTheChannelInEveryTab(t *testing.T) {
	t.Parallel()
	s := site.Start(t, site.Options{})
	a, made := room(t, s, 1)
	p := browser.New(t, s.URL, "fellow")
	p.SignIn("fellow@example.jp")
	p.Go("/topics/" + made.ID)
	a.say(made.ID, "まだ届く")
	p.See("まだ届く")
	tab := p.Tab()
	tab.Go("/home")
	script(t, tab, `() => { document.querySelector("form[action='/signout']").requestSubmit(); }`)
	p.See("ログインの期限が切れました")
	a.say(made.ID, "もう届かない")
	if p.Shows("もう届かない") {
		t.Error("a post came after signing out")
	}
}

func TestTheNetworkPageTestsThisBrowser(t *testing.T) {
	t.Parallel()
	s := site.Start(t, site.Options{})
	p := browser.New(t, s.URL, "fellow")
	p.SignIn("fellow@example.jp")
	p.Go("/help/network")
	p.Accessible()
	p.Click("調べる")
	p.Holds("all three ways work", `() => [...document.querySelectorAll("[data-result]")].every(e => e.textContent.startsWith("○"))`)
	p.See("書かれるとすぐに届きます")

	behind := p.Tab(`{ const Real = WebSocket; window.WebSocket = class extends Real { constructor(url, kind) { super(url.replace("/ws", "/no-such-place"), kind); } }; }`)
	behind.Expect("WebSocket")
	behind.Go("/help/network")
	behind.Click("調べる")
	behind.See("待ち受ける通信で、新しい投稿はすぐに届きます")
	behind.Shot("network")
}
