package browser

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// axe is the text of axe-core, which npm brings from the lock file of internal/e2e.
var axe = sync.OnceValues(func() (string, error) {
	dir, err := os.Getwd() // the package under test stands in internal/e2e or below it
	if err != nil {
		return "", err
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		text, err := os.ReadFile(filepath.Join(dir, "node_modules/axe-core/axe.min.js"))
		if err == nil {
			return string(text), nil
		}
	}
	return "", fmt.Errorf("no axe-core found: run npm --prefix internal/e2e ci")
})

// violation is one broken rule as axe-core reports it.
type violation struct {
	ID     string `json:"id"`
	Impact string `json:"impact"`
	Help   string `json:"help"`
	Nodes  []struct {
		Target  []any  `json:"target"`
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

// byTags runs every rule; byColour the rules that the look can change, since light and dark are one document.
const (
	byTags   = `{type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}`
	byColour = `{type: "rule", values: ["color-contrast", "link-in-text-block"]}`
)

const runAxe = `async () => {
	const result = await axe.run(document, {runOnly: RULES, resultTypes: ["violations"]});
	return JSON.stringify(result.violations);
}`

// Accessible checks the open page against WCAG 2.2 AA and good practice, and tells each broken rule. The page is looked at
// in a window as tall as itself: in a lower one, what sticks to the window's edge covers by intent what scrolls below it,
// and what that is depends on where the window happens to end.
func (p *Person) Accessible() {
	p.t.Helper()
	result, err := p.Page.Timeout(patience).Eval(`() => [innerWidth, innerHeight, document.documentElement.scrollHeight]`)
	p.check(err, "measure the page")
	size := result.Value.Arr()
	width, height, all := size[0].Int(), size[1].Int(), size[2].Int()
	p.Resize(width, max(height, all))
	p.axe("", byTags)
	p.Resize(width, height)
}

// AccessibleInDark checks the colours of the open page in the dark look.
func (p *Person) AccessibleInDark() {
	p.t.Helper()
	p.check(look("dark")(p.Page), "ask for the dark look")
	p.axe(" in the dark", byColour)
	p.check(look("light")(p.Page), "ask for the light look")
}

func (p *Person) axe(how, rules string) {
	p.t.Helper()
	script, err := axe()
	p.check(err, "load axe-core")
	page := p.Page.Timeout(patience)
	defer page.CancelTimeout()
	there, err := page.Eval("() => !!window.axe")
	p.check(err, "look for axe-core")
	if !there.Value.Bool() {
		// By the debugger, so that the page's own policy against foreign scripts stays as it is.
		_, err = page.Eval("() => {" + script + "\n}")
		p.check(err, "inject axe-core")
	}
	result, err := page.Eval(strings.Replace(runAxe, "RULES", rules, 1))
	p.check(err, "run axe-core")
	var broken []violation
	p.check(json.Unmarshal([]byte(result.Value.Str()), &broken), "read axe-core's answer")
	for _, rule := range broken {
		var where []string
		for _, node := range rule.Nodes {
			where = append(where, fmt.Sprintf("  %v %s\n    %s", node.Target, node.HTML, strings.ReplaceAll(node.Summary, "\n", "\n    ")))
		}
		p.t.Errorf("%s%s: %s (%s) %s\n%s", p.Path(), how, rule.ID, rule.Impact, rule.Help, strings.Join(where, "\n"))
	}
}

// FitsIn checks that a window this wide needs no sideways scrolling.
func (p *Person) FitsIn(width int) {
	p.t.Helper()
	p.check(Size(width, 640)(p.Page), "resize")
	result, err := p.Page.Timeout(patience).Eval(`() => {
		const wide = document.documentElement.scrollWidth;
		const out = [...document.body.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
			.slice(0, 5).map(e => e.tagName.toLowerCase() + "." + e.className).join(" ");
		return JSON.stringify({wide, out});
	}`)
	p.check(err, "measure")
	var got struct {
		Wide int
		Out  string
	}
	p.check(json.Unmarshal([]byte(result.Value.Str()), &got), "measure")
	if got.Wide > width {
		p.t.Errorf("%s is %d pixels wide in a window of %d: %s", p.Path(), got.Wide, width, got.Out)
	}
}
