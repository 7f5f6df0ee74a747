// Package ui holds the components that pages are built from: small typed templates in the look of the design, with
// the style sheets beside them.
//
// A component takes one struct or a few plain values, writes the same markup everywhere and knows no person, database
// or clock. Colours and sizes come from role tokens only (tokens.css); state is always said in words too.
package ui

import (
	"strings"
	"unicode/utf8"

	"github.com/manetomo/manetomo/internal/text"
)

// Kinds of things a reader meets; each has a word and an icon. The first four are kinds of archive entries.
const (
	Report   = "report"
	Poster   = "poster"
	Paper    = "paper"
	Material = "material"
	FollowUp = "followup"
	Adoption = "adoption"
	Topic    = "topic"
	Question = "question"
	Feature  = "collection"
)

var kindWords = map[string]struct{ word, icon string }{
	Report:   {"実践レポート", "report"},
	Poster:   {"ポスター", "poster"},
	Paper:    {"共同論文", "paper"},
	Material: {"資料", "clip"},
	FollowUp: {"その後", "flag"},
	Adoption: {"うちでもやってみた", "sprout"},
	Topic:    {"話題", "talk"},
	Question: {"質問", "talk"},
	Feature:  {"特集", "star"},
}

// KindWord is the Japanese word of a kind, or the kind itself when it has none.
func KindWord(kind string) string {
	if k, ok := kindWords[kind]; ok {
		return k.word
	}
	return kind
}

func kindIcon(kind string) string {
	if k, ok := kindWords[kind]; ok {
		return k.icon
	}
	return "report"
}

// Stamp is a moment as a reader sees it, made by page.Stamp.
type Stamp struct {
	Text string // 10:02, 11月20日 18:40, 2020年2月
	Full string // 2026年11月20日 18:40
	ISO  string // for machines
}

// Link is a word that leads somewhere, with a small note behind it.
type Link struct {
	Text string
	URL  string
	Note string
	Icon string
}

// Tint picks one of the four tints of an avatar. The same name always has the same tint.
func Tint(name string) string {
	var sum uint32 = 2166136261
	for _, b := range []byte(name) {
		sum = (sum ^ uint32(b)) * 16777619
	}
	return [...]string{"", "b", "y", "p"}[sum%4]
}

// Initial is the first character of a name.
func Initial(name string) string {
	r, _ := utf8.DecodeRuneInString(strings.TrimSpace(name))
	if r == utf8.RuneError {
		return "友"
	}
	return string(r)
}

// Count writes a number with thousands separated, as readers of Japanese pages expect: 12,345.
func Count(n int) string { return text.Number(n) }

// FileSize says how large a file is: 1.8MB, 320KB.
func FileSize(bytes int64) string { return text.FileSize(bytes) }
