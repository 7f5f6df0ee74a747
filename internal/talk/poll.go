package talk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/text"
)

// Bounds of a poll.
const (
	minChoices = 2
	MaxChoices = 10
	MaxChoice  = 100 // characters
	longest    = 366 * 24 * time.Hour
	mostNamed  = 100 // voters named with a choice; more are counted
)

// NewPoll is a poll that somebody adds to a post.
type NewPoll struct {
	Choices []string   `json:"choices"`
	Many    bool       `json:"many"`  // several may be chosen
	Named   bool       `json:"named"` // who chose what is shown with the results
	EndsAt  *time.Time `json:"ends_at"`
	Days    int        `json:"-"` // instead of EndsAt, from now
}

// Poll is a poll as a viewer sees it. Its results are for who has voted, and for everybody once it is over.
type Poll struct {
	bun.BaseModel `bun:"table:poll,alias:pl"`

	Post     string     `bun:"post,pk"`
	Many     bool       `bun:"many"`
	Named    bool       `bun:"named"`
	EndsAt   *time.Time `bun:"ends_at"`
	ClosedAt *time.Time `bun:"closed_at"`

	Choices []Choice `bun:"-"`
	Voters  int      `bun:"-"` // people
	Voted   bool     `bun:"-"` // the viewer has
	Over    bool     `bun:"-"`
	Shown   bool     `bun:"-"` // the results may be seen
	Author  string   `bun:"-"` // of the post
}

// Choice is one answer of a poll. Votes and People are empty while the results may not be seen.
type Choice struct {
	Number int
	Text   string
	Votes  int
	People []string // names
	Mine   bool
}

// MayClose tells whether the viewer may end the poll before its time.
func (p *Poll) MayClose(v access.Viewer) bool {
	return !p.Over && v.CanWrite() && (p.Author == v.Person || v.CanModerate())
}

// check cleans the choices and looks at every bound.
func (in *NewPoll) check(now time.Time) error {
	var choices []string
	for _, c := range in.Choices {
		c, err := text.OptionalLine("poll", "選択肢", c, MaxChoice)
		if err != nil {
			return err
		}
		if c == "" {
			continue
		}
		if slices.Contains(choices, c) {
			return apperr.At("poll", "同じ選択肢が2つあります。どちらかを直してください。")
		}
		if choices = append(choices, c); len(choices) > MaxChoices {
			return apperr.At("poll", fmt.Sprintf("選択肢は%dまでです。まとめるか、分けてたずねてください。", MaxChoices))
		}
	}
	if in.Choices = choices; len(choices) < minChoices {
		return apperr.At("poll", "選択肢を2つ以上書いてください。1行に1つです。")
	}
	if in.Days > 0 {
		end := now.Add(time.Duration(min(in.Days, 366)) * 24 * time.Hour)
		in.EndsAt = &end
	}
	if in.EndsAt != nil && (!in.EndsAt.After(now) || in.EndsAt.Sub(now) > longest) {
		return apperr.At("poll", "しめきりは、いまより後で1年以内にしてください。")
	}
	return nil
}

// keepPoll writes the poll of a post that is being added.
func keepPoll(ctx context.Context, tx db.Tx, post string, in *NewPoll) error {
	if in == nil {
		return nil
	}
	if err := in.check(tx.Now); err != nil {
		return err
	}
	var ends *time.Time
	if in.EndsAt != nil {
		utc := in.EndsAt.UTC()
		ends = &utc
	}
	if _, err := tx.NewInsert().Model(&Poll{Post: post, Many: in.Many, Named: in.Named, EndsAt: ends}).Exec(ctx); err != nil {
		return fmt.Errorf("add poll: %w", err)
	}
	for i, c := range in.Choices {
		if _, err := tx.NewRaw("INSERT INTO poll_choice (post, number, text) VALUES (?, ?, ?)", post, i+1, c).Exec(ctx); err != nil {
			return fmt.Errorf("add choice: %w", err)
		}
	}
	return nil
}

// Vote makes the choices the viewer's vote, instead of what they chose before; none takes it back.
func (s *Service) Vote(ctx context.Context, v access.Viewer, id string, choices []int) (Change, error) {
	choices = slices.Compact(slices.Sorted(slices.Values(choices)))
	return s.change(ctx, v, id, func(ctx context.Context, tx db.Tx, p *Post) ([]*event.Event, error) {
		poll, err := openPoll(ctx, tx, p)
		if err != nil {
			return nil, err
		}
		if len(choices) > 1 && !poll.Many {
			return nil, apperr.At("choice", "選べるのは1つです。")
		}
		var known int64
		if len(choices) > 0 {
			known, err = tx.NewSelect().Table("poll_choice").Where("post = ?", p.ID).Where("number IN (?)", bun.List(choices)).Count(ctx)
		}
		if err != nil {
			return nil, fmt.Errorf("look for choices: %w", err)
		}
		if known != int64(len(choices)) {
			return nil, apperr.At("choice", "その選択肢はありません。ページを読みこみ直して、選びなおしてください。")
		}
		var had []int
		if err := tx.NewSelect().Table("poll_vote").Column("choice").Where("post = ?", p.ID).Where("person = ?", v.Person).Order("choice").Scan(ctx, &had); err != nil {
			return nil, fmt.Errorf("read the vote before: %w", err)
		}
		if slices.Equal(had, choices) {
			return nil, nil
		}
		if _, err := tx.NewRaw("DELETE FROM poll_vote WHERE post = ? AND person = ?", p.ID, v.Person).Exec(ctx); err != nil {
			return nil, fmt.Errorf("take back the vote before: %w", err)
		}
		for _, c := range choices {
			if _, err := tx.NewRaw("INSERT INTO poll_vote (post, person, choice, at) VALUES (?, ?, ?, ?)", p.ID, v.Person, c, tx.Now).Exec(ctx); err != nil {
				return nil, fmt.Errorf("vote: %w", err)
			}
		}
		return []*event.Event{{Kind: event.PollChanged}}, nil
	})
}

