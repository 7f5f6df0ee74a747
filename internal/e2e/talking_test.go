package e2e

import (
	"net/url"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/e2e/browser"
	"github.com/manetomo/manetomo/internal/e2e/site"
	"github.com/manetomo/manetomo/internal/e2e/visitor"
)

// TestTalkingTogether is a question with its answer, a quote and a poll, each seen by the other person without reloading.
func TestTalkingTogether(t *testing.T) {
	t.Parallel()
	s := site.Start(t, site.Options{})
	_, made := room(t, s, 1)
	fellow, moderator := browser.New(t, s.URL, "fellow"), browser.New(t, s.URL, "moderator")
	for p, who := range map[*browser.Person]string{fellow: "fellow@example.jp", moderator: "moderator@example.jp"} {
		p.SignIn(who)
		p.Go("/topics/" + made.ID)
	}
	moderator.Click("質問にする")
	moderator.See("質問をやめる")
	fellow.Holds("its page was open all along", `() => !document.querySelector('[data-if="question"]').hidden`)
	fellow.Fill(postField, "ひとつの答え")
	fellow.Click(postButton)
	fellow.See("届きました")
	moderator.See("これが答え")
	script(t, moderator, `() => [...document.querySelectorAll("[data-accept]")].at(-1).click()`)
	moderator.Arrive("#p") // the answer is told live, before the form has led to it
	moderator.See("解決した答え")
	fellow.See("解決した答え")
	script(t, moderator, `() => [...document.querySelectorAll('.act[href*="?quote="]')].at(-1).click()`)
	moderator.See("引用を外す")
	moderator.Fill(postField, "引用しての返信")
	moderator.Click(postButton)
	fellow.Holds("the quote stands", `() => !!document.querySelector(".post-body blockquote.said-by a")`)
	script(t, fellow, `() => (document.querySelector("details.poll-new").open = true)`)
	fellow.Fill("選択肢（1行に1つ、2〜10）", "朝\n昼")
	fellow.Fill(postField, "どちらですか")
	fellow.Click(postButton)
	moderator.Holds("the poll stands", `() => document.querySelectorAll(".poll input[name=choice]").length === 2`)
	script(t, moderator, `() => document.querySelector(".poll input[name=choice]").click()`)
	moderator.Click("答える")
	moderator.See("1人・100%")
	fellow.See("1人が答えました")
	fellow.SeeNot("1人・100%")
	for _, p := range []*browser.Person{fellow, moderator} {
		// Read anew and from its beginning: what floats over a page that is being read covers parts of posts by intent.
		p.Go("/topics/" + made.ID)
		p.Holds("nothing floats", `() => { scrollTo(0, 0); return scrollY === 0 && document.querySelector("[data-jump]").hidden; }`)
		p.Accessible()
	}
}

// TestAQuestionAndAPollEndOnAnOpenPage: nobody reloads, and both know it.
func TestAQuestionAndAPollEndOnAnOpenPage(t *testing.T) {
	s := site.Start(t, site.Options{})
	a, made := room(t, s, 2)
	fellow, moderator := browser.New(t, s.URL, "fellow"), browser.New(t, s.URL, "moderator")
	fellow.SignIn("fellow@example.jp")
	moderator.SignIn("moderator@example.jp")
	fellow.Go("/topics/" + made.ID)
	moderator.Go("/topics/" + made.ID)
	a.do("POST", "/api/v1/topics/"+made.ID+"/posts", map[string]any{"body": "あとから答えになる投稿"}, nil)
	asking := browser.New(t, s.URL, "asking")
	asking.SignIn("moderator@example.jp")
	asking.Go("/topics/" + made.ID)
	asking.Click("質問にする")
	moderator.Holds("its other page may choose too", `() => document.querySelectorAll("li [data-accept]").length === 3`)
	script(t, moderator, `() => [...document.querySelectorAll("[data-accept]")].at(-1).click()`)
	fellow.See("解決した答え")
	moderator.See("答えの印を外す")
	moderator.Click("質問をやめる")
	fellow.SeeNot("解決した答え")
	fellow.Holds("it is a topic again", `() => !document.querySelector('[data-if="topic"]').hidden && document.querySelector("[data-solved]").hidden`)
	moderator.Holds("no answer can be chosen", `() => [...document.querySelectorAll("[data-accept]")].every(b => b.hidden)`)
	const heard = `window.heard = []; addEventListener("DOMContentLoaded", () => new MutationObserver(() => heard.push(document.querySelector("#announcer").textContent))
		.observe(document.querySelector("#announcer"), { childList: true, characterData: true, subtree: true }));`
	if _, err := fellow.Page.EvalOnNewDocument(heard); err != nil {
		t.Fatal(err)
	}
	poll := map[string]any{"choices": []string{"朝", "昼"}, "ends_at": time.Now().Add(6 * time.Second)}
	a.do("POST", "/api/v1/topics/"+made.ID+"/posts", map[string]any{"body": "どちらですか", "poll": poll}, nil)
	fellow.Go("/topics/" + made.ID)
	fellow.Holds("it takes votes", `() => document.querySelectorAll(".poll input[name=choice]").length === 2`)
	script(t, fellow, `() => document.querySelector(".poll input[name=choice]").focus()`)
	// A device that slept, or whose clock jumped: the page believes that the time has come, and the server knows better.
	script(t, fellow, `() => { const real = Date.now; Date.now = () => real() + 3600_000; document.dispatchEvent(new Event("visibilitychange")); }`)
	fellow.Holds("it was asked and still takes votes", `() => performance.getEntriesByType("resource").some(r => r.name.endsWith("/poll")) && document.querySelectorAll(".poll input[name=choice]").length === 2`)
	fellow.See("しめきりました")
	fellow.Holds("the buttons are gone, the result stays", `() => !document.querySelector(".poll input[name=choice], .poll button") && document.querySelectorAll(".poll-bar").length === 2`)
	fellow.Holds("the focus stays at the poll", `() => document.activeElement === document.querySelector("form.poll")`)
	fellow.Holds("it is said once", `() => heard.filter(words => words === "アンケートをしめきりました").length === 1`)
}

