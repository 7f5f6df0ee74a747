package vocabulary_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/testkit"
	"github.com/manetomo/manetomo/internal/vocabulary"
	"github.com/manetomo/manetomo/search"
)

var (
	moderator = access.Viewer{Person: "sakura", Member: true, Moderator: true}
	fellow    = access.Viewer{Person: "taro", Member: true}
)

// manyWords is more than a group may have.
func manyWords() string {
	var b strings.Builder
	for i := range 41 {
		fmt.Fprintf(&b, "ことば%d\n", i)
	}
	return b.String()
}

func save(t *testing.T, s *vocabulary.Service, c vocabulary.Change) string {
	t.Helper()
	id, _, err := s.Save(t.Context(), moderator, c)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestWordsOfModeratorsStandBesideTheEmbeddedList(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := &vocabulary.Service{DB: d}
		near := func(word string) string {
			v, err := s.Load(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return strings.Join(v.Near(word), " ")
		}
		own := save(t, s, vocabulary.Change{Term: "夕礼", Reading: "ゆうれい", Near: "終礼\n帰りの会\n\n終礼\n", Weak: "まとめ"})
		if got := near("終礼"); got != "夕礼 帰りの会" {
			t.Errorf("near 終礼 stand %q; a word that is too general must not", got)
		}
		before, err := s.Get(t.Context(), moderator, "t053")
		if err != nil || before.Term != "時間外勤務" || before.Own || before.Version != 0 {
			t.Fatalf("the embedded group is %+v, %v", before, err)
		}
		save(t, s, vocabulary.Change{ID: "t053", Term: "時間外勤務", Near: "残業"})
		if got := near("残業"); !strings.Contains(got, "時間外勤務") || strings.Contains(got, "超勤") {
			t.Errorf("near 残業 stand %q after the embedded group was changed", got)
		}
		save(t, s, vocabulary.Change{ID: "t053", Version: 1, Term: "時間外勤務", Near: "残業", Off: true})
		if got := near("時間外勤務"); got != "" {
			t.Errorf("near a group that is off stand %q", got)
		}
		v, err := s.Load(t.Context())
		if err != nil || !v.Stop("方法") || v.Stop("夕礼") {
			t.Errorf("方法 says little: %v; 夕礼: %v (%v)", v.Stop("方法"), v.Stop("夕礼"), err)
		}
		save(t, s, vocabulary.Change{ID: "s001", Term: "方法", Stop: true, Off: true})
		save(t, s, vocabulary.Change{Term: "夕礼", Stop: true})
		if v, err = s.Load(t.Context()); err != nil || v.Stop("方法") || !v.Stop("夕礼") {
			t.Errorf("a decision about a word that says little does not count (%v)", err)
		}
		list, total, err := s.List(t.Context(), moderator, "ゆうれい", 1)
		if err != nil || total != 1 || len(list) != 1 || list[0].ID != own || !list[0].Own {
			t.Errorf("looking for a reading found %d: %+v, %v", total, list, err)
		}
		if list, total, err = s.List(t.Context(), moderator, "", 99); err != nil || len(list) != 0 || vocabulary.Pages(total) > 10 {
			t.Errorf("a page behind the last has %d of %d, %v", len(list), total, err)
		}
		var acts int
		if err := d.Read().NewRaw("SELECT COUNT(*) FROM audit WHERE kind = 'vocabulary' AND actor = 'sakura'").Scan(t.Context(), &acts); err != nil || acts != 5 {
			t.Errorf("the record has %d acts, %v; want 5", acts, err)
		}
	})
}

func TestBadWordsAreAnsweredWithASentence(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := &vocabulary.Service{DB: d}
		save(t, s, vocabulary.Change{ID: "t053", Term: "時間外勤務", Near: "残業"})
		for _, test := range []struct {
			name   string
			viewer access.Viewer
			change vocabulary.Change
			kind   apperr.Kind
			word   string
		}{
			{"会員は直せない", fellow, vocabulary.Change{Term: "夕礼", Near: "終礼"}, apperr.Forbidden, "運営"},
			{"空のことば", moderator, vocabulary.Change{Near: "終礼"}, apperr.Invalid, "ことば"},
			{"近いことばがない", moderator, vocabulary.Change{Term: "夕礼", Near: " \n\n"}, apperr.Invalid, "1行に一つ"},
			{"見出しと同じ", moderator, vocabulary.Change{Term: "サーバー", Near: "サーバ"}, apperr.Invalid, "同じことば"},
			{"短すぎる", moderator, vocabulary.Change{Term: "夕礼", Near: "の"}, apperr.Invalid, "短すぎます"},
			{"長すぎる", moderator, vocabulary.Change{Term: strings.Repeat("長", 61), Near: "終礼"}, apperr.Invalid, "60"},
			{"多すぎる", moderator, vocabulary.Change{Term: "夕礼", Near: manyWords()}, apperr.Invalid, ""},
			{"もうある", moderator, vocabulary.Change{Term: "時間外勤務", Near: "終礼"}, apperr.Invalid, "もう一覧に"},
			{"ない番号", moderator, vocabulary.Change{ID: "nothing", Term: "夕礼", Near: "終礼"}, apperr.NotFound, ""},
			{"古い画面から", moderator, vocabulary.Change{ID: "t053", Version: 0, Term: "時間外勤務", Near: "超勤"}, apperr.Conflict, "ほかの人"},
		} {
			t.Run(test.name, func(t *testing.T) {
				_, _, err := s.Save(t.Context(), test.viewer, test.change)
				if !apperr.Is(err, test.kind) {
					t.Fatalf("answered %v; want kind %v", err, test.kind)
				}
				said := apperr.From(err).Message
				for _, f := range apperr.From(err).All() {
					said += f.Detail
				}
				if !strings.Contains(said, test.word) {
					t.Errorf("said %q without %q", said, test.word)
				}
			})
		}
	})
}

func TestEveryNodeUsesAChangeWithinAMoment(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
		defer stop()
		s := &vocabulary.Service{DB: d}
		var nodes [2]chan *search.Vocabulary
		for i := range nodes {
			nodes[i] = make(chan *search.Vocabulary, 10)
			go s.Follow(ctx, func(v *search.Vocabulary) { nodes[i] <- v })
			<-nodes[i] // the list to begin with
		}
		save(t, s, vocabulary.Change{Term: "夕礼", Near: "終礼"})
		for i, node := range nodes {
			select {
			case v := <-node:
				if v.Near("夕礼") == nil {
					t.Errorf("node %d got a list without the change", i)
				}
			case <-ctx.Done():
				t.Fatalf("node %d heard nothing", i)
			}
		}
	})
}
