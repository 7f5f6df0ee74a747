package archive_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/testkit"
)

// reach says in plain words who stands on each rung of an entry of みどり見本市's team in the cohort 2023-regular.
var reach = map[access.Rung][]string{
	access.Public:  {"visitor", "applicant", "author", "mate", "cohort", "member", "moderator", "secretariat"},
	access.Members: {"author", "mate", "cohort", "member", "moderator", "secretariat"},
	access.Cohort:  {"author", "mate", "cohort", "secretariat"},
	access.Team:    {"author", "mate", "secretariat"},
	access.Staff:   {"author", "mate", "moderator", "secretariat"}, // its authors read their own
}

var authors = []string{"author", "mate"}

// mayRead is the table that the service is tested by (contract §2), written without internal/access.
func mayRead(who string, state access.State, flagged bool, rung access.Rung) bool {
	staff := who == "moderator" || who == "secretariat"
	own := slices.Contains(authors, who)
	switch state {
	case access.Draft:
		return own
	case access.Returned, access.Hidden:
		return own || staff
	case access.Withdrawn:
		return false
	}
	return slices.Contains(reach[rung], who) || staff && (flagged || state == access.Review)
}

type stood struct {
	id      string
	state   access.State
	rung    access.Rung
	flagged bool
	old     string // a word that only its old text has
}

// secret is a word that only the section of that rung in that entry has.
func (s stood) secret(rung access.Rung) string {
	return fmt.Sprintf("秘密%s%s%s%t", s.state, s.rung, rung, s.flagged)
}

func narrower(a, b access.Rung) access.Rung {
	return access.Rungs[max(slices.Index(access.Rungs, a), slices.Index(access.Rungs, b))]
}

// everyStanding makes an entry of every state at every rung, with a section for every rung that may be in it.
func everyStanding(t *testing.T, w *world) []stood {
	t.Helper()
	var all []stood
	for _, rung := range access.Rungs {
		for _, state := range []access.State{access.Draft, access.Published, access.Review, access.Returned, access.Hidden, access.Withdrawn} {
			for _, flagged := range []bool{false, true} {
				s := stood{state: state, rung: rung, flagged: flagged, old: fmt.Sprintf("昔%s%s%t", state, rung, flagged)}
				c := published("題名"+s.secret(rung), rung)
				c.Sections = nil
				for i, r := range access.Rungs {
					if !r.Wider(rung) {
						c.Sections = append(c.Sections, archive.Written{Key: archive.Keys[i], Body: s.secret(r) + s.old, Audience: r})
					}
				}
				author := w.viewer("author")
				author.Moderator = true // so that public stands at once
				saved, err := w.Create(t.Context(), author, archive.Report, c)
				if err != nil {
					t.Fatal(err)
				}
				for i := range c.Sections {
					c.Sections[i].Body = strings.TrimSuffix(c.Sections[i].Body, s.old)
				}
				if _, err := w.Save(t.Context(), author, saved.ID, 1, archive.Change{Sections: c.Sections}); err != nil {
					t.Fatal(err)
				}
				s.id = saved.ID
				err = w.DB.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
					_, err := tx.NewRaw(`UPDATE entry SET state = ?, flagged = ? WHERE id = ?`, state, flagged, s.id).Exec(ctx)
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, s)
			}
		}
	}
	return all
}

func TestNothingIsReadByWhomItIsNotFor(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		all := everyStanding(t, w)
		for who, v := range w.people {
			listed := everythingListed(t, w, v)
			for _, s := range all {
				checkPage(t, w, who, s)
				in := strings.Contains(listed, s.id)
				// Lists of the published hold every state that its reader may read, drafts of others never.
				if in && !mayRead(who, s.state, s.flagged, s.rung) {
					t.Errorf("%s finds the %s entry at %s (flagged %t) in a list", who, s.state, s.rung, s.flagged)
				}
				if !in && s.state == access.Published && mayRead(who, s.state, s.flagged, s.rung) {
					t.Errorf("%s misses the %s entry at %s (flagged %t) in the lists", who, s.state, s.rung, s.flagged)
				}
				for _, rung := range access.Rungs {
					if mayRead(who, s.state, s.flagged, s.rung) && mayRead(who, s.state, s.flagged, narrower(rung, s.rung)) {
						continue
					}
					if strings.Contains(listed, s.secret(rung)) {
						t.Errorf("a list tells %s the %s section of the %s entry at %s", who, rung, s.state, s.rung)
					}
				}
			}
		}
	})
}

