package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/postersession"
	"github.com/manetomo/manetomo/internal/talk"
)

// said is what the demo people have said in rooms; every post bears the mark 見本.
var said = []struct{ room, author, body string }{
	{"cohort-2026-regular", "adviser@example.jp", "（見本）2026年度のみなさん、ここは期の部屋です。研究会のあいだの小さな気づきや、次に集まるときに話したいことを書いてください。"},
	{"cohort-2026-regular", "fellow@example.jp", "（見本）そらいろ見本区の試作です。キーパーソンインタビューを三人終えました。「なぜ」を三回たずねると、話が深くなりました。"},
	{"theme-culture", "alumnus@example.jp", "（見本）対話の場は、はじめの5分の雑談でほとんど決まると感じています。みなさんの「はじめの5分」を教えてください。"},
	{"theme-process", "alumnus2@example.jp", "（見本）やめた仕事を数えて掲示板に出したら、隣の課もまねしてくれました。"},
	{"region-kanto", "moderator@example.jp", "（見本）この地方で集まりたい方は、ここで日を相談できます。"},
	{talk.PracticeKey, "fellow@example.jp", "（見本）はじめての投稿です。ちゃんと届いていますか。"},
}

// speak writes what was said in rooms, as far as it is missing.
func (w *work) speak(ctx context.Context) error {
	turn := map[string]int64{} // by room
	for _, s := range said {
		turn[s.room]++
		v, err := w.as(ctx, s.author)
		if err != nil {
			return err
		}
		r, err := w.Talk.Enter(ctx, v, s.room)
		if err != nil {
			return fmt.Errorf("room %s: %w", s.room, err)
		}
		t, err := w.Talk.Find(ctx, v, r.Topic)
		if err != nil {
			return err
		}
		if turn[s.room] <= t.Posts {
			continue
		}
		if _, err := w.Talk.Post(ctx, v, r.Topic, talk.NewPost{Body: s.body}); err != nil {
			return err
		}
	}
	return nil
}

// pinnedNote is a note on a poster of a made-up municipality. What its body says must be unlike any other's there.
type pinnedNote struct {
	entry, author    string
	x, y             float64
	question         bool
	body             string
	answerer, answer string
}

var pinned = []pinnedNote{
	{entry: "poster-zangyo", author: "fellow@example.jp", x: .2, y: .62, body: "（見本）「責めない、遮らない」が先にあるのが良いです。うちでもまねします。"},
	{entry: "poster-zangyo", author: "alumnus2@example.jp", x: .62, y: .48, question: true, body: "（見本）8月に対話を始めたとき、最初に賛成してくれたのはだれでしたか。",
		answerer: "alumnus@example.jp", answer: "（見本）係長ふたりです。二人の係で先に試し、その様子を課長に見てもらいました。"},
	{entry: "poster-zangyo", author: "adviser@example.jp", x: .47, y: .92, body: "（見本）「やめた仕事」を評価するところが新しいですね。"},
	{entry: "poster-madoguchi", author: "fellow@example.jp", x: .4, y: .45, question: true, body: "（見本）職員がお客さんになる日は、窓口を止めずにできましたか。"},
	{entry: "poster-madoguchi", author: "alumnus@example.jp", x: .7, y: .3, body: "（見本）写真入りの手順書、見てみたいです。"},
}

// pin puts up the notes that are missing, and answers the questions that are to have an answer.
func (w *work) pin(ctx context.Context) error {
	for _, p := range pinned {
		var there []struct{ ID, Answer string }
		err := w.DB.Read().NewRaw("SELECT id, answer FROM note WHERE entry = ? AND body = ?", w.entries[p.entry], p.body).Scan(ctx, &there)
		if err != nil {
			return err
		}
		if len(there) == 0 {
			id, err := w.pinOne(ctx, p)
			if err := skipGone(err); err != nil {
				return fmt.Errorf("note on %s: %w", p.entry, err)
			}
			there = append(there, struct{ ID, Answer string }{ID: id})
		}
		if p.answerer == "" || there[0].Answer != "" {
			continue
		}
		v, err := w.as(ctx, p.answerer)
		if err != nil {
			return err
		}
		_, _, err = w.Talk.AnswerNote(ctx, v, there[0].ID, p.answer)
		if err := skipGone(err); err != nil {
			return fmt.Errorf("answer on %s: %w", p.entry, err)
		}
	}
	return nil
}

func (w *work) pinOne(ctx context.Context, p pinnedNote) (id string, err error) {
	v, err := w.as(ctx, p.author)
	if err != nil {
		return "", err
	}
	in := talk.NewNote{Entry: w.entries[p.entry], Pinned: true, X: p.x, Y: p.y, Question: p.question, Body: p.body}
	files, err := w.Files.List(ctx, v, in.Entry)
	if err != nil {
		return "", err
	}
	if len(files) > 0 {
		in.File, in.Page = files[0].ID, 1
	}
	note, _, err := w.Talk.AddNote(ctx, v, in)
	if err != nil {
		return "", err
	}
	return note.ID, nil
}

// planSession plans a poster session for the next day; whoever tries the demo may begin it at once.
func (w *work) planSession(ctx context.Context) error {
	there, err := w.DB.Read().NewSelect().Table("poster_session").Where("sample").Exists(ctx)
	if err != nil || there {
		return err
	}
	v, err := w.as(ctx, "moderator@example.jp")
	if err != nil {
		return err
	}
	day := w.DB.Now().In(cohort.Japan).AddDate(0, 0, 1)
	s := postersession.Service{DB: w.DB}
	_, err = s.Plan(ctx, v, postersession.Plan{Title: "【見本】ポスター発表会", Minutes: postersession.DefaultMinutes, Sample: true,
		StartsAt: time.Date(day.Year(), day.Month(), day.Day(), 13, 30, 0, 0, cohort.Japan),
		About:    "（見本）4枚のポスターを10分ずつめぐります。運営の人でログインすると「いま始める」で進められます。",
		Entries:  []string{w.entries["poster-zangyo"], w.entries["poster-madoguchi"], w.entries["poster-tonari"], w.entries["poster-yameru"]}})
	return err
}
