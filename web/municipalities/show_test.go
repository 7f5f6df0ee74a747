package municipalities

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/curate"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/demo"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/file/blob"
	"github.com/manetomo/manetomo/internal/member"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/testkit"
	"github.com/manetomo/manetomo/web/page"
)

func filled(t *testing.T, d *db.DB) Pages {
	t.Helper()
	f := demo.Filler{DB: d, Members: member.New(d), Archive: &archive.Service{DB: d}, Talk: &talk.Service{DB: d},
		Curate: &curate.Service{DB: d}, Files: &file.Service{DB: d, Blobs: blob.Folder{Dir: t.TempDir()}}}
	if err := f.Fill(t.Context()); err != nil {
		t.Fatal(err)
	}
	return Pages{Archive: f.Archive, Files: f.Files, Members: f.Members}
}

func serve(p Pages, v access.Viewer, address string) *httptest.ResponseRecorder {
	mux := http.NewServeMux()
	mux.Handle("GET /municipalities/{code}", page.Handle(p.Show))
	w, r := httptest.NewRecorder(), httptest.NewRequest("GET", address, nil)
	mux.ServeHTTP(w, r.WithContext(page.With(r.Context(), page.Session{Viewer: v})))
	return w
}

func TestShow(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		p := filled(t, d)
		visitor, reader := access.Viewer{}, access.Viewer{Person: "P1", Member: true}
		for _, test := range []struct {
			name      string
			viewer    access.Viewer
			address   string
			want, not []string
		}{
			{"公開のものだけを、数も", visitor, "/municipalities/990001",
				[]string{"見本 みどり見本市", "残業を減らす前に、話す時間を増やした", "2024年度", "実践レポート 1", "説明のための見本です"},
				[]string{"共同論文）", "庁内対話会の進め方"}},
			{"会員には会員のものも", reader, "/municipalities/990001", []string{"共同論文）", "庁内対話会の進め方"}, nil},
			{"会員だけのものは、訪れた人には無い", visitor, "/municipalities/990004", []string{"まだありません"}, []string{"となりの席"}},
			{"種類でしぼる", visitor, "/municipalities/202151?t=posters", []string{"課長が変わる。組織が動く。"}, []string{"課長が中心になって作った"}},
			{"実在のまち", visitor, "/municipalities/202151",
				[]string{"長野県 塩尻市", "しおじりし", "近くの自治体", "うちと似たまち", "部会の参加自治体一覧にあります"}, []string{"見本市"}},
			{"何もなければ、いちばん近い実践へ", visitor, "/municipalities/202029", []string{"まだありません", "塩尻市を見る"}, nil},
			{"人は会員に", reader, "/municipalities/990001?t=people", []string{"見本 花子", "2024年度 マネ友"}, []string{"alumnus@example.jp"}},
			{"人は訪れた人には無い", visitor, "/municipalities/990001?t=people", []string{"みどり見本市のあゆみ"}, []string{"見本 花子", "t=people"}},
			{"都道府県", visitor, "/municipalities/200000", []string{"長野県", "都道府県"}, nil},
		} {
			t.Run(test.name, func(t *testing.T) {
				w := serve(p, test.viewer, test.address)
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
	})
}

func TestAddressesLeadToOneCode(t *testing.T) {
	p := Pages{}
	for _, test := range []struct {
		name, text string
		status     int
		location   string
	}{
		{"検査数字なし", "20215", 301, "/municipalities/202151"},
		{"先頭の0なし", "72095", 301, "/municipalities/072095"},
		{"名前", "茅ケ崎市", 301, "/municipalities/142077"},
		{"旧市町村名", "篠山市", 301, "/municipalities/282219"},
		{"行政区は市へ", "141011", 301, "/municipalities/141003"},
		{"同名は聞き返す", "伊達市", 302, "/municipalities?q=" + url.QueryEscape("伊達市")},
		{"無いもの", "まんじゅう", 404, ""},
		{"無いコード", "999999", 404, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := serve(p, access.Viewer{}, "/municipalities/"+url.PathEscape(test.text))
			if w.Code != test.status || w.Header().Get("Location") != test.location {
				t.Errorf("%d %s; want %d %s", w.Code, w.Header().Get("Location"), test.status, test.location)
			}
		})
	}
}