// checkPage asks for one entry as one person.
func checkPage(t *testing.T, w *world, who string, s stood) {
	t.Helper()
	view, err := w.Get(t.Context(), w.viewer(who), s.id)
	may := mayRead(who, s.state, s.flagged, s.rung)
	if s.state == access.Withdrawn {
		kind := apperr.NotFound
		if slices.Contains(reach[s.rung], who) {
			kind = apperr.Gone
		}
		if !apperr.Is(err, kind) {
			t.Errorf("%s reads the withdrawn entry at %s: %v, want %s", who, s.rung, err, kind.Code())
		}
		return
	}
	if !may {
		if !apperr.Is(err, apperr.NotFound) || apperr.From(err).Message != apperr.Missing().Message {
			t.Errorf("%s reads the %s entry at %s: %v", who, s.state, s.rung, err)
		}
		return
	}
	if err != nil {
		t.Errorf("%s cannot read the %s entry at %s (flagged %t): %v", who, s.state, s.rung, s.flagged, err)
		return
	}
	page, err := json.Marshal(view)
	if err != nil {
		t.Fatal(err)
	}
	for _, rung := range access.Rungs {
		if rung.Wider(s.rung) {
			continue
		}
		want := mayRead(who, s.state, s.flagged, rung)
		has := slices.ContainsFunc(view.Sections, func(sec archive.Section) bool { return strings.HasPrefix(sec.Body, s.secret(rung)) })
		if has != want {
			t.Errorf("%s sees the %s section of the %s entry at %s: %t, want %t", who, rung, s.state, s.rung, has, want)
		}
		if rung != s.rung && !want && strings.Contains(string(page), s.secret(rung)) {
			t.Errorf("the page tells %s the %s section of the %s entry at %s", who, rung, s.state, s.rung)
		}
	}
	_, versions, err := w.Versions(t.Context(), w.viewer(who), s.id)
	if err != nil {
		return
	}
	old, err := json.Marshal(versions)
	if err != nil {
		t.Fatal(err)
	}
	for _, rung := range access.Rungs {
		if !mayRead(who, s.state, s.flagged, narrower(rung, s.rung)) && strings.Contains(string(old), s.secret(rung)) {
			t.Errorf("an old version tells %s the %s section of the %s entry at %s", who, rung, s.state, s.rung)
		}
	}
}

// everythingListed is all that lists, feed and counts say to one person, as one text.
func everythingListed(t *testing.T, w *world, v access.Viewer) string {
	t.Helper()
	var said strings.Builder
	say := func(x any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		said.Write(b)
	}
	ctx := t.Context()
	list, next, err := w.List(ctx, v, 0, 100)
	say(list, err)
	if next != 0 {
		t.Fatal("the list has more than a page")
	}
	for _, f := range []archive.Filter{{}, {Municipality: midori}, {Cohort: "2023-regular"}, {Person: "mate"}, {Kinds: []archive.Kind{archive.Report}}} {
		f.Limit = 100
		newest, _, err := w.Newest(ctx, v, f)
		say(newest, err)
		if len(newest) != len(list) {
			t.Errorf("%s: the newest of %+v are %d, the list has %d", v.Person, f, len(newest), len(list))
		}
	}
	items, _, err := w.Feed(ctx, v, archive.FeedFilter{Limit: 100})
	say(items, err)
	say(w.Unfinished(ctx, v))
	ids := []string{}
	if err := w.DB.Read().NewSelect().Table("entry").Column("id").Scan(ctx, &ids); err != nil {
		t.Fatal(err)
	}
	say(w.Some(ctx, v, ids))
	return said.String()
}

func TestEveryoneReadsTheFrontPagesEntries(t *testing.T) {
	w := newWorld(t, testkit.SQLite(t))
	all := everyStanding(t, w)
	list, err := w.Recent(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	want := 0
	for _, s := range all {
		if s.rung == access.Public && mayRead("visitor", s.state, s.flagged, s.rung) {
			want++
		}
	}
	if len(list) != want {
		t.Errorf("Recent lists %d entries, want %d", len(list), want)
	}
}

func TestSectionsNeverGrowWiderThanTheirEntry(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		c := published("題名", access.Members)
		c.Sections = []archive.Written{{Key: archive.Practice, Body: "一"}, {Key: archive.Stumble, Body: "二", Audience: access.Members},
			{Key: archive.Next, Body: "三", Audience: access.Team}}
		s := w.create("author", c)
		for version, rung := range []access.Rung{access.Cohort, access.Members} {
			if _, err := w.Save(t.Context(), w.viewer("author"), s.ID, int64(version+1), archive.Change{Audience: &rung}); err != nil {
				t.Fatal(err)
			}
		}
		got := map[archive.Key]access.Rung{}
		for _, sec := range w.get("author", s.ID).Sections {
			got[sec.Key] = sec.Audience
		}
		// What said nothing goes with the entry; what was moved stays where it is until its author says otherwise.
		want := map[archive.Key]access.Rung{archive.Practice: "", archive.Stumble: access.Cohort, archive.Next: access.Team}
		for k, r := range want {
			if got[k] != r {
				t.Errorf("%s stands at %q, want %q", k, got[k], r)
			}
		}
	})
}
