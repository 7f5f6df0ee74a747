package notify_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/notify"
	"github.com/manetomo/manetomo/internal/testkit"
)

// TestOpeningWhatANoticeLeadsToReadsIt holds for every kind: whoever opens the page has read the notice, and no other one.
func TestOpeningWhatANoticeLeadsToReadsIt(t *testing.T) {
	about := func(n notify.Notice, kinds ...notify.Kind) (all []notify.Notice) {
		for _, k := range kinds {
			n.Kind = k
			all = append(all, n)
		}
		return all
	}
	var all []notify.Notice
	for _, some := range [][]notify.Notice{
		about(notify.Notice{Topic: "t1", Post: "p1"}, notify.Reply, notify.Mention, notify.Comment, notify.Watched, notify.Accepted, notify.Relocated, notify.Hidden, notify.Restored),
		about(notify.Notice{Topic: "t2"}, notify.Asked, notify.Hidden, notify.Restored, notify.FlagDone),
		about(notify.Notice{Topic: "t3", Ask: "a1"}, notify.Consent, notify.Consented),
		about(notify.Notice{Entry: "e1"}, notify.Adopted, notify.Given, notify.NotGiven, notify.Returned, notify.Hidden, notify.Restored, notify.Published,
			notify.FlagDone, notify.Corrected, notify.Declined),
		about(notify.Notice{Entry: "e2", Topic: "t4"}, notify.Questioned, notify.Answered),
		about(notify.Notice{Entry: "e3", Topic: "t5", Post: "p2"}, notify.Reply, notify.Comment),
		about(notify.Notice{}, notify.Application),
		about(notify.Notice{}, notify.FlagDone),
	} {
		all = append(all, some...)
	}
	targets := []struct {
		path string
		what notify.Target
	}{{"/join", notify.OfApplication}, {"/asks/", notify.OfAsk}, {"/e/", notify.OfEntry}, {"/topics/", notify.OfTopic}, {"/notifications", notify.OfList}}
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := &notify.Service{DB: d}
		v := access.Viewer{Person: "hanako", Member: true}
		write := func(query string, args ...any) {
			t.Helper()
			err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, err := tx.NewRaw(query, args...).Exec(ctx)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		write("INSERT INTO person (id, name, member, created_at) VALUES ('hanako', '見本 花子', TRUE, '2026-04-01'), ('taro', '例示 太郎', TRUE, '2026-04-01')")
		for i, n := range all {
			for _, person := range []string{"hanako", "taro"} {
				write("INSERT INTO notice (id, person, seq, kind, entry, topic, post, ask, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '2026-04-01')",
					db.NewID(), person, i+1, n.Kind, n.Entry, n.Topic, n.Post, n.Ask)
			}
		}
		unread := func() (seqs []int64) {
			t.Helper()
			if err := d.Read().NewRaw("SELECT seq FROM notice WHERE person = 'hanako' AND read_at IS NULL ORDER BY seq").Scan(t.Context(), &seqs); err != nil {
				t.Fatal(err)
			}
			return seqs
		}
		page := func(n notify.Notice) string { // the address without the place in it
			path, _, _ := strings.Cut(notify.Item{Notice: n, Number: 1}.Path(), "#")
			path, _, _ = strings.Cut(path, "/posts/")
			return path
		}
		for _, n := range all {
			path := page(n)
			write("UPDATE notice SET read_at = NULL WHERE person = 'hanako'")
			for _, to := range targets {
				if id, leads := strings.CutPrefix(path, to.path); leads {
					if err := s.Opened(t.Context(), v, to.what, id); err != nil {
						t.Fatal(err)
					}
				}
			}
			left := unread()
			for i, other := range all {
				read, want := !slices.Contains(left, int64(i+1)), page(other) == path
				if read != want {
					t.Errorf("%s was opened: %s of %s is read: %v", path, other.Kind, page(other), read)
				}
			}
		}
		var others int
		if err := d.Read().NewRaw("SELECT COUNT(*) FROM notice WHERE person = 'taro' AND read_at IS NULL").Scan(t.Context(), &others); err != nil || others != len(all) {
			t.Errorf("somebody else has %d of %d unread, %v", others, len(all), err)
		}
	})
}
