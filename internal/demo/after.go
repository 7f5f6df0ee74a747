package demo

import (
	"context"
	"fmt"

	"github.com/manetomo/manetomo/internal/archive"
)

// later is what people have added beside an entry: その後, うちでもやってみた, 参考になった.
type later struct {
	entry     string // name of its file
	followUps []followUp
	adoptions []adoption
	useful    []string // addresses
}

type followUp struct {
	author, happened string
	result           archive.Result
	body             string
}

type adoption struct {
	author string
	result archive.Result
	body   string
}

// afterwards is told by the demo people about the made-up municipalities only.
var afterwards = []later{
	{
		entry: "midori-zangyo",
		followUps: []followUp{
			{"alumnus@example.jp", "2025-10", archive.Result(archive.Running),
				"（見本）半年たって、34の課のうち29の課で続いています。窓口の課は昼の30分に集まれないので、朝の15分に変えました。"},
			{"alumnus@example.jp", "2026-09", archive.Result(archive.Rooted),
				"（見本）進行役の手引きが、新任係長の研修で使われるようになりました。続いていない課が三つあります。"},
		},
		adoptions: []adoption{
			{"adviser@example.jp", archive.Well, "（見本）もみじ見本市では、三つの課で30分を20分にして試しました。短いほうが続きました。"},
			{"alumnus2@example.jp", archive.NotWell, "（見本）かわせみ見本町では、窓口を閉められず二週間でやめました。開庁前の10分で、もう一度試すつもりです。"},
		},
		useful: []string{"alumnus2@example.jp", "fellow@example.jp", "adviser@example.jp", "moderator@example.jp"},
	},
	{
		entry: "kawasemi-madoguchi",
		followUps: []followUp{{"alumnus2@example.jp", "2026-04", archive.Result(archive.Running),
			"（見本）四月に担当が三人替わりましたが、写真入りの手順書のおかげで、待ち時間は30分のままです。"}},
		adoptions: []adoption{{"fellow@example.jp", archive.UnderWay,
			"（見本）そらいろ見本区では、まず保育の申請を職員が客になって体験するところから始めています。"}},
		useful: []string{"alumnus@example.jp", "adviser@example.jp"},
	},
	{
		entry: "sorairo-yameru",
		adoptions: []adoption{{"alumnus@example.jp", archive.Well,
			"（見本）みどり見本市の部課長会議で、最後の10分に「今日、何をやめるか」を話しています。"}},
		useful: []string{"alumnus@example.jp", "alumnus2@example.jp", "fellow@example.jp"},
	},
	{entry: "momiji-tonari", useful: []string{"fellow@example.jp", "alumnus@example.jp"}},
	{entry: "shiojiri", useful: []string{"alumnus@example.jp", "moderator@example.jp"}},
	{entry: "poster-zangyo", useful: []string{"fellow@example.jp"}},
}

// writeAfter adds what is missing; people may have added words of their own in between, so it looks for its own.
func (w *work) writeAfter(ctx context.Context) error {
	for _, l := range afterwards {
		if err := w.writeLater(ctx, l); err != nil {
			return fmt.Errorf("%s: %w", l.entry, err)
		}
	}
	return nil
}

func (w *work) writeLater(ctx context.Context, l later) error {
	id := w.entries[l.entry]
	secretariat, err := w.as(ctx, "secretariat@example.jp")
	if err != nil {
		return err
	}
	e, err := w.Archive.Get(ctx, secretariat, id)
	if err != nil {
		return skipGone(err)
	}
	written := map[string]bool{}
	for _, f := range e.FollowUps {
		written[f.Body] = true
	}
	for _, a := range e.Adoptions {
		written[a.Body] = true
	}
	for _, f := range l.followUps {
		if written[f.body] {
			continue
		}
		v, err := w.as(ctx, f.author)
		if err != nil {
			return err
		}
		in := archive.NewFollowUp{Body: f.body, Result: f.result, Happened: f.happened}
		if _, err := w.Archive.AddFollowUp(ctx, v, id, in); err != nil {
			return err
		}
	}
	for _, a := range l.adoptions {
		if written[a.body] {
			continue
		}
		v, err := w.as(ctx, a.author)
		if err != nil {
			return err
		}
		if _, err := w.Archive.AddAdoption(ctx, v, id, archive.NewAdoption{Body: a.body, Result: a.result}); err != nil {
			return err
		}
	}
	return w.thank(ctx, id, l.useful)
}

// thank lets the people say 参考になった; saying it twice is saying it once.
func (w *work) thank(ctx context.Context, id string, people []string) error {
	for _, email := range people {
		v, err := w.as(ctx, email)
		if err != nil {
			return err
		}
		if _, err := w.Archive.React(ctx, v, id, archive.Useful, true); err != nil {
			return err
		}
	}
	return nil
}
