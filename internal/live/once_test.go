package live_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/file/blob"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/testkit"
)

// answerKey is where it stands among what a page shows whether the topic is a question, and which post answers it.
const answerKey = "answer"

// shown is a post as a page shows it: what a reader of events must arrive at.
type shown struct {
	Number  int64
	HTML    string
	Reply   int64
	Voters  int
	Over    bool
	Removed string
	Useful  int
	Asked   bool // of the topic: it is a question
}

func pageOf(t testing.TB, s *site, v access.Viewer, topic string) (posts map[string]shown, n int64) {
	t.Helper()
	posts = map[string]shown{}
	page, err := s.talk.Page(t.Context(), v, topic, 1)
	if err != nil {
		t.Fatal(err)
	}
	_, all, err := s.talk.Posts(t.Context(), v, topic, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		if p.N > page.N {
			continue // added after the page's moment: the events tell
		}
		sh := shown{Number: p.Number, HTML: p.Whole(), Reply: p.ReplyNumber, Useful: p.Counts[talk.Useful]}
		switch p.State {
		case access.Withdrawn:
			sh.Removed = "author"
		case access.Hidden:
			sh.Removed = "moderator"
		case talk.MovedAway:
			sh.Removed = "moved"
		}
		if p.Poll != nil {
			sh.Voters, sh.Over = p.Poll.Voters, p.Poll.Over
		}
		posts[p.ID] = sh
	}
	posts[answerKey] = shown{HTML: page.Topic.Answer, Asked: page.Topic.Question}
	return posts, page.N
}

// apply does to a page what a frame says.
func apply(posts map[string]shown, f frame) {
	switch f.Kind {
	case "moved":
		if posts[f.Moved].Number == f.Number {
			delete(posts, f.Moved)
		}
		fallthrough
	case "post", "edit", "remove", "restore", "touch":
		if f.ID == "" {
			return // it stands elsewhere by now: what becomes of its place comes later
		}
		posts[f.ID] = shown{Number: f.Number, HTML: f.HTML, Reply: f.ReplyTo.Number, Removed: f.Removed, Useful: f.Counts["useful"],
			Voters: f.Poll.Voters, Over: f.Poll.Over}
	case "poll":
		if p, there := posts[f.ID]; there && f.Removed == "" {
			p.Voters, p.Over = f.Poll.Voters, f.Poll.Over
			posts[f.ID] = p
		}
	case "topic.answered", "topic.changed":
		posts[answerKey] = shown{HTML: f.Answer, Asked: f.Question}
	case "reaction":
		p, there := posts[f.ID]
		if !there {
			return
		}
		if p.Useful = f.Counts["useful"]; f.Removed == "" {
			posts[f.ID] = p
		}
	}
}

// follower reads a topic from its n on, cutting and coming back as it likes, and notes every n it is sent.
type follower struct {
	name  string
	sites []*site
	topic string
	n     int64
	seen  []int64
	posts map[string]shown
	rnd   *rand.Rand
}

func (f *follower) take(fr frame) error {
	if fr.T != "ev" || fr.Topic != f.topic {
		return nil
	}
	if fr.N != f.n+1 {
		return fmt.Errorf("%s: event %d came after %d", f.name, fr.N, f.n)
	}
	f.n = fr.N
	f.seen = append(f.seen, fr.N)
	apply(f.posts, fr)
	return nil
}

// bySocket reads up to some events and hangs up without a word.
func (f *follower) bySocket(t testing.TB, s *site, until int64) error {
	ws, _, err := s.tryDial("reader", nil)
	if err != nil {
		return err
	}
	defer ws.NetConn().Close()
	c := &conn{ws, t}
	c.send(`{"t":"sub","topic":%q,"since":%d}`, f.topic, f.n)
	for cut := f.rnd.IntN(40); f.n < until && cut > 0; cut-- {
		fr, err := c.try()
		if err != nil {
			return err
		}
		if fr.T == "error" || fr.T == "gap" || fr.T == "bye" {
			return fmt.Errorf("%s: got %+v", f.name, fr)
		}
		if err := f.take(fr); err != nil {
			return err
		}
	}
	return nil
}

