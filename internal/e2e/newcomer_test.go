package e2e

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/proto"

	"github.com/manetomo/manetomo/internal/e2e/browser"
	"github.com/manetomo/manetomo/internal/e2e/site"
)

// works are the seven sample posters and the paper.
var works = []struct{ file, kind string }{
	{"poster-soma.pdf", "ポスター"}, {"poster-suzaka.pdf", "ポスター"}, {"poster-zangyo.pdf", "ポスター"}, {"poster-madoguchi.pdf", "ポスター"},
	{"poster-shiojiri.png", "ポスター"}, {"poster-yameru.png", "ポスター"}, {"poster-tonari.jpg", "ポスター"}, {"joint-paper.pdf", "共同論文"},
}

// onlyThere stands on one of the sheets and in no title or report.
const onlyThere = "異動しても続く手順書"

// TestANewcomerHangsTheirPostersAndFindsAWordOnOne: eight files go up, the wall fills before somebody else's eyes, and a
// word that stands only inside one sheet leads to its place; then the same with the keyboard alone.
func TestANewcomerHangsTheirPostersAndFindsAWordOnOne(t *testing.T) {
	s := site.Start(t, site.Options{})
	a := api{t, s.URL, token(t, s, "fellow@example.jp")}
	a.settled()
	mouse, watcher := browser.New(t, s.URL, "mouse"), browser.New(t, s.URL, "watcher", browser.Size(1366, 3000))
	mouse.SignIn("fellow@example.jp")
	watcher.SignIn("alumnus@example.jp")
	watcher.Go("/archive?view=wall")
	for i, one := range works {
		mouse.Go("/posters/new")
		mouse.Attach("ファイル", samplePath(t, one.file))
		mouse.See("できました")
		if one.kind != "ポスター" {
			mouse.Click(one.kind)
		}
		mouse.Fill("題名", fmt.Sprintf("はじめての%d枚目", i+1))
		mouse.Fill("ことばでの説明", "はじめて載せたもの")
		mouse.Click("載せる")
		mouse.Holds("the page of the sheet is there", `() => /^\/(posters|papers)\/[0-9a-z]{10}$/.test(location.pathname)`)
	}
	site.Eventually(t, 2*time.Minute, "the wall does not fill by itself, pictures and all", func() bool { // eight documents are read
		got, err := watcher.Page.Eval(`() => {
			const mine = [...document.querySelectorAll(".wall li")].filter(li => li.innerText.includes("はじめての"));
			return mine.length === 7 && mine.every(li => li.querySelector("img")?.complete);
		}`)
		return err == nil && got.Value.Bool()
	})
	words := onlyThere
	site.Eventually(t, time.Minute, "the sheet is found by what stands on it", func() bool {
		return len(a.hits("q="+url.QueryEscape(words))) > 1
	})
	mouse.Go("/archive")
	mouse.Fill("さがすことば", words)
	mouse.Send("さがすことば", "さがす")
	mouse.Holds("the hit leads to a place", leads, "はじめての4枚目")
	link, err := mouse.Page.Timeout(time.Minute).ElementByJS(rod.Eval(placeLink, "はじめての4枚目"))
	if err == nil {
		err = link.Click(proto.InputMouseButtonLeft, 1)
	}
	if err != nil {
		t.Fatal(err)
	}
	framed(mouse, words)
	script(t, mouse, `() => scrollTo({top: 0, behavior: "instant"})`) // the header lies over what is scrolled under it
	mouse.Accessible()

	keys := browser.New(t, s.URL, "keys")
	keys.SignIn("alumnus2@example.jp")
	keys.Go("/home")
	pressUntil(t, keys, input.KeyN, "/new") // 投稿する
	follow(t, keys, `a[href^="/posters/new"]`)
	keys.Arrive("/posters/new")
	tabTo(t, keys, `input[type=file]`)
	keys.Attach("ファイル", samplePath(t, "poster-madoguchi.pdf")) // as the system's own window, opened by Enter, does
	keys.See("できました")
	tabTo(t, keys, `[name=alt]`)
	keys.Page.MustInsertText("鍵盤だけで載せたもの")
	tabTo(t, keys, `[name=title]`)
	press(t, keys, input.ControlLeft, input.KeyA)
	keys.Page.MustInsertText("鍵盤だけの一枚")
	tabTo(t, keys, `button[value=publish]`)
	keys.Press(input.Enter)
	keys.Holds("the page of the sheet is there", `() => /^\/posters\/[0-9a-z]{10}$/.test(location.pathname)`)
	site.Eventually(t, time.Minute, "the sheet is found by what stands on it", func() bool {
		for _, title := range a.hits("q=" + url.QueryEscape(words)) {
			if title == "鍵盤だけの一枚" {
				return true
			}
		}
		return false
	})
	keys.Press(input.Slash)
	keys.Holds("the search has the focus", `() => document.activeElement?.type === "search"`)
	keys.Page.MustInsertText(words)
	keys.Press(input.Enter)
	keys.Holds("the hit leads to a place", leads, "鍵盤だけの一枚")
	script(t, keys, `() => (`+placeLink+`)("鍵盤だけの一枚").dataset.wanted = ""`)
	follow(t, keys, `[data-wanted]`)
	framed(keys, words)
	tabTo(t, keys, `[data-stage]`)
	keys.Press(input.Equal)
	keys.Holds("it is zoomed", `() => document.querySelector("[data-stage]").dataset.zoom === "on"`)
}

