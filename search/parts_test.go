package search_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/testkit"
	"github.com/manetomo/manetomo/search"
)

// talk writes topics of many posts and follows them.
type talk struct {
	t *testing.T
	d *db.DB
	x *search.Index
}

func newTalk(t *testing.T, d *db.DB) *talk {
	addPerson(t, d)
	x, _ := follow(t, t.TempDir(), d)
	return &talk{t, d, x}
}

// open makes a topic with posts by number: those that are not named say nothing of note.
func (k *talk) open(id, title, audience string, posts int, said map[int]string) {
	k.t.Helper()
	statements := []string{fmt.Sprintf(`INSERT INTO topic (id, title, state, audience, cohort, author, posts, created_at, last_at)
		VALUES ('%s', '%s', 'published', '%s', 'c1', 'mieko', %d, ?0, ?0)`, id, title, audience, posts)}
	events := []*event.Event{{Kind: event.TopicOpened, Subject: id, Topic: id}}
	for n := 1; n <= posts; n++ {
		body := said[n]
		if body == "" {
			body = "ただの相づち"
		}
		statements = append(statements, addPost(id, n, body))
		events = append(events, &event.Event{Kind: event.PostAdded, Subject: fmt.Sprint(id, "-", n), Topic: id})
	}
	reach(k.t, k.x, exec(k.t, k.d, statements, events...))
}

func addPost(topic string, n int, body string) string {
	return fmt.Sprintf(`INSERT INTO post (id, topic, number, author, body, html, renderer, state, created_at, n)
		VALUES ('%[1]s-%[2]d', '%[1]s', %[2]d, 'mieko', '%[3]s', '', 1, 'published', ?, %[2]d)`, topic, n, body)
}

// act does something that an event tells of.
func (k *talk) act(statement string, events ...*event.Event) {
	k.t.Helper()
	if !strings.Contains(statement, "?") {
		statement += " AND created_at <= ?"
	}
	reach(k.t, k.x, exec(k.t, k.d, []string{statement}, events...))
}

func (k *talk) find(v access.Viewer, text string) search.Result {
	k.t.Helper()
	r, err := k.x.Find(k.t.Context(), k.d, v, search.Request{Text: text}, 0)
	if err != nil {
		k.t.Fatal(err)
	}
	return r
}

// finds tells whether a word finds just these topics, and that their text is shown.
func (k *talk) finds(when string, v access.Viewer, text, want string) {
	k.t.Helper()
	r := k.find(v, text)
	if ids(r) != want {
		k.t.Errorf("%s: %s finds [%s]; want [%s]", when, text, ids(r), want)
	}
	for _, h := range r.Hits {
		if len(h.Snippets) == 0 {
			k.t.Errorf("%s: %s finds %s without its text", when, text, h.ID)
		}
	}
}

func TestALongTopicIsOneHitWhereverItsWordsStand(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		k := newTalk(t, d)
		k.open("T1", "朝礼のやり方", "members", 130, map[int]string{3: "林檎を配った", 60: "蜜柑も配った", 128: "林檎の箱"})
		for _, query := range []string{"林檎", "林檎 蜜柑", "朝礼 蜜柑", "相づち", ""} {
			r := k.find(member, query)
			if ids(r) != "T1" || r.Total != 1 || counts(r, "kind") != "topic=1" {
				t.Errorf("「%s」 finds [%s], %d, kinds %s; want one topic", query, ids(r), r.Total, counts(r, "kind"))
			}
		}
		for query, at := range map[string]string{"蜜柑": "from=50#p60", `"林檎の箱"`: "from=118#p128", "朝礼": "", "": ""} {
			if h := k.find(member, query).Hits[0]; h.At != at || len(h.Snippets) == 0 || at != "" && !strings.Contains(h.Snippets[0].HTML, "<mark>") {
				t.Errorf("「%s」 opens at %q with %+v; want %q", query, h.At, h.Snippets, at)
			}
		}
		if got := ids(k.find(member, "朝礼 -蜜柑")); got != "" {
			t.Errorf("a topic that has the word to leave out finds [%s]", got)
		}
	})
}

