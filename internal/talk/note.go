package talk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/audit"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/text"
)

// Limits of notes.
const (
	MaxNote        = 200
	MaxAnswer      = 2_000
	notesAMinute   = 30
	notesOfEntry   = 500 // as many are shown
	notesOfSession = 2_000
)

// Note is a sticky note (付せん) on a sheet: pinned to a place of a page, or about the sheet as a whole. It belongs to
// the discussion beside the sheet: who may read that may read and write notes. A note that is a question is collected
// for the sheet's team (もらった問い), who may answer it at any later time. Notes stay when the file is taken out.
type Note struct {
	bun.BaseModel `bun:"table:note,alias:no"`

	ID         string       `bun:"id,pk"`
	Topic      string       `bun:"topic"`
	Entry      string       `bun:"entry"`
	File       string       `bun:"file"`
	Page       int          `bun:"page"`
	Pinned     bool         `bun:"pinned"`
	X          float64      `bun:"x"` // shares of the shown page, from its top left
	Y          float64      `bun:"y"`
	Question   bool         `bun:"question"`
	Body       string       `bun:"body"`
	Answer     string       `bun:"answer"`
	AnsweredBy string       `bun:"answered_by"`
	AnsweredAt *time.Time   `bun:"answered_at"`
	Session    string       `bun:"session"`
	Author     string       `bun:"author"`
	State      access.State `bun:"state"`
	N          int64        `bun:"n"`
	CreatedAt  time.Time    `bun:"created_at"`
	EditedAt   *time.Time   `bun:"edited_at"`
}

// NoteView is a note as a page shows it.
type NoteView struct {
	Note `bun:",extend"`

	AuthorName  string `bun:"author_name,scanonly"`
	AuthorPlace string `bun:"author_place,scanonly"`
	AnswerName  string `bun:"answer_name,scanonly"`
}

// NewNote is what somebody pins to a sheet. Session is the poster session it is written in, if any.
type NewNote struct {
	Entry, File string
	Page        int
	Pinned      bool
	X, Y        float64
	Question    bool
	Body        string
	Session     string
}

func (in NewNote) check(v access.Viewer) (*Note, error) {
	body, err := text.Line("note", "付せんの文", in.Body, MaxNote)
	if err != nil {
		return nil, err
	}
	if !in.Pinned {
		in.X, in.Y = 0, 0
	}
	if !(in.X >= 0 && in.X <= 1 && in.Y >= 0 && in.Y <= 1) { // a number that is none fails too
		return nil, apperr.At("place", "はる場所がシートの外になっています。場所を選びなおしてください。書いた内容は残っています。")
	}
	return &Note{ID: db.NewID(), Entry: in.Entry, File: in.File, Page: in.Page, Pinned: in.Pinned, X: in.X, Y: in.Y,
		Question: in.Question, Body: body, Session: in.Session, Author: v.Person, State: access.Published}, nil
}

// AddNote pins a note to a sheet whose discussion the viewer may read.
func (s *Service) AddNote(ctx context.Context, v access.Viewer, in NewNote) (*Note, Change, error) {
	if err := mayWrite(v); err != nil {
		return nil, Change{}, err
	}
	note, err := in.check(v)
	if err != nil {
		return nil, Change{}, err
	}
	var out Change
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if note.Topic, err = topicOfEntry(ctx, tx, in.Entry); err != nil {
			return err
		}
		n, err := hold(ctx, tx, note.Topic)
		if err != nil {
			return err
		}
		if err := open(ctx, tx, v, note.Topic); err != nil {
			return err
		}
		if err := note.onSheet(ctx, tx, v); err != nil {
			return err
		}
		note.N, note.CreatedAt = n+1, tx.Now
		if _, err := tx.NewInsert().Model(note).Exec(ctx); err != nil {
			return fmt.Errorf("pin a note to entry %s: %w", in.Entry, err)
		}
		if err := dropDraft(ctx, tx, v.Person, "note:"+in.Entry); err != nil {
			return err
		}
		e := event.Event{Kind: event.NoteAdded, Subject: note.ID, Topic: note.Topic, Actor: v.Person}
		if err := event.Append(ctx, tx, &e); err != nil {
			return err
		}
		out = Change{e.N, e.Seq}
		return nil
	})
	return note, out, err
}

