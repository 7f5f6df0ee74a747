package browser

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/cdp"
	"github.com/go-rod/rod/lib/proto"
)

// Go opens a path of the site, or a full address, and waits until it is loaded.
func (p *Person) Go(address string) {
	p.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = p.Base + address
	}
	page := p.Page.Timeout(patience)
	defer page.CancelTimeout()
	wait := page.WaitNavigation(proto.PageLifecycleEventNameLoad)
	p.check(page.Navigate(address), "open "+address)
	wait()
}

// Path is the path and query of the open page.
func (p *Person) Path() string { return strings.TrimPrefix(p.where(), p.Base) }

// Status is how the site answered for the open page.
func (p *Person) Status() int {
	p.t.Helper()
	result, err := p.Page.Timeout(patience).Eval(`() => performance.getEntriesByType("navigation")[0].responseStatus`)
	p.check(err, "ask for the status")
	return result.Value.Int()
}

const shows = `(words) => (document.body?.innerText ?? "").includes(words)`

// Shows tells whether the page shows these words now.
func (p *Person) Shows(words string) bool {
	result, err := p.Page.Timeout(patience).Eval(shows, words)
	return err == nil && result.Value.Bool()
}

// See waits until the page shows these words.
func (p *Person) See(words string) {
	p.t.Helper()
	p.until(fmt.Sprintf("the page shows 「%s」", words), shows, words)
}

// SeeNot waits until the page does not show these words.
func (p *Person) SeeNot(words string) {
	p.t.Helper()
	p.until(fmt.Sprintf("the page no longer shows 「%s」", words),
		`(words) => document.body && !document.body.innerText.includes(words)`, words)
}

// Arrive waits until the loaded page's address holds this text.
func (p *Person) Arrive(part string) {
	p.t.Helper()
	p.until("the address holds "+part,
		`(part) => document.readyState === "complete" && decodeURI(location.href).includes(part)`, part)
}

// Holds waits until a JavaScript function answers true on the page.
func (p *Person) Holds(what, js string, args ...any) {
	p.t.Helper()
	p.until(what, js, args...)
}

// until asks the page again and again. A page that is just changing answers with an error, which is not a no.
func (p *Person) until(what, js string, args ...any) {
	p.t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		result, err := p.Page.Timeout(patience).Eval(js, args...)
		if err == nil && result.Value.Bool() {
			return
		}
		select {
		case <-deadline:
			if err == nil {
				err = errors.New("not so")
			}
			p.check(err, "waited in vain until "+what)
		case <-tick.C:
		}
	}
}

// byLabel finds a field as a person finds it: by its label, or by the name for those who do not see the label.
const byLabel = `(words) => {
	const shown = e => e.getClientRects().length > 0;
	for (const exact of [true, false]) {
		const same = s => exact ? (s ?? "").trim() === words : (s ?? "").includes(words);
		for (const label of document.querySelectorAll("label")) {
			const field = label.control;
			if (field && same(label.innerText) && (shown(field) || field.type === "file")) return field;
		}
		for (const field of document.querySelectorAll("input, textarea, select, [contenteditable=true]")) {
			if ((same(field.getAttribute("aria-label")) || same(field.getAttribute("placeholder"))) && shown(field)) return field;
		}
	}
	return null;
}`

// byWords finds what can be pressed by the words on it.
const byWords = `(words) => {
	const kinds = "a[href], button, summary, label, input[type=submit], [role=button], [role=tab], [role=option]";
	const named = e => (e.getAttribute("aria-label") ?? "") + "\n" + (e.innerText ?? "") + "\n" + (e.value ?? "");
	const all = [...document.querySelectorAll(kinds)].filter(e => e.getClientRects().length > 0 && !e.disabled);
	return all.find(e => named(e).split("\n").some(s => s.trim() === words)) ?? all.find(e => named(e).includes(words)) ?? null;
}`

