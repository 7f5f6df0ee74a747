package archive

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/testkit"
	"github.com/manetomo/manetomo/search"
	"github.com/manetomo/manetomo/web/api"
	"github.com/manetomo/manetomo/web/page"
)

// site is a database with three entries, and its index.
func site(t *testing.T) (*db.DB, *search.Index) {
	t.Helper()
	d := testkit.SQLite(t)
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(`INSERT INTO entry (id, kind, title, municipality, year, course, state, audience, wanted, version,
			created_by, created_at, updated_at, published_at) VALUES
			('E1', 'report', '対話で<窓口>を変える', '202151', 2019, 'regular', 'published', 'public', 'public', 1, 'p', ?0, ?0, ?0),
			('E2', 'poster', '対話のポスター', '072095', 2020, 'regular', 'published', 'public', 'public', 1, 'p', ?0, ?0, ?0),
			('E3', 'report', '会員だけの対話', '202070', 2021, 'manager', 'published', 'members', 'members', 1, 'p', ?0, ?0, ?0)`,
			tx.Now).Exec(ctx)
		if err == nil {
			_, err = tx.NewRaw(`INSERT INTO person (id, name, municipality, member, created_at) VALUES ('hanako', '見本 花子', '202070', TRUE, ?)`, tx.Now).Exec(ctx)
		}
		if err == nil {
			_, err = tx.NewRaw(`INSERT INTO entry_author (entry, person, position) VALUES ('E3', 'hanako', 1)`).Exec(ctx)
		}
		return err
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
	return d, x
}

func get(h page.Handler, v access.Viewer, address string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", address, nil)
	page.Handle(h).ServeHTTP(w, r.WithContext(page.With(r.Context(), page.Session{Viewer: v, Now: func() time.Time { return testkit.Start }})))
	return w
}

var member = access.Viewer{Person: "mieko", Name: "見本 みえこ", Member: true}

