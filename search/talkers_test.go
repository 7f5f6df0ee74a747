package search_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/testkit"
	"github.com/manetomo/manetomo/search"
)

// Each entry of this archive is by somebody of its own; the reader may read some of them.
func TestOnlyWritersOfWhatOneMayReadAreNamed(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		statements := []string{}
		for _, e := range []struct{ who, audience, cohort, team, state, title, person string }{
			{"open", "public", "", "", "published", "林檎の話", ""}, {"members", "members", "", "", "published", "林檎の話", ""},
			{"cohort", "cohort", "c1", "", "published", "林檎の話", ""}, {"team", "team", "", "t1", "published", "林檎の話", ""},
			{"staff", "staff", "", "", "published", "林檎の話", ""}, {"hidden", "public", "", "", "hidden", "林檎の話", ""},
			{"draft", "public", "", "", "draft", "林檎の話", ""}, {"gone", "public", "", "", "withdrawn", "林檎の話", ""},
			{"review", "members", "", "", "review", "林檎の話", ""}, {"else", "public", "", "", "published", "別の話", ""},
			{"outside", "public", "", "", "published", "林檎の話", "member = FALSE"},
			{"suspended", "public", "", "", "published", "林檎の話", "suspended_at = '2026-01-01'"},
			{"reader", "public", "", "", "published", "林檎の話", ""},
		} {
			statements = append(statements,
				fmt.Sprintf(`INSERT INTO person (id, name, member, created_at) VALUES ('%s', '%s', TRUE, ?)`, e.who, e.who),
				insertEntry+fmt.Sprintf(`('E-%[1]s', 'report', '%[2]s', '202151', 2019, 'regular', '%[3]s', '%[4]s', '%[5]s', '%[5]s', 1, '%[1]s', ?0, ?0, ?0)`,
					e.who, e.title, e.cohort, e.state, e.audience),
				fmt.Sprintf(`UPDATE entry SET team = '%s' WHERE id = 'E-%s' AND created_at <= ?`, e.team, e.who),
				fmt.Sprintf(`INSERT INTO entry_author (entry, person, position) VALUES ('E-%[1]s', '%[1]s', 1)`, e.who))
			if e.person != "" {
				statements = append(statements, fmt.Sprintf(`UPDATE person SET %s WHERE id = '%s' AND created_at <= ?`, e.person, e.who))
			}
		}
		// a word that stands only in a cohort's section names its writer to that cohort alone
		statements = append(statements, `INSERT INTO entry_section (entry, key, body, html, renderer, audience)
			VALUES ('E-else', 'stumble', '林檎を落とした。', '', 1, 'cohort')`, `UPDATE entry SET cohort = 'c1' WHERE id = 'E-else' AND created_at <= ?`)
		exec(t, d, statements)
		x := index(t)
		if err := x.Rebuild(t.Context(), search.Rows{DB: d}); err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct {
			name   string
			viewer access.Viewer
			want   string
		}{
			{"だれでも", access.Viewer{}, ""},
			{"会員でない人", access.Viewer{Person: "reader", Cohorts: []string{"c1"}}, ""},
			{"会員", access.Viewer{Person: "reader", Member: true}, "members open review"},
			{"同じ期", access.Viewer{Person: "reader", Member: true, Cohorts: []string{"c1"}}, "cohort else members open review"},
			{"同じチーム", access.Viewer{Person: "reader", Member: true, Teams: []string{"t1"}}, "members open review team"},
			{"運営", access.Viewer{Person: "reader", Member: true, Moderator: true}, "members open review staff"},
			{"事務局", access.Viewer{Person: "reader", Member: true, Moderator: true, Secretariat: true}, "cohort else members open review staff team"},
		} {
			if got := namesOf(t, x, d, test.viewer, "林檎"); got != test.want {
				t.Errorf("%s: [%s]; want [%s]", test.name, got, test.want)
			}
		}
		// the rows are narrowed, and no event has told the index
		exec(t, d, []string{"UPDATE entry SET state = 'hidden' WHERE id = 'E-open' AND created_at <= ?"})
		reader := access.Viewer{Person: "reader", Member: true}
		if got := namesOf(t, x, d, reader, "林檎"); got != "members review" {
			t.Errorf("after one was hidden: [%s]", got)
		}
		for name, query := range map[string]string{"without words": "", "found by a part of the words": "林檎 存在しない言葉 梨"} {
			if got := namesOf(t, x, d, reader, query); got != "" {
				t.Errorf("%s: [%s]; want nobody", name, got)
			}
		}
	})
}

// namesOf gives the ids of who can talk about a query, sorted.
func namesOf(t *testing.T, x *search.Index, d *db.DB, v access.Viewer, query string) string {
	t.Helper()
	r, err := x.Find(t.Context(), d, v, search.Request{Text: query}, 0)
	if err != nil {
		t.Fatal(err)
	}
	people, err := search.Talkers(t.Context(), d, v, r, 20)
	if err != nil {
		t.Fatal(err)
	}
	return sorted(people)
}

func sorted(people []search.Talker) string {
	var ids []string
	for _, p := range people {
		ids = append(ids, p.ID)
	}
	return strings.Join(slices.Sorted(slices.Values(ids)), " ")
}

func TestPeopleAreSuggestedToMembersOnly(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		exec(t, d, []string{`INSERT INTO person (id, name, kana, member, created_at) VALUES ('a', '見本 花子', 'みほん はなこ', TRUE, ?0),
			('b', '見本 次郎', 'みほん じろう', FALSE, ?0)`,
			`INSERT INTO person (id, name, member, suspended_at, created_at) VALUES ('c', '見本 三郎', TRUE, ?0, ?0)`})
		for name, v := range map[string]access.Viewer{"だれでも": {}, "会員でない人": {Person: "b"}, "会員": {Person: "x", Member: true}} {
			got, err := search.People(t.Context(), d, v, "見本", 8)
			if err != nil {
				t.Fatal(err)
			}
			if len(got) > 1 || (len(got) == 1) != v.Member || v.Member && got[0].URL != "/members/a" {
				t.Errorf("%s: %+v", name, got)
			}
		}
	})
}