func TestWhatHappensToAPostIsFoundSoWhereverItStands(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		k := newTalk(t, d)
		k.open("T1", "朝礼のやり方", "members", 120, map[int]string{70: "林檎を配った"})
		k.open("T2", "会議の減らし方", "members", 1, nil)
		edit := func(id string) *event.Event { return &event.Event{Kind: event.PostEdited, Subject: id, Topic: "T1"} }
		k.act("UPDATE post SET body = '西瓜を配った' WHERE id = 'T1-70'", edit("T1-70"))
		k.finds("edited", member, "林檎", "")
		k.finds("edited", member, "西瓜", "T1")
		k.act("UPDATE post SET state = 'withdrawn' WHERE id = 'T1-70'", &event.Event{Kind: event.PostRemoved, Subject: "T1-70", Topic: "T1"})
		k.finds("removed", member, "西瓜", "")
		k.act("UPDATE post SET state = 'published' WHERE id = 'T1-70'", &event.Event{Kind: event.PostRestored, Subject: "T1-70", Topic: "T1"})
		k.finds("restored", member, "西瓜", "T1")
		k.act("UPDATE post SET useful = 2 WHERE id = 'T1-2'", &event.Event{Kind: event.PostReacted, Subject: "T1-2", Topic: "T1"})
		k.finds("after a reaction elsewhere", member, "西瓜", "T1")
		if h := k.find(member, "西瓜").Hits[0]; h.Useful != 2 {
			t.Errorf("useful %d; want 2", h.Useful)
		}
		// the post moves to the other topic and leaves a line
		k.act("UPDATE post SET topic = 'T2', number = 2 WHERE id = 'T1-70'")
		k.act("UPDATE topic SET posts = 2 WHERE id = 'T2'")
		k.act(strings.NewReplacer("'published'", "'moved'", "'T1-70'", "'T1-70x'").Replace(addPost("T1", 70, "")),
			&event.Event{Kind: "moved", Subject: "T1-70x", Topic: "T1"}, &event.Event{Kind: event.PostAdded, Subject: "T1-70", Topic: "T2"})
		k.finds("moved", member, "西瓜", "T2")
		k.act("UPDATE topic SET title = '夕礼のやり方' WHERE id = 'T1'", &event.Event{Kind: event.TopicChanged, Subject: "T1", Topic: "T1"})
		k.finds("renamed", member, "朝礼", "")
		k.finds("renamed", member, "夕礼", "T1")
	})
}

func TestAllPartsOfATopicFollowItsReaders(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		k := newTalk(t, d)
		k.open("T1", "朝礼のやり方", "members", 120, map[int]string{2: "林檎", 110: "西瓜を配った"})
		fellow := access.Viewer{Person: "f", Member: true, Cohorts: []string{"c1"}}
		k.finds("members", member, "西瓜", "T1")
		k.act("UPDATE topic SET audience = 'cohort' WHERE id = 'T1'", &event.Event{Kind: event.TopicAudience, Subject: "T1", Topic: "T1"})
		for _, query := range []string{"西瓜", "相づち", "朝礼", "林檎", "朝礼 西瓜"} {
			k.finds("narrowed", member, query, "")
			if r := k.find(member, query); r.Total != 0 || counts(r, "kind") != "" || r.DidYouMean != "" {
				t.Errorf("%s: %d hits, kinds %q, もしかして %q for who may not read it", query, r.Total, counts(r, "kind"), r.DidYouMean)
			}
			k.finds("narrowed", fellow, query, "T1")
		}
		if got, may := k.x.Suggest(member, "朝礼", 8), k.x.Suggest(fellow, "朝礼", 8); len(got) != 0 || len(may) != 1 {
			t.Errorf("narrowed: %v is suggested, and to its readers %v", got, may)
		}
		if r := k.find(member, ""); r.Total != 0 || counts(r, "kind") != "" {
			t.Errorf("browsing counts %d, %q for who may not read it", r.Total, counts(r, "kind"))
		}
		k.act("UPDATE topic SET state = 'hidden' WHERE id = 'T1'", &event.Event{Kind: event.TopicHidden, Subject: "T1", Topic: "T1"})
		k.finds("hidden", fellow, "西瓜", "")
		k.act("UPDATE topic SET state = 'published' WHERE id = 'T1'", &event.Event{Kind: event.TopicRestored, Subject: "T1", Topic: "T1"})
		k.finds("restored", fellow, "西瓜", "T1")
		// what nobody told of: the last posts are gone, and an event of a kind that is not known says that something happened
		k.act("DELETE FROM post WHERE topic = 'T1' AND number > 100", &event.Event{Kind: "merged", Subject: "T1", Topic: "T1"})
		k.finds("cut off", fellow, "西瓜", "")
		k.finds("cut off", fellow, "林檎", "T1")
	})
}

func TestAPostCostsTheSameInALongTopic(t *testing.T) {
	d := testkit.SQLite(t)
	k := newTalk(t, d)
	k.open("T1", "朝礼のやり方", "members", 400, nil)
	seq := k.x.Seq()
	k.act(addPost("T1", 401, "西瓜"), &event.Event{Kind: event.PostAdded, Subject: "T1-401", Topic: "T1"})
	c, err := search.Rows{DB: d}.Changes(context.Background(), seq)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Docs) != 1 || c.Docs[0].Title != "" || len(c.Docs[0].Sections) > 50 || len(c.Whole) > 0 {
		t.Errorf("a post has %d documents written again, topics %v", len(c.Docs), c.Whole)
	}
}