func topicOfEntry(ctx context.Context, r selector, entry string) (topic string, err error) {
	err = r.NewSelect().Table("topic").Column("id").Where("entry = ?", entry).Where("entry <> ''").Scan(ctx, &topic)
	if db.IsMissing(err) {
		return "", apperr.Missing()
	}
	if err != nil {
		return "", fmt.Errorf("read the discussion of entry %s: %w", entry, err)
	}
	return topic, nil
}

// onSheet checks that the page is one of the entry's, that the session shows the entry, and that nobody floods it.
func (note *Note) onSheet(ctx context.Context, tx db.Tx, v access.Viewer) error {
	if note.File != "" {
		ok, err := tx.NewSelect().TableExpr("file AS f").Where("f.id = ?", note.File).Where("f.entry = ?", note.Entry).
			Where("(? BETWEEN 1 AND f.page_count OR ? = 1 AND f.state = 'processing')", note.Page, note.Page).Exists(ctx)
		if err != nil {
			return fmt.Errorf("look for the sheet of a note: %w", err)
		}
		if !ok {
			return apperr.At("place", "このシートは入れかわっています。ページを読みこみ直してから、もう一度はってください。書いた内容は残っています。")
		}
	}
	if note.File == "" || note.Page == 0 {
		note.File, note.Page, note.Pinned, note.X, note.Y = "", 0, false, 0, 0
	}
	if note.Session != "" {
		ok, err := tx.NewSelect().Table("poster_session_entry").Where("session = ?", note.Session).Where("entry = ?", note.Entry).Exists(ctx)
		if err != nil {
			return fmt.Errorf("look for the session of a note: %w", err)
		}
		if !ok {
			note.Session = "" // the programme has changed; the note stands all the same
		}
	}
	if v.Unlimited {
		return nil
	}
	n, err := tx.NewSelect().Table("note").Where("author = ?", v.Person).Where("created_at > ?", tx.Now.Add(-time.Minute)).Count(ctx)
	if err != nil {
		return fmt.Errorf("count notes of a minute: %w", err)
	}
	if n >= notesAMinute {
		return apperr.New(apperr.Throttled, "付せんが続いています。書いた内容は残っています。1分ほど待ってから、もう一度はってください。")
	}
	return nil
}

// changeNote runs one act on a note that stands in a discussion which the viewer may read. The act may say that another
// kind of event tells of it.
func (s *Service) changeNote(ctx context.Context, v access.Viewer, id string, kind *event.Kind,
	act func(ctx context.Context, tx db.Tx, note *Note) (columns []string, err error)) (*Note, Change, error) {
	if err := mayWrite(v); err != nil {
		return nil, Change{}, err
	}
	var note Note
	var out Change
	err := s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		var topic string
		err := tx.NewSelect().Table("note").Column("topic").Where("id = ?", id).Scan(ctx, &topic)
		if err == nil {
			_, err = hold(ctx, tx, topic)
		}
		if err == nil {
			err = tx.NewSelect().Model(&note).Where("no.id = ?", id).Where("no.state = 'published'").Scan(ctx)
		}
		if db.IsMissing(err) {
			return apperr.Missing()
		}
		if err != nil {
			return fmt.Errorf("read note %s: %w", id, err)
		}
		if err := open(ctx, tx, v, note.Topic); err != nil {
			return err
		}
		columns, err := act(ctx, tx, &note)
		if err != nil {
			return err
		}
		if _, err := tx.NewUpdate().Model(&note).WherePK().Column(columns...).Exec(ctx); err != nil {
			return fmt.Errorf("change note %s: %w", id, err)
		}
		e := event.Event{Kind: *kind, Subject: id, Topic: note.Topic, Actor: v.Person}
		if err := event.Append(ctx, tx, &e); err != nil {
			return err
		}
		out = Change{e.N, e.Seq}
		return nil
	})
	return &note, out, err
}

