package reports

import (
	"strconv"
	"unicode/utf8"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/text"
)

// finding is something that looks like it should not be published.
type finding struct {
	Where, What, Text, URL string
}

// check looks through the whole text for ways to reach people.
func check(t archive.Text, edit string) []finding {
	var found []finding
	look := func(where, s string, step int) {
		for _, c := range text.Contacts(s) {
			found = append(found, finding{where, c.What, c.Text, edit + "?step=" + strconv.Itoa(step)})
		}
	}
	look("題名", t.Title, basics)
	look("ひとことで", t.Summary, basics)
	for i, s := range steps() {
		for _, a := range s.Asks {
			look(a.Key.Label(), t.Section(a.Key).Body, i+1)
		}
	}
	return found
}

// todo is a line of the checklist before publishing.
type todo struct {
	Text     string
	Done     bool
	Required bool
	URL      string
}

// todos lists what publishing needs, and what a reader would miss.
func todos(t archive.Text, edit string) []todo {
	at := func(n int) string { return edit + "?step=" + strconv.Itoa(n) }
	has := func(keys ...archive.Key) bool {
		for _, k := range keys {
			if t.Section(k).Body != "" {
				return true
			}
		}
		return false
	}
	return []todo{
		{"題名", t.Title != "", true, at(basics)},
		{"自治体・年度・コース", t.Municipality != "" && t.Year != 0 && t.Course != "", true, at(basics)},
		{"どれか一つの項目", has(archive.Keys...), true, at(4)},
		{"背景・現状", has(archive.Background), false, at(2)},
		{"取り組み", has(archive.Practice), false, at(4)},
		{"成果・変化、または気づき・学び", has(archive.Outcome, archive.Reflection), false, at(5)},
	}
}

// progress says how far each screen is: 230字, まだ, or what is being written.
func progress(t archive.Text, s step, current bool) (note string, done bool) {
	n := 0
	for _, a := range s.Asks {
		n += utf8.RuneCountInString(t.Section(a.Key).Body)
	}
	switch {
	case len(s.Asks) > 0:
		done = n > 0
	case s.Fields[0] == "title":
		done = t.Title != "" && t.Municipality != "" && t.Year != 0 && t.Course != ""
	}
	switch {
	case current && n == 0:
		return "書いています", done
	case n > 0:
		return strconv.Itoa(n) + "字", done
	case s.Note != "":
		return s.Note, done
	case s.Fields != nil && t.Audience != "":
		return archive.AudienceLabel(access.Rung(t.Audience)), done
	}
	return "まだ", done
}