func (f *follower) byPoll(s *site, until int64, query string) error {
	for range f.rnd.IntN(4) {
		if f.n >= until {
			return nil
		}
		status, frames, err := s.poll(context.Background(), "reader", fmt.Sprintf("topics=%s:%d%s", f.topic, f.n, query))
		if err != nil || status != 200 {
			return fmt.Errorf("poll: %d, %w", status, err)
		}
		for _, fr := range frames {
			if err := f.take(fr); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *follower) run(t testing.TB, until int64) error {
	for f.n < until {
		s := f.sites[f.rnd.IntN(len(f.sites))]
		way := f.name
		if way == "mixture" {
			way = []string{"socket", "long poll", "plain poll"}[f.rnd.IntN(3)]
		}
		var err error
		switch way {
		case "socket":
			err = f.bySocket(t, s, until)
		case "long poll":
			err = f.byPoll(s, until, "")
		default:
			err = f.byPoll(s, until, "&timeout=0")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// pictures is one picture for a post.
func pictures(t testing.TB, s *site) []*file.Taken {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 30, 20))); err != nil {
		t.Error(err)
	}
	in, err := s.talk.Files.Take(file.Upload{Name: "写真.png", Body: &b})
	if err != nil {
		t.Error(err)
		return nil
	}
	t.Cleanup(in.Discard)
	return []*file.Taken{in}
}

// write does random acts until the topic has had at least until events.
func write(t testing.TB, s *site, v access.Viewer, topic, other string, until int64, rnd *rand.Rand) {
	var mine []string
	for {
		var c talk.Change
		var err error
		ctx := context.Background()
		if _, err := s.talk.Files.WorkOne(ctx, nil); err != nil { // pictures are read meanwhile
			t.Error(err)
		}
		switch act := rnd.IntN(15); {
		case act < 5 || len(mine) == 0:
			var p talk.Posted
			in := talk.NewPost{Body: fmt.Sprint("投稿 ", rnd.IntN(1000))}
			if len(mine) > 0 && rnd.IntN(3) == 0 {
				in.ReplyTo = mine[rnd.IntN(len(mine))]
				in.Quotes = []talk.NewQuote{{Post: in.ReplyTo}}
			}
			if rnd.IntN(3) == 0 {
				in.Files = pictures(t, s)
			}
			if rnd.IntN(3) == 0 {
				in.Poll = &talk.NewPoll{Choices: []string{"はい", "いいえ"}}
			}
			if p, err = s.talk.Post(ctx, v, topic, in); err != nil { // what it quotes may be gone
				continue
			}
			c = p.Change
			mine = append(mine, p.ID)
		case act < 6:
			id := mine[rnd.IntN(len(mine))]
			in := talk.Edit{Body: fmt.Sprint("直し ", rnd.IntN(1000))}
			if _, p, err := s.talk.PostOf(ctx, v, id); err == nil && len(p.Files) > 0 {
				in.Drop = []string{p.Files[0].ID}
			} else {
				in.Files = pictures(t, s)
			}
			c, err = s.talk.Edit(ctx, v, id, in)
		case act < 7:
			c, err = s.talk.Remove(ctx, v, mine[rnd.IntN(len(mine))])
		case act < 8:
			c, err = s.talk.Undo(ctx, v, mine[rnd.IntN(len(mine))])
		case act < 8+1:
			if c, err = s.talk.Accept(ctx, v, mine[rnd.IntN(len(mine))], rnd.IntN(3) > 0); rnd.IntN(2) == 0 {
				c, err = s.talk.SetQuestion(ctx, v, topic, rnd.IntN(3) > 0)
			}
		case act == 9: // there, and another time back: who moves it twice at once finds it gone
			ids := []string{mine[rnd.IntN(len(mine))]}
			from, to := topic, other
			if rnd.IntN(3) == 0 {
				from, to = other, topic
			}
			_, err = s.talk.Move(ctx, v, from, talk.Move{Target: to, Posts: ids, Reason: "ためし"})
		case act == 10:
			if c, err = s.talk.Vote(ctx, v, mine[rnd.IntN(len(mine))], []int{1, 2}[:rnd.IntN(2)]); rnd.IntN(6) == 0 {
				c, err = s.talk.ClosePoll(ctx, v, mine[rnd.IntN(len(mine))])
			}
		case act < 13:
			c, err = s.talk.React(ctx, v, mine[rnd.IntN(len(mine))], talk.Useful, rnd.IntN(2) == 0)
		default:
			c, err = moderate(ctx, s, topic, mine[rnd.IntN(len(mine))], rnd)
		}
		if err == nil && c.N >= until {
			return
		}
	}
}

// moderate does what a moderator may: takes a post out of sight or puts it back, tells that the topic was changed, or
// that who may read it is asked again.
func moderate(ctx context.Context, s *site, topic, post string, rnd *rand.Rand) (c talk.Change, err error) {
	ref := talk.Ref{Kind: "post", ID: post}
	err = s.d.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		var events []*event.Event
		switch rnd.IntN(4) {
		case 0:
			events = []*event.Event{{Kind: event.TopicChanged, Subject: topic, Topic: topic}}
		case 1:
			events = []*event.Event{{Kind: event.TopicAudience, Subject: topic, Topic: topic}}
		case 2:
			events, err = talk.Hide(ctx, tx, ref, "moderator", "ためし")
		default:
			events, err = talk.Restore(ctx, tx, ref, "moderator")
		}
		if err != nil || len(events) == 0 {
			return err
		}
		if err := event.Append(ctx, tx, events...); err != nil {
			return err
		}
		c = talk.Change{N: events[0].N, Seq: events[0].Seq}
		return nil
	})
	return c, err
}