// placeLink is the link of a hit, by its title, into the sheet.
const placeLink = `(title) => [...document.querySelectorAll(".result")].find(r => r.querySelector("h2").innerText.includes(title))
	?.querySelector(".metaline a[href*='#sheet']") ?? null`

const leads = `(title) => (` + placeLink + `)(title) !== null`

// framed waits until the words are framed on the sheet, in sight, and listed.
func framed(p *browser.Person, words string) {
	p.Holds("the words are framed on the sheet", `(words) => {
		const frame = document.querySelector(".stage-img .frame.cur rect")?.getBoundingClientRect();
		const picture = document.querySelector(".stage-img img");
		return frame && frame.width > 4 && frame.top > 0 && frame.bottom < innerHeight && picture.complete && picture.naturalWidth > 0 &&
			document.querySelector(".hits [aria-current] mark").innerText === words;
	}`, words)
}

// tabTo presses Tab until the focus is on what a selector names.
func tabTo(t *testing.T, p *browser.Person, selector string) {
	t.Helper()
	for range 120 {
		got, err := p.Page.Eval(`(selector) => document.activeElement?.matches(selector)`, selector)
		if err != nil {
			t.Fatal(err)
		}
		if got.Value.Bool() {
			return
		}
		p.Press(input.Tab)
	}
	t.Fatalf("no Tab leads to %s at %s", selector, p.Path())
}

// follow goes to a link by Tab and opens it.
func follow(t *testing.T, p *browser.Person, selector string) {
	t.Helper()
	tabTo(t, p, selector)
	p.Press(input.Enter)
}

// press presses keys together.
func press(t *testing.T, p *browser.Person, hold, key input.Key) {
	t.Helper()
	if err := p.Page.KeyActions().Press(hold).Type(key).Release(hold).Do(); err != nil {
		t.Fatal(err)
	}
}

// pressUntil presses a key, again if need be, until it has led to a path: a page whose script has only just come may not
// have listened yet.
func pressUntil(t *testing.T, p *browser.Person, key input.Key, path string) {
	t.Helper()
	for range 10 {
		p.Press(key)
		page := p.Page.Timeout(6 * time.Second)
		err := page.Wait(rod.Eval(`(path) => location.pathname === path`, path))
		page.CancelTimeout()
		if err == nil || p.Path() == path {
			p.Arrive(path)
			return
		}
	}
	t.Fatalf("%s is never reached", path)
}
