package demo

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/archive"
)

//go:embed content
var content embed.FS

// sheet is one file of content/entries: facts in front, then sections by their keys.
type sheet struct {
	name      string // of the file; what a second run knows it by
	facts     map[string]string
	sections  []archive.Written
	themes    []string
	year      int
	confirmed bool // public may stand: a moderator has said so
	publish   bool
}

// discussion is one file of content/topics: facts, the opening text, and the answers.
type discussion struct {
	name    string
	facts   map[string]string
	body    string
	answers []answer
}

type answer struct {
	author string
	reply  int64 // number of the post it answers; 0 for none
	body   string
}

var sheets = sync.OnceValues(func() ([]sheet, error) { return readAll("entries", parseSheet) })
var discussions = sync.OnceValues(func() ([]discussion, error) { return readAll("topics", parseDiscussion) })

// readAll parses every file of a folder, in the order of their names.
func readAll[T any](folder string, parse func(name, text string) (T, error)) ([]T, error) {
	files, err := fs.Glob(content, "content/"+folder+"/*.md")
	if err != nil {
		return nil, err
	}
	var all []T
	for _, file := range files {
		text, err := content.ReadFile(file)
		if err != nil {
			return nil, err
		}
		name := strings.TrimSuffix(path.Base(file), ".md")
		one, err := parse(name, string(text))
		if err != nil {
			return nil, fmt.Errorf("demo content %s: %w", file, err)
		}
		all = append(all, one)
	}
	return all, nil
}

// front takes the facts between the two lines of dashes off the text.
func front(text string) (facts map[string]string, rest string, err error) {
	head, rest, ok := strings.Cut(strings.TrimPrefix(text, "---\n"), "---\n")
	if !ok {
		return nil, "", fmt.Errorf("no facts in front")
	}
	facts = map[string]string{}
	for line := range strings.Lines(head) {
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, "", fmt.Errorf("no fact: %q", line)
		}
		facts[key] = strings.TrimSpace(value)
	}
	return facts, strings.TrimSpace(rest), nil
}

func parseSheet(name, text string) (s sheet, err error) {
	s = sheet{name: name}
	var rest string
	if s.facts, rest, err = front(text); err != nil {
		return s, err
	}
	s.themes = listOf(s.facts["themes"])
	s.confirmed, s.publish = s.facts["confirmed"] != "no", s.facts["publish"] != "no"
	if s.year, err = strconv.Atoi(s.facts["year"]); err != nil {
		return s, err
	}
	for _, part := range strings.Split("\n"+rest, "\n## ")[1:] {
		key, body, _ := strings.Cut(part, "\n")
		w := archive.Written{Key: archive.Key(strings.TrimSpace(key)), Body: strings.TrimSpace(body)}
		if !w.Key.Valid() {
			return s, fmt.Errorf("no section %q", key)
		}
		s.sections = append(s.sections, w)
	}
	return s, nil
}

func (s sheet) audience() access.Rung { return access.Rung(s.facts["audience"]) }

func parseDiscussion(name, text string) (d discussion, err error) {
	d = discussion{name: name}
	var rest string
	if d.facts, rest, err = front(text); err != nil {
		return d, err
	}
	parts := strings.Split(rest, "\n--- ")
	d.body = strings.TrimSpace(parts[0])
	for _, part := range parts[1:] {
		head, body, _ := strings.Cut(part, "\n")
		a := answer{body: strings.TrimSpace(body)}
		var reply string
		a.author, reply, _ = strings.Cut(strings.TrimSpace(head), " reply=")
		if reply != "" {
			if a.reply, err = strconv.ParseInt(reply, 10, 64); err != nil {
				return d, err
			}
		}
		d.answers = append(d.answers, a)
	}
	return d, nil
}

func listOf(cell string) []string {
	if cell == "" {
		return nil
	}
	list := strings.Split(cell, ",")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	return list
}
