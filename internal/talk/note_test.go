package talk_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/testkit"
)

// sheet makes a poster of two pages with its discussion, written by its author for the audience.
func sheet(t *testing.T, d *db.DB, id string, author access.Viewer, a access.Audience) {
	t.Helper()
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(`INSERT INTO entry (id, kind, title, state, audience, wanted, version, team, created_by, created_at, updated_at)
			VALUES (?, 'poster', '題', 'published', ?, ?, 1, ?, ?, ?, ?)`, id, a.Rung, a.Rung, a.Team, author.Person, tx.Now, tx.Now).Exec(ctx)
		if err != nil {
			return err
		}
		if _, err := tx.NewRaw("INSERT INTO entry_author (entry, person, position) VALUES (?, ?, 0)", id, author.Person).Exec(ctx); err != nil {
			return err
		}
		_, err = tx.NewRaw(`INSERT INTO file (id, entry, name, type, size, sha256, blob, state, page_count, created_by, created_at)
			VALUES (?, ?, 'p.pdf', 'application/pdf', 1, '', '', 'ready', 2, ?, ?)`, "file-"+id, id, author.Person, tx.Now).Exec(ctx)
		if err != nil {
			return err
		}
		_, events, err := talk.OpenForEntry(ctx, tx, talk.EntryTopic{Entry: id, Title: "題", State: access.Published, Audience: a, Author: author.Person})
		if err != nil {
			return err
		}
		return event.Append(ctx, tx, events...)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func pinned(body string) talk.NewNote {
	return talk.NewNote{Entry: "poster", File: "file-poster", Page: 1, Pinned: true, X: .25, Y: .75, Body: body}
}

func TestNotesAreForWhoMayReadTheDiscussion(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := &talk.Service{DB: d}
		hanako := member(t, d, "hanako", "見本 花子")
		taro := member(t, d, "taro", "例示 太郎")
		sheet(t, d, "poster", hanako, access.Audience{Rung: access.Team, Cohort: "2026-regular", Team: "team1"})
		mate := taro
		mate.Teams = []string{"team1"}
		readOnly := mate
		readOnly.ReadOnly = true
		if _, _, err := s.AddNote(t.Context(), mate, pinned("ここが良い")); err != nil {
			t.Fatal(err)
		}
		for name, who := range map[string]struct {
			v     access.Viewer
			reads bool
			kind  apperr.Kind
		}{
			"見学者":       {access.Viewer{}, false, apperr.NotFound},
			"会員でない人":    {access.Viewer{Person: "p"}, false, apperr.NotFound},
			"ほかの会員":     {taro, false, apperr.NotFound},
			"運営":        {access.Viewer{Person: "m", Member: true, Moderator: true}, false, apperr.NotFound},
			"読むだけの札の会員": {readOnly, true, apperr.Forbidden},
		} {
			if list, err := s.Notes(t.Context(), who.v, "poster"); err != nil || (len(list) == 1) != who.reads {
				t.Errorf("%sは%d枚を読む, %v; 読める: %v", name, len(list), err, who.reads)
			}
			_, _, err := s.AddNote(t.Context(), who.v, pinned("書けるか"))
			wantKind(t, name+"がはる", err, who.kind)
		}
		_, _, err := s.AddNote(t.Context(), hanako, talk.NewNote{Entry: "nowhere", Body: "ない"})
		wantKind(t, "a note on nothing", err, apperr.NotFound)
	})
}

func TestANoteIsCheckedAndStandsWhereItWasPinned(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := &talk.Service{DB: d}
		hanako := member(t, d, "hanako", "見本 花子")
		sheet(t, d, "poster", hanako, access.Audience{Rung: access.Members})
		sheet(t, d, "other", hanako, access.Audience{Rung: access.Members})
		bad := map[string]func(*talk.NewNote){
			"空の文":        func(n *talk.NewNote) { n.Body = " 　" },
			"201文字":      func(n *talk.NewNote) { n.Body = strings.Repeat("字", 201) },
			"左の外":        func(n *talk.NewNote) { n.X = -.01 },
			"下の外":        func(n *talk.NewNote) { n.Y = 1.01 },
			"数でない場所":     func(n *talk.NewNote) { n.X = math.NaN() },
			"ない頁":        func(n *talk.NewNote) { n.Page = 3 },
			"ほかのポスターの頁":  func(n *talk.NewNote) { n.File = "file-other" },
			"ないファイル":     func(n *talk.NewNote) { n.File = "none" },
			"終わりのない大きな数": func(n *talk.NewNote) { n.Y = math.Inf(1) },
		}
		for name, spoil := range bad {
			n := pinned("文")
			spoil(&n)
			if _, _, err := s.AddNote(t.Context(), hanako, n); !apperr.Is(err, apperr.Invalid) {
				t.Errorf("%s: %v, want invalid", name, err)
			}
		}
		first, change, err := s.AddNote(t.Context(), hanako, pinned(strings.Repeat("字", 200)))
		if err != nil || change.N != 2 {
			t.Fatalf("the first note: n %d, %v", change.N, err)
		}
		if _, _, err := s.AddNote(t.Context(), hanako, talk.NewNote{Entry: "poster", Body: "全体への一言", Session: "none"}); err != nil {
			t.Fatal(err)
		}
		list, err := s.Notes(t.Context(), hanako, "poster")
		if err != nil || len(list) != 2 || list[0].ID != first.ID || list[0].X != .25 || list[0].Y != .75 || !list[0].Pinned ||
			list[1].Pinned || list[1].Session != "" || list[0].AuthorName != "見本 花子" {
			t.Errorf("the notes are %+v, %v", list, err)
		}
	})
}