// TestAPostIsShownOnce loads the page again after the server has a post whose answer never came: the post of the page
// and the post under way are one.
func TestAPostIsShownOnce(t *testing.T) {
	t.Parallel()
	s := site.Start(t, site.Options{})
	_, made := room(t, s, 1)
	p := browser.New(t, s.URL, "fellow")
	p.SignIn("fellow@example.jp")
	p.Go("/topics/" + made.ID)
	const deaf = `{ const real = fetch; window.fetch = (to, how) => how?.method === "POST" && String(to).endsWith("/posts")
		? new Promise((_, no) => real(to, how).then(() => (window.sent = true))) : real(to, how); localStorage.setItem("live-step", JSON.stringify({ way: "plain", at: Date.now() })); }`
	if _, err := p.Page.EvalOnNewDocument(deaf); err != nil {
		t.Fatal(err)
	}
	p.Go("/topics/" + made.ID)
	p.Fill(postField, "答えの届かない投稿")
	p.Click(postButton)
	p.Holds("the server has it", `() => window.sent === true`)
	p.Go("/topics/" + made.ID)
	p.See("答えの届かない投稿")
	p.Holds("it is shown once", `() => [...document.querySelectorAll("ol.posts > li")].filter(li => li.innerText.includes("答えの届かない投稿")).length === 1`)
	p.Holds("nothing is under way", `() => !document.querySelector(".post.sending") && !Object.keys(localStorage).some(k => k.startsWith("outbox:"))`)
}

// TestSuspensionEndsAnOpenPage: who is suspended while they read sees nothing more.
func TestSuspensionEndsAnOpenPage(t *testing.T) {
	t.Parallel()
	s := site.Start(t, site.Options{})
	a, made := room(t, s, 1)
	p := browser.New(t, s.URL, "fellow")
	p.SignIn("fellow@example.jp")
	p.Go("/topics/" + made.ID)
	a.say(made.ID, "まだ届く投稿")
	p.See("まだ届く投稿")
	id, err := p.Page.Eval(`() => document.body.dataset.person`)
	if err != nil {
		t.Fatal(err)
	}
	desk := api{t, s.URL, token(t, s, "secretariat@example.jp")}
	desk.do("POST", "/api/v1/admin/people/"+id.Value.Str()+"/suspension", map[string]any{"reason": "ためし"}, nil)
	p.See("ログインの期限が切れました")
	a.say(made.ID, "もう届かない投稿")
	script(t, p, `() => new Promise(done => setTimeout(done, 1500))`)
	p.SeeNot("もう届かない投稿")
}

func TestTalkingWithoutScripts(t *testing.T) {
	t.Parallel()
	s := site.Start(t, site.Options{})
	_, made := room(t, s, 1)
	v := visitor.New(t, s.URL)
	v.SignIn("moderator@example.jp")
	see := func(words string) {
		t.Helper()
		if !v.Page.Has(words) {
			t.Fatalf("%s does not show 「%s」:\n%s", v.Page.URL, words, v.Page.Text())
		}
	}
	v.Get("/topics/" + made.ID)
	v.Submit(url.Values{"button": {"質問にする"}})
	see("質問をやめる")
	v.Submit(url.Values{"body": {"どちらですか"}, "poll": {"朝\n昼"}, "button": {postButton}})
	see("0人が答えました")
	v.Submit(url.Values{"choice": {"2"}, "button": {"答える"}})
	see("1人・100%")
	v.Submit(url.Values{"button": {"これが答え"}})
	see("解決した答え")
	v.Submit(url.Values{"button": {"知らせない"}})
	see("この話し合いからは知らせません")
	v.Submit(url.Values{"button": {"質問をやめる"}})
	see("質問にすると")
	v.Follow("投稿を移す・分ける・1つにする")
	see("もとの場所には")
}
