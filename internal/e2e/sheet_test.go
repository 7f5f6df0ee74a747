package e2e

import (
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/proto"

	"github.com/manetomo/manetomo/internal/e2e/browser"
	"github.com/manetomo/manetomo/internal/e2e/site"
	"github.com/manetomo/manetomo/internal/e2e/visitor"
)

// TestTheSheet is what a browser adds to a poster: zooming, reading it beside its report, correcting its text, and that
// nothing on its pages moves by itself.
func TestTheSheet(t *testing.T) {
	s := site.Start(t, site.Options{})
	a := api{t, s.URL, token(t, s, "fellow@example.jp")}
	site.Eventually(t, time.Minute, "a poster and its report are found", func() bool {
		return len(a.hits("kind=poster&q="+url.QueryEscape("残業を減らす前に"))) > 0 && len(a.hits("kind=report&q="+url.QueryEscape("残業を減らす前に"))) > 0
	})
	a.settled()
	poster := found(t, s, "posters", "残業を減らす前に")
	t.Run("it is zoomed by wheel, buttons and keys, and takes nothing that is the page's", func(t *testing.T) { zooms(t, s, poster) })
	t.Run("its report is read beside it", func(t *testing.T) { besideIt(t, s, poster) })
	t.Run("its text is corrected on a phone", func(t *testing.T) { corrected(t, s, a) })
	t.Run("nothing moves by itself", func(t *testing.T) { nothingMoves(t, s, poster) })
}

// found is the page of the demo's first entry of a kind that is found by words.
func found(t *testing.T, s *site.Site, kind, words string) string {
	t.Helper()
	path := resolve(t, s.URL, "fellow@example.jp", []looked{{"/" + kind + "/*", "/archive?q=" + url.QueryEscape(words)}})[0]
	path, _, _ = strings.Cut(path, "?")
	return path
}

// percent is what the tools say of the zoom.
const percent = `() => parseInt(document.querySelector("[data-zoom-now]").textContent)`

func zoomIs(t *testing.T, p *browser.Person, what, condition string) {
	t.Helper()
	p.Holds(what, `() => { const n = (`+percent+`)(); const on = document.querySelector("[data-stage]").dataset.zoom === "on"; return `+condition+`; }`)
}

func zooms(t *testing.T, s *site.Site, poster string) {
	p := browser.New(t, s.URL, "fellow", browser.Still())
	p.SignIn("fellow@example.jp")
	p.Go(poster + "?q=" + url.QueryEscape("対話"))
	p.Holds("the tools are there", `() => !document.querySelector("[data-tools]").hidden`)
	wheel := func(dy float64, keys int) {
		t.Helper()
		err := proto.InputDispatchMouseEvent{Type: proto.InputDispatchMouseEventTypeMouseWheel, X: 500, Y: 400, DeltaY: dy, Modifiers: keys}.Call(p.Page)
		if err != nil {
			t.Fatal(err)
		}
	}
	const ctrl = 2
	wheel(120, 0)
	p.Holds("the wheel alone scrolls the page", `() => scrollY > 0`)
	zoomIs(t, p, "and zooms nothing", `!on && n === 100`)
	script(t, p, `() => scrollTo(0, 0)`)
	wheel(-120, ctrl)
	zoomIs(t, p, "Ctrl and the wheel zoom", `on && n === 120`)
	p.Holds("the page stays", `() => scrollY === 0`)
	p.Click("大きく")
	zoomIs(t, p, "the button zooms", `on && n === 180`)
	p.Click("小さく")
	zoomIs(t, p, "and back", `on && n === 120`)
	p.Click("全体")
	zoomIs(t, p, "the whole sheet is there again", `!on && n === 100`)

	script(t, p, `() => document.querySelector("[data-stage]").focus({preventScroll: true})`)
	p.Press(input.Equal)
	zoomIs(t, p, "plus zooms", `on && n === 150`)
	const at = `() => { const r = document.querySelector(".zoomed .frames").getBoundingClientRect(); return Math.round(r.left) + " " + Math.round(r.top); }`
	before, err := p.Page.Eval(at)
	if err != nil {
		t.Fatal(err)
	}
	p.Press(input.ArrowRight)
	p.Holds("an arrow key moves the sheet", `(before) => (`+at+`)() !== before && scrollY === 0`, before.Value.Str())
	moved, err := p.Page.Eval(`async () => { const at = ` + at + `; const first = at(); await new Promise(done => setTimeout(done, 200)); return first === at(); }`)
	if err != nil || !moved.Value.Bool() {
		t.Errorf("who wants less motion sees the sheet glide (%v)", err)
	}
	p.Press(input.Minus)
	zoomIs(t, p, "minus goes back to the whole sheet", `!on && n === 100`)
	p.Press(input.Equal)
	zoomIs(t, p, "plus zooms again", `on && n === 150`)
	p.Press(input.Digit0)
	zoomIs(t, p, "0 shows the whole sheet", `!on && n === 100`)

	p.Click("全画面")
	p.Holds("the sheet fills the screen", `() => document.fullscreenElement?.id === "stage"`)
	script(t, p, `() => document.exitFullscreen()`)
	p.Holds("the focus is back on the button", `() => !document.fullscreenElement && document.activeElement?.hasAttribute("data-full")`)
	script(t, p, `() => document.activeElement.blur()`)
	p.Press(input.ArrowDown) // the stage's only while it has the focus
	p.Holds("an arrow key scrolls the page", `() => scrollY > 0`)
}

