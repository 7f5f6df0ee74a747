package talk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/text"
	"github.com/manetomo/manetomo/internal/theme"
)

// NewTopic is what somebody opens: a title and the first post.
type NewTopic struct {
	Title, Body string
	Themes      []string
	Question    bool
	Audience    access.Audience
	Mentions    []string      // persons chosen by the writer, beside those named by @
	Poll        *NewPoll      // in the first post
	Files       []*file.Taken // of the first post; the caller discards them
	Sample      bool

	// Pass asks that people who wrote something near are told of the question; About is the search that found nothing,
	// as the address of the page has it, and may be empty.
	Pass  bool
	About string
}

// maxAbout bounds the search that is kept with a question.
const maxAbout = 16 << 10

// Opened is what opening a topic answers.
type Opened struct {
	ID string
	Change
}

// Open opens a topic of its own with its first post.
func (s *Service) Open(ctx context.Context, v access.Viewer, in NewTopic) (Opened, error) {
	if err := mayWrite(v); err != nil {
		return Opened{}, err
	}
	t, p, err := in.check(v, s.DB.Now())
	if err != nil {
		return Opened{}, err
	}
	files, err := s.bring(ctx, v, in.Files)
	if err != nil {
		return Opened{}, err
	}
	var out Opened
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := within(ctx, tx, v); err != nil {
			return err
		}
		t.ID, p.ID = db.NewID(), db.NewID()
		t.CreatedAt, t.LastAt, t.Posts = tx.Now, tx.Now, 1
		p.Topic, p.Number, p.N, p.CreatedAt = t.ID, 1, 2, tx.Now // its event comes after topic.opened
		if t.LastSeq, err = nextSeq(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(t).Exec(ctx); err != nil {
			return fmt.Errorf("open topic: %w", err)
		}
		added, err := insertPost(ctx, tx, p, in.Mentions)
		if err != nil {
			return err
		}
		if err := keepPoll(ctx, tx, p.ID, in.Poll); err != nil {
			return err
		}
		if err := files.AddTo(ctx, tx, v, p.ID); err != nil {
			return err
		}
		if err := readOwn(ctx, tx, p); err != nil {
			return err
		}
		if err := watchOwn(ctx, tx, v.Person, t.ID); err != nil {
			return err
		}
		if err := dropDraft(ctx, tx, v.Person, "topics:new"); err != nil {
			return err
		}
		opened := &event.Event{Kind: event.TopicOpened, Subject: t.ID, Topic: t.ID, Actor: v.Person}
		if in.Pass && in.Question {
			about := in.About
			if len(about) > maxAbout { // it only helps to find people
				about = ""
			}
			*opened = opened.With(map[string]string{"pass": about})
		}
		if err := event.Append(ctx, tx, opened, added); err != nil {
			return err
		}
		out = Opened{t.ID, Change{added.N, added.Seq}}
		return nil
	})
	files.Settle(ctx, err)
	return out, err
}

// check looks at what does not need the database and gathers every fault.
func (in NewTopic) check(v access.Viewer, now time.Time) (*Topic, *Post, error) {
	var faults []apperr.Field
	fault := func(err error) {
		if err != nil {
			faults = append(faults, apperr.From(err).All()...)
		}
	}
	title, err := text.Line("title", "題名", in.Title, text.MaxTitle)
	fault(err)
	p, err := newPost(v, in.Body, len(in.Files))
	fault(err)
	if in.Poll != nil {
		fault(in.Poll.check(now))
	}
	fault(checkThemes(in.Themes))
	fault(checkAudience(v, in.Audience))
	switch len(faults) {
	case 0:
	case 1:
		return nil, nil, apperr.At(faults[0].Name, faults[0].Detail)
	default:
		return nil, nil, &apperr.Error{Kind: apperr.Invalid, Fields: faults, Message: "直してほしいところがあります。書いた内容は残っています。"}
	}
	p.Extra = in.Poll != nil || len(in.Files) > 0
	a := in.Audience
	return &Topic{Title: title, Themes: slices.Compact(slices.Sorted(slices.Values(in.Themes))), Question: in.Question,
		State: access.Published, Audience: a.Rung, Cohort: a.Cohort, Team: a.Team, Author: v.Person, Sample: in.Sample}, p, nil
}

