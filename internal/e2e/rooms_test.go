package e2e

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/input"

	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/e2e/browser"
	"github.com/manetomo/manetomo/internal/e2e/site"
	"github.com/manetomo/manetomo/internal/e2e/visitor"
)

// planned is a session of two posters that begins by itself within a minute.
func planned(t *testing.T, s *site.Site) (address string, entries []string) {
	t.Helper()
	v := visitor.New(t, s.URL)
	v.SignIn("moderator@example.jp")
	field := regexp.MustCompile(`name="order-([0-9a-z]{10})"`)
	site.Eventually(t, time.Minute, "no posters to choose from", func() bool {
		v.Get("/sessions/new")
		return len(field.FindAllString(v.Page.Body, -1)) >= 6
	})
	found := field.FindAllStringSubmatch(v.Page.Body, -1)
	entries = []string{found[0][1], found[1][1]}
	start := time.Now().Add(70 * time.Second).In(cohort.Japan)
	v.Submit(url.Values{"title": {"冬のポスター発表会"}, "day": {start.Format(time.DateOnly)}, "time": {start.Format("15:04")}, "minutes": {"30"},
		"order-" + entries[0]: {"1"}, "order-" + entries[1]: {"2"}})
	address = v.Page.URL.Path
	if !strings.HasPrefix(address, "/sessions/") || !v.Page.Has("冬のポスター発表会") {
		t.Fatalf("the plan leads to %s (%d)\n%s", v.Page.URL, v.Page.Status, v.Page.Text())
	}
	return address, entries
}

func TestAPosterSessionWalksOnTheSameOnEveryScreen(t *testing.T) {
	t.Parallel()
	s := site.Start(t, site.Options{})
	address, entries := planned(t, s)
	host, guest := browser.New(t, s.URL, "moderator"), browser.New(t, s.URL, "fellow")
	host.SignIn("moderator@example.jp")
	guest.SignIn("fellow@example.jp")
	host.Go(address)
	guest.Go(address)
	guest.Accessible()
	at := func(p *browser.Person, position string) {
		t.Helper()
		site.Eventually(t, 90*time.Second, "the page does not come to poster "+position, func() bool {
			got, err := p.Page.Eval(`() => { const d = document.getElementById("session").dataset; return d.phase + "-" + d.position; }`)
			return err == nil && got.Value.Str() == position
		})
	}
	// By the clock alone, without anybody pressing anything.
	at(host, "running-0")
	at(guest, "running-0")
	guest.Holds("the bell is spoken", `() => /鐘が鳴りました。1枚めです/.test(document.getElementById("announcer").textContent)`)
	guest.Accessible()
	guest.AccessibleInDark()

	// A note is placed by keys and appears on the other screen; a question is collected.
	guest.Holds("the place can be pointed at", `() => { const b = document.querySelector("[data-point]"); return !b || !b.hidden; }`)
	script(t, guest, `() => document.querySelector("[data-point]")?.focus()`)
	sheet, err := guest.Page.Eval(`() => !!document.querySelector("[data-pins]")`)
	if err != nil {
		t.Fatal(err)
	}
	if sheet.Value.Bool() { // the sheet has been read by now, or the note is about the whole of it
		guest.Press(input.Enter)
		guest.Press(input.ArrowLeft)
		guest.Holds("the place is spoken", `() => document.getElementById("announcer").textContent.includes("左から48%、上から50%")`)
		guest.Press(input.Enter)
	}
	guest.Fill("付せんの文（200文字まで）", "だれの一言から始まりましたか")
	script(t, guest, `() => document.querySelector("#add-note [value=question]").click()`)
	guest.Click("はる")
	host.See("だれの一言から始まりましたか")
	host.Holds("the question is collected", `() => [...document.querySelectorAll("section")].some(s => s.getAttribute("aria-labelledby") === "h-asked" && s.innerText.includes("だれの一言から"))`)

	// Who writes is not moved; everybody else is.
	guest.Fill(postField, "書いている途中")
	host.Click("次へ")
	at(host, "running-1")
	guest.See("2枚めです")
	at(guest, "running-0")
	guest.Click("移る")
	at(guest, "running-1")
	guest.Fill(postField, "二枚めで話したこと")
	guest.Click(postButton)
	host.See("二枚めで話したこと")
	host.Click("前へ")
	at(guest, "running-0")
	guest.Holds("what was being written is there again", `() => document.querySelector("form.composer textarea").value === "書いている途中"`)

	// What was asked stays with the poster.
	v := visitor.New(t, s.URL)
	v.SignIn("alumnus2@example.jp")
	v.Get("/e/" + entries[0])
	if !v.Page.Has("だれの一言から始まりましたか") || !v.Page.Has("発表会で") {
		t.Errorf("the poster does not show the question\n%s", v.Page.Text())
	}
}

func TestWhatIsTriedInThePracticeRoomTellsNobody(t *testing.T) {
	t.Parallel()
	s := site.Start(t, site.Options{})
	newcomer, other := browser.New(t, s.URL, "fellow"), browser.New(t, s.URL, "alumnus")
	newcomer.SignIn("fellow@example.jp")
	other.SignIn("alumnus@example.jp")
	newcomer.Go("/rooms/practice")
	newcomer.See("ここに書いたものは、1週間で消えます")
	newcomer.Accessible()
	other.Go("/rooms/practice")
	newcomer.Fill(postField, "@見本 花子 さん、練習のはじめての投稿です")
	newcomer.Click(postButton)
	newcomer.See("届きました")
	other.See("練習のはじめての投稿です")
	a := api{t, s.URL, token(t, s, "alumnus@example.jp")}
	a.newTopic("練習のあとの話題") // what comes later in the log has been followed: so has the post before it
	v := visitor.New(t, s.URL)
	v.SignIn("alumnus2@example.jp")
	site.Eventually(t, time.Minute, "the search does not follow", func() bool {
		v.Get("/archive?q=" + url.QueryEscape("練習のあとの話題"))
		return v.Page.Has("練習のあとの話題")
	})
	for _, path := range []string{"/archive?q=" + url.QueryEscape("練習のはじめての投稿"), "/topics", "/home", "/notifications"} {
		v.Get(path)
		if v.Page.Has("練習のはじめての投稿です") || v.Page.Has("練習部屋の部屋") {
			t.Errorf("%s shows what was tried", path)
		}
	}
	other.Go("/notifications")
	other.SeeNot("練習部屋")
}
