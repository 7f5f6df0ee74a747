package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/mail"
)

const (
	letterTries = 5
	letterPoll  = 10 * time.Second // letters that wait for another try are looked for this often
)

// Post sends the letters that wait, one node at a time, until ctx ends. A letter is marked before it is handed to the
// mail server, so that a crash in between rather loses a letter than sends it twice: the notice stands in the page.
// viewer loads what a person may see, since access is asked again before anything is sent.
func (s *Service) Post(ctx context.Context, sender *mail.Sender, base string, viewer func(context.Context, string) (access.Viewer, error)) error {
	for ctx.Err() == nil {
		err := s.DB.Lead(ctx, "letters", func(ctx context.Context) error {
			for {
				written := s.DB.Written()
				sent, err := s.postOne(ctx, sender, base, viewer)
				if err != nil {
					return err
				}
				if sent {
					continue
				}
				select {
				case <-ctx.Done():
					return ctx.Err()
				case <-written:
				case <-time.After(letterPoll):
				}
			}
		})
		if ctx.Err() == nil {
			slog.ErrorContext(ctx, "letters stopped, will go on", "err", err)
			select {
			case <-ctx.Done():
			case <-time.After(letterPoll):
			}
		}
	}
	return ctx.Err()
}

type letter struct {
	ID, Notice, Person string
	Tries              int
	Email              string
}

// postOne sends the letter that is due first and tells whether there was one.
func (s *Service) postOne(ctx context.Context, sender *mail.Sender, base string, viewer func(context.Context, string) (access.Viewer, error)) (bool, error) {
	var l letter
	err := s.DB.Read().NewRaw(`SELECT m.id, m.notice, m.person, m.tries, p.email FROM mail AS m JOIN person AS p ON p.id = m.person
		WHERE m.state = 'waiting' AND m.due_at <= ? ORDER BY m.due_at, m.id LIMIT 1`, s.DB.Now()).Scan(ctx, &l)
	if db.IsMissing(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for letters: %w", err)
	}
	if err := s.mark(ctx, l.ID, "sending", "", 0); err != nil {
		return false, err
	}
	v, err := viewer(ctx, l.Person)
	if err != nil {
		return false, errors.Join(err, s.mark(ctx, l.ID, "waiting", "", time.Minute))
	}
	item, err := s.one(ctx, v, l.Notice)
	if err != nil {
		return false, errors.Join(err, s.mark(ctx, l.ID, "waiting", "", time.Minute))
	}
	if item == nil { // read meanwhile, or no longer for them
		return true, s.mark(ctx, l.ID, "sent", "nothing to say any more", 0)
	}
	err = sender.Send(ctx, mail.Letter{ID: l.ID, To: l.Email, Subject: "【マネ友】" + item.Sentence(), Text: item.letter(base)})
	switch {
	case err == nil:
		return true, s.mark(ctx, l.ID, "sent", "", 0)
	case l.Tries+1 >= letterTries:
		slog.WarnContext(ctx, "letter given up", "letter", l.ID, "err", err)
		return true, s.mark(ctx, l.ID, "failed", err.Error(), 0)
	}
	return true, s.mark(ctx, l.ID, "waiting", err.Error(), time.Minute<<l.Tries)
}

// one is a notice that its person has not read and may still read, or nil.
func (s *Service) one(ctx context.Context, v access.Viewer, id string) (*Item, error) {
	var seq int64
	err := s.DB.Read().NewRaw("SELECT seq FROM notice WHERE id = ? AND read_at IS NULL", id).Scan(ctx, &seq)
	if db.IsMissing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	items, err := s.List(ctx, v, Filter{Before: seq + 1, Limit: 1})
	if err != nil || len(items) == 0 || items[0].ID != id {
		return nil, err
	}
	return &items[0], nil
}

func (s *Service) mark(ctx context.Context, id, state, fault string, wait time.Duration) error {
	return s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		q := tx.NewUpdate().Table("mail").Set("state = ?", state).Set("error = ?", fault).Where("id = ?", id)
		switch state {
		case "waiting":
			q = q.Set("due_at = ?", tx.Now.Add(wait)).Set("tries = tries + 1")
		case "sent":
			q = q.Set("sent_at = ?", tx.Now)
		}
		_, err := q.Exec(ctx)
		return err
	})
}

// letter is the text of a letter: what happened and where to read it. What was written is read on the site, where
// access is asked.
func (i Item) letter(base string) string {
	t := i.Sentence() + "。\n\n"
	if i.Title != "" {
		t += "　" + i.Title + "\n\n"
	}
	return t + "次の場所で読めます。\n" + base + i.Path() + "\n\n" +
		"--\nマネ友（人材マネジメント部会 修了生のひろば）\nメールの受け取り方は、設定で変えられます。\n" + base + "/settings\n"
}
