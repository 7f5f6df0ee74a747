package archive

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/internal/testkit"
	"github.com/manetomo/manetomo/search"
)

// words that titles of the made-up posters are put together from.
var words = strings.Fields("対話 窓口 人材 育成 役所 挑戦 未来 若手 管理職 協働 改革 理念 行動 指針 評価 研修 変化 一歩 職員 市民 防災 広報 財政 福祉 子育て 係長 課長 朝会 面談 価値 前提 立ち位置 一人称 庁内 広域 地域 学び 組織 風土 横断")

// hungWall is a site with n posters of all shapes, and its index.
func hungWall(t testing.TB, n int) Pages {
	t.Helper()
	d := testkit.SQLite(t)
	r := rand.New(rand.NewPCG(1, 2))
	towns := municipality.All()
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		for i := range n {
			title := ""
			for range 3 + r.IntN(5) {
				title += words[r.IntN(len(words))]
			}
			id, f := db.NewID(), db.NewID()
			_, err := tx.NewRaw(`INSERT INTO entry (id, kind, title, municipality, year, course, state, audience, wanted, version,
				created_by, created_at, updated_at, published_at, published_seq) VALUES (?0, 'poster', ?1, ?2, ?3, 'regular', 'published', 'members', 'members', 1, 'p', ?4, ?4, ?4, ?5)`,
				id, title, towns[r.IntN(len(towns))].Code, 2018+r.IntN(3), tx.Now, i+1).Exec(ctx)
			if err != nil {
				return err
			}
			// A page of a real sheet has about thirty kilobytes of words, which no wall may read.
			shape := [][2]float64{{594, 841}, {841, 594}, {960, 540}, {728, 1030}, {700, 900}}[r.IntN(5)]
			_, err = tx.NewRaw(`INSERT INTO file (id, entry, name, type, size, sha256, blob, state, page_count, created_by, created_at, cover_width, cover_height, colour)
				VALUES (?0, ?1, 'a.pdf', 'application/pdf', 1, '', ?0, 'ready', 1, 'p', ?2, ?3, ?4, ?5)`,
				f, id, tx.Now, shape[0], shape[1], fmt.Sprintf("#%06x", r.IntN(1<<24))).Exec(ctx)
			if err != nil {
				return err
			}
			_, err = tx.NewRaw(`INSERT INTO page (file, number, width, height, text, words, widths) VALUES (?, 1, ?, ?, ?, ?, '512,1280')`,
				f, shape[0], shape[1], "対話の場をひらく", "["+strings.Repeat(`{"text":"なにか","box":[1,2,3,4]},`, 800)+`{"text":"対話の場をひらく","box":[100,200,400,30]}]`).Exec(ctx)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	x, err := search.Open(t.TempDir(), search.Options{Vocabulary: search.DefaultVocabulary(), Resolve: search.ResolvePlaces})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	if err := x.Rebuild(t.Context(), search.Rows{DB: d}); err != nil {
		t.Fatal(err)
	}
	return Pages{DB: d, Index: x, Files: &file.Service{DB: d}}
}

func zipped(t testing.TB, b []byte) int {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Len()
}

func TestAWallOf500PostersIsOneLightPage(t *testing.T) {
	p := hungWall(t, 500)
	for _, address := range []string{"/archive?view=wall", "/archive?view=wall&q=%E5%AF%BE%E8%A9%B1"} {
		w := get(p.Show, member, address)
		page := w.Body.String()
		if n := strings.Count(page, `class="pin"`); w.Code != http.StatusOK || n != 500 {
			t.Fatalf("%s: %d, %d posters", address, w.Code, n)
		}
		if size := zipped(t, w.Body.Bytes()); size > 60_000 {
			t.Errorf("%s: %d bytes after gzip", address, size)
		}
		if n := strings.Count(page, `loading="lazy" decoding`); n != 494 {
			t.Errorf("%s: %d pictures wait until they are near", address, n)
		}
	}
}

func TestTheWallShowsOnlyWhatMayBeSeen(t *testing.T) {
	p := hungWall(t, 3)
	if page := get(p.Show, access.Viewer{}, "/archive?view=wall").Body.String(); strings.Contains(page, `class="pin"`) {
		t.Error("a visitor sees posters that are for members")
	}
	slide := get(p.Slides, member, "/archive/slides?n=2").Body.String()
	for _, want := range []string{"2枚目／3枚", `data-next="/archive/slides?n=3"`, `data-prev="/archive/slides"`} {
		if !strings.Contains(slide, want) {
			t.Errorf("the slide lacks %s", want)
		}
	}
	if none := get(p.Slides, access.Viewer{}, "/archive/slides").Body.String(); !strings.Contains(none, "ここに出せるポスターがありません") {
		t.Error("a visitor gets a slide")
	}
}

func TestTheWallMarksWhereTheWordsStand(t *testing.T) {
	p := hungWall(t, 1)
	var id string
	if err := p.DB.Read().NewRaw("SELECT id FROM file").Scan(t.Context(), &id); err != nil {
		t.Fatal(err)
	}
	page := get(p.Show, member, "/archive?view=wall&q=%E5%AF%BE%E8%A9%B1").Body.String()
	if !strings.Contains(page, `src="/archive/marks/`+id+`?q=%E5%AF%BE%E8%A9%B1"`) {
		t.Error("the thumbnail has no marks")
	}
	marks := func(v access.Viewer, q string) (int, string) {
		mux := http.NewServeMux()
		mux.HandleFunc("GET /archive/marks/{file}", func(w http.ResponseWriter, r *http.Request) {
			r2 := get(func(w http.ResponseWriter, inner *http.Request) error {
				inner.SetPathValue("file", r.PathValue("file"))
				return p.Marks(w, inner)
			}, v, r.URL.String())
			w.WriteHeader(r2.Code)
			w.Write(r2.Body.Bytes())
		})
		w := get(func(w http.ResponseWriter, r *http.Request) error { mux.ServeHTTP(w, r); return nil }, v, "/archive/marks/"+id+"?q="+q)
		return w.Code, w.Body.String()
	}
	if code, svg := marks(member, "%E5%AF%BE%E8%A9%B1"); code != 200 || strings.Count(svg, "<rect") != 2 || !strings.Contains(svg, `x="94"`) {
		t.Errorf("marks: %d %s", code, svg)
	}
	if code, svg := marks(member, "ない"); code != 200 || strings.Contains(svg, "<rect") {
		t.Errorf("marks of nothing: %d %s", code, svg)
	}
	if code, _ := marks(access.Viewer{}, "%E5%AF%BE"); code != 404 {
		t.Errorf("a visitor gets the marks of a members' sheet: %d", code)
	}
}

func BenchmarkWallOf500(b *testing.B) {
	p := hungWall(b, 500)
	b.ReportAllocs()
	for name, address := range map[string]string{"all": "/archive?view=wall", "query": "/archive?view=wall&q=%E5%AF%BE%E8%A9%B1"} {
		b.Run(name, func(b *testing.B) {
			var size []byte
			for b.Loop() {
				w := get(p.Show, member, address)
				size = w.Body.Bytes()
			}
			b.ReportMetric(float64(zipped(b, size))/1000, "kB_gz")
		})
	}
}