func exactlyOnce(t *testing.T, sites []*site) {
	const until = 240
	first := sites[0]
	author := first.member(t, "hanako", "見本 花子")
	reader := first.member(t, "reader", "例示 太郎")
	for _, s := range sites[1:] {
		s.set(author)
		s.set(reader)
	}
	author.Moderator = true
	store, temp := blob.Folder{Dir: t.TempDir()}, t.TempDir()
	for _, s := range sites {
		s.talk.Files = &file.Service{DB: s.d, Blobs: store, Temp: temp}
	}
	topic, other := first.topic(t, author, members), first.topic(t, author, members)
	var writing, reading sync.WaitGroup
	var followers []*follower
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	for w := range 4 {
		writing.Go(func() {
			write(t, sites[w%len(sites)], author, topic, other, until, rand.New(rand.NewPCG(seed, uint64(w))))
		})
	}
	for i, way := range []string{"socket", "long poll", "plain poll", "mixture", "socket", "mixture"} {
		f := &follower{name: way, sites: sites, topic: topic, rnd: rand.New(rand.NewPCG(seed, uint64(100+i)))}
		if way != "mixture" {
			f.sites = sites[i%len(sites) : i%len(sites)+1]
		}
		f.posts, f.n = pageOf(t, f.sites[0], reader, topic)
		followers = append(followers, f)
		reading.Go(func() {
			if err := f.run(t, until); err != nil {
				t.Error(err)
			}
		})
	}
	writing.Wait()
	reading.Wait()
	if p, err := first.talk.Page(t.Context(), reader, other, 0); err != nil || p.Topic.Posts < 2 {
		t.Errorf("nothing was moved: %v", err)
	}
	var head int64
	var err error
	for did := true; did; { // what is still to be read is told of too
		if did, err = first.talk.Files.WorkOne(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	}
	if head, err = event.TopicHead(t.Context(), first.d.Read(), topic); err != nil {
		t.Fatal(err)
	}
	want, _ := pageOf(t, first, reader, topic)
	if !slices.ContainsFunc(slices.Collect(maps.Values(want)), func(p shown) bool { return strings.Contains(p.HTML, ".jpg") }) {
		t.Error("no picture was read and shown")
	}
	for _, f := range followers {
		if err := f.run(t, head); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(want, f.posts); diff != "" {
			t.Errorf("%s: page and events do not make the later page (-want +got):\n%s", f.name, diff)
		}
		if !slices.IsSorted(f.seen) {
			t.Errorf("%s: out of order: %v", f.name, f.seen)
		}
	}
}

func TestEachReaderSeesEachEventOnceInOrder(t *testing.T) {
	each(t, func(t *testing.T, s *site) { exactlyOnce(t, []*site{s}) })
}

func TestReadersOfTwoNodesSeeTheSame(t *testing.T) {
	url := testkit.PostgresURL(t)
	var sites []*site
	for range 2 {
		d, err := db.Open(t.Context(), db.Options{URL: url})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = d.Close() })
		sites = append(sites, newSite(t, d))
	}
	exactlyOnce(t, sites)
}
