// Package pagetest checks in tests what every page of the site keeps: its landmarks, a name for every control, links
// that lead somewhere, and nothing that the content security policy blocks.
package pagetest

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Check reports what is wrong with a whole page.
func Check(t testing.TB, page string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	c := checker{TB: t, count: map[string]int{}, ids: map[string]int{}, labels: map[string]bool{}}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			c.element(n)
		}
	}
	for _, n := range c.controls {
		if !c.labels[Attr(n, "id")] && Attr(n, "aria-label") == "" && Attr(n, "aria-labelledby") == "" && !within(n, "label") {
			t.Errorf("<%s name=%q> has no label", n.Data, Attr(n, "name"))
		}
	}
	for tag, want := range map[string]int{"h1": 1, "main": 1, "title": 1} {
		if c.count[tag] != want {
			t.Errorf("the page has %d <%s>, want %d", c.count[tag], tag, want)
		}
	}
	for id, n := range c.ids {
		if n > 1 {
			t.Errorf("the id %q stands %d times", id, n)
		}
	}
	for _, id := range c.refs {
		if c.ids[id] == 0 {
			t.Errorf("something refers to the id %q, which is not there", id)
		}
	}
	inOrder(t, page)
}

type checker struct {
	testing.TB
	count    map[string]int
	ids      map[string]int
	labels   map[string]bool
	controls []*html.Node
	refs     []string
}

func (c *checker) element(n *html.Node) {
	c.Helper()
	c.count[n.Data]++
	if id := Attr(n, "id"); id != "" {
		c.ids[id]++
	}
	for _, ref := range []string{"aria-labelledby", "aria-describedby"} {
		c.refs = append(c.refs, strings.Fields(Attr(n, ref))...)
	}
	switch n.Data {
	case "label":
		if target := Attr(n, "for"); target != "" {
			c.labels[target] = true
			c.refs = append(c.refs, target)
		}
	case "input", "textarea", "select":
		if Attr(n, "type") != "hidden" {
			c.controls = append(c.controls, n)
		}
	case "nav":
		if Attr(n, "aria-label") == "" && Attr(n, "aria-labelledby") == "" {
			c.Error("a nav has no name")
		}
	case "img":
		if !has(n, "alt") {
			c.Errorf("the picture %q has no alt", Attr(n, "src"))
		}
	case "a":
		if href := Attr(n, "href"); href == "" || strings.HasPrefix(href, "javascript:") || strings.Contains(href, "TemplFailed") {
			c.Errorf("a link leads to %q", href)
		}
	case "button", "form":
		if n.Data == "button" && strings.TrimSpace(text(n)) == "" && Attr(n, "aria-label") == "" {
			c.Error("a button says nothing")
		}
	}
	if has(n, "style") {
		c.Errorf("<%s> has a style attribute, which the policy blocks", n.Data)
	}
	for _, a := range n.Attr {
		if strings.HasPrefix(a.Key, "on") {
			c.Errorf("<%s> has %s, which the policy blocks", n.Data, a.Key)
		}
	}
}

// inOrder checks the order of the parts, which is the order of reading and of the Tab key.
func inOrder(t testing.TB, page string) {
	t.Helper()
	last := -1
	for _, part := range []string{`class="skip"`, `class="site-header"`, `id="main"`, `class="site-footer"`, `id="announcer"`} {
		at := strings.Index(page, part)
		if at <= last {
			t.Errorf("%s is missing or out of order", part)
		}
		last = at
	}
}

// Attr is an attribute of a node, or "".
func Attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, key string) bool {
	for _, a := range n.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
}

func within(n *html.Node, tag string) bool {
	for p := range n.Ancestors() {
		if p.Data == tag {
			return true
		}
	}
	return false
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}
