// Package new is the page behind 投稿する: four ways to write, each with one line of help.
package new

import (
	"net/http"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/web/page"
)

// Pages are the pages of 投稿する.
type Pages struct{}

// way is one row of the page.
type way struct{ Icon, Text, Help, URL string }

var ways = []way{
	{"report", "実践レポートを書く", "取り組みを、八つの項目に分けて書きます。どこからでも書けて、途中で残せます。", "/reports/new"},
	{"poster", "ポスターを載せる", "PDFや画像を選ぶだけです。中の文字も、さがせるようになります。", "/posters/new"},
	{"sprout", "その後・やってみたを書く", "もとの実践をさがして開き、そのページから一文で書けます。", "/archive"},
	{"talk", "質問・話題を書く", "困っていること、聞いてみたいことを、なかまに投げかけます。", "/topics/new"},
}

// Show shows the page.
func (Pages) Show(w http.ResponseWriter, r *http.Request) error {
	v := page.Viewer(r.Context())
	switch {
	case !v.SignedIn():
		return apperr.SignIn()
	case !v.Member:
		return apperr.New(apperr.Forbidden, "投稿できるのは会員だけです。参加の申請が承認されると、投稿できるようになります。")
	}
	return page.Render(w, r, http.StatusOK, page.Frame{Title: "投稿する", Section: "new"}, show())
}