func TestANoteIsChangedByItsAuthorAndTakenOutByThemOrModerators(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := &talk.Service{DB: d}
		hanako, taro := member(t, d, "hanako", "見本 花子"), member(t, d, "taro", "例示 太郎")
		staff := access.Viewer{Person: "m", Member: true, Moderator: true}
		sheet(t, d, "poster", hanako, access.Audience{Rung: access.Members})
		add := func() string {
			note, _, err := s.AddNote(t.Context(), taro, pinned("はじめの文"))
			if err != nil {
				t.Fatal(err)
			}
			return note.ID
		}
		mine, theirs := add(), add()
		for _, v := range []access.Viewer{hanako, staff} {
			_, _, err := s.EditNote(t.Context(), v, mine, "ほかの人の文")
			wantKind(t, "editing another's note", err, apperr.Forbidden)
		}
		_, _, err := s.RemoveNote(t.Context(), hanako, mine)
		wantKind(t, "taking out another's note", err, apperr.Forbidden)
		if _, _, err := s.EditNote(t.Context(), taro, mine, "直した文"); err != nil {
			t.Fatal(err)
		}
		if n, err := s.NoteOf(t.Context(), hanako, mine); err != nil || n.Body != "直した文" || n.EditedAt != nil {
			t.Errorf("the note reads %+v, %v", n, err)
		}
		if _, _, err := s.RemoveNote(t.Context(), taro, mine); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.RemoveNote(t.Context(), staff, theirs); err != nil {
			t.Fatal(err)
		}
		_, _, err = s.EditNote(t.Context(), taro, theirs, "もどす")
		wantKind(t, "editing a note that was taken out", err, apperr.NotFound)
		if list, err := s.Notes(t.Context(), taro, "poster"); err != nil || len(list) != 0 {
			t.Errorf("%d notes are left, %v", len(list), err)
		}
		if n, err := d.Read().NewSelect().Table("audit").Where("act = 'note.hide'").Where("subject = ?", theirs).Count(t.Context()); err != nil || n != 1 {
			t.Errorf("the moderator's act stands %d times in the record, %v", n, err)
		}
	})
}

func TestAQuestionIsAnsweredByTheTeam(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s := &talk.Service{DB: d}
		hanako, taro := member(t, d, "hanako", "見本 花子"), member(t, d, "taro", "例示 太郎")
		mate := member(t, d, "sakura", "仮名 桜")
		mate.Teams = []string{"team1"}
		sheet(t, d, "poster", hanako, access.Audience{Rung: access.Members, Team: "team1"})
		asks := pinned("はじめの一歩は何でしたか")
		asks.Question = true
		q, _, err := s.AddNote(t.Context(), taro, asks)
		if err != nil {
			t.Fatal(err)
		}
		plain, _, err := s.AddNote(t.Context(), taro, pinned("感想"))
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = s.AnswerNote(t.Context(), taro, q.ID, "ほかの人の答え")
		wantKind(t, "an answer of somebody else", err, apperr.Forbidden)
		_, _, err = s.AnswerNote(t.Context(), hanako, plain.ID, "答え")
		wantKind(t, "an answer to what is no question", err, apperr.Forbidden)
		for _, v := range []access.Viewer{hanako, mate} {
			if _, _, err := s.AnswerNote(t.Context(), v, q.ID, v.Name+"の答え"); err != nil {
				t.Errorf("%s cannot answer: %v", v.Name, err)
			}
		}
		if n, err := s.NoteOf(t.Context(), taro, q.ID); err != nil || n.Answer != "仮名 桜の答え" || n.AnswerName != "仮名 桜" || n.AnsweredAt == nil {
			t.Errorf("the answer reads %+v, %v", n, err)
		}
	})
}
