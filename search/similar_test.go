package search_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/testkit"
	"github.com/manetomo/manetomo/search"
)

// filler makes an archive large enough for words to be rare in it.
func filler(n int) (docs []search.Document) {
	for i := range n {
		docs = append(docs, report(fmt.Sprint("filler", i), "日々の報告", "会議と窓口の報告を書いた。"))
	}
	return docs
}

func nearest(t *testing.T, x *search.Index, v access.Viewer, id string) string {
	t.Helper()
	hits, err := x.Nearest(t.Context(), v, id, 5)
	if err != nil {
		t.Fatal(err)
	}
	return ids(search.Result{Hits: hits})
}

func TestNearIsWhatSharesTheStrongWordsOfAnEntry(t *testing.T) {
	topic := report("topic", "林檎の剪定と若手", "林檎の剪定を若手が学んだ。")
	topic.Kind = "topic"
	themed, other := report("themed", "剪定と林檎", "林檎の剪定。"), report("other", "剪定と林檎", "林檎の剪定。")
	themed.Themes = []string{"people-development"}
	self := report("self", "林檎の剪定を若手に伝える", "林檎の剪定を会議で話した。窓口の報告も書いた。")
	self.Themes = themed.Themes
	x := index(t, append(filler(40), self, themed, other, topic, report("one", "林檎の味", "林檎がある。"))...)
	got := nearest(t, x, access.Viewer{Person: "a", Member: true}, "self")
	if got != "themed other" {
		t.Errorf("near the entry are [%s]; want the two that share its words, the one of its theme first, no topic and not itself", got)
	}
	if got := nearest(t, x, access.Viewer{}, "nothing"); got != "" {
		t.Errorf("near nothing is [%s]", got)
	}
}

// Words on a rung above the reader's make nothing near, on either side.
func TestNoWordOfARungAboveMakesAnythingNear(t *testing.T) {
	in := func(rung access.Rung, text string) search.Section {
		return search.Section{Key: "outcome", Label: "成果・変化", Text: text, Audience: access.Audience{Rung: rung, Cohort: "c1", Team: "t1"}}
	}
	const secret = "林檎の剪定と蜂蜜の採取。林檎の剪定と蜂蜜の採取。"
	for _, rung := range []access.Rung{access.Members, access.Cohort, access.Team, access.Staff} {
		t.Run(string(rung), func(t *testing.T) {
			open := report("open", "日々の報告", "会議と窓口。"+secret)
			own := report("own", "日々の報告", "会議と窓口。", in(rung, secret))
			hidden := report("hidden", "林檎の剪定", secret)
			hidden.Audience = access.Audience{Rung: rung, Cohort: "c1", Team: "t1"}
			hidden.Sections[0].Audience = hidden.Audience
			x := index(t, append(filler(40), open, own, hidden)...)
			for name, v := range map[string]access.Viewer{
				"だれでも": {}, "会員": {Person: "a", Member: true}, "ほかの期": {Person: "a", Member: true, Cohorts: []string{"c2"}, Teams: []string{"t2"}},
				"同じ期": {Person: "a", Member: true, Cohorts: []string{"c1"}}, "同じチーム": {Person: "a", Member: true, Cohorts: []string{"c1"}, Teams: []string{"t1"}},
				"運営": {Person: "a", Member: true, Moderator: true}, "事務局": {Person: "a", Member: true, Moderator: true, Secretariat: true},
			} {
				reads := v.InAudience(hidden.Audience)
				fromOpen, fromOwn := nearest(t, x, v, "open"), nearest(t, x, v, "own")
				if got := strings.Contains(fromOpen, "own"); got != reads {
					t.Errorf("%s: the words of a section that may be read (%v) made it near: %v", name, reads, got)
				}
				if got := strings.Contains(fromOpen, "hidden"); got != reads {
					t.Errorf("%s: an entry that may be read (%v) is near: %v", name, reads, got)
				}
				if got := strings.Contains(fromOwn, "open"); got != reads {
					t.Errorf("%s: near one's own section that may be read (%v): %v", name, reads, got)
				}
				if got := nearest(t, x, v, "hidden"); !reads && got != "" {
					t.Errorf("%s: near what may not be read is [%s]", name, got)
				}
			}
		})
	}
}

func TestWhatIsNearIsAskedAgainBeforeItIsShown(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		addPerson(t, d)
		statements := []string{}
		for i := range 12 {
			title := "日々の報告"
			if i < 3 {
				title = "林檎の剪定"
			}
			statements = append(statements, insertEntry+fmt.Sprintf(`('N%d', 'report', '%s', '202151', 2019, 'regular', '', 'published', 'members',
				'members', 1, 'mieko', ?0, ?0, ?0)`, i, title))
		}
		x, _ := follow(t, t.TempDir(), d)
		reach(t, x, exec(t, d, statements, published(12)...))
		near := func() []string {
			t.Helper()
			hits, err := x.Similar(t.Context(), d, member, "N0", 5)
			if err != nil {
				t.Fatal(err)
			}
			return strings.Fields(ids(search.Result{Hits: hits}))
		}
		if got := near(); len(got) != 2 || !slices.Contains(got, "N1") || !slices.Contains(got, "N2") {
			t.Fatalf("near are %v; want N1 and N2", got)
		}
		exec(t, d, []string{"UPDATE entry SET audience = 'team', team = 'x' WHERE id = 'N1' AND created_at <= ?"})
		if got := near(); len(got) != 1 || got[0] != "N2" {
			t.Errorf("near are %v after N1 was narrowed; want N2", got)
		}
	})
}

// published are the events of N0, N1 and so on.
func published(n int) (events []*event.Event) {
	for i := range n {
		events = append(events, &event.Event{Kind: event.EntryPublished, Subject: fmt.Sprint("N", i)})
	}
	return events
}
