package visitor

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// form is a form as the page has it, ready to be sent.
type form struct {
	action    string
	method    string
	multipart bool
	values    url.Values
	fields    map[string]bool // every name it has
}

// form finds the first form that has the fields, the file fields and the button.
func (p Page) form(fields url.Values, files []File, button string) (form, error) {
	var seen []string
	for n := range elements(p.root, "form") {
		f := p.read(n, button)
		if f == nil {
			continue
		}
		missing := ""
		for name := range fields {
			if !f.fields[name] {
				missing = name
			}
		}
		for _, file := range files {
			if !f.fields[file.Field] {
				missing = file.Field
			}
		}
		if missing == "" {
			return *f, nil
		}
		seen = append(seen, fmt.Sprintf("%s lacks %s", f.action, missing))
	}
	return form{}, fmt.Errorf("no form has the fields %v and the button 「%s」 (%s)\n%s",
		fields, button, strings.Join(seen, "; "), p.Text())
}

// read fills a form with the page's values; nil if it has not the button.
func (p Page) read(n *html.Node, button string) *form {
	action, err := p.URL.Parse(attr(n, "action"))
	if err != nil {
		return nil
	}
	f := &form{
		action: action.String(), method: strings.ToUpper(attr(n, "method")),
		multipart: attr(n, "enctype") == "multipart/form-data", values: url.Values{}, fields: map[string]bool{},
	}
	if f.method == "" {
		f.method = http.MethodGet
	}
	pressed := button == ""
	for _, field := range p.fields(n) {
		name := attr(field, "name")
		f.fields[name] = true
		switch {
		case has(field, "disabled"):
			delete(f.fields, name)
		case isButton(field):
			if !pressed && strings.Contains(text(field)+attr(field, "value"), button) {
				pressed = true
				f.press(p, field)
			}
		case name != "":
			f.fill(name, field)
		}
	}
	if !pressed {
		return nil
	}
	return f
}

// fields lists what belongs to a form, also what stands outside it with form="…".
func (p Page) fields(n *html.Node) []*html.Node {
	kinds := []string{"input", "textarea", "select", "button"}
	list := slices.Collect(elements(n, kinds...))
	if id := attr(n, "id"); id != "" {
		for field := range elements(p.root, kinds...) {
			if attr(field, "form") == id {
				list = append(list, field)
			}
		}
	}
	return list
}

func isButton(n *html.Node) bool {
	return n.Data == "button" || n.Data == "input" && strings.EqualFold(attr(n, "type"), "submit")
}

// press takes what a button adds to its form.
func (f *form) press(p Page, button *html.Node) {
	if name := attr(button, "name"); name != "" {
		f.values.Set(name, attr(button, "value"))
	}
	if own, err := p.URL.Parse(attr(button, "formaction")); err == nil && has(button, "formaction") {
		f.action = own.String()
	}
}

// fill takes the value of a field as the page shows it.
func (f *form) fill(name string, field *html.Node) {
	kind := strings.ToLower(attr(field, "type"))
	box := kind == "checkbox" || kind == "radio"
	switch {
	case field.Data == "textarea":
		f.values.Add(name, strings.TrimPrefix(raw(field), "\n"))
	case field.Data == "select":
		f.choose(name, field)
	case kind == "file", box && !has(field, "checked"):
	case box && !has(field, "value"):
		f.values.Add(name, "on")
	default:
		f.values.Add(name, attr(field, "value"))
	}
}

// choose takes the selected options of a list, or its first.
func (f *form) choose(name string, list *html.Node) {
	first, chosen := "", false
	for i, option := range slices.Collect(elements(list, "option")) {
		value := attr(option, "value")
		if !has(option, "value") {
			value = text(option)
		}
		if i == 0 {
			first = value
		}
		if has(option, "selected") {
			chosen = true
			f.values.Add(name, value)
		}
	}
	if !chosen && !has(list, "multiple") {
		f.values.Add(name, first)
	}
}

// raw is the text of a node as it stands.
func raw(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}
