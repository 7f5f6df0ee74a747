package file

import (
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/testkit"
)

var moderator = access.Viewer{Person: "moderator", Member: true, Moderator: true}

// readPage is a service with a file that was read: one page with 対詰 on it.
func readPage(t *testing.T, d *db.DB) *Service {
	t.Helper()
	s := archive(t, d)
	exec(t, d, `INSERT INTO person (id, name, created_at) VALUES ('moderator', '例示 太郎', '2026-04-01')`)
	exec(t, d, `INSERT INTO file (id, entry, name, type, size, sha256, blob, state, created_by, created_at)
		VALUES ('sheet', 'entry', 'a.png', 'image/png', 1, 'x', 'sheet-original', 'ready', 'author', '2026-04-01')`)
	exec(t, d, `INSERT INTO page (file, number, width, height, text, words) VALUES ('sheet', 1, 100, 100, '対詰の文化', '[]')`)
	return s
}

func TestACorrectedTextReplacesTheMachinesOnceTheDeskHasTakenIt(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := readPage(t, d)
		propose := func(v access.Viewer, words string) error {
			_, err := s.Propose(t.Context(), v, "sheet", 1, words)
			return err
		}
		text := func() Page {
			t.Helper()
			_, pages, err := s.Pages(t.Context(), fellow, "sheet")
			if err != nil {
				t.Fatal(err)
			}
			return pages[0]
		}
		if err := propose(visitor, "対話の文化"); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("a visitor proposes: %v", err)
		}
		for _, wrong := range []string{"", " \n", "対詰の文化", strings.Repeat("あ", maxTranscript+1)} {
			if err := propose(fellow, wrong); !apperr.Is(err, apperr.Invalid) {
				t.Errorf("%.10q: %v", wrong, err)
			}
		}
		if err := propose(fellow, "対話の文か"); err != nil {
			t.Fatal(err)
		}
		if err := propose(fellow, "対話の文化\n二行目"); err != nil {
			t.Fatal(err)
		}
		list, err := s.Proposals(t.Context(), moderator)
		if err != nil || len(list) != 1 || list[0].Text != "対話の文化\n二行目" || list[0].Now != "対詰の文化" || list[0].Title != "entry" {
			t.Fatalf("the desk sees %+v, %v: one proposal a reader, the last", list, err)
		}
		if n, err := s.ProposalCount(t.Context(), moderator); n != 1 || err != nil {
			t.Errorf("counted %d, %v", n, err)
		}
		if text().Text != "対詰の文化" {
			t.Error("the text changed before the desk decided")
		}
		if list, err := s.Proposals(t.Context(), fellow); err != nil || len(list) > 0 {
			t.Errorf("a reader sees the desk: %+v, %v", list, err)
		}
		decide := func(v access.Viewer, id string, approve bool, seen, reason string) error {
			_, err := s.DecideProposal(t.Context(), v, id, approve, seen, reason)
			return err
		}
		if err := decide(fellow, list[0].ID, true, "", ""); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("a reader decides: %v", err)
		}
		if err := decide(moderator, list[0].ID, false, "", ""); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("declined without a reason: %v", err)
		}
		if err := decide(moderator, list[0].ID, true, "", ""); err != nil {
			t.Fatal(err)
		}
		if p := text(); p.Text != "対話の文化\n二行目" || p.Transcript != list[0].ID {
			t.Errorf("the page is %q by %q", p.Text, p.Transcript)
		}
		if hits := Find([]Page{text()}, "対話"); len(hits) != 1 || hits[0].Boxes != nil || hits[0].After != "の文化" {
			t.Errorf("found %+v", hits)
		}
		if err := decide(moderator, list[0].ID, true, "", ""); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("decided twice: %v", err)
		}
		past, err := s.History(t.Context(), author, "sheet", 1)
		if err != nil || len(past) != 1 || past[0].Before != "対詰の文化" {
			t.Errorf("history is %+v, %v", past, err)
		}
		var acts int
		if err := d.Read().NewRaw("SELECT COUNT(*) FROM audit WHERE act = 'transcript.approved' AND subject = 'entry'").Scan(t.Context(), &acts); acts != 1 || err != nil {
			t.Errorf("%d lines in the record, %v", acts, err)
		}
		if got := kinds(t, d); got[len(got)-1] != event.TranscriptDecided {
			t.Errorf("events are %v", got)
		}
	})
}

