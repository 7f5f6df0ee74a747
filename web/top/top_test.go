package top

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/page/pagetest"
	"github.com/manetomo/manetomo/web/ui"
)

func get(s page.Session, d Data) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/", nil)
	load := func(context.Context) (Data, error) { return d, nil }
	page.Handle(Page(load)).ServeHTTP(w, r.WithContext(page.With(r.Context(), s)))
	return w
}

func TestTopShowsWhatIsPublic(t *testing.T) {
	w := get(page.Session{}, Data{
		Counts:  municipality.ParticipantCounts(),
		Stories: []Story{{Municipality: "見本 みどり見本市", Title: "見本の実践", URL: "/reports/A", Text: "見本です。", Metas: []Meta{{"report", "実践レポート"}}}},
		Posters: []ui.Pin{{URL: "/posters/B", Title: "見本のポスター", Note: "みどり見本市"}},
		Feature: &Feature{Title: "見本の特集", URL: "/collections/c", Lead: "読む順番に並べました。", Note: "実践 3件"},
	})
	body := w.Body.String()
	for _, want := range []string{"見本の実践", "見本のポスター", "見本の特集", "延べ180", "長野県19"} {
		if !strings.Contains(body, want) {
			t.Errorf("the top page lacks %q", want)
		}
	}
	pagetest.Check(t, body)
}

func TestTopOfANewSiteExplainsTheStudyGroup(t *testing.T) {
	body := get(page.Session{}, Data{}).Body.String()
	if !strings.Contains(body, "研修ではなく、研究会です") || strings.Contains(body, "ポスターの壁を見る") {
		t.Error("a top page without public practices should explain, and show no empty strip")
	}
	pagetest.Check(t, body)
}

func TestMembersGoHome(t *testing.T) {
	w := get(page.Session{Viewer: access.Viewer{Person: "P", Member: true}}, Data{})
	if w.Code != 303 || w.Header().Get("Location") != "/home" {
		t.Errorf("GET / of a member = %d %s", w.Code, w.Header().Get("Location"))
	}
}
