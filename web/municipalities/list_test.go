package municipalities

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/manetomo/manetomo/web/page"
)

func get(address string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	page.Handle(List).ServeHTTP(w, httptest.NewRequest("GET", address, nil))
	return w
}

func TestList(t *testing.T) {
	for _, test := range []struct {
		name, query string
		want, not   []string
	}{
		{"はじめは公開の一覧", "", []string{"部会に参加した自治体", "東北（27）", "九州・沖縄（29）", "名前のある179自治体", `aria-label="長野県 19自治体"`},
			[]string{"見本市", "行政区"}},
		{"都道府県を選ぶと、その自治体", "prefecture=200000", []string{"長野県の自治体", "/municipalities/202151", "塩尻市", "参加", `aria-current="true"`},
			[]string{"東北（27）"}},
		{"同名は聞き返す", "q=" + url.QueryEscape("伊達市"), []string{"当てはまる自治体が2あります", "北海道 伊達市", "福島県 伊達市"}, nil},
		{"途中まででも候補", "q=" + url.QueryEscape("しおじ"), []string{"長野県 塩尻市"}, nil},
		{"無ければ、次の道", "q=" + url.QueryEscape("まんじゅう"), []string{"見つかりませんでした", "地図からえらぶ"}, nil},
		{"打った字はそのまま、札は字として", "q=" + url.QueryEscape("<b>"), []string{"&lt;b&gt;"}, []string{"「<b>」"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := get("/municipalities?" + test.query)
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

func TestListLeadsStraightToTheOneThatIsMeant(t *testing.T) {
	for q, want := range map[string]string{
		"茅が崎": "/municipalities/142077", "塩尻": "/municipalities/202151", "14207": "/municipalities/142077", "篠山市": "/municipalities/282219",
	} {
		w := get("/municipalities?q=" + url.QueryEscape(q))
		if got := w.Header().Get("Location"); w.Code != http.StatusSeeOther || got != want {
			t.Errorf("%q: %d %s; want 303 %s", q, w.Code, got, want)
		}
	}
}
