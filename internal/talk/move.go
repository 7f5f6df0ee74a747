package talk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/audit"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/text"
)

// MaxMove is how many posts go in one act: each is told of in both topics.
const MaxMove = 200

// Move is what a moderator asks for: some posts of a topic go to another one, or to a new one, or all of them, and the
// topic is only a way there afterwards.
type Move struct {
	Posts  []string
	Target string // a topic; empty for a new one
	Title  string // of the new one
	Merge  bool   // all posts go to Target
	Reason string
	Widen  bool // the moderator knows that more people read the target, and that authors are asked first
}

// Moved is what moving answers.
type Moved struct {
	Target string
	Moved  int    // posts that went
	Ask    string // the question to the authors of the others, if there are any
	Asked  int    // posts that wait for it
	Change
}

// Widens tells whether somebody could read a post in topic to who cannot in topic from. A team's people are in its
// cohort; everybody is a member.
func Widens(from, to *Topic) bool {
	switch {
	case from.Audience == access.Members:
		return false
	case from.Audience != to.Audience:
		return !(from.Audience == access.Cohort && to.Audience == access.Team && from.Cohort == to.Cohort)
	}
	return from.Cohort != to.Cohort || from.Team != to.Team
}

// Move moves posts for a moderator. Where more people read the target, only the moderator's own posts go at once: the
// other authors are asked, and each one's posts go with their yes.
func (s *Service) Move(ctx context.Context, v access.Viewer, topic string, in Move) (Moved, error) {
	if err := mayWrite(v); err != nil {
		return Moved{}, err
	}
	if _, err := s.Find(ctx, v, topic); err != nil {
		return Moved{}, err
	}
	if !v.CanModerate() {
		return Moved{}, apperr.New(apperr.Forbidden, "投稿を移せるのは運営です。移したほうがよいと思うときは、「運営に知らせる」から伝えてください。")
	}
	if err := in.check(); err != nil {
		return Moved{}, err
	}
	var out Moved
	err := s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		m := &moving{tx: tx, v: v, reason: in.Reason}
		if err := m.take(ctx, topic, in.Target); err != nil {
			return err
		}
		if err := m.choose(ctx, in); err != nil {
			return err
		}
		if in.Target == "" {
			if err := m.open(ctx, in.Title); err != nil {
				return err
			}
		}
		out, err = m.do(ctx, in)
		return err
	})
	return out, err
}

func (in *Move) check() (err error) {
	if in.Reason, err = text.Line("reason", "理由", in.Reason, text.MaxTitle); err != nil {
		return err
	}
	switch {
	case in.Merge && in.Target == "":
		return apperr.At("target", "どの話し合いと1つにするかを書いてください。")
	case in.Target == "":
		in.Title, err = text.Line("title", "新しい話し合いの題名", in.Title, text.MaxTitle)
	case in.Merge:
	case len(in.Posts) > MaxMove:
		return apperr.At("posts", fmt.Sprintf("一度に移せるのは%d件までです。分けて移してください。", MaxMove))
	}
	if err == nil && !in.Merge && len(in.Posts) == 0 {
		return apperr.At("posts", "移す投稿を選んでください。")
	}
	return err
}

// moving is one act of moving, in its transaction.
type moving struct {
	tx       db.Tx
	v        access.Viewer
	reason   string
	from, to *Topic
	heads    map[string]int64 // n of both topics; the next event has one more
	posts    []Post
	events   []*event.Event
}

// take holds both topics, in the order of their ids like every act over several, and finds them for the viewer.
func (m *moving) take(ctx context.Context, from, to string) (err error) {
	m.heads = map[string]int64{}
	for _, id := range slices.Compact(slices.Sorted(slices.Values([]string{from, to}))) {
		if id == "" {
			continue
		}
		if m.heads[id], err = hold(ctx, m.tx, id); err != nil {
			if id == to {
				return noTarget()
			}
			return err
		}
	}
	if m.from, err = find(ctx, m.tx, m.v, from); err != nil {
		return err
	}
	if to == "" {
		return standing(m.from)
	}
	if m.to, err = find(ctx, m.tx, m.v, to); apperr.Is(err, apperr.NotFound) || from == to {
		return noTarget()
	}
	if err == nil {
		err = standing(m.from, m.to)
	}
	return err
}