func besideIt(t *testing.T, s *site.Site, poster string) {
	p := browser.New(t, s.URL, "fellow", browser.Still())
	p.SignIn("fellow@example.jp")
	p.Go(poster)
	p.SeeNot("見本の文章です")
	p.Click("レポート")
	p.See("見本の文章です")
	p.Arrive("side=beside")
	p.Accessible()
	p.AccessibleInDark()
	script(t, p, `() => document.querySelector("[data-side-link=talk]").click()`)
	p.Fill(postField, "シートを見ながら書いています")
	p.Click(postButton)
	p.See("シートを見ながら書いています")

	v := visitor.New(t, s.URL)
	v.SignIn("alumnus@example.jp")
	v.Get(poster)
	v.Follow("レポート")
	if !v.Page.Has("見本の文章です") {
		t.Errorf("without a script the link leads to %s\n%s", v.Page.URL, v.Page.Text())
	}
	if err := (proto.EmulationSetScriptExecutionDisabled{Value: true}).Call(p.Page); err != nil {
		t.Fatal(err)
	}
	p.Resize(390, 800)
	p.Go(poster)
	p.Holds("the text is open", `() => !document.body.innerText.includes("シートを見ながら書いています")`)
	p.Go(poster + "#discussion") // as a notice leads there
	p.See("シートを見ながら書いています")
	p.FitsIn(320)
}

// corrected: what a reader proposes is on the desk, and once it is approved the text is people's and is found.
func corrected(t *testing.T, s *site.Site, a api) {
	at := found(t, s, "posters", "やめる勇気会議")
	reader, desk := browser.New(t, s.URL, "reader", browser.Size(390, 844), browser.Still()), browser.New(t, s.URL, "desk", browser.Still())
	reader.SignIn("alumnus@example.jp")
	desk.SignIn("moderator@example.jp")
	reader.Go(at)
	reader.Holds("the text can be written", `() => !!document.querySelector('#side-text a[href*="/text/"]')`)
	script(t, reader, `() => document.querySelector('#side-text a[href*="/text/"]').click()`)
	reader.See("書き起こしを直す")
	reader.FitsIn(320)
	reader.Resize(390, 844)
	reader.Fill("この頁の文字", "やめる勇気会議\n紙の回覧を夕顔のように閉じる")
	reader.Click("直しを送る")
	reader.See("運営に送りました")
	desk.Go("/desk/transcripts")
	desk.See("夕顔のように閉じる")
	desk.Click("取り入れる")
	desk.SeeNot("夕顔のように閉じる")
	reader.Go(at)
	reader.See("運営が確かめたものです")
	reader.SeeNot("機械が読み取りました")
	site.Eventually(t, time.Minute, "the new text is found", func() bool { return len(a.hits("q="+url.QueryEscape("夕顔のように閉じる"))) > 0 })
}

// shifts sums how far what was there moved without anybody's doing, as browsers measure it.
const shifts = `() => new Promise(done => {
	let sum = 0;
	const add = list => { for (const e of list) if (!e.hadRecentInput) { sum += e.value; for (const s of e.sources) window.shifted = (window.shifted ?? "") + " " + (s.node?.outerHTML ?? s.node?.nodeName ?? "").slice(0, 90); } };
	const o = new PerformanceObserver(l => add(l.getEntries()));
	o.observe({type: "layout-shift", buffered: true});
	requestAnimationFrame(() => setTimeout(() => { add(o.takeRecords()); done(JSON.stringify({sum, what: window.shifted ?? ""})); }, 300));
})`

func nothingMoves(t *testing.T, s *site.Site, poster string) {
	list := "種類,題名,自治体,年度,コース,ファイル,整理番号\n"
	for i := range 493 {
		list += "ポスター," + string(rune('あ'+i%60)) + "の窓口,みどり見本市,2019,通常部会,,K" + string(rune('0'+i/100)) + string(rune('0'+i/10%10)) + string(rune('0'+i%10)) + "\n"
	}
	many(t, s, list)
	paper, report := found(t, s, "papers", "残業を減らす前に"), found(t, s, "reports", "残業を減らす前に")
	for _, width := range []int{1366, 390} {
		p := browser.New(t, s.URL, "reader", browser.Size(width, 768))
		p.SignIn("fellow@example.jp")
		for _, path := range []string{"/archive?view=wall", poster + "?q=" + url.QueryEscape("対話"), paper + "?page=4", report} {
			p.Go(path)
			script(t, p, `async () => { // down to the end, so that what is lazy is loaded
				for (let y = 0; y < document.documentElement.scrollHeight; y += 3000) { scrollTo(0, y); await new Promise(requestAnimationFrame); }
				await Promise.all([...document.images].filter(i => i.complete === false && i.getBoundingClientRect().top < innerHeight).map(i => i.decode().catch(() => {})));
			}`)
			got, err := p.Page.Eval(shifts)
			if err != nil {
				t.Fatal(err)
			}
			if said := got.Value.Str(); said != `{"sum":0,"what":""}` {
				t.Errorf("%s at %d moves: %s", path, width, said)
			}
		}
	}
}

// many brings in a list without files by the command line, beside the running site, and waits until the wall hangs.
func many(t *testing.T, s *site.Site, list string) {
	t.Helper()
	path := t.TempDir() + "/list.csv"
	write(t, path, list)
	if out, code := s.Run("import", "entries", path); code != 0 {
		t.Fatal(out)
	}
	v := visitor.New(t, s.URL)
	v.SignIn("fellow@example.jp")
	site.Eventually(t, time.Minute, "the wall does not fill", func() bool {
		v.Get("/archive?view=wall")
		return v.Page.Has("500枚")
	})
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
