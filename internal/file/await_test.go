package file

import (
	"context"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/testkit"
)

// TestWhoWaitsForAFileHearsOfItAtOnce: of its first page, then of its end; a clock that would never ring is not needed for it.
func TestWhoWaitsForAFileHearsOfItAtOnce(t *testing.T) {
	e := engine(t)
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := archive(t, d)
		f := attach(t, s, "entry", "javascript-action.pdf")
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		page := sheet{number: 1, width: 100, height: 100, text: "はじめの頁"}
		heard := make(chan string, 2)
		go func() {
			known := f.Progress()
			for range 2 {
				now, err := s.Await(ctx, fellow, f.ID, known, time.Hour)
				if err != nil {
					known = err.Error()
				} else {
					known = now.Progress()
				}
				heard <- known
			}
		}()
		claimed, err := s.claimReading(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.keepPage(ctx, claimed, page); err != nil {
			t.Fatal(err)
		}
		if got := <-heard; got != Pictured {
			t.Errorf("after the first page: %s", got)
		}
		if err := s.giveBack(ctx, claimed, 0, 0); err != nil {
			t.Fatal(err)
		}
		if did, err := s.WorkOne(ctx, e); !did || err != nil {
			t.Fatalf("WorkOne = %v, %v", did, err)
		}
		if got := <-heard; got != string(Ready) {
			t.Errorf("after the last page: %s", got)
		}
		if now, err := s.Await(ctx, fellow, f.ID, string(Ready), time.Millisecond); err != nil || now.State != Ready {
			t.Errorf("without news: %+v, %v", now, err)
		}
		if _, err := s.Await(ctx, access.Viewer{}, f.ID, "", time.Hour); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("a visitor is told of a member's file: %v", err)
		}
	})
}
