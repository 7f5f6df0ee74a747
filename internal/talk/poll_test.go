package talk_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/testkit"
)

func TestPoll(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := &talk.Service{DB: d}
		asker, voter := member(t, d, "hanako", "見本 花子"), member(t, d, "taro", "例示 太郎")
		id := opened(t, s, asker, talk.NewTopic{Title: "題", Body: "本文"})
		ask := func(p talk.NewPoll) string {
			t.Helper()
			out, err := s.Post(t.Context(), asker, id, talk.NewPost{Body: "どれですか", Poll: &p})
			if err != nil {
				t.Fatal(err)
			}
			return out.ID
		}
		see := func(v access.Viewer, post string) (string, *talk.Poll) {
			t.Helper()
			_, view, err := s.PostOf(t.Context(), v, post)
			if err != nil || view.Poll == nil {
				t.Fatalf("poll = %v, %v", view, err)
			}
			var votes []string
			for _, c := range view.Poll.Choices {
				votes = append(votes, fmt.Sprint(c.Text, c.Votes, strings.Join(c.People, "・")))
			}
			return strings.Join(votes, " "), view.Poll
		}
		vote := func(v access.Viewer, post string, choices ...int) {
			t.Helper()
			if _, err := s.Vote(t.Context(), v, post, choices); err != nil {
				t.Fatal(err)
			}
		}
		one := ask(talk.NewPoll{Choices: []string{"朝", " ", "昼"}})
		vote(asker, one, 1)
		if got, p := see(voter, one); got != "朝0 昼0" || p.Voters != 1 || p.Shown {
			t.Errorf("答える前は、人数だけが見える: %s, %+v", got, p)
		}
		vote(voter, one, 2)
		vote(voter, one, 1)
		if got, p := see(voter, one); got != "朝2 昼0" || p.Voters != 2 {
			t.Errorf("一人一票で、変えられる: %s, %+v", got, p)
		}
		before, _ := s.Vote(t.Context(), voter, one, []int{1})
		if again, err := s.Vote(t.Context(), voter, one, []int{1}); err != nil || again.N != before.N {
			t.Errorf("同じ答えは何も変えない: %v, %v, %v", before, again, err)
		}
		_, err := s.Vote(t.Context(), voter, one, []int{1, 2})
		wantKind(t, "1つだけのところに2つ", err, apperr.Invalid)
		_, err = s.Vote(t.Context(), voter, one, []int{3})
		wantKind(t, "ない選択肢", err, apperr.Invalid)
		_, err = s.ClosePoll(t.Context(), voter, one)
		wantKind(t, "ほかの人のアンケートをしめきる", err, apperr.Forbidden)
		vote(voter, one)
		if _, err := s.ClosePoll(t.Context(), asker, one); err != nil {
			t.Fatal(err)
		}
		if got, p := see(voter, one); got != "朝1 昼0" || !p.Over || p.Voted {
			t.Errorf("しめきると、だれにも結果が見える: %s, %+v", got, p)
		}
		_, err = s.Vote(t.Context(), voter, one, []int{2})
		wantKind(t, "しめきったあとの答え", err, apperr.Gone)
		many := ask(talk.NewPoll{Choices: []string{"朝", "昼", "夜"}, Many: true, Named: true})
		vote(voter, many, 3, 1, 3)
		if got, _ := see(voter, many); got != "朝1例示 太郎 昼0 夜1例示 太郎" {
			t.Errorf("名前の出るアンケート: %s", got)
		}
		if got, _ := see(asker, many); got != "朝0 昼0 夜0" {
			t.Errorf("名前も、答える前は見えない: %s", got)
		}
		if _, err := s.Remove(t.Context(), asker, many); err != nil {
			t.Fatal(err)
		}
		if _, view, err := s.PostOf(t.Context(), voter, many); err != nil || view.Poll != nil {
			t.Errorf("取り消した投稿のアンケートは見えない: %v, %v", view.Poll, err)
		}
		_, err = s.Vote(t.Context(), voter, many, []int{2})
		wantKind(t, "取り消したあとの答え", err, apperr.Gone)
		asked := opened(t, s, asker, talk.NewTopic{Title: "いつにしますか", Body: "選んでください", Poll: &talk.NewPoll{Choices: []string{"朝", "昼"}}})
		if page, err := s.Page(t.Context(), voter, asked, 0); err != nil || page.Posts[0].Poll == nil || len(page.Posts[0].Poll.Choices) != 2 {
			t.Errorf("新しい話し合いの最初の投稿にも、アンケートが付く: %v", err)
		}
		_, err = s.Open(t.Context(), asker, talk.NewTopic{Title: "題", Body: "本文", Audience: access.Audience{Rung: access.Members}, Poll: &talk.NewPoll{Choices: []string{"朝"}}})
		wantKind(t, "選択肢が1つの話し合い", err, apperr.Invalid)
		past, far := d.Now().Add(-time.Minute), d.Now().Add(400*24*time.Hour)
		for name, p := range map[string]talk.NewPoll{
			"選択肢が1つ":  {Choices: []string{"朝", ""}},
			"選択肢が11":  {Choices: strings.Split("一二三四五六七八九十百", "")},
			"同じ選択肢":   {Choices: []string{"朝", "昼", "朝"}},
			"長い選択肢":   {Choices: []string{"朝", strings.Repeat("あ", talk.MaxChoice+1)}},
			"しめきりが過去": {Choices: []string{"朝", "昼"}, EndsAt: &past},
			"しめきりが遠い": {Choices: []string{"朝", "昼"}, EndsAt: &far},
		} {
			_, err := s.Post(t.Context(), asker, id, talk.NewPost{Body: "どれですか", Poll: &p})
			wantKind(t, name, err, apperr.Invalid)
		}
		_, err = s.Vote(t.Context(), voter, post(t, s, asker, id, "ふつうの投稿").ID, []int{1})
		wantKind(t, "アンケートのない投稿", err, apperr.NotFound)
	})
}

func TestAPollEndsByItself(t *testing.T) {
	now := testkit.Start
	d, err := db.Open(t.Context(), db.Options{Dir: t.TempDir(), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Migrate(t.Context(), db.MigrateOptions{Dir: t.TempDir()}); err != nil {
		t.Fatal(err)
	}
	s := &talk.Service{DB: d}
	v := member(t, d, "hanako", "見本 花子")
	id := opened(t, s, v, talk.NewTopic{Title: "題", Body: "本文"})
	p, err := s.Post(t.Context(), v, id, talk.NewPost{Body: "どれですか", Poll: &talk.NewPoll{Choices: []string{"朝", "昼"}, Days: 1}})
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(24*time.Hour - time.Second)
	if _, err := s.Vote(t.Context(), v, p.ID, []int{1}); err != nil {
		t.Errorf("しめきりの前: %v", err)
	}
	now = now.Add(time.Second)
	_, err = s.Vote(t.Context(), v, p.ID, []int{2})
	wantKind(t, "しめきりのあと", err, apperr.Gone)
}
