package bulk

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/file/blob"
	"github.com/manetomo/manetomo/internal/testkit"
)

func service(t *testing.T, d *db.DB) *Service {
	t.Helper()
	return &Service{DB: d, Archive: &archive.Service{DB: d}, Files: &file.Service{DB: d, Blobs: blob.Folder{Dir: t.TempDir()}, Temp: t.TempDir()}, Dir: t.TempDir()}
}

const heads = "種類,題名,自治体,年度,コース,ファイル,整理番号\n"

func pdf(t *testing.T) fstest.MapFS {
	t.Helper()
	data, err := os.ReadFile("../file/testdata/poster-zangyo.pdf")
	if err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{"2019/ポスター.pdf": {Data: data}, "bad.pdf": {Data: []byte("no pdf")}}
}

func silent(int, int) {}

// told runs a list and gives state and beginning of the answer for each row.
func told(t *testing.T, s *Service, list string) (id string, states []string) {
	t.Helper()
	l, err := s.StartByOperator(t.Context(), "list.csv", []byte(list), access.Members)
	if err == nil {
		err = s.Run(t.Context(), l.ID, pdf(t), silent)
	}
	if err != nil {
		t.Fatal(err)
	}
	_, answers, err := s.AnswersForOperator(t.Context(), l.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range answers {
		states = append(states, strings.TrimSpace(a.State+" "+a.Detail))
	}
	return l.ID, states
}

func counts(t *testing.T, d *db.DB) (entries, files int) {
	t.Helper()
	err := d.Read().NewRaw(`SELECT (SELECT COUNT(*) FROM entry WHERE state = 'published'), (SELECT COUNT(*) FROM file)`).Scan(t.Context(), &entries, &files)
	if err != nil {
		t.Fatal(err)
	}
	return entries, files
}

func TestEveryRowHasOneAnswer(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := service(t, d)
		list := heads +
			"ポスター,対話の一年,みどり見本市,令和元年度,通常部会,2019/ポスター.pdf,A1\n" +
			"ポスター,対話の一年,みどり見本市,2019,実践コース,,A1\n" + // the same key
			"共同論文,ファイルのない論文,見本 みどり見本市,2019,通常部会,,\n" +
			"ポスター,同名の町,伊達市,2019,通常部会,,\n" +
			"ポスター,,どこにもない市,十年,夜の部会,,\n" +
			"ポスター,こわれた,みどり見本市,2019,通常部会,bad.pdf;ない.pdf,\n"
		want := []string{"new", "same 前に取りこんだものと同じです。", "new",
			"problem 「伊達市」は、いくつかの自治体の名前です。どれか書いてください：北海道 伊達市、福島県 伊達市",
			"problem 題名がありません。「どこにもない市」という自治体は見つかりません。「長野県 塩尻市」のように、都道府県から書いてみてください。" +
				"年度「十年」を読めません。2019 か 令和元 のように書いてください。コース「夜の部会」はありません。「通常部会」か「管理職部会」と書いてください。",
			"problem 「bad.pdf」：名前はPDFですが、中身がPDFではありません。もとのソフトで開き、PDFとして保存し直してください。" +
				"ファイル「ない.pdf」が見つかりません。名前を確かめてください。"}
		checked, err := s.Check(t.Context(), []byte(list), access.Members, pdf(t), silent)
		if err != nil {
			t.Fatal(err)
		}
		for i, a := range checked {
			if !strings.HasPrefix(want[i], a.State) {
				t.Errorf("line %d would be %s %s", a.Line, a.State, a.Detail)
			}
		}
		if entries, files := counts(t, d); entries != 0 || files != 0 {
			t.Errorf("looking alone made %d entries, %d files", entries, files)
		}
		_, got := told(t, s, list)
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		if entries, files := counts(t, d); entries != 2 || files != 1 {
			t.Errorf("%d entries, %d files", entries, files)
		}
		// Another list with the same rows brings nothing twice.
		if _, again := told(t, s, heads+"ポスター,対話の一年,みどり見本市,2019,通常部会,2019/ポスター.pdf,A1\n"); again[0] != want[1] {
			t.Errorf("the same row of another list: %v", again)
		}
		if entries, files := counts(t, d); entries != 2 || files != 1 {
			t.Errorf("after the second list: %d entries, %d files", entries, files)
		}
	})
}

func TestARunThatIsCutAnywhereIsFinishedByTheNext(t *testing.T) {
	d := testkit.SQLite(t)
	s := service(t, d)
	list := heads
	for i := range 8 {
		list += fmt.Sprintf("ポスター,%d枚目,みどり見本市,2019,通常部会,2019/ポスター.pdf,\n", i)
	}
	l, err := s.StartByOperator(t.Context(), "list.csv", []byte(list), access.Members)
	if err != nil {
		t.Fatal(err)
	}
	for cut := 1; ; cut++ { // each run is cut one write later than the one before
		ctx, cancel := context.WithCancel(t.Context())
		stop := make(chan struct{})
		go func() {
			defer cancel()
			for range cut {
				select {
				case <-d.Written():
				case <-stop:
					return
				}
			}
		}()
		err := s.Run(ctx, l.ID, pdf(t), silent)
		close(stop)
		if err == nil {
			break
		}
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	if entries, files := counts(t, d); entries != 8 || files != 8 {
		t.Errorf("%d entries, %d files", entries, files)
	}
}

func TestUndoingAListWithdrawsItAndFreesItsKeys(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := service(t, d)
		list := heads + "ポスター,一枚目,みどり見本市,2019,通常部会,2019/ポスター.pdf,\nポスター,二枚目,みどり見本市,2019,通常部会,,\n"
		id, _ := told(t, s, list)
		gone, stayed, err := s.UndoByOperator(t.Context(), id)
		if err != nil || gone != 2 || stayed != 0 {
			t.Fatalf("gone %d, stayed %d, %v", gone, stayed, err)
		}
		if entries, files := counts(t, d); entries != 0 || files != 0 {
			t.Errorf("%d entries, %d files are left", entries, files)
		}
		if _, _, err := s.UndoByOperator(t.Context(), id); err == nil {
			t.Error("a list is undone twice")
		}
		if _, again := told(t, s, list); again[0] != "new" || again[1] != "new" {
			t.Errorf("brought in again: %v", again)
		}
	})
}
