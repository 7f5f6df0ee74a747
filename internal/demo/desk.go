package demo

import (
	"context"
	"slices"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/curate"
	"github.com/manetomo/manetomo/internal/member"
)

const collectionSlug = "mihon-taiwa"

// collected are the entries of the collection on the front page, with the moderators' word about each.
var collected = []struct{ entry, note string }{
	{"soma", "修了生がチームとして動き続けた事例です。（見本）"},
	{"suzaka", "方針の中身より先に、作り方を変えた事例です。（見本）"},
	{"shiojiri", "課長が主役になって方針をつくった事例です。（見本）"},
	{"midori-zangyo", "つまずいた三週間のことも書かれています。架空の市の見本です。"},
	{"poster-zangyo", "上の実践を一枚にしたポスターです。架空の市の見本です。"},
}

// collect puts a collection on the front page.
func (w *work) collect(ctx context.Context) error {
	v, err := w.as(ctx, "moderator@example.jp")
	if err != nil {
		return err
	}
	all, err := w.Curate.Collections(ctx, v)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(all, func(c curate.Collection) bool { return c.Slug == collectionSlug }) {
		return nil
	}
	c := curate.Change{Slug: collectionSlug, Title: "【見本】対話から始まった、まちの役所の変化", Audience: access.Public,
		Publish: true, Front: true,
		Lead: "対話をきっかけに組織が変わった実践を集めました。実在の自治体のものは部会の公開ページにある事実だけを書き直した見本で、見本市・見本町・見本区のものは架空です。"}
	for _, p := range collected {
		e, err := w.Archive.Get(ctx, v, w.entries[p.entry])
		if err != nil {
			if err := skipGone(err); err != nil {
				return err
			}
			continue
		}
		c.Items = append(c.Items, curate.Item{Entry: e.ID, Note: p.note})
	}
	_, _, err = w.Curate.SaveCollection(ctx, v, "", 0, c)
	return err
}

// apply leaves an application on the desk, unless the applicant has ever made one.
func (w *work) apply(ctx context.Context) error {
	v, err := w.as(ctx, "applicant@example.jp")
	if err != nil || v.Member {
		return err
	}
	made, err := w.Members.MyApplication(ctx, v)
	if err != nil || made != nil {
		return err
	}
	_, _, err = w.Members.Apply(ctx, v, member.Apply{Name: v.Name, Kana: about["applicant@example.jp"].Kana,
		Municipality: momiji, Year: 2025, Course: cohort.Regular,
		Note: "（見本）2025年度にもみじ見本市のチームで参加しました。招待のメールを受け取れなかったので申請します。"})
	return err
}

// flagged is the post that somebody asks the moderators to look at: the third of the discussion about transfers.
const (
	flaggedTopic = "02-transfer"
	flaggedPost  = 3
)

// flag leaves one question on the desk. Once it has been decided it is not asked again.
func (w *work) flag(ctx context.Context) error {
	v, err := w.as(ctx, "adviser@example.jp")
	if err != nil {
		return err
	}
	asked, err := w.DB.Read().NewSelect().Table("flag").Where("by = ?", v.Person).Exists(ctx)
	if err != nil || asked {
		return err
	}
	_, posts, err := w.Talk.Posts(ctx, v, w.topics[flaggedTopic], flaggedPost-1, 1)
	if err != nil || len(posts) == 0 {
		return skipGone(err)
	}
	_, _, err = w.Curate.Raise(ctx, v, "post", posts[0].ID,
		"（見本）「半分は実行されませんでした」という書き方で、担当の人が責められていると感じないか、見てもらえますか。")
	return skipGone(err)
}