func noTarget() error {
	return apperr.At("target", "移す先の話し合いが見つかりません。番地（/topics/…）を確かめてください。")
}

func standing(topics ...*Topic) error {
	for _, t := range topics {
		if t.Room == PracticeKey {
			return apperr.New(apperr.Conflict, "練習部屋の投稿は、移せません。1週間で消えるところへ、移すこともできません。")
		}
		if t.State != access.Published || t.Merged != "" {
			return apperr.New(apperr.Conflict, "見えなくしている話し合いや、すでに1つにした話し合いには、移すことも移されることもできません。")
		}
	}
	return nil
}

// choose reads what goes: the posts named, or all of them.
func (m *moving) choose(ctx context.Context, in Move) error {
	q := m.tx.NewSelect().Model(&m.posts).Where("p.topic = ?", m.from.ID).Order("p.number").Limit(MaxMove + 1)
	switch {
	case in.Merge:
		q = q.Where("p.state IN ('published', 'hidden')")
	default:
		q = q.Where("p.id IN (?)", bun.List(in.Posts)).Where("p.state = 'published'")
	}
	if err := q.Scan(ctx); err != nil {
		return fmt.Errorf("read the posts to move: %w", err)
	}
	switch {
	case in.Merge && (m.from.Entry != "" || m.from.Room != ""):
		return apperr.At("target", "レポートやポスターの話し合いと、部屋の話し合いは、なくせません。投稿を選んで移してください。")
	case in.Merge && Widens(m.from, m.to):
		return apperr.At("target", "その話し合いは、いまより多くの人が読めるので、1つにできません。投稿を選んで移すと、書いた人にたずねます。")
	case len(m.posts) > MaxMove:
		return apperr.At("posts", fmt.Sprintf("一度に移せるのは%d件までです。投稿を選んで何度かに分けて移し、残りを1つにしてください。", MaxMove))
	case in.Merge:
		return nil
	case len(m.posts) != len(slices.Compact(slices.Sorted(slices.Values(in.Posts)))):
		return apperr.At("posts", "選んだ投稿の中に、取り消されたものや移されたものがあります。ページを読みこみ直して、選びなおしてください。")
	case m.from.Entry == "" && m.from.Room == "" && m.posts[0].Number == 1:
		return apperr.At("posts", "最初の投稿は、話し合いの本文なので移せません。話し合いごと1つにすることはできます。")
	}
	return nil
}

// open makes the new topic of a split: for the same people, in the name of whoever wrote its first post.
func (m *moving) open(ctx context.Context, title string) error {
	t := &Topic{ID: db.NewID(), Title: title, Themes: m.from.Themes, State: access.Published, Audience: m.from.Audience,
		Cohort: m.from.Cohort, Team: m.from.Team, Author: m.posts[0].Author, Sample: m.from.Sample,
		CreatedAt: m.tx.Now, LastAt: m.tx.Now}
	if _, err := m.tx.NewInsert().Model(t).Exec(ctx); err != nil {
		return fmt.Errorf("open topic: %w", err)
	}
	m.to, m.heads[t.ID] = t, 0
	m.tell(event.Event{Kind: event.TopicOpened, Subject: t.ID, Topic: t.ID})
	return nil
}

// tell notes an event and returns the n that it will have.
func (m *moving) tell(e event.Event) int64 {
	e.Actor = m.v.Person
	m.events = append(m.events, &e)
	m.heads[e.Topic]++
	return m.heads[e.Topic]
}