func checkThemes(ids []string) error {
	if len(ids) > maxThemes {
		return apperr.At("themes", fmt.Sprintf("テーマは%dつまで選べます。近いものにしぼってください。", maxThemes))
	}
	for _, id := range ids {
		if _, ok := theme.Get(id); !ok {
			return apperr.At("themes", "選べないテーマがまざっています。一覧から選びなおしてください。")
		}
	}
	return nil
}

func checkAudience(v access.Viewer, a access.Audience) error {
	switch {
	case !a.Rung.Valid() || a.Rung == access.Public:
		return apperr.At("audience", "話し合いを読める人を、会員・期・チーム・運営から選んでください。")
	case a.Rung == access.Cohort && a.Cohort == "", a.Rung == access.Team && a.Team == "", !v.InAudience(a):
		return apperr.At("audience", "自分のいる期やチームから選んでください。")
	}
	return nil
}

// EntryTopic is what a discussion needs to know of the entry that it stands beside.
type EntryTopic struct {
	Entry    string
	Title    string
	Themes   []string
	State    access.State
	Audience access.Audience
	Flagged  bool
	Author   string
	Sample   bool
}

// standing is the entry's state as its topic's, and its audience narrowed to members.
func (e EntryTopic) standing() (access.State, access.Audience) {
	state := access.Hidden
	switch e.State {
	case access.Published, access.Review:
		state = access.Published
	case access.Withdrawn:
		state = access.Withdrawn
	}
	a := e.Audience
	a.Rung = access.Narrower(a.Rung, access.Members)
	return state, a
}

// OpenForEntry opens the discussion of an entry, in the entry's act.
func OpenForEntry(ctx context.Context, tx db.Tx, e EntryTopic) (id string, events []*event.Event, err error) {
	state, a := e.standing()
	t := &Topic{ID: db.NewID(), Entry: e.Entry, Title: e.Title, Themes: e.Themes, State: state, Audience: a.Rung,
		Cohort: a.Cohort, Team: a.Team, Flagged: e.Flagged, Author: e.Author, Sample: e.Sample, CreatedAt: tx.Now, LastAt: tx.Now}
	if t.LastSeq, err = nextSeq(ctx, tx); err != nil {
		return "", nil, err
	}
	if _, err := tx.NewInsert().Model(t).Exec(ctx); err != nil {
		return "", nil, fmt.Errorf("open the discussion of entry %s: %w", e.Entry, err)
	}
	return t.ID, []*event.Event{{Kind: event.TopicOpened, Subject: t.ID, Topic: t.ID, Actor: e.Author}}, nil
}

// FollowEntry takes over what changed in an entry, in the entry's act: one event for each thing that a reader of the
// discussion notices, none when nothing did or there is no discussion yet.
func FollowEntry(ctx context.Context, tx db.Tx, e EntryTopic) ([]*event.Event, error) {
	var t Topic
	err := tx.NewSelect().Model(&t).Where("t.entry = ?", e.Entry).Where("t.entry <> ''").Scan(ctx)
	if db.IsMissing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the discussion of entry %s: %w", e.Entry, err)
	}
	if _, err := hold(ctx, tx, t.ID); err != nil {
		return nil, err
	}
	state, a := e.standing()
	var events []*event.Event
	tell := func(k event.Kind) {
		events = append(events, &event.Event{Kind: k, Subject: t.ID, Topic: t.ID})
	}
	if t.Title != e.Title || !slices.Equal(t.Themes, Themes(e.Themes)) {
		tell(event.TopicChanged)
	}
	if t.Audience != a.Rung || t.Cohort != a.Cohort || t.Team != a.Team || t.Flagged != e.Flagged {
		tell(event.TopicAudience)
	}
	switch {
	case state == t.State:
	case state == access.Published:
		tell(event.TopicRestored)
	default:
		tell(event.TopicHidden)
	}
	if len(events) == 0 {
		return nil, nil
	}
	t.Title, t.Themes, t.State, t.Audience, t.Cohort, t.Team, t.Flagged = e.Title, e.Themes, state, a.Rung, a.Cohort, a.Team, e.Flagged
	_, err = tx.NewUpdate().Model(&t).WherePK().
		Column("title", "themes", "state", "audience", "cohort", "team", "flagged").Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("let topic %s follow its entry: %w", t.ID, err)
	}
	return events, nil
}

// nextSeq is where lists put what happens now: just behind the log's head. Two acts at once may get the same number;
// lists break the tie by id.
func nextSeq(ctx context.Context, tx db.Tx) (int64, error) {
	seq, _, err := event.Head(ctx, tx)
	return seq + 1, err
}
