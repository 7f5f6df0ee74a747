package e2e

import (
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/e2e/browser"
	"github.com/manetomo/manetomo/internal/e2e/site"
)

// TestSearching is what a browser adds to the search.
func TestSearching(t *testing.T) {
	t.Parallel()
	s := site.Start(t, site.Options{})
	a := api{t, s.URL, token(t, s, "fellow@example.jp")}
	site.Eventually(t, time.Minute, "reports and posters are found", func() bool {
		return len(a.hits("kind=report&q=%E5%AF%BE%E8%A9%B1")) > 0 && len(a.hits("kind=poster&q=%E5%AF%BE%E8%A9%B1")) > 0
	})
	t.Run("a condition applies at once", func(t *testing.T) { appliesAtOnce(t, s) })
	t.Run("a phone's button says what it will show", func(t *testing.T) { phonesButton(t, s) })
	t.Run("a kept search is opened", func(t *testing.T) { openKept(t, s) })
}

// choose ticks the condition that has this value, as a key would.
const choose = `(value) => {
	const box = document.querySelector('[data-facets] input[value="' + value + '"]');
	box.focus();
	box.click();
	return true;
}`

// The list and its numbers follow a choice, the focus stays on it, and Back takes it back.
func appliesAtOnce(t *testing.T, s *site.Site) {
	p := browser.New(t, s.URL, "searcher", browser.Size(1366, 900))
	p.SignIn("fellow@example.jp")
	p.Go("/archive?q=%E5%AF%BE%E8%A9%B1")
	p.Holds("the condition is chosen", choose, "report")
	p.Holds("the address has the condition", `() => location.search.includes("kind=report")`)
	p.Holds("only reports are shown", `() => [...document.querySelectorAll("#found .results .kind")].every(k => k.textContent.trim() === "実践レポート")`)
	p.Holds("the number is said", `() => /^\d+件見つかりました$/.test(document.getElementById("announcer").textContent)`)
	p.Holds("the focus stays", `() => document.activeElement.value === "report" && document.activeElement.checked`)
	script(t, p, `() => history.back()`)
	p.Holds("the condition is gone", `() => !location.search.includes("kind=") && !document.querySelector("[data-facets] :checked") && !document.querySelector('#found [aria-label="使っている条件"]')`)
}

// On a phone the conditions are a page of their own.
func phonesButton(t *testing.T, s *site.Site) {
	p := browser.New(t, s.URL, "phone", browser.Size(390, 800))
	p.SignIn("fellow@example.jp")
	p.Go("/archive?q=%E5%AF%BE%E8%A9%B1")
	p.Open("しぼりこむ")
	p.Holds("the condition is chosen", choose, "poster")
	p.Holds("the button says the number of posters", `() => {
		const n = document.querySelector('[data-facets] input[value="poster"]').closest("label").querySelector(".end").textContent.replace(/\D/g, "");
		return document.querySelector("[data-facets] button").textContent === n + "件を表示する";
	}`)
	p.Accessible()
	p.AccessibleInDark()
	p.Open("件を表示する")
	p.Arrive("kind=poster")
}

// The page of what a kept search has found.
func openKept(t *testing.T, s *site.Site) {
	for _, width := range []int{1366, 390} {
		p := browser.New(t, s.URL, "keeper", browser.Size(width, 800), browser.Still())
		p.SignIn("fellow@example.jp")
		if width == 1366 {
			p.Go("/archive?q=%E5%AF%BE%E8%A9%B1")
			p.Click("この条件を見守る")
			p.Accessible()
			p.Open("見守る")
		}
		p.Go("/archive/saved")
		p.Open("これまでに見つかったもの")
		p.See("対話")
		p.Accessible()
		p.AccessibleInDark()
		p.FitsIn(320)
	}
}