// do moves what may go at once, asks for the rest, and writes it into the record.
func (m *moving) do(ctx context.Context, in Move) (out Moved, err error) {
	out.Target = m.to.ID
	going, waiting := m.posts, []Post(nil)
	if Widens(m.from, m.to) {
		if !in.Widen {
			return out, apperr.At("widen", "移す先は、いまより多くの人が読めます。書いた人にたずね、「はい」と答えた人の投稿だけを移します。よければ印を付けて、もう一度送ってください。")
		}
		going = slices.DeleteFunc(slices.Clone(m.posts), func(p Post) bool { return p.Author != m.v.Person })
		waiting = slices.DeleteFunc(slices.Clone(m.posts), func(p Post) bool { return p.Author == m.v.Person })
	}
	if err := m.move(ctx, going); err != nil {
		return out, err
	}
	if in.Merge {
		if err := m.merge(ctx); err != nil {
			return out, err
		}
	}
	if len(waiting) > 0 {
		a := &Ask{Kind: AskMove, Topic: m.from.ID, Target: m.to.ID, Reason: m.reason}
		if err := m.ask(ctx, a, waiting); err != nil {
			return out, err
		}
		out.Ask, out.Asked = a.ID, len(waiting)
	}
	out.Moved = len(going)
	act := "topic.move"
	switch {
	case in.Merge:
		act = "topic.merge"
	case in.Target == "":
		act = "topic.split"
	}
	err = audit.Write(ctx, m.tx, audit.Act{Actor: m.v.Person, Act: act, Kind: "topic", Subject: m.from.ID,
		Detail: map[string]any{"to": m.to.ID, "title": m.to.Title, "posts": len(going), "asked": len(waiting), "reason": m.reason}})
	if err != nil {
		return out, err
	}
	if err := event.Append(ctx, m.tx, m.events...); err != nil {
		return out, err
	}
	out.N, out.Seq = m.events[0].N, m.events[0].Seq
	return out, nil
}

// move carries posts over, in their order: behind the last one there. Each keeps its id, so that links, answers,
// reactions and quotes still find it, and leaves a line in its place, so that numbers stay without holes.
func (m *moving) move(ctx context.Context, posts []Post) error {
	before, ids := m.heads[m.to.ID], make([]string, len(posts))
	for i := range posts {
		p := &posts[i]
		ids[i] = p.ID
		line := Post{ID: db.NewID(), Topic: m.from.ID, Number: p.Number, N: p.N, Author: p.Author, CreatedAt: p.CreatedAt,
			State: MovedAway, Moved: p.ID}
		m.to.Posts++
		p.Topic, p.Number = m.to.ID, m.to.Posts
		p.N = m.tell(event.Event{Kind: event.PostAdded, Subject: p.ID, Topic: p.Topic}.With(struct {
			Number int64  `json:"number"`
			From   string `json:"from"`
			Reason string `json:"reason"`
		}{p.Number, m.from.ID, m.reason}))
		m.tell(event.Event{Kind: event.PostMoved, Subject: line.ID, Topic: m.from.ID}.With(struct {
			Number int64  `json:"number"`
			Post   string `json:"post"`
			To     string `json:"to"`
		}{line.Number, p.ID, p.Topic}))
		if err := update(ctx, m.tx, p, "topic", "number", "n"); err != nil {
			return err
		}
		if _, err := m.tx.NewInsert().Model(&line).Exec(ctx); err != nil {
			return fmt.Errorf("leave a line for post %s: %w", p.ID, err)
		}
		if err := carryMarks(ctx, m.tx, &line, p); err != nil {
			return err
		}
		if err := watchOwn(ctx, m.tx, p.Author, p.Topic); err != nil {
			return err
		}
	}
	if len(posts) == 0 {
		return nil
	}
	seq, err := nextSeq(ctx, m.tx)
	if err != nil {
		return err
	}
	_, err = m.tx.NewRaw("UPDATE topic SET posts = ?, last_seq = ?, last_at = ? WHERE id = ?", m.to.Posts, seq, m.tx.Now, m.to.ID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("count posts of topic %s: %w", m.to.ID, err)
	}
	return m.around(ctx, ids, before)
}