// EditNote changes the words of the viewer's own note. Its place and what it is stay.
func (s *Service) EditNote(ctx context.Context, v access.Viewer, id, body string) (*Note, Change, error) {
	body, err := text.Line("note", "付せんの文", body, MaxNote)
	if err != nil {
		return nil, Change{}, err
	}
	kind := event.NoteChanged
	return s.changeNote(ctx, v, id, &kind, func(_ context.Context, tx db.Tx, note *Note) ([]string, error) {
		if note.Author != v.Person {
			return nil, apperr.New(apperr.Forbidden, "直せるのは、書いた人だけです。気づいたことは、話し合いで伝えられます。")
		}
		note.Body = body
		if tx.Now.Sub(note.CreatedAt) > freeEdit {
			note.EditedAt = &tx.Now
		}
		return []string{"body", "edited_at"}, nil
	})
}

// RemoveNote takes out the viewer's own note; moderators take out any, which is written down.
func (s *Service) RemoveNote(ctx context.Context, v access.Viewer, id string) (*Note, Change, error) {
	kind := event.NoteRemoved
	return s.changeNote(ctx, v, id, &kind, func(ctx context.Context, tx db.Tx, note *Note) ([]string, error) {
		switch {
		case note.Author == v.Person:
			note.State = access.Withdrawn
		case v.CanModerate():
			note.State = access.Hidden
			err := audit.Write(ctx, tx, audit.Act{Actor: v.Person, Act: "note.hide", Kind: "note", Subject: note.ID,
				Detail: map[string]string{"entry": note.Entry, "author": note.Author, "body": note.Body}})
			if err != nil {
				return nil, err
			}
		default:
			return nil, apperr.New(apperr.Forbidden, "はがせるのは、書いた人と運営だけです。気になるときは、運営に知らせてください。")
		}
		return []string{"state"}, nil
	})
}

// MayAnswer tells whether the viewer belongs to the team of a sheet, or wrote it.
func (s *Service) MayAnswer(ctx context.Context, v access.Viewer, entry string) (bool, error) {
	if !v.CanWrite() {
		return false, nil
	}
	return mayAnswer(ctx, s.DB.Read(), v, entry)
}

func mayAnswer(ctx context.Context, r selector, v access.Viewer, entry string) (bool, error) {
	var row struct {
		Team  string
		Wrote bool
	}
	err := r.NewSelect().TableExpr("entry AS e").ColumnExpr("e.team").
		ColumnExpr("EXISTS (SELECT 1 FROM entry_author a WHERE a.entry = e.id AND a.person = ?) AS wrote", v.Person).
		Where("e.id = ?", entry).Scan(ctx, &row)
	if err != nil && !db.IsMissing(err) {
		return false, fmt.Errorf("ask for the team of entry %s: %w", entry, err)
	}
	return row.Wrote || row.Team != "" && slices.Contains(v.Teams, row.Team), nil
}

// AnswerNote writes the team's answer to a question, or changes it.
func (s *Service) AnswerNote(ctx context.Context, v access.Viewer, id, answer string) (*Note, Change, error) {
	answer, err := text.Block("answer", "答え", answer, MaxAnswer)
	if err != nil {
		return nil, Change{}, err
	}
	kind := event.NoteChanged
	return s.changeNote(ctx, v, id, &kind, func(ctx context.Context, tx db.Tx, note *Note) ([]string, error) {
		if note.Answer == "" {
			kind = event.NoteAnswered
		}
		ok, err := mayAnswer(ctx, tx, v, note.Entry)
		if err != nil {
			return nil, err
		}
		if !ok || !note.Question {
			return nil, apperr.New(apperr.Forbidden, "問いに答えられるのは、このポスターのチームの人です。思ったことは、話し合いに書けます。")
		}
		note.Answer, note.AnsweredBy, note.AnsweredAt = answer, v.Person, &tx.Now
		return []string{"answer", "answered_by", "answered_at"}, nil
	})
}
