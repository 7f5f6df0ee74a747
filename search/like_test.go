package search_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/testkit"
	"github.com/manetomo/manetomo/search"
)

// shiojiri is a member at 塩尻市 (人口5〜10万人, 長野県), a fellow of 2019, their town's second time.
var shiojiri = access.Viewer{Person: "mieko", Name: "見本 みえこ", Member: true, Municipality: "202151"}

// townsArchive holds a report on 対話 of each of some towns, and one that is for a cohort only.
func townsArchive(t *testing.T, d *db.DB) *search.Index {
	t.Helper()
	addPerson(t, d)
	statements := []string{
		`INSERT INTO cohort (id, year, course) VALUES ('2014-regular', 2014, 'regular'), ('2019-regular', 2019, 'regular'), ('2020-manager', 2020, 'manager')`,
		`INSERT INTO team (id, cohort, municipality, name) VALUES ('s1', '2014-regular', '202151', ''), ('s2', '2019-regular', '202151', ''),
			('a1', '2014-regular', '202061', ''), ('a2', '2019-regular', '202061', ''), ('o1', '2019-regular', '202045', '')`,
		`INSERT INTO participation (id, person, cohort, team, role, since) VALUES ('x', 'mieko', '2019-regular', 's2', 'fellow', ?)`,
		insertEntry + `('OWN', 'report', '朝の声かけ', '202151', 2019, 'regular', '', 'published', 'members', 'members', 1, 'mieko', ?0, ?0, ?0)`,
		`INSERT INTO entry_author (entry, person, position) VALUES ('OWN', 'mieko', 1)`,
		`INSERT INTO entry_theme (entry, theme) VALUES ('OWN', 'people-development')`,
	}
	for _, e := range []struct{ id, town, course, audience string }{
		{"YOKOHAMA", "141003", "regular", "members"}, {"SUWA", "202061", "regular", "members"}, {"OKAYA", "202045", "regular", "members"},
		{"NAHA", "472018", "manager", "members"}, {"TEAM", "202070", "regular", "team"},
	} {
		statements = append(statements, insertEntry+fmt.Sprintf(`('%s', 'report', '対話で変える', '%s', 2019, '%s', '', 'published', '%s', 'members', 1,
			'x', ?0, ?0, ?0)`, e.id, e.town, e.course, e.audience))
	}
	exec(t, d, statements)
	x := index(t)
	if err := x.Rebuild(t.Context(), search.Rows{DB: d}); err != nil {
		t.Fatal(err)
	}
	return x
}

func TestWhatIsFromTownsLikeTheReadersComesFirst(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		x := townsArchive(t, d)
		find := func(v access.Viewer, req search.Request) search.Result {
			t.Helper()
			r, err := x.Find(t.Context(), d, v, req, 0)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		plain := find(shiojiri, search.Request{Text: "対話"})
		liked := find(shiojiri, search.Request{Text: "対話", Like: true})
		if plain.Total != 4 || liked.Total != 4 {
			t.Errorf("found %d, liked %d; want the same 4", plain.Total, liked.Total)
		}
		if got := ids(liked); !strings.HasPrefix(got, "SUWA OKAYA") && !strings.HasPrefix(got, "OKAYA SUWA") {
			t.Errorf("like 塩尻市 come [%s]; want the towns of 長野県 of its size first", got)
		}
		for _, h := range plain.Hits {
			if h.Like != 0 || h.LikeWhy != "" {
				t.Errorf("%s says why it is alike although nobody asked: %q", h.ID, h.LikeWhy)
			}
		}
		why := map[string]string{}
		for _, h := range find(shiojiri, search.Request{Like: true}).Hits {
			why[h.ID] = h.LikeWhy
		}
		if !strings.HasPrefix(why["OWN"], "うちの自治体・テーマ「") || !strings.Contains(why["OWN"], "2回目") {
			t.Errorf("塩尻市: %q; want town, theme and time", why["OWN"])
		}
		if why["NAHA"] != "" {
			t.Errorf("那覇市: %q; nothing is alike", why["NAHA"])
		}
		if !strings.Contains(why["SUWA"], "同じ長野県") || !strings.Contains(why["SUWA"], "2回目") {
			t.Errorf("諏訪市: %q; want place and time", why["SUWA"])
		}
		if strings.Contains(why["OKAYA"], "回目") {
			t.Errorf("岡谷市: %q; it was its first time", why["OKAYA"])
		}
		browsed := find(shiojiri, search.Request{Like: true})
		if got := ids(browsed); !strings.HasPrefix(got, "OWN") || strings.Contains(got, "TEAM") {
			t.Errorf("browsing gives [%s]; want the own town first and nothing hidden", got)
		}
	})
}

func TestWhoHasNoTownOrIsNoMemberGetsTheUsualOrder(t *testing.T) {
	d := testkit.SQLite(t)
	x := townsArchive(t, d)
	for name, v := range map[string]access.Viewer{"だれでも": {}, "会員でない": {Person: "p", Municipality: "202151"},
		"自治体なし": {Person: "p", Member: true}, "知らない番号": {Person: "p", Member: true, Municipality: "999999"}} {
		usual, err := x.Find(t.Context(), d, v, search.Request{Text: "対話"}, 0)
		if err != nil {
			t.Fatal(err)
		}
		liked, err := x.Find(t.Context(), d, v, search.Request{Text: "対話", Like: true}, 0)
		if err != nil {
			t.Fatal(err)
		}
		if ids(usual) != ids(liked) {
			t.Errorf("%s: [%s] and [%s]", name, ids(usual), ids(liked))
		}
		for _, h := range liked.Hits {
			if h.LikeWhy != "" {
				t.Errorf("%s is told %q", name, h.LikeWhy)
			}
		}
	}
}

func TestPagesOfWhatIsLikeFollowEachOther(t *testing.T) {
	d := testkit.SQLite(t)
	x := townsArchive(t, d)
	seen := map[string]bool{}
	for page := 1; page <= 5; page++ {
		r, err := x.Find(t.Context(), d, shiojiri, search.Request{Like: true, Page: page, Per: 1}, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range r.Hits {
			if seen[h.ID] {
				t.Errorf("%s stands on two pages", h.ID)
			}
			seen[h.ID] = true
		}
	}
	if len(seen) != 5 {
		t.Errorf("%d on all pages; want 5", len(seen))
	}
}
