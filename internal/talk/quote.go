package talk

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/text"
)

// Bounds of quotes. A change of a post touches every post that quotes it, so their number is bounded too.
const (
	maxQuotes = 5     // in a post
	maxQuoted = 100   // of a post
	maxWords  = 2_000 // characters of a quote
)

// NewQuote is what somebody quotes. Without words it is the whole post, as far as a quote reaches.
type NewQuote struct {
	Post  string `json:"post"`
	Words string `json:"words"`
}

// Quote is a quote as a reader sees it. Its words are shown while they still stand in a post of the same topic that
// stands itself: what was taken back, changed or moved elsewhere is not kept alive by who quoted it.
type Quote struct {
	Post       string
	Number     int64
	Author     string
	AuthorName string
	Words      string
	Gone       Gone
}

// Gone says why a quote shows no words.
type Gone string

// The reasons.
const (
	GoneRemoved Gone = "removed"
	GoneChanged Gone = "changed"
	GoneMoved   Gone = "moved"
)

// Sentence says it to a reader.
func (g Gone) Sentence() string {
	return map[Gone]string{GoneRemoved: "引用した投稿は、いまは読めません。", GoneChanged: "引用した文は、もとの投稿で直されました。",
		GoneMoved: "引用した投稿は、別の話し合いにあります。"}[g]
}

// quotes reports whether the words stand in what somebody wrote. Blanks and line ends do not count: a browser gives a
// selection its own.
func quotes(body, words string) bool {
	return strings.Contains(squeeze(text.Plain(body)), squeeze(words))
}

func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// keepQuotes checks what a post quotes and writes it down, before the post's own row is read by anybody. It must stand
// in a post of the same topic, word for word: nobody has words put into their mouth.
func keepQuotes(ctx context.Context, tx db.Tx, p *Post, in []NewQuote) error {
	if len(in) > maxQuotes {
		return apperr.At("quotes", fmt.Sprintf("引用は1つの投稿に%dつまでです。いくつか外してください。書いた内容は残っています。", maxQuotes))
	}
	for i, q := range in {
		words, err := text.OptionalBlock("quotes", "引用", q.Words, maxWords)
		if err != nil {
			return err
		}
		var of Post
		err = tx.NewSelect().Model(&of).Where("p.id = ?", q.Post).Where("p.topic = ?", p.Topic).Scan(ctx)
		if db.IsMissing(err) || err == nil && of.State != access.Published {
			return apperr.At("quotes", "引用した投稿が、いまは読めません。引用を外して送ってください。書いた内容は残っています。")
		}
		if err != nil {
			return fmt.Errorf("read the post quoted: %w", err)
		}
		if words == "" {
			words = text.Cut(text.Plain(of.Body), maxWords)
			words = strings.TrimSuffix(words, "…")
		}
		if words == "" {
			continue // a post of files alone is answered, not quoted
		}
		if !quotes(of.Body, words) {
			return apperr.At("quotes", "引用した文が、もとの投稿にありません。引用を選びなおしてください。書いた内容は残っています。")
		}
		count, err := tx.NewSelect().Table("post_quote").Where("quoted = ?", of.ID).Count(ctx)
		if err != nil {
			return fmt.Errorf("count quotes: %w", err)
		}
		if count >= maxQuoted {
			return apperr.At("quotes", fmt.Sprintf("この投稿はもう%d回引用されています。引用を外して、返信で送ってください。書いた内容は残っています。", maxQuoted))
		}
		_, err = tx.NewRaw("INSERT INTO post_quote (post, position, quoted, words) VALUES (?, ?, ?, ?)", p.ID, i+1, of.ID, words).Exec(ctx)
		if err != nil {
			return fmt.Errorf("keep quote: %w", err)
		}
	}
	return nil
}

// readQuotes fills in what posts quote.
func readQuotes(ctx context.Context, r selector, posts map[string]*View) error {
	var rows []struct {
		Post, Quoted, Words       string
		Topic, Body, Author, Name string
		State                     access.State
		Number                    int64
	}
	err := r.NewSelect().TableExpr("post_quote AS q").
		ColumnExpr("q.post, q.quoted, q.words, o.topic, o.body, o.author, o.state, o.number, COALESCE(a.name, '') AS name").
		Join("JOIN post AS o ON o.id = q.quoted").Join("LEFT JOIN person AS a ON a.id = o.author").
		Where("q.post IN (?)", bun.List(keys(posts))).Order("q.post", "q.position").Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("read quotes: %w", err)
	}
	for _, row := range rows {
		p := posts[row.Post]
		q := Quote{Post: row.Quoted, Number: row.Number, Author: row.Author, AuthorName: row.Name, Words: row.Words}
		switch {
		case row.Topic != p.Topic:
			q = Quote{Post: row.Quoted, Gone: GoneMoved} // not even who wrote it: that topic may be for others
		case row.State != access.Published:
			q.Words, q.Gone = "", GoneRemoved
		case !quotes(row.Body, row.Words):
			q.Words, q.Gone = "", GoneChanged
		}
		p.Quotes = append(p.Quotes, q)
	}
	return nil
}

// touched makes the events that tell readers of a topic of posts whose quotes or answers look otherwise because of what
// happened to some others.
func touched(ctx context.Context, tx db.Tx, topic string, because ...string) ([]*event.Event, error) {
	var ids []string
	err := tx.NewRaw(`SELECT p.id FROM post AS p WHERE p.topic = ? AND p.state = 'published' AND p.id NOT IN (?)
		AND p.id IN (SELECT post FROM post_quote WHERE quoted IN (?)) ORDER BY p.number`,
		topic, bun.List(because), bun.List(because)).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("look who quotes: %w", err)
	}
	events := make([]*event.Event, len(ids))
	for i, id := range ids {
		events[i] = &event.Event{Kind: event.PostTouched, Subject: id, Topic: topic}
	}
	return events, nil
}

func keys(posts map[string]*View) []string {
	ids := make([]string, 0, len(posts))
	for id := range posts {
		ids = append(ids, id)
	}
	return ids
}