// ClosePoll ends a poll before its time: who asked may, and moderators.
func (s *Service) ClosePoll(ctx context.Context, v access.Viewer, id string) (Change, error) {
	return s.change(ctx, v, id, func(ctx context.Context, tx db.Tx, p *Post) ([]*event.Event, error) {
		poll, err := openPoll(ctx, tx, p)
		if err != nil {
			return nil, err
		}
		if !poll.MayClose(v) {
			return nil, apperr.New(apperr.Forbidden, "アンケートをしめきれるのは、書いた人と運営です。")
		}
		if _, err := tx.NewRaw("UPDATE poll SET closed_at = ? WHERE post = ?", tx.Now, p.ID).Exec(ctx); err != nil {
			return nil, fmt.Errorf("close poll: %w", err)
		}
		return []*event.Event{{Kind: event.PollChanged}}, nil
	})
}

// openPoll finds the poll of a post while it takes votes.
func openPoll(ctx context.Context, tx db.Tx, p *Post) (*Poll, error) {
	if p.State != access.Published {
		return nil, gone()
	}
	poll := &Poll{}
	err := tx.NewSelect().Model(poll).Where("pl.post = ?", p.ID).Scan(ctx)
	if db.IsMissing(err) {
		return nil, apperr.Missing()
	}
	if err != nil {
		return nil, fmt.Errorf("read poll: %w", err)
	}
	if poll.Author = p.Author; poll.over(tx.Now) {
		return nil, apperr.New(apperr.Gone, "このアンケートは、しめきりました。ページを読みこみ直すと、結果が見えます。")
	}
	return poll, nil
}

func (p *Poll) over(now time.Time) bool {
	return p.ClosedAt != nil || p.EndsAt != nil && !p.EndsAt.After(now)
}

// readPolls fills in the polls of posts, with as much of their results as the viewer may see.
func readPolls(ctx context.Context, r selector, v access.Viewer, now time.Time, posts map[string]*View) error {
	var polls []Poll
	ids := keys(posts)
	if err := r.NewSelect().Model(&polls).Where("pl.post IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return fmt.Errorf("read polls: %w", err)
	}
	if len(polls) == 0 {
		return nil
	}
	var choices []struct {
		Post   string
		Number int
		Text   string
		Votes  int
		Mine   int
	}
	err := r.NewSelect().TableExpr("poll_choice AS c").Column("c.post", "c.number", "c.text").
		ColumnExpr("(SELECT COUNT(*) FROM poll_vote w WHERE w.post = c.post AND w.choice = c.number) AS votes").
		ColumnExpr("(SELECT COUNT(*) FROM poll_vote w WHERE w.post = c.post AND w.choice = c.number AND w.person = ?) AS mine", v.Person).
		Where("c.post IN (?)", bun.List(ids)).Order("c.post", "c.number").Scan(ctx, &choices)
	if err != nil {
		return fmt.Errorf("read choices: %w", err)
	}
	var voters []struct {
		Post   string
		People int
	}
	err = r.NewSelect().Table("poll_vote").Column("post").ColumnExpr("COUNT(DISTINCT person) AS people").
		Where("post IN (?)", bun.List(ids)).Group("post").Scan(ctx, &voters)
	if err != nil {
		return fmt.Errorf("count voters: %w", err)
	}
	for i := range polls {
		p := &polls[i]
		post := posts[p.Post]
		p.Author, p.Over = post.Author, p.over(now)
		for _, c := range choices {
			if c.Post == p.Post {
				p.Choices = append(p.Choices, Choice{Number: c.Number, Text: c.Text, Votes: c.Votes, Mine: c.Mine > 0})
				p.Voted = p.Voted || c.Mine > 0
			}
		}
		for _, n := range voters {
			if n.Post == p.Post {
				p.Voters = n.People
			}
		}
		if p.Shown = p.Over || p.Voted; !p.Shown {
			for j := range p.Choices {
				p.Choices[j].Votes = 0
			}
		}
		post.Poll = p
	}
	return readVoters(ctx, r, posts)
}

// readVoters names who chose what, where a poll says so and its results may be seen.
func readVoters(ctx context.Context, r selector, posts map[string]*View) error {
	var named []string
	for id, p := range posts {
		if p.Poll != nil && p.Poll.Named && p.Poll.Shown {
			named = append(named, id)
		}
	}
	if len(named) == 0 {
		return nil
	}
	var rows []struct {
		Post, Name string
		Choice     int
	}
	err := r.NewSelect().TableExpr("poll_vote AS w").Column("w.post", "w.choice").ColumnExpr("a.name").
		Join("JOIN person AS a ON a.id = w.person").Where("w.post IN (?)", bun.List(named)).
		Order("w.post", "w.choice", "w.at", "w.person").Limit(mostNamed*MaxChoices).Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("read voters: %w", err)
	}
	for _, row := range rows {
		for i := range posts[row.Post].Poll.Choices {
			c := &posts[row.Post].Poll.Choices[i]
			if c.Number == row.Choice && len(c.People) < mostNamed {
				c.People = append(c.People, row.Name)
			}
		}
	}
	return nil
}
