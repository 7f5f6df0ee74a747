package visitor

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Text is what a person reads on the page, its spaces run together.
func (p Page) Text() string { return text(p.root) }

// Title is the page's title.
func (p Page) Title() string {
	for n := range elements(p.root, "title") {
		return text(n)
	}
	return ""
}

// Has tells whether the page shows these words.
func (p Page) Has(words string) bool { return strings.Contains(p.Text(), words) }

func text(n *html.Node) string {
	if n == nil {
		return ""
	}
	var b strings.Builder
	write(&b, n)
	return strings.Join(strings.Fields(b.String()), " ")
}

func write(b *strings.Builder, n *html.Node) {
	switch {
	case n.Type == html.TextNode:
		b.WriteString(n.Data)
	case n.Type == html.ElementNode && slices.Contains([]string{"script", "style", "template", "head"}, n.Data):
		return
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		write(b, c)
	}
	if n.Type == html.ElementNode && !slices.Contains([]string{"b", "strong", "em", "mark", "a", "span", "ruby"}, n.Data) {
		b.WriteByte(' ') // words of neighbouring blocks are not one word
	}
}

// elements walks all elements of a name, in order.
func elements(root *html.Node, names ...string) func(func(*html.Node) bool) {
	return func(yield func(*html.Node) bool) {
		if root == nil {
			return
		}
		for n := range root.Descendants() {
			if n.Type == html.ElementNode && slices.Contains(names, n.Data) && !yield(n) {
				return
			}
		}
	}
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

// link finds where the first link with this text leads.
func (p Page) link(words string) (string, bool) {
	for n := range elements(p.root, "a") {
		if strings.Contains(text(n), words) && has(n, "href") {
			return attr(n, "href"), true
		}
	}
	return "", false
}

// Links lists where all links lead.
func (p Page) Links() []string {
	var list []string
	for n := range elements(p.root, "a") {
		if has(n, "href") {
			list = append(list, attr(n, "href"))
		}
	}
	return list
}

// refresh finds the address of <meta http-equiv="refresh">, by which a page goes on without a redirect.
func (p Page) refresh() (string, bool) {
	for n := range elements(p.root, "meta") {
		if !strings.EqualFold(attr(n, "http-equiv"), "refresh") {
			continue
		}
		if _, address, ok := strings.Cut(attr(n, "content"), "url="); ok {
			return strings.Trim(address, `'"`), true
		}
	}
	return "", false
}
