package similar_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/testkit"
	"github.com/manetomo/manetomo/search"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/similar"
	"github.com/manetomo/manetomo/web/ui"
)

func TestThePageOfAnEntryNamesWhatIsNear(t *testing.T) {
	d := testkit.SQLite(t)
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		for i := range 12 {
			title, kind, audience := "日々の報告", "report", "public"
			switch i {
			case 0:
				title = "林檎の剪定"
			case 1:
				title, kind = "林檎の剪定（ポスター）", "poster"
			case 2:
				title, audience = "林檎の剪定のその後", "members"
			}
			_, err := tx.NewRaw(`INSERT INTO entry (id, kind, title, municipality, year, course, state, audience, wanted, version, created_by,
				created_at, updated_at, published_at) VALUES (?0, ?1, ?2, '202151', 2019, 'regular', 'published', ?3, ?3, 1, 'p', ?4, ?4, ?4)`,
				fmt.Sprint("E", i), kind, title, audience, tx.Now).Exec(ctx)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	x, err := search.Open(t.TempDir(), search.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	f := similar.Finder{DB: d, Index: x}
	to := func(v access.Viewer) []ui.Link {
		r := httptest.NewRequest("GET", "/reports/E0", nil)
		return f.To(r.WithContext(page.With(r.Context(), page.Session{Viewer: v})), "E0", "202151")
	}
	if got := to(access.Viewer{}); got != nil {
		t.Errorf("while the index is made: %v; want nothing", got)
	}
	if err := x.Rebuild(t.Context(), search.Rows{DB: d}); err != nil {
		t.Fatal(err)
	}
	poster := ui.Link{Text: "林檎の剪定（ポスター）", URL: "/posters/E1", Note: "ポスター"}
	if diff := cmp.Diff([]ui.Link{poster}, to(access.Viewer{})); diff != "" {
		t.Errorf("for a visitor: %s", diff)
	}
	if got := to(access.Viewer{Person: "p", Member: true}); len(got) != 2 {
		t.Errorf("for a member: %v; want what is for members too", got)
	}
	r := httptest.NewRequest("GET", "/", nil)
	if got := (similar.Finder{}).To(r, "E0", ""); got != nil {
		t.Errorf("without an index: %v", got)
	}
}