func TestADeclinedTextIsSeenByItsProposerAlone(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := readPage(t, d)
		for _, v := range []access.Viewer{fellow, author} {
			if _, err := s.Propose(t.Context(), v, "sheet", 1, "対話の文化 "+v.Person); err != nil {
				t.Fatal(err)
			}
		}
		list, err := s.Proposals(t.Context(), moderator)
		if err != nil || len(list) != 2 {
			t.Fatalf("%d proposals, %v", len(list), err)
		}
		if _, err := s.DecideProposal(t.Context(), moderator, list[0].ID, true, "", ""); err != nil {
			t.Fatal(err)
		}
		if _, err := s.DecideProposal(t.Context(), moderator, list[1].ID, true, "", ""); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("a correction replaced another that the desk had not seen: %v", err)
		}
		if _, err := s.DecideProposal(t.Context(), moderator, list[1].ID, false, "", "ほかの直しを取り入れました"); err != nil {
			t.Fatal(err)
		}
		for person, want := range map[string]int{list[0].By: 1, list[1].By: 2} {
			if past, err := s.History(t.Context(), access.Viewer{Person: person, Member: true}, "sheet", 1); err != nil || len(past) != want {
				t.Errorf("%s sees %d, %v, want %d", person, len(past), err, want)
			}
		}
	})
}

// TestHiddenIsHidden: what one may not read one can neither correct nor see corrected, at the desk too.
func TestHiddenIsHidden(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := readPage(t, d)
		if _, err := s.Propose(t.Context(), fellow, "sheet", 1, "対話の文化"); err != nil {
			t.Fatal(err)
		}
		list, err := s.Proposals(t.Context(), moderator)
		if err != nil || len(list) != 1 {
			t.Fatal(len(list), err)
		}
		exec(t, d, "UPDATE entry SET state = 'published', audience = 'team', team = 'other', wanted = 'team' WHERE id = 'entry'")
		if _, err := s.Propose(t.Context(), fellow, "sheet", 1, "ほかの文字"); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("proposed for a sheet out of sight: %v", err)
		}
		if past, err := s.History(t.Context(), fellow, "sheet", 1); len(past) != 0 || err != nil {
			t.Errorf("history out of sight: %d, %v", len(past), err)
		}
		if n, err := s.ProposalCount(t.Context(), moderator); n != 0 || err != nil {
			t.Errorf("counted out of sight: %d, %v", n, err)
		}
		if _, err := s.DecideProposal(t.Context(), moderator, list[0].ID, true, "", ""); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("decided out of sight: %v", err)
		}
		if _, err := s.Propose(t.Context(), fellow, "sheet", 2, "ない頁"); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("a page that is not there: %v", err)
		}
	})
}

// Moderators do not read what is for a cohort or a team: its authors decide about its text.
func TestAuthorsDecideAboutTheTextOfTheirNarrowEntries(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := readPage(t, d)
		exec(t, d, `UPDATE entry SET audience = 'cohort', cohort = '2023-regular' WHERE id = 'entry'`)
		reader := fellow
		reader.Cohorts = []string{"2023-regular"}
		if _, err := s.Propose(t.Context(), reader, "sheet", 1, "対話の文化"); err != nil {
			t.Fatal(err)
		}
		if list, err := s.Proposals(t.Context(), moderator); err != nil || len(list) != 0 {
			t.Errorf("the desk sees what is not for it: %+v, %v", list, err)
		}
		list, err := s.Proposals(t.Context(), author)
		if err != nil || len(list) != 1 {
			t.Fatalf("the author sees %+v, %v", list, err)
		}
		if _, err := s.DecideProposal(t.Context(), reader, list[0].ID, true, "", ""); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("a reader decides: %v", err)
		}
		if _, err := s.DecideProposal(t.Context(), author, list[0].ID, true, "", ""); err != nil {
			t.Fatal(err)
		}
		_, pages, err := s.Pages(t.Context(), author, "sheet")
		if err != nil || pages[0].Text != "対話の文化" {
			t.Errorf("the text is %q, %v", pages[0].Text, err)
		}
		exec(t, d, `UPDATE entry SET audience = 'members' WHERE id = 'entry'`)
		if _, err := s.Propose(t.Context(), reader, "sheet", 1, "対話の風土"); err != nil {
			t.Fatal(err)
		}
		if list, err := s.Proposals(t.Context(), author); err != nil || len(list) != 0 {
			t.Errorf("the author decides about what the desk reads: %+v, %v", list, err)
		}
	})
}
