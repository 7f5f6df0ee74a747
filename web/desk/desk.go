// Package desk is where moderators decide (運営の机): entries that want to be public, flags, applications, collections,
// and the record of all of it. Each decision is one form with its reason.
package desk

import (
	"context"
	"net/http"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/bulk"
	"github.com/manetomo/manetomo/internal/curate"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/member"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/internal/vocabulary"
	"github.com/manetomo/manetomo/search"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

// maxForm is enough for a reason and the items of a collection.
const maxForm = 1 << 20

// Pages are the pages of the desk.
type Pages struct {
	Curate  *curate.Service
	Archive *archive.Service
	Members *member.Service
	Files   *file.Service
	Bulk    *bulk.Service

	Vocabulary *vocabulary.Service
	Misses     *vocabulary.Misses
	Index      *search.Index
}

// desk is what every page of the desk has.
type desk struct {
	Menu []ui.Tab
	Form *page.Form
	Done string // what was just done
}

// open asks for the right to be here and makes the menu.
func (p Pages) open(r *http.Request, here string, f *page.Form) (desk, error) {
	v := page.Viewer(r.Context())
	if !v.SignedIn() {
		return desk{}, apperr.SignIn()
	}
	if !v.CanModerate() {
		return desk{}, apperr.Missing() // for others there is no desk
	}
	c, err := p.Curate.Counts(r.Context(), v)
	if err != nil {
		return desk{}, err
	}
	texts, err := p.Files.ProposalCount(r.Context(), v)
	if err != nil {
		return desk{}, err
	}
	claims, err := p.Archive.ClaimCount(r.Context(), v)
	if err != nil {
		return desk{}, err
	}
	d := desk{Form: f, Menu: []ui.Tab{
		{Text: "確認待ち", URL: "/desk", Icon: "report", Count: c.Review},
		{Text: "通報", URL: "/desk/flags", Icon: "report-flag", Count: c.Flags},
		{Text: "書き起こし", URL: "/desk/transcripts", Icon: "pen", Count: texts},
		{Text: "うちのものです", URL: "/desk/claims", Icon: "people", Count: claims},
		{Text: "参加の申請", URL: "/desk/join", Icon: "people", Count: c.Applications},
		{Text: "特集を編む", URL: "/desk/pick", Icon: "star"},
		{Text: "まとめて取りこむ", URL: "/desk/import", Icon: "plus"},
		{Text: "ことば", URL: "/desk/words", Icon: "search"},
		{Text: "見つからなかったことば", URL: "/desk/misses", Icon: "info"},
		{Text: "記録", URL: "/desk/log", Icon: "paper"},
	}}
	for i := range d.Menu {
		d.Menu[i].Current = d.Menu[i].URL == here
	}
	if d.Form == nil {
		d.Form = page.NewForm()
	}
	d.Done = doneWords()[r.URL.Query().Get("done")]
	return d, nil
}

func doneWords() map[string]string {
	return map[string]string{
		"publish":  "公開しました。筆者にお知らせしました。",
		"return":   "手直しをお願いしました。一言は筆者に届いています。",
		"hide":     "見えなくしました。理由は筆者に届いています。",
		"restore":  "もとにもどしました。",
		"keep":     "問題なしとしました。知らせてくれた人に伝えました。",
		"admit":    "承認しました。会員として入れるようになりました。",
		"refuse":   "見送りました。理由は申請した人に届いています。",
		"given":    "渡しました。チームの人にお知らせしました。",
		"notgiven": "見送りました。理由はお申し出の人に届いています。",
		"started":  "取りこみを始めました。この画面を閉じても続きます。",
		"undone":   "取り消しました。載ったものを取り下げ、ファイルを消しました。",
		"saved":    "保存しました。",
		"aside":    "一覧からはずしました。",
		"word":     "保存しました。次の検索から使われます。",
		"approved": "書き起こしを取り入れました。直してくれた人に伝えました。",
		"declined": "見送りました。理由は直してくれた人に届いています。",
	}
}

func back(w http.ResponseWriter, r *http.Request, path, done string, seq int64) error {
	if seq > 0 {
		page.Wrote(w, seq)
	}
	http.Redirect(w, r, path+"?done="+done, http.StatusSeeOther)
	return nil
}

// act reads a form of the desk, does what it asks, and shows the page again with the form as it was when it was not
// accepted.
func act(w http.ResponseWriter, r *http.Request, again func(http.ResponseWriter, *http.Request, *page.Form) error,
	do func(context.Context, access.Viewer, *page.Form) (path, done string, seq int64, err error)) error {
	f, err := page.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	path, done, seq, err := do(r.Context(), page.Viewer(r.Context()), f)
	if err == nil {
		return back(w, r, path, done, seq)
	}
	if f.WithError(err) {
		return again(w, r, f)
	}
	return err
}

// status is 422 for a form that came back, 200 else.
func status(f *page.Form) int {
	if f != nil && f.Failed() {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// Queue shows what is in review and the item that was chosen.
func (p Pages) Queue(w http.ResponseWriter, r *http.Request) error { return p.queue(w, r, nil) }

func (p Pages) queue(w http.ResponseWriter, r *http.Request, f *page.Form) error {
	d, err := p.open(r, "/desk", f)
	if err != nil {
		return err
	}
	list, err := p.Curate.Queue(r.Context(), page.Viewer(r.Context()))
	if err != nil {
		return err
	}
	chosen := r.URL.Query().Get("item")
	if f != nil {
		chosen = f.Get("id")
	}
	q := queue{desk: d, Now: page.Now(r.Context()), List: list}
	for i := range list {
		if list[i].ID == chosen || chosen == "" && i == 0 {
			q.Item = &list[i]
		}
	}
	return page.Render(w, r, status(f), page.Frame{Title: "確認待ち｜運営の机", Wide: true, ErrorPrefix: f != nil}, queuePage(q))
}

// Decide carries a decision about an entry out.
func (p Pages) Decide(w http.ResponseWriter, r *http.Request) error {
	return act(w, r, p.queue, func(ctx context.Context, v access.Viewer, f *page.Form) (string, string, int64, error) {
		d := archive.Decision{Verdict: archive.Verdict(f.Get("decision")), Reason: f.Get("reason")}
		saved, err := p.Archive.Decide(ctx, v, f.Get("id"), d)
		return "/desk", f.Get("decision"), saved.Seq, err
	})
}

// place says where an entry comes from, in one line.
func place(code string, year int) string {
	s := municipality.Label(code)
	if year > 0 {
		s += "・" + page.FiscalYear(year)
	}
	return s
}
