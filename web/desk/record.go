package desk

import (
	"net/http"
	"strconv"

	"github.com/manetomo/manetomo/internal/curate"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

const perRecord = 50

type recordRow struct {
	curate.Act
	Word   string
	Detail string
	When   ui.Stamp
}

// Record shows every act of staff, newest first.
func (p Pages) Record(w http.ResponseWriter, r *http.Request) error {
	d, err := p.open(r, "/desk/log", nil)
	if err != nil {
		return err
	}
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64) // anything else starts at the newest
	acts, err := p.Curate.Record(r.Context(), page.Viewer(r.Context()), before, r.URL.Query().Get("id"), perRecord+1)
	if err != nil {
		return err
	}
	more := ""
	if len(acts) > perRecord {
		acts = acts[:perRecord]
		last := acts[perRecord-1]
		more = "/desk/log?before=" + strconv.FormatInt(last.Seq, 10) + "&id=" + last.ID
	}
	now := page.Now(r.Context())
	rows := make([]recordRow, len(acts))
	for i, a := range acts {
		rows[i] = recordRow{Act: a, Word: actWord(a.Act), Detail: detail(a), When: page.Stamp(a.At, now)}
	}
	return page.Render(w, r, http.StatusOK, page.Frame{Title: "記録｜運営の机", Wide: true}, recordPage(d, rows, more))
}

// actWord says an act in Japanese; an act without a word of its own stands as it is.
func actWord(act string) string {
	if w, ok := map[string]string{
		"entry.publish": "公開した", "entry.return": "手直しを頼んだ", "entry.hide": "見えなくした", "entry.restore": "もどした",
		"transcript.approved": "書き起こしの直しを取り入れた", "transcript.declined": "書き起こしの直しを見送った",
		"claim.approved": "取りこんだものを筆者に渡した", "claim.declined": "「うちのもの」を見送った",
		"bulk.start": "まとめて取りこんだ", "bulk.undo": "取りこみを取り消した",
		"file.missing": "預かったファイルが見つからない（控えから戻してください）",
		"flag.keep":    "通報を確かめ、問題なしとした", "flag.return": "通報を受け、手直しを頼んだ", "flag.hide": "通報を受け、見えなくした",
		"post.hide": "投稿を見えなくした", "post.restore": "投稿をもどした", "topic.hide": "話題を見えなくした", "topic.restore": "話題をもどした",
		"collection.create": "特集を作った", "collection.change": "特集を直した",
		"roster.import": "名簿を取りこんだ", "application.admit": "参加を承認した", "application.refuse": "参加を見送った",
		"invitation.create": "招待を出した", "invitation.cancel": "招待を取り消した", "role.grant": "役割をつけた", "role.revoke": "役割をはずした",
		"person.suspend": "参加を止めた", "person.unsuspend": "参加をもどした", "token.create": "合い札を出した",
		"vocabulary.add": "近いことばを足した", "vocabulary.change": "近いことばを直した",
		"miss.aside": "見つからなかったことばを一覧からはずした",
	}[act]; ok {
		return w
	}
	return act
}