func TestSearchPage(t *testing.T) {
	d, x := site(t)
	p := Pages{DB: d, Index: x}
	q := func(s string) string { return "?q=" + url.QueryEscape(s) }
	for _, test := range []struct {
		name, address string
		viewer        access.Viewer
		want, not     []string
	}{
		{"見つかったものを印つきで", q("対話"), member, []string{"<b>3件</b>", "<mark>対話</mark>で&lt;窓口&gt;を変える", "2019年度・通常部会", "近いことば"}, []string{"<窓口>"}},
		{"会員には書いた人も", q("対話"), member, []string{"このことを語れる人", "/members/hanako", "「会員だけの対話」を書きました"}, nil},
		{"ことばがなければ書いた人は出ない", "", member, nil, []string{"語れる人"}},
		{"会員でない人には書いた人は出ない", q("対話"), access.Viewer{Person: "p"}, nil, []string{"語れる人", "花子"}},
		{"会員でない人には公開のものだけ", q("対話"), access.Viewer{}, []string{"<b>2件</b>"}, []string{"会員だけ", "須坂市"}},
		{"しぼりこみは住所に残り、はずせる", q("対話") + "&kind=poster", member, []string{"<b>1件</b>", "2020年度", "を条件からはずす", "条件をすべてはずす"}, []string{"変える</a>"}},
		{"ことばがなければ新しいものから", "", member, []string{"<b>3件</b>", "あります"}, nil},
		{"見つからないときは次の一歩", q("まったくないことばの並び") + "&kind=paper", member, []string{"見つかりませんでした", "みんなに聞いてみる", "すべての実践を見る", "条件をはずしてみてください"}, []string{">並べる<"}},
		{"条件がなければ、はずすようには言わず、空のしぼりこみも出ない", q("まったくないことばの並び"), member, []string{"ほかの言い方でさがしてみてください"}, []string{"条件をはずして", "この条件で表示する"}},
		{"条件のせいで無いときは、はずすと何件か", q("対話") + "&year=1999", member, []string{"「年度」の条件をはずす（3件）"}, nil},
		{"見守りの名前は、ことばだけならかぎをつけない", q("対話"), member, []string{`value="対話"`}, []string{`value="「対話」"`}},
		{"見守りの名前は、条件もあればことばにかぎをつける", q("対話") + "&year=2019", member, []string{`value="「対話」・2019年度"`}, nil},
		{"もしかして", q("ポスターセッシン"), member, []string{"もしかして"}, nil},
		{"遠すぎるページ", q("対話") + "&page=1000000000", member, []string{"はじめのページへ"}, nil},
		{"壁はポスターだけ", "?view=wall", member, []string{"ポスターの壁", "<b>1枚</b>"}, []string{"会員だけ"}},
		{"地図は都道府県の数", "?view=map&prefecture=" + url.QueryEscape("長野県"), member, []string{"長野県 2件", "塩尻市", "須坂市"}, nil},
		{"携帯のしぼりこみは一枚のページ", "?panel=filters", member, []string{"この条件で表示する"}, []string{`class="results"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := get(p.Show, test.viewer, "/archive"+test.address)
			if w.Code != http.StatusOK {
				t.Fatalf("status %d; want 200", w.Code)
			}
			for _, want := range test.want {
				if !strings.Contains(w.Body.String(), want) {
					t.Errorf("page lacks %q", want)
				}
			}
			for _, not := range test.not {
				if strings.Contains(w.Body.String(), not) {
					t.Errorf("page has %q", not)
				}
			}
		})
	}
}

func TestTownsLikeOursFirst(t *testing.T) {
	d, x := site(t)
	p := Pages{DB: d, Index: x}
	ours := member
	ours.Municipality = "202151"
	for _, test := range []struct {
		name, address string
		viewer        access.Viewer
		want, not     []string
	}{
		{"自治体のある会員は切りかえられる", "", ours, []string{`href="/archive?like=1"`, "うちと似たまちを先に"}, []string{"うちと似ているところ"}},
		{"理由をそえて、条件は残る", "?kind=report&like=1", ours, []string{"うちと似ているところ：うちの自治体", "同じ長野県", `href="/archive?kind=report"`,
			`name="like" value="1"`, "塩尻市に似たまち"}, nil},
		{"自治体のない会員には出ない", "?like=1", member, nil, []string{"うちと似た", "似ているところ"}},
		{"会員でない人には出ない", "?like=1", access.Viewer{Person: "p", Municipality: "202151"}, nil, []string{"うちと似た", "似ているところ"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			body := get(p.Show, test.viewer, "/archive"+test.address).Body.String()
			for _, want := range test.want {
				if !strings.Contains(body, want) {
					t.Errorf("page lacks %q", want)
				}
			}
			for _, not := range test.not {
				if strings.Contains(body, not) {
					t.Errorf("page has %q", not)
				}
			}
		})
	}
	w := get(api.Search{DB: d, Index: x}.Search, ours, "/api/v1/search?like=1")
	if !strings.Contains(w.Body.String(), `"like_why":"うちの自治体"`) {
		t.Errorf("programs are not told why: %s", w.Body)
	}
}

func TestWhileTheIndexIsMadeThePageSaysSo(t *testing.T) {
	x, err := search.Open(t.TempDir(), search.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	w := get(Pages{DB: testkit.SQLite(t), Index: x}.Show, member, "/archive?q=a")
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "検索を準備しています") {
		t.Errorf("status %d without its word", w.Code)
	}
}

func TestSearchForPrograms(t *testing.T) {
	d, x := site(t)
	a := api.Search{DB: d, Index: x}
	w := get(a.Search, access.Viewer{}, "/api/v1/search?q="+url.QueryEscape("対話")+"&kind=report&kind=poster&per=1")
	var answer struct {
		Total int
		Hits  []struct {
			Kind, ID, Title, URL, Municipality, Prefecture, Course string
			Year                                                   int
			Score                                                  float64
			Snippets                                               []struct{ Section, HTML string }
		}
		Facets map[string][]struct {
			Value, Label string
			Count        int
		}
		TookMS *float64 `json:"took_ms"`
		Seq    *int64
	}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusOK {
		t.Fatalf("status %d: %v: %s", w.Code, err, w.Body)
	}
	if answer.Total != 2 || len(answer.Hits) != 1 || answer.TookMS == nil || answer.Seq == nil || answer.Hits[0].Score <= 0 {
		t.Errorf("answered %s", w.Body)
	}
	for _, facet := range []string{"kind", "theme", "region", "prefecture", "municipality", "band", "year", "course", "stage"} {
		if _, ok := answer.Facets[facet]; !ok {
			t.Errorf("no facet %s", facet)
		}
	}
	if strings.Contains(w.Body.String(), "須坂") || strings.Contains(w.Body.String(), `"2021"`) {
		t.Error("a visitor's facets count what they may not read")
	}
	w = get(a.Suggest, access.Viewer{}, "/api/v1/suggest?q="+url.QueryEscape("会員だけ"))
	if w.Code != http.StatusOK || strings.Contains(w.Body.String(), "会員だけ") {
		t.Errorf("status %d: a visitor was suggested %s", w.Code, w.Body)
	}
	w = get(a.Suggest, member, "/api/v1/suggest?q="+url.QueryEscape("会員だけ"))
	if !strings.Contains(w.Body.String(), `"url":"/reports/E3"`) {
		t.Errorf("a member was suggested %s", w.Body)
	}
}

// Themes stand on two levels, and who chooses one of the upper finds all below it.
func TestThemesStandOnTwoLevels(t *testing.T) {
	d, x := site(t)
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(`INSERT INTO entry_theme (entry, theme) VALUES ('E1', 'people-young'), ('E2', 'people-manager'), ('E3', 'people')`).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := x.Rebuild(t.Context(), search.Rows{DB: d}); err != nil {
		t.Fatal(err)
	}
	p := Pages{DB: d, Index: x}
	below := regexp.MustCompile(`(?s)value="people">.*?人材を育てる.*?くわしく<span class="vh">選ぶ（2）</span>.*?value="people-(young|manager)".*?value="people-(young|manager)".*?</details>`)
	for _, test := range []struct{ address, found, chosen, open string }{
		{"", "<b>3件</b>", "", `<details class="facet-below">`},
		{"?theme=people", "<b>3件</b>", `value="people" checked`, `<details class="facet-below">`},
		{"?theme=people-young", "<b>1件</b>", `value="people-young" checked`, `<details class="facet-below" open>`},
		{"?theme=people-young&theme=people-manager", "<b>2件</b>", `value="people-manager" checked`, `<details class="facet-below" open>`},
		{"?theme=work-style&year=1999", "<b>0件</b>", `value="work-style" checked`, `<details class="facet-below" open>`},
		{"?theme=people-senior", "<b>0件</b>", `value="people-senior" checked`, `<details class="facet-below" open>`},
	} {
		body := get(p.Show, member, "/archive"+test.address).Body.String()
		for _, want := range []string{test.found, test.chosen, test.open} {
			if !strings.Contains(body, want) {
				t.Errorf("%s: page lacks %s", test.address, want)
			}
		}
		if test.chosen == "" && !below.MatchString(body) {
			t.Error("the narrower themes do not stand below theirs")
		}
	}
}
