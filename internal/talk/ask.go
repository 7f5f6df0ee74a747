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
	"github.com/manetomo/manetomo/internal/file"
)

// AskKind says where somebody's words would go.
type AskKind string

// The kinds of asking.
const (
	AskMove  AskKind = "move"  // to a topic that more people read
	AskDraft AskKind = "draft" // into the draft of a report
)

// Ask is a question to the authors of posts, whether their words may go elsewhere.
type Ask struct {
	bun.BaseModel `bun:"table:ask,alias:a"`

	ID        string    `bun:"id,pk"`
	Kind      AskKind   `bun:"kind"`
	Topic     string    `bun:"topic"`
	Target    string    `bun:"target"`
	Entry     string    `bun:"entry"` // the draft that was made
	Title     string    `bun:"title"`
	Reason    string    `bun:"reason"`
	By        string    `bun:"by"`
	CreatedAt time.Time `bun:"created_at"`
}

// AskPost is one post of an ask, with its author's answer.
type AskPost struct {
	bun.BaseModel `bun:"table:ask_post,alias:ap"`

	Ask        string     `bun:"ask,pk"`
	Post       string     `bun:"post,pk"`
	Author     string     `bun:"author"`
	Body       string     `bun:"body"`
	Answer     string     `bun:"answer"` // yes, no, or nothing yet
	AnsweredAt *time.Time `bun:"answered_at"`

	AuthorName  string       `bun:"author_name,scanonly"`
	AuthorPlace string       `bun:"author_place,scanonly"`
	Number      int64        `bun:"number,scanonly"`
	Now         string       `bun:"now,scanonly"` // the post's text now
	State       access.State `bun:"state,scanonly"`

	Files []file.Attachment `bun:"-"` // that the post has now
}

// Stands tells whether the words that the author was asked about still are the post's.
func (p *AskPost) Stands() bool { return p.State == access.Published && p.Now == p.Body }

// Asked is an ask as one of its people sees it.
type Asked struct {
	Ask
	ByName     string
	TopicTitle string
	Target     *Topic // of a move, for its author to know who would read
	Posts      []AskPost
}

// Mine are the viewer's own posts that wait for their word.
func (a *Asked) Mine(v access.Viewer) (mine []AskPost) {
	for _, p := range a.Posts {
		if p.Author == v.Person && a.By != v.Person {
			mine = append(mine, p)
		}
	}
	return mine
}

// Open tells whether the viewer still has to answer.
func (a *Asked) Open(v access.Viewer) bool {
	return slices.ContainsFunc(a.Mine(v), func(p AskPost) bool { return p.Answer == "" })
}

// ask writes a question down. Whoever asks needs no word of their own.
func (m *moving) ask(ctx context.Context, a *Ask, posts []Post) error {
	a.ID, a.By, a.CreatedAt = db.NewID(), m.v.Person, m.tx.Now
	e, err := writeAsk(ctx, m.tx, a, posts)
	if err == nil {
		m.events = append(m.events, e)
	}
	return err
}

func writeAsk(ctx context.Context, tx db.Tx, a *Ask, posts []Post) (*event.Event, error) {
	if _, err := tx.NewInsert().Model(a).Exec(ctx); err != nil {
		return nil, fmt.Errorf("ask authors: %w", err)
	}
	rows := make([]AskPost, len(posts))
	for i, p := range posts {
		rows[i] = AskPost{Ask: a.ID, Post: p.ID, Author: p.Author, Body: p.Body}
		if p.Author == a.By {
			rows[i].Answer, rows[i].AnsweredAt = "yes", &tx.Now
		}
	}
	if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
		return nil, fmt.Errorf("ask authors: %w", err)
	}
	return &event.Event{Kind: event.ConsentAsked, Subject: a.ID, Actor: a.By}, nil
}

// Asked reads an ask for whoever asked and for those who were asked; nobody else knows of it.
func (s *Service) Asked(ctx context.Context, v access.Viewer, id string) (*Asked, error) {
	if !v.CanTalk() {
		return nil, apperr.Missing()
	}
	return asked(ctx, s.DB.Read(), v, id)
}

