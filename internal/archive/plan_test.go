package archive

import (
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/testkit"
)

// A list that sorts or reads the whole table is quick today and slow in ten years: SQLite says which it would do.
func TestListsWalkAnIndex(t *testing.T) {
	d := testkit.SQLite(t)
	v := access.Viewer{Person: "p", Member: true, Cohorts: []string{"c"}, Teams: []string{"t"}}
	newest := func(f Filter) string {
		return v.Readable(f.where(d.Read().NewSelect().Model((*Entry)(nil))), readable).Order("e.published_seq DESC").Limit(21).String()
	}
	for name, q := range map[string]string{
		"ホーム":   feed(d.Read().NewSelect(), v).ColumnExpr("ev.seq").Order("ev.seq DESC").Limit(21).String(),
		"新しい順":  newest(Filter{}),
		"自治体の":  newest(Filter{Municipality: "990001"}),
		"期の":    newest(Filter{Cohort: "2023-regular"}),
		"APIの順": v.Readable(d.Read().NewSelect().Model((*Entry)(nil)).Where("e.published_seq > 5"), readable).Order("e.published_seq").Limit(21).String(),
	} {
		t.Run(name, func(t *testing.T) {
			var rows []struct {
				ID, Parent, Notused int
				Detail              string
			}
			if err := d.Read().NewRaw("EXPLAIN QUERY PLAN "+q).Scan(t.Context(), &rows); err != nil {
				t.Fatal(err)
			}
			for _, r := range rows {
				if strings.Contains(r.Detail, "TEMP B-TREE") || strings.HasPrefix(r.Detail, "SCAN") && !strings.Contains(r.Detail, "INDEX") {
					t.Errorf("%s", r.Detail)
				}
			}
		})
	}
}
