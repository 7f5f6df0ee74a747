package search_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/search"
)

func TestMatcherFindsAmongAFewDocumentsWhatASearchWouldFind(t *testing.T) {
	in := report("hidden", "会計の見直し", "伝票をなくした。", search.Section{Key: "next", Label: "これから", Text: "期だけの葡萄の話。",
		Audience: access.Audience{Rung: access.Cohort, Cohort: "c1"}})
	shiojiri := report("shiojiri", "窓口を変える", "残業が減った。")
	shiojiri.Municipality, shiojiri.MunicipalityName, shiojiri.Prefecture, shiojiri.Year = "202151", "塩尻市", "長野県", 2023
	m, err := index(t).Matcher(t.Context(), []search.Document{in, shiojiri})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	fellow := access.Viewer{Person: "a", Member: true, Cohorts: []string{"c1"}}
	for _, test := range []struct {
		name, query string
		filters     map[string][]string
		viewer      access.Viewer
		want        string
		any         bool
	}{
		{"ことばで", "残業", nil, access.Viewer{}, "shiojiri", true},
		{"近いことばで", "時間外勤務", nil, access.Viewer{}, "shiojiri", true},
		{"自治体の名前で", "塩尻市", nil, access.Viewer{}, "shiojiri", true},
		{"条件だけで", "", map[string][]string{"prefecture": {"長野県"}}, access.Viewer{}, "shiojiri", true},
		{"ことばと条件の両方で", "会計", map[string][]string{"prefecture": {"長野県"}}, access.Viewer{}, "", false},
		{"どこにもないことば", "防災", nil, access.Viewer{}, "", false},
		{"語の一部だけでは知らせない", "口", nil, access.Viewer{}, "", false},
		{"読めないところのことばでは見つからない", "葡萄", nil, access.Viewer{}, "", true},
		{"読めれば見つかる", "葡萄", nil, fellow, "hidden", true},
		{"のぞくことば", "会計 -葡萄", nil, fellow, "", true},
		{"読めないことばは、のぞけない", "会計 -葡萄", nil, access.Viewer{}, "hidden", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			req := search.Request{Text: test.query, Filters: test.filters}
			got, err := m.Matches(t.Context(), test.viewer, req)
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(got)
			if strings.Join(got, " ") != test.want {
				t.Errorf("found %v; want %q", got, test.want)
			}
			if any, err := m.Any(t.Context(), req); err != nil || any != test.any {
				t.Errorf("anybody could find it: %v, %v; want %v", any, err, test.any)
			}
		})
	}
}