func asked(ctx context.Context, r selector, v access.Viewer, id string) (*Asked, error) {
	a := &Asked{}
	err := r.NewSelect().Model(&a.Ask).Where("a.id = ?", id).Scan(ctx)
	if err == nil {
		err = r.NewSelect().Model(&a.Posts).
			ColumnExpr("ap.*, p.number, p.body AS now, p.state, w.name AS author_name, w.municipality AS author_place").
			Join("JOIN post AS p ON p.id = ap.post").Join("JOIN person AS w ON w.id = ap.author").
			Where("ap.ask = ?", id).Order("ap.post").Scan(ctx)
	}
	if err == nil {
		slices.SortStableFunc(a.Posts, func(x, y AskPost) int { return int(x.Number - y.Number) })
		err = r.NewSelect().TableExpr("person AS p").ColumnExpr("p.name, (SELECT title FROM topic WHERE id = ?)", a.Topic).
			Where("p.id = ?", a.By).Scan(ctx, &a.ByName, &a.TopicTitle)
	}
	if err == nil {
		err = readAskedFiles(ctx, r, a.Posts)
	}
	if db.IsMissing(err) || err == nil && a.By != v.Person && len(a.Mine(v)) == 0 {
		return nil, apperr.Missing()
	}
	if err != nil {
		return nil, fmt.Errorf("read ask %s: %w", id, err)
	}
	if a.Ask.Target == "" {
		return a, nil
	}
	a.Target = &Topic{}
	if err := r.NewSelect().Model(a.Target).Where("t.id = ?", a.Ask.Target).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read topic %s: %w", a.Ask.Target, err)
	}
	return a, nil
}

func readAskedFiles(ctx context.Context, r selector, posts []AskPost) error {
	ids := make([]string, len(posts))
	for i, p := range posts {
		ids[i] = p.Post
	}
	of, err := file.Of(ctx, r, ids)
	for i, p := range posts {
		if p.State == access.Published {
			posts[i].Files = of[p.Post]
		}
	}
	return err
}

// AnswerAsk is an author's word about their posts: a yes to a move moves them at once. A word can be changed until
// what was asked for has happened.
func (s *Service) AnswerAsk(ctx context.Context, v access.Viewer, id string, yes bool) (Change, error) {
	if err := mayWrite(v); err != nil {
		return Change{}, err
	}
	before, err := s.Asked(ctx, v, id)
	if err != nil {
		return Change{}, err
	}
	var out Change
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		m := &moving{tx: tx, v: v, reason: before.Reason}
		if err := m.hold(ctx, before); err != nil {
			return err
		}
		a, err := asked(ctx, tx, v, id)
		if err != nil {
			return err
		}
		mine := a.Mine(v)
		if len(mine) == 0 || a.Entry != "" || a.Kind == AskMove && mine[0].Answer == "yes" {
			return apperr.New(apperr.Gone, "この問い合わせは、もう終わっています。")
		}
		word := map[bool]string{true: "yes", false: "no"}[yes]
		_, err = tx.NewRaw("UPDATE ask_post SET answer = ?, answered_at = ? WHERE ask = ? AND author = ?", word, tx.Now, id, v.Person).Exec(ctx)
		if err != nil {
			return fmt.Errorf("keep the answer to ask %s: %w", id, err)
		}
		if yes && a.Kind == AskMove {
			if err := m.moveMine(ctx, mine); err != nil {
				return err
			}
		}
		answer := event.Event{Kind: event.ConsentAnswered, Subject: id, Actor: v.Person}.With(map[string]int{word: len(mine)})
		events := append([]*event.Event{&answer}, m.events...)
		if err := event.Append(ctx, tx, events...); err != nil {
			return err
		}
		out = Change{0, answer.Seq}
		return nil
	})
	return out, err
}

// hold takes both topics of a move. They are read without asking what the author may read: who asked them may.
func (m *moving) hold(ctx context.Context, a *Asked) (err error) {
	if a.Kind != AskMove {
		return nil
	}
	m.heads, m.from, m.to = map[string]int64{}, &Topic{}, &Topic{}
	for _, id := range slices.Sorted(slices.Values([]string{a.Topic, a.Ask.Target})) {
		if m.heads[id], err = hold(ctx, m.tx, id); err != nil {
			return err
		}
	}
	for t, id := range map[*Topic]string{m.from: a.Topic, m.to: a.Ask.Target} {
		if err := m.tx.NewSelect().Model(t).Where("t.id = ?", id).Scan(ctx); err != nil {
			return fmt.Errorf("read topic %s: %w", id, err)
		}
	}
	return standing(m.from, m.to)
}

// moveMine moves those of the author's posts that still stand where they were asked about.
func (m *moving) moveMine(ctx context.Context, mine []AskPost) error {
	ids := make([]string, len(mine))
	for i, p := range mine {
		ids[i] = p.Post
	}
	var posts []Post
	err := m.tx.NewSelect().Model(&posts).Where("p.id IN (?)", bun.List(ids)).Where("p.topic = ?", m.from.ID).
		Where("p.state = 'published'").Order("p.number").Scan(ctx)
	if err != nil {
		return fmt.Errorf("read the posts to move: %w", err)
	}
	return m.move(ctx, posts)
}
