package file

import (
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/file/ocr"
	"github.com/manetomo/manetomo/internal/testkit"
)

// TestTextIsReadOffPictures: a poster that is a picture gets the machine's text, marked as such, until people write theirs.
func TestTextIsReadOffPictures(t *testing.T) {
	e := engine(t)
	r, err := ocr.Find(t.Context())
	if err != nil {
		t.Fatalf("%v: the tests need %v", err, ocr.Packages)
	}
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := archive(t, d)
		own, scan := attach(t, s, "entry", "poster-soma.pdf"), attach(t, s, "entry", "scan-image-only.pdf")
		for range 2 {
			if _, err := s.WorkOne(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		before := len(kinds(t, d))
		if did, err := s.TranscribeOne(t.Context(), nil); did || err != nil {
			t.Errorf("without tesseract: %v, %v", did, err)
		}
		if did, err := s.TranscribeOne(t.Context(), r); !did || err != nil {
			t.Fatalf("TranscribeOne = %v, %v", did, err)
		}
		if did, err := s.TranscribeOne(t.Context(), r); did || err != nil {
			t.Errorf("a second file was read: %v, %v", did, err)
		}
		f, pages, err := s.Pages(t.Context(), fellow, scan.ID)
		if err != nil || f.Reason != "" || len(pages) != 1 || !pages[0].Machine || !strings.Contains(pages[0].Text, "時間外勤務") || len(pages[0].Words) < 20 {
			t.Errorf("the scan has %+v, %v: %.300s", f, err, pages[0].Text)
		}
		if _, pages, err := s.Pages(t.Context(), fellow, own.ID); err != nil || pages[0].Machine {
			t.Errorf("a file with text of its own was read off its picture: %v", err)
		}
		if got := kinds(t, d); len(got) != before+1 || got[before] != event.FileReady {
			t.Errorf("events are %v", got)
		}
		exec(t, d, `INSERT INTO person (id, name, created_at) VALUES ('moderator', '例示 太郎', '2026-04-01')`)
		if _, err := s.Propose(t.Context(), fellow, scan.ID, 1, "人が書いた文字"); err != nil {
			t.Fatal(err)
		}
		list, err := s.History(t.Context(), fellow, scan.ID, 1)
		if err != nil || len(list) != 1 {
			t.Fatalf("History = %v, %v", list, err)
		}
		if _, err := s.DecideProposal(t.Context(), moderator, list[0].ID, true, "", ""); err != nil {
			t.Fatal(err)
		}
		if _, pages, err := s.Pages(t.Context(), fellow, scan.ID); err != nil || pages[0].Machine || pages[0].Text != "人が書いた文字" {
			t.Errorf("after people wrote it: %+v, %v", pages, err)
		}
	})
}
