// Package help holds the pages that explain: how to do each task, what マネ友 is, and the policies of the site.
//
// They are written for a municipal official who is in the middle of something: each page is named for the task, says
// first what to do, and prints on one or two sheets. They show nothing of anybody and are the same for everyone,
// but for the test of the network, which needs a member.
package help

import (
	"bytes"
	"context"
	"net/http"
	"regexp"
	"strings"

	"github.com/a-h/templ"

	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/web/page"
)

// Help answers the pages. Contact is what the secretariat has set to be reached by; it may be empty.
type Help struct {
	Contact string
	pages   []article
}

// article is one help page.
type article struct {
	Slug    string
	Title   string
	Summary string
	Group   string
	Icon    string
	Body    templ.Component
	Islands []string
	words   string // its text, for the search inside help
}

const (
	first   = "はじめに"
	reading = "読む・さがす"
	writing = "書く・載せる"
	trouble = "困ったとき"
)

// New makes the help pages.
func New(contact string) *Help {
	h := &Help{Contact: contact, pages: []article{
		{Slug: "signin", Title: "はじめてログインする", Group: first, Icon: "key", Body: signin(),
			Summary: "ふだんお使いのアカウントで入ります。ここで新しいパスワードは作りません。"},
		{Slug: "join", Title: "参加を申請する", Group: first, Icon: "people", Body: join(),
			Summary: "ログインのあと、参加した年度・自治体・コースを伝えると、事務局が確かめます。"},
		{Slug: "audience", Title: "公開範囲を選ぶ", Group: first, Icon: "shield", Body: audience(),
			Summary: "だれでも・会員・期・チーム・運営。だれに見えるかを、載せるたびに選べます。"},
		{Slug: "search", Title: "さがす", Group: reading, Icon: "search", Body: searching(),
			Summary: "頭にあることばのまま入れて、自治体や年度でしぼりこみます。ポスターの中の文字も見つかります。"},
		{Slug: "talk", Title: "話し合う", Group: reading, Icon: "talk", Body: talking(),
			Summary: "レポートの下でも、話題としてでも。新しい投稿は、読んでいる場所を動かさずに届きます。"},
		{Slug: "rooms", Title: "部屋と練習部屋を使う", Group: reading, Icon: "home", Body: rooms(),
			Summary: "期・チーム・地方・テーマの部屋で、いつでも話せます。はじめての投稿は練習部屋で試せます。"},
		{Slug: "session", Title: "発表会に参加する・開く", Group: reading, Icon: "bell", Body: session(),
			Summary: "鐘に合わせてポスターを1枚ずつめぐります。付せんと問いは、あとまで残ります。"},
		{Slug: "report", Title: "レポートを書く", Group: writing, Icon: "report", Body: writeReport(),
			Summary: "七つの項目を、書けるところから。書いた文は自動で残ります。"},
		{Slug: "poster", Title: "ポスターを載せる", Group: writing, Icon: "poster", Body: putPoster(),
			Summary: "PDF や写真を選ぶと、画像と文字を取り出して、さがせるようにします。"},
		{Slug: "keys", Title: "キーで操作する", Group: reading, Icon: "grid", Body: keys(),
			Summary: "マウスを使わずに読み進める、さがす、送るためのキーの一覧です。"},
		{Slug: "network", Title: "役所のネットワークでつながらないとき", Group: trouble, Icon: "offline", Body: network(), Islands: []string{"network"},
			Summary: "自動で更新されない、ログイン先が開けないときに試すことと、情報担当へ伝えることです。"},
		{Slug: "trouble", Title: "困ったとき", Group: trouble, Icon: "help", Body: inTrouble(contact),
			Summary: "書いた文が見つからない、まちがえて出した、異動した、アカウントが使えなくなったとき。"},
	}}
	for i, a := range h.pages {
		h.pages[i].words = fold(a.Title + a.Summary + text(a.Body))
	}
	return h
}

// Index answers GET /help, and GET /help?q= with the pages that hold every word of q.
func (h *Help) Index(w http.ResponseWriter, r *http.Request) error {
	q := strings.TrimSpace(r.URL.Query().Get("q"))
	f := page.Frame{Title: "使い方", Section: "help", Index: true, Description: "マネ友の使い方を、したいことから選べます。"}
	return page.Render(w, r, http.StatusOK, f, index(q, h.find(q)))
}

// find lists the pages that hold every word of q, all of them for an empty q.
func (h *Help) find(q string) []article {
	var found []article
	words := strings.Fields(fold(q))
	for _, a := range h.pages {
		all := true
		for _, word := range words {
			all = all && strings.Contains(a.words, word)
		}
		if all {
			found = append(found, a)
		}
	}
	return found
}

// Page answers GET /help/{slug}.
func (h *Help) Page(w http.ResponseWriter, r *http.Request) error {
	slug := r.PathValue("slug")
	for _, a := range h.pages {
		if a.Slug == slug {
			f := page.Frame{Title: a.Title, Section: "help", Description: a.Summary, Index: true, Islands: a.Islands}
			return page.Render(w, r, http.StatusOK, f, helpPage(a, h.pages))
		}
	}
	return apperr.Missing()
}

// static makes the handler of a page that never changes.
func static(f page.Frame, body templ.Component) page.Handler {
	f.Index = true
	return func(w http.ResponseWriter, r *http.Request) error {
		return page.Render(w, r, http.StatusOK, f, body)
	}
}

// About answers GET /about.
func (h *Help) About() page.Handler {
	return static(page.Frame{Title: "部会とマネ友について", Section: "about",
		Description: "人材マネジメント部会とは何か、マネ友とはだれか、この場所で何ができるか。"}, about())
}

// Guide answers GET /guide.
func (h *Help) Guide() page.Handler {
	return static(page.Frame{Title: "職員の参加を検討している自治体の方へ", Section: "guide",
		Description: "人材マネジメント部会の進め方、派遣のかたち、一年の流れ。そのまま印刷して庁内の説明に使えます。"}, guide())
}

// Terms answers GET /terms.
func (h *Help) Terms() page.Handler {
	return static(page.Frame{Title: "利用のきまり"}, terms())
}

// Privacy answers GET /privacy.
func (h *Help) Privacy() page.Handler {
	return static(page.Frame{Title: "個人情報の扱い"}, privacy(h.Contact))
}

// Accessibility answers GET /accessibility.
func (h *Help) Accessibility() page.Handler {
	return static(page.Frame{Title: "アクセシビリティ方針"}, accessibility(h.Contact))
}

var tags = regexp.MustCompile(`<[^>]*>`)

// text is what a reader sees of a component.
func text(c templ.Component) string {
	var b bytes.Buffer
	if err := c.Render(context.Background(), &b); err != nil {
		return "" // the page itself will say what is wrong
	}
	return tags.ReplaceAllString(b.String(), "")
}

func fold(s string) string { return strings.ToLower(strings.ReplaceAll(s, "　", " ")) }