// find waits for what a JavaScript function finds. A page that is just changing answers with an error, which is not a no.
func (p *Person) find(js, words, what string) *rod.Element {
	p.t.Helper()
	page := p.Page.Timeout(patience)
	for {
		found, err := page.ElementByJS(rod.Eval(js, words))
		if errors.Is(err, cdp.ErrCtxNotFound) || errors.Is(err, cdp.ErrCtxDestroyed) {
			continue
		}
		p.check(err, fmt.Sprintf("find the %s 「%s」", what, words))
		return found.CancelTimeout().Timeout(patience)
	}
}

// Type writes into the field with this label, after what it holds.
func (p *Person) Type(label, text string) {
	p.t.Helper()
	p.check(p.find(byLabel, label, "field").Input(text), "type")
}

// Fill writes into the field with this label instead of what it holds.
func (p *Person) Fill(label, text string) {
	p.t.Helper()
	field := p.find(byLabel, label, "field")
	p.check(field.SelectAllText(), "select the text")
	p.check(field.Input(text), "type")
}

// Choose selects an option of a list by its text.
func (p *Person) Choose(label, option string) {
	p.t.Helper()
	p.check(p.find(byLabel, label, "list").Select([]string{option}, true, rod.SelectorTypeText), "choose "+option)
}

// Attach chooses files for the field with this label.
func (p *Person) Attach(label string, paths ...string) {
	p.t.Helper()
	p.check(p.find(byLabel, label, "file field").SetFiles(paths), "choose files")
}

// Click presses the link or button with these words.
func (p *Person) Click(words string) {
	p.t.Helper()
	p.check(p.find(byWords, words, "button or link").Click(proto.InputMouseButtonLeft, 1), "press 「"+words+"」")
}

// Send presses the button with these words in the form that holds the field with this label.
func (p *Person) Send(label, words string) {
	p.t.Helper()
	field := p.find(byLabel, label, "field")
	button, err := field.ElementByJS(rod.Eval(`(words) =>
		[...this.form.elements].find(e => e.type === "submit" && (e.innerText || e.value).includes(words))`, words))
	p.check(err, "find the button 「"+words+"」")
	p.check(button.Click(proto.InputMouseButtonLeft, 1), "press 「"+words+"」")
}

// Open presses what leads to another page and waits for it.
func (p *Person) Open(words string) {
	p.t.Helper()
	what := p.find(byWords, words, "button or link")
	page := p.Page.Timeout(patience)
	defer page.CancelTimeout()
	wait := page.WaitNavigation(proto.PageLifecycleEventNameLoad)
	p.check(what.Click(proto.InputMouseButtonLeft, 1), "press 「"+words+"」")
	wait()
}

// SignIn signs in as a demo person, by the demo provider's button and page.
func (p *Person) SignIn(address string) {
	p.t.Helper()
	p.Go("/signin")
	button, err := p.Page.Timeout(patience).Element(`form[action$="/auth/demo"] [type=submit], form[action$="/auth/demo"] button`)
	p.check(err, "find the demo's button")
	p.check(button.Click(proto.InputMouseButtonLeft, 1), "press the demo's button")
	p.until("the provider shows its people", `() => document.querySelector("[name=person]") !== null`)
	found, err := p.Page.Timeout(patience).ElementByJS(rod.Eval(`(address) => {
		const field = [...document.querySelectorAll("[name=person]")].find(e => e.value === address) ??
			document.querySelector("input[name=person]:not([type=radio]), select[name=person]");
		return field?.tagName === "BUTTON" ? field : (field && ((field.type === "radio" ? field.checked = true : field.value = address),
			field.form.querySelector("button, input[type=submit]")));
	}`, address))
	p.check(err, "choose "+address)
	p.check(found.Click(proto.InputMouseButtonLeft, 1), "sign in")
	p.until("we are back and signed in",
		`(base) => document.readyState === "complete" && location.href.startsWith(base) && !/^\/(auth|demo-provider|signin)/.test(location.pathname)`, p.Base)
}

// Resize changes the window.
func (p *Person) Resize(width, height int) {
	p.t.Helper()
	p.check(Size(width, height)(p.Page), "resize")
}
