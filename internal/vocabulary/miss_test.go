package vocabulary_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/testkit"
	"github.com/manetomo/manetomo/internal/vocabulary"
)

// counted waits until as many misses are written, by the sum of the days.
func counted(t *testing.T, d *db.DB, want int) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	for {
		written := d.Written()
		var n int
		if err := d.Read().NewRaw("SELECT COALESCE(SUM(count), 0) FROM miss_day").Scan(ctx, &n); err != nil {
			t.Fatal(err)
		}
		if n == want {
			return
		}
		select {
		case <-written:
		case <-ctx.Done():
			t.Fatalf("%d misses are counted; want %d", n, want)
		}
	}
}

// people gives members: enough of them that they fall into three of the sixteen parts.
func people(n int) []access.Viewer {
	var out []access.Viewer
	for i := range n {
		out = append(out, access.Viewer{Person: fmt.Sprintf("person%d", i), Member: true})
	}
	return out
}

func TestMissIsShownOnlyWhenThreePeopleAsked(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		m := vocabulary.NewMisses(d)
		go m.Run(t.Context())
		all := people(12)
		for range 5 { // one person, however often
			m.Add(all[0], "ひみつの相談")
		}
		for _, v := range all[:2] {
			m.Add(v, "ふたりの相談")
		}
		for i, v := range all { // spelled in several ways, one word
			m.Add(v, []string{"ジョブ型", "じょぶ型", "ｼﾞｮﾌﾞ型"}[i%3])
		}
		m.Add(access.Viewer{}, "通りすがり")                        // no member
		m.Add(access.Viewer{Person: "applicant"}, "申請中の人のことば") // not yet one
		m.Add(all[0], "あ")
		counted(t, d, 5+2+12)
		list, err := m.List(t.Context(), moderator)
		if err != nil || len(list) != 1 || list[0].Count != 12 {
			t.Fatalf("the desk shows %+v, %v; want only what twelve people asked", list, err)
		}
		var texts []string
		if err := d.Read().NewRaw("SELECT text FROM miss WHERE text <> ''").Scan(t.Context(), &texts); err != nil || len(texts) != 1 {
			t.Errorf("the database holds %v, %v; what fewer than three people asked must stand nowhere", texts, err)
		}
		if _, err := m.List(t.Context(), fellow); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("a member reads the list: %v", err)
		}
		if err := m.SetAside(t.Context(), moderator, list[0].ID); err != nil {
			t.Fatal(err)
		}
		if list, err = m.List(t.Context(), moderator); err != nil || len(list) != 0 {
			t.Errorf("set aside it still stands there: %v, %v", list, err)
		}
	})
}