// around tells of what looks otherwise around the posts that went: the answer that is none here any more, and posts of
// either topic that quote them or answer them. before is the target's n before they came.
func (m *moving) around(ctx context.Context, ids []string, before int64) error {
	if slices.Contains(ids, m.from.Answer) {
		events, err := answered(ctx, m.tx, m.from.ID, m.from.Answer, "")
		if err != nil {
			return err
		}
		for _, e := range events {
			e.Topic = m.from.ID
			m.tell(*e)
		}
	}
	left, err := touched(ctx, m.tx, m.from.ID, ids...)
	if err != nil {
		return err
	}
	var there []string
	err = m.tx.NewRaw(`SELECT p.id FROM post AS p WHERE p.topic = ? AND p.n <= ? AND p.state IN ('published', 'hidden')
		AND (p.reply_to IN (?) OR p.id IN (SELECT post FROM post_quote WHERE quoted IN (?))) ORDER BY p.number`,
		m.to.ID, before, bun.List(ids), bun.List(ids)).Scan(ctx, &there)
	if err != nil {
		return fmt.Errorf("look who answers: %w", err)
	}
	for _, e := range left {
		m.tell(*e)
	}
	for _, id := range there {
		m.tell(event.Event{Kind: event.PostTouched, Subject: id, Topic: m.to.ID})
	}
	return nil
}

// carryMarks lets whoever had read a post where it was, and everything before it where it comes to, have read it there.
func carryMarks(ctx context.Context, tx db.Tx, was, is *Post) error {
	had := "SELECT person FROM read_mark WHERE topic = ? AND number >= ?"
	q := tx.NewRaw("UPDATE read_mark SET n = ?, number = ? WHERE topic = ? AND number = ? AND person IN ("+had+")",
		is.N, is.Number, is.Topic, is.Number-1, was.Topic, was.Number)
	if is.Number == 1 {
		q = tx.NewRaw("INSERT INTO read_mark (person, topic, n, number) SELECT person, ?, ?, 1 FROM read_mark WHERE topic = ? AND number >= ? ON CONFLICT (person, topic) DO NOTHING",
			is.Topic, is.N, was.Topic, was.Number)
	}
	if _, err := q.Exec(ctx); err != nil {
		return fmt.Errorf("carry read marks: %w", err)
	}
	return nil
}

// merge makes the topic a way to the other one. Who watched it watches that one.
func (m *moving) merge(ctx context.Context) error {
	_, err := m.tx.NewRaw("UPDATE topic SET merged = ? WHERE id = ?", m.to.ID, m.from.ID).Exec(ctx)
	if err == nil {
		_, err = m.tx.NewRaw(`INSERT INTO topic_level (person, topic, level, since) SELECT person, ?, level, since FROM topic_level WHERE topic = ?
			ON CONFLICT (person, topic) DO NOTHING`, m.to.ID, m.from.ID).Exec(ctx)
	}
	if err != nil {
		return fmt.Errorf("merge topic %s: %w", m.from.ID, err)
	}
	m.tell(event.Event{Kind: event.TopicMerged, Subject: m.from.ID, Topic: m.from.ID}.With(map[string]string{"to": m.to.ID}))
	return nil
}

// TopicIn finds a topic's id in what somebody typed or pasted: the id itself, or the address of its page.
func TopicIn(s string) string {
	s = strings.TrimSpace(s)
	if _, rest, ok := strings.Cut(s, "/topics/"); ok {
		s = rest
	}
	if i := strings.IndexAny(s, "/?#"); i >= 0 {
		s = s[:i]
	}
	return s
}
