package e2e

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/e2e/site"
)

// TestAnImportThatIsKilledIsFinishedByTheNextRun: the command and the site are killed in the middle; run again, the list
// brings every row in once, and every file is read.
func TestAnImportThatIsKilledIsFinishedByTheNextRun(t *testing.T) {
	const rows = 40
	s := site.Start(t, site.Options{})
	a := api{t, s.URL, token(t, s, "fellow@example.jp")}
	folder, list := t.TempDir(), [][]string{{"種類", "題名", "自治体", "年度", "コース", "ファイル", "整理番号"}}
	data, err := os.ReadFile("../file/testdata/javascript-action.pdf")
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		name := fmt.Sprintf("%d.pdf", i)
		if err := os.WriteFile(filepath.Join(folder, name), fmt.Appendf(data, "\n%% %d\n", i), 0o600); err != nil {
			t.Fatal(err)
		}
		list = append(list, []string{"ポスター", fmt.Sprintf("取りこみの見本 %d", i), "202151", "2019", "通常部会", name, fmt.Sprint("K", i)})
	}
	var text strings.Builder
	if err := csv.NewWriter(&text).WriteAll(list); err != nil {
		t.Fatal(err)
	}
	csvFile := filepath.Join(folder, "list.csv")
	if err := os.WriteFile(csvFile, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	imported := func() (ids []string) {
		var found struct {
			Entries []struct{ ID, Title string }
		}
		a.do("GET", "/api/v1/entries?kind=poster&limit=100", nil, &found)
		for _, e := range found.Entries {
			if strings.HasPrefix(e.Title, "取りこみの見本") {
				ids = append(ids, e.ID)
			}
		}
		return ids
	}
	cmd := site.Command(t, s.Data, nil, "import", "entries", csvFile, "--files", folder)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	site.Eventually(t, time.Minute, "rows come in", func() bool { return len(imported()) >= 3 })
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it tells of the kill, or that it was done already
	s.Kill()
	s.Restart()
	if out, code := s.Run("import", "entries", csvFile, "--files", folder); code != 0 {
		t.Fatalf("the second run ends with %d:\n%s", code, out)
	}
	a.settled()
	ids := imported()
	if len(ids) != rows {
		t.Errorf("of %d rows there are %d entries", rows, len(ids))
	}
	for _, id := range ids {
		var one struct {
			Title string
			Files []struct{ State string }
		}
		if a.do("GET", "/api/v1/entries/"+id, nil, &one); len(one.Files) != 1 || one.Files[0].State != "ready" {
			t.Errorf("%s has %+v", one.Title, one.Files)
		}
	}
}
