package talk_test

import (
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/testkit"
)

func TestAQuestionGetsItsAnswer(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := &talk.Service{DB: d}
		asker, other := member(t, d, "hanako", "見本 花子"), member(t, d, "taro", "例示 太郎")
		moderator := member(t, d, "sakura", "仮名 桜")
		moderator.Moderator = true
		id := opened(t, s, asker, talk.NewTopic{Title: "題", Body: "どうしていますか", Question: true})
		a, b := post(t, s, other, id, "こうしています"), post(t, s, other, id, "ああしています")
		answer := func() string {
			t.Helper()
			p, err := s.Page(t.Context(), other, id, 0)
			if err != nil {
				t.Fatal(err)
			}
			if p.Answer == nil {
				return ""
			}
			rows, _, err := s.List(t.Context(), other, talk.Filter{})
			if err != nil || !rows[0].Solved {
				t.Errorf("答えのある質問は、一覧で解決と出る: %v, %v", rows, err)
			}
			return p.Answer.ID
		}
		accept := func(v access.Viewer, post string, on bool) {
			t.Helper()
			if _, err := s.Accept(t.Context(), v, post, on); err != nil {
				t.Fatal(err)
			}
		}
		_, err := s.Accept(t.Context(), other, a.ID, true)
		wantKind(t, "答えを選べるのは質問した人と運営だけ", err, apperr.Forbidden)
		accept(asker, a.ID, true)
		if got := answer(); got != a.ID {
			t.Errorf("答え = %q", got)
		}
		c, _ := s.Accept(t.Context(), asker, a.ID, true)
		if again, err := s.Accept(t.Context(), asker, a.ID, true); err != nil || again.N != c.N {
			t.Errorf("二度選んでも一度と同じ: %+v, %+v, %v", c, again, err)
		}
		accept(moderator, b.ID, true)
		if got := answer(); got != b.ID {
			t.Errorf("選びなおすと、あとのほうが答え: %q", got)
		}
		accept(asker, a.ID, false)
		if got := answer(); got != b.ID {
			t.Errorf("答えでない投稿の印は外せない: %q", got)
		}
		if _, err := s.Remove(t.Context(), other, b.ID); err != nil {
			t.Fatal(err)
		}
		if got := answer(); got != "" {
			t.Errorf("取り消された答えは出ない: %q", got)
		}
		if _, err := s.Undo(t.Context(), other, b.ID); err != nil {
			t.Fatal(err)
		}
		if got := answer(); got != b.ID {
			t.Errorf("もどされた答えは、また出る: %q", got)
		}
		accept(asker, b.ID, false)
		if got := answer(); got != "" {
			t.Errorf("印を外すと答えはない: %q", got)
		}
		page, err := s.Page(t.Context(), asker, id, 1)
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Accept(t.Context(), asker, page.Posts[0].ID, true)
		wantKind(t, "質問そのものは答えにならない", err, apperr.Invalid)
		_, err = s.SetQuestion(t.Context(), other, id, false)
		wantKind(t, "質問かどうかを決めるのは、書いた人と運営だけ", err, apperr.Forbidden)
		accept(asker, a.ID, true)
		if _, err := s.SetQuestion(t.Context(), asker, id, false); err != nil {
			t.Fatal(err)
		}
		if got := answer(); got != "" {
			t.Errorf("質問でなければ答えは出ない: %q", got)
		}
		if _, err := s.SetQuestion(t.Context(), moderator, id, true); err != nil {
			t.Fatal(err)
		}
		if got := answer(); got != "" {
			t.Errorf("もう一度質問にしても、前の答えは戻らない: %q", got)
		}
		if rows, _, err := s.List(t.Context(), other, talk.Filter{}); err != nil || rows[0].Solved || !rows[0].Question {
			t.Errorf("一覧でも、解決していない質問: %v, %v", rows, err)
		}
		if _, err := s.SetQuestion(t.Context(), asker, id, false); err != nil {
			t.Fatal(err)
		}
		_, err = s.Accept(t.Context(), asker, b.ID, true)
		wantKind(t, "質問でない話題に答えは選べない", err, apperr.Invalid)
	})
}

func TestAQuoteNeverShowsWhatItsReaderMayNotSee(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := &talk.Service{DB: d}
		author, other := member(t, d, "hanako", "見本 花子"), member(t, d, "taro", "例示 太郎")
		id := opened(t, s, author, talk.NewTopic{Title: "題", Body: "はじめ"})
		of := post(t, s, author, id, "最初の三回は昼休みでした。\n\n- **四回目**に変わりました")
		quote := func(q ...talk.NewQuote) (talk.Posted, error) {
			return s.Post(t.Context(), other, id, talk.NewPost{Body: "そうですね", Quotes: q})
		}
		for name, q := range map[string]talk.NewQuote{
			"書かれていない文":  {Post: of.ID, Words: "四回目も昼休みでした"},
			"よその投稿":     {Post: "elsewhere0"},
			"長すぎる引用":    {Post: of.ID, Words: strings.Repeat("あ", 2001)},
			"別の話し合いの投稿": {Post: post(t, s, author, opened(t, s, author, talk.NewTopic{Title: "別", Body: "別"}), "別の話").ID},
		} {
			_, err := quote(q)
			wantKind(t, name, err, apperr.Invalid)
		}
		_, err := quote(make([]talk.NewQuote, 6)...)
		wantKind(t, "6つの引用", err, apperr.Invalid)
		p, err := quote(talk.NewQuote{Post: of.ID, Words: "昼休みでした。 四回目に変わり"}, talk.NewQuote{Post: of.ID})
		if err != nil {
			t.Fatal(err)
		}
		shown := func() (words [2]string, gone talk.Gone) {
			t.Helper()
			_, view, err := s.PostOf(t.Context(), other, p.ID)
			if err != nil || len(view.Quotes) != 2 {
				t.Fatalf("quotes = %v, %v", view, err)
			}
			return [2]string{view.Quotes[0].Words, view.Quotes[1].Words}, view.Quotes[1].Gone
		}
		part, whole := "昼休みでした。 四回目に変わり", "最初の三回は昼休みでした。\n四回目に変わりました"
		if got, _ := shown(); got != [2]string{part, whole} {
			t.Errorf("引用した文と、投稿の全体: %q", got)
		}
		edit := func(body string) {
			t.Helper()
			if _, err := s.Edit(t.Context(), author, of.ID, talk.Edit{Body: body}); err != nil {
				t.Fatal(err)
			}
		}
		edit("昼休みでした。四回目に変わりました")
		if got, gone := shown(); got != [2]string{part, ""} || gone != talk.GoneChanged {
			t.Errorf("直されて残っていない文は出ない: %q, %q", got, gone)
		}
		if _, err := s.Remove(t.Context(), author, of.ID); err != nil {
			t.Fatal(err)
		}
		if got, gone := shown(); got != [2]string{} || gone != talk.GoneRemoved {
			t.Errorf("取り消された投稿の文は出ない: %q, %q", got, gone)
		}
		if _, err := s.Undo(t.Context(), author, of.ID); err != nil {
			t.Fatal(err)
		}
		if got, _ := shown(); got[0] != part {
			t.Errorf("もどされた投稿の文は、また出る: %q", got)
		}
	})
}
