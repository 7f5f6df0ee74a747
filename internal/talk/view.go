package talk

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/file"
)

// View is a post as a page or a frame shows it.
type View struct {
	Post `bun:",extend"`

	AuthorName  string           `bun:"author_name,scanonly"`
	AuthorPlace string           `bun:"author_place,scanonly"` // code of the author's municipality
	ReplyNumber int64            `bun:"reply_number,scanonly"` // 0 without a reply
	ReplyName   string           `bun:"reply_name,scanonly"`
	Counts      map[Reaction]int `bun:"-"`
	Mine        []Reaction       `bun:"-"` // the viewer's own reactions
	Quotes      []Quote          `bun:"-"`
	Poll        *Poll            `bun:"-"`

	Files  []file.Attachment `bun:"-"`
	masked bool
}

// Shown tells whether the post may be shown; one that does not stand keeps its number only.
func (p *View) Shown() bool { return !p.masked }

// visible tells whether the viewer may see a post of a topic they may read. A hidden one stays readable for its author,
// with the reason, and for moderators.
func (p *Post) visible(v access.Viewer) bool {
	return p.State == access.Published || p.State == access.Hidden && (v.Person == p.Author || v.CanModerate())
}

// mask takes away what the viewer may not see.
func (p *View) mask(v access.Viewer) {
	if p.visible(v) {
		return
	}
	p.masked = true
	p.Body, p.HTML, p.Reason, p.Counts, p.Mine, p.Useful, p.Quotes, p.Poll, p.Files = "", "", "", nil, nil, 0, nil, nil, nil
	p.ReplyNumber, p.ReplyName = 0, "" // nobody is told when the post it answered moves
}

// answeredHere is the post that p answers if it stands in p's topic, or the line in its place if it was moved away.
const answeredHere = `COALESCE((SELECT h.id FROM post h WHERE h.id = p.reply_to AND h.topic = p.topic),
	(SELECT h.id FROM post h WHERE p.reply_to <> '' AND h.moved <> '' AND h.moved = p.reply_to AND h.topic = p.topic
		ORDER BY h.number DESC LIMIT 1))`

// views reads posts with their authors, in the order of their numbers, in a fixed number of queries. where narrows the first.
func (s *Service) views(ctx context.Context, r selector, v access.Viewer, where func(*bun.SelectQuery) *bun.SelectQuery) ([]View, error) {
	var posts []View
	q := r.NewSelect().Model(&posts).
		ColumnExpr("p.*, a.name AS author_name, a.municipality AS author_place").
		ColumnExpr("COALESCE(rp.number, 0) AS reply_number, COALESCE(ra.name, '') AS reply_name").
		Join("JOIN person a ON a.id = p.author").
		Join("LEFT JOIN post rp ON rp.id = " + answeredHere).
		Join("LEFT JOIN person ra ON ra.id = rp.author").
		OrderExpr("p.number")
	if err := where(q).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read posts: %w", err)
	}
	if len(posts) == 0 {
		return nil, nil
	}
	at := map[string]int{}
	ids := make([]string, len(posts))
	for i := range posts {
		ids[i], at[posts[i].ID] = posts[i].ID, i
	}
	var counts []struct {
		Post     string
		Reaction Reaction
		People   int
		Mine     int
	}
	err := r.NewSelect().Table("post_reaction").Column("post", "reaction").
		ColumnExpr("COUNT(*) AS people, MAX(CASE WHEN person = ? THEN 1 ELSE 0 END) AS mine", v.Person).
		Where("post IN (?)", bun.List(ids)).Group("post", "reaction").Scan(ctx, &counts)
	if err != nil {
		return nil, fmt.Errorf("read reactions: %w", err)
	}
	for _, c := range counts {
		p := &posts[at[c.Post]]
		if p.Counts == nil {
			p.Counts = map[Reaction]int{}
		}
		if p.Counts[c.Reaction] = c.People; c.Mine == 1 {
			p.Mine = append(p.Mine, c.Reaction)
		}
	}
	extra := map[string]*View{}
	for i := range posts {
		if posts[i].Extra {
			extra[posts[i].ID] = &posts[i]
		}
	}
	if len(extra) > 0 {
		if err := readQuotes(ctx, r, extra); err != nil {
			return nil, err
		}
		if err := readPolls(ctx, r, v, s.DB.Now(), extra); err != nil {
			return nil, err
		}
		if err := readFiles(ctx, r, extra); err != nil {
			return nil, err
		}
	}
	for i := range posts {
		posts[i].mask(v)
	}
	return posts, nil
}
