package curate

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/audit"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/file"
	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/text"
)

// Flag is a member's request that the moderators look at something (通報). Who raised it is never shown to the author.
type Flag struct {
	bun.BaseModel `bun:"table:flag,alias:f"`

	ID        string     `bun:"id,pk"`
	Kind      string     `bun:"kind"` // entry, topic, post
	Subject   string     `bun:"subject"`
	Reason    string     `bun:"reason"`
	By        string     `bun:"by"`
	State     string     `bun:"state"`    // open, decided
	Decision  Verdict    `bun:"decision"` // keep, return, hide
	Answer    string     `bun:"answer"`
	DecidedBy string     `bun:"decided_by"`
	DecidedAt *time.Time `bun:"decided_at"`
	CreatedAt time.Time  `bun:"created_at"`
}

// Verdict is what becomes of a flagged thing.
type Verdict string

// The verdicts: 問題なし, 直してもらう, 見えなくする.
const (
	Keep   Verdict = "keep"
	Return Verdict = "return" // entries only
	Hide   Verdict = "hide"
)

// Raised is an open flag with what a moderator needs to decide.
type Raised struct {
	Flag
	ByName     string
	Title      string // of the entry or topic
	EntryKind  string
	Body       string            // of the post
	Files      []file.Attachment `bun:"-"` // of the post
	Author     string            // of the post or topic
	AuthorName string
	TopicID    string
	Number     int64
}

// Raise asks the moderators to look at something that the viewer can read. Asking twice is the same as once.
func (s *Service) Raise(ctx context.Context, v access.Viewer, kind, subject, reason string) (id string, seq int64, err error) {
	if !v.CanWrite() {
		return "", 0, apperr.New(apperr.Forbidden, "知らせるには、会員としてのログインが必要です。")
	}
	if reason, err = text.Block("reason", "知らせたい理由", reason, 2_000); err != nil {
		return "", 0, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		events, err := s.mark(ctx, tx, v, kind, subject, true)
		if err != nil {
			return err
		}
		err = tx.NewRaw("SELECT id FROM flag WHERE kind = ? AND subject = ? AND by = ? AND state = 'open'", kind, subject, v.Person).Scan(ctx, &id)
		if err == nil || !db.IsMissing(err) {
			return err
		}
		id = db.NewID()
		f := Flag{ID: id, Kind: kind, Subject: subject, Reason: reason, By: v.Person, State: "open", CreatedAt: tx.Now}
		if _, err := tx.NewInsert().Model(&f).Exec(ctx); err != nil {
			return err
		}
		raised := &event.Event{Kind: event.FlagRaised, Subject: id, Actor: v.Person}
		err = event.Append(ctx, tx, append([]*event.Event{raised}, events...)...)
		seq = raised.Seq
		return err
	})
	return id, seq, err
}

// mark sets or clears the mark on the thing. Who sets it must be able to read the thing.
func (s *Service) mark(ctx context.Context, tx db.Tx, v access.Viewer, kind, subject string, on bool) ([]*event.Event, error) {
	if kind != "entry" && kind != "topic" && kind != "post" {
		return nil, apperr.At("kind", "知らせるものの種類がちがいます。")
	}
	if on {
		if err := mayRead(ctx, tx, v, kind, subject); err != nil {
			return nil, err
		}
	}
	if kind == "entry" {
		return archive.FlagIn(ctx, tx, subject, on)
	}
	return talk.Flag(ctx, tx, talk.Ref{Kind: kind, ID: subject}, v.Person, on)
}

// mayRead answers NotFound unless the viewer can read the entry, the topic, or the post in its topic.
func mayRead(ctx context.Context, tx db.Tx, v access.Viewer, kind, subject string) error {
	columns := access.Columns{Alias: "t", Authors: "t.author = ?"}
	q := tx.NewSelect().ColumnExpr("t.id").Where("t.id = ?", subject)
	switch kind {
	case "entry":
		q = q.TableExpr("entry AS t")
		columns.Authors = "EXISTS (SELECT 1 FROM entry_author AS w WHERE w.entry = t.id AND w.person = ?)"
	case "topic":
		q = q.TableExpr("topic AS t")
	default:
		q = tx.NewSelect().ColumnExpr("t.id").TableExpr("topic AS t").
			Join("JOIN post AS p ON p.topic = t.id AND p.state = 'published'").Where("p.id = ?", subject)
	}
	var id string
	err := v.Readable(q, columns).Scan(ctx, &id)
	if db.IsMissing(err) {
		return apperr.Missing()
	}
	return err
}

// Flags lists the open flags, oldest first.
func (s *Service) Flags(ctx context.Context, v access.Viewer) ([]Raised, error) {
	if !v.CanModerate() {
		return nil, forbidden()
	}
	var list []Raised
	err := s.DB.Read().NewSelect().TableExpr("flag AS f").ColumnExpr("f.*").
		ColumnExpr("COALESCE(b.name, '') AS by_name").
		ColumnExpr("COALESCE(e.title, t.title, '') AS title, COALESCE(e.kind, '') AS entry_kind").
		ColumnExpr("COALESCE(p.body, '') AS body, COALESCE(p.number, 0) AS number, COALESCE(t.id, '') AS topic_id").
		ColumnExpr("COALESCE(a.id, '') AS author, COALESCE(a.name, '') AS author_name").
		Join("LEFT JOIN person AS b ON b.id = f.by").
		Join("LEFT JOIN entry AS e ON f.kind = 'entry' AND e.id = f.subject").
		Join("LEFT JOIN post AS p ON f.kind = 'post' AND p.id = f.subject").
		Join("LEFT JOIN topic AS t ON (f.kind = 'topic' AND t.id = f.subject) OR t.id = p.topic").
		Join("LEFT JOIN person AS a ON a.id = COALESCE(p.author, e.created_by, t.author)").
		Where("f.state = 'open'").OrderExpr("f.created_at, f.id").Limit(200).Scan(ctx, &list)
	if err != nil {
		return nil, fmt.Errorf("list flags: %w", err)
	}
	var posts []string
	for _, one := range list {
		if one.Kind == "post" {
			posts = append(posts, one.Subject)
		}
	}
	of, err := file.Of(ctx, s.DB.Read(), posts)
	for i := range list {
		list[i].Files = of[list[i].Subject]
	}
	return list, err
}

// DecideFlag says what becomes of a flagged thing, with a reason that its author (or, for keep, who raised it) reads.
// Every open flag on the same thing is decided with it.
func (s *Service) DecideFlag(ctx context.Context, v access.Viewer, id string, verdict Verdict, reason string) (seq int64, err error) {
	if !v.CanModerate() {
		return 0, forbidden()
	}
	if verdict != Keep && verdict != Return && verdict != Hide {
		return 0, apperr.At("decision", "どうするかを選んでください。")
	}
	clean := text.OptionalBlock
	if verdict != Keep {
		clean = text.Block
	}
	if reason, err = clean("reason", "理由", reason, 2_000); err != nil {
		return 0, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		var f Flag
		err := tx.NewSelect().Model(&f).Where("id = ?", id).Scan(ctx)
		if db.IsMissing(err) {
			return apperr.Missing()
		}
		if err != nil {
			return err
		}
		if f.State != "open" {
			return apperr.New(apperr.Conflict, "この通報は、ほかの人がもう決めています。画面を読みこみ直してください。")
		}
		events, err := s.carryOut(ctx, tx, v, f, verdict, reason)
		if err != nil {
			return err
		}
		decided, err := s.decideAll(ctx, tx, v, f, verdict, reason)
		if err != nil {
			return err
		}
		events = append(decided, events...)
		err = event.Append(ctx, tx, events...)
		seq = events[0].Seq
		return err
	})
	return seq, err
}

// carryOut does to the thing what was decided and clears its mark.
func (s *Service) carryOut(ctx context.Context, tx db.Tx, v access.Viewer, f Flag, verdict Verdict, reason string) ([]*event.Event, error) {
	var events []*event.Event
	switch {
	case verdict == Return && f.Kind != "entry":
		return nil, apperr.At("decision", "投稿や話題は、差し戻せません。問題なしか、見えなくするかを選んでください。")
	case verdict != Keep && f.Kind == "entry":
		evs, err := archive.DecideIn(ctx, tx, v, f.Subject, archive.Decision{Verdict: archive.Verdict(verdict), Reason: reason})
		if err != nil {
			return nil, err
		}
		events = evs
	case verdict == Hide:
		evs, err := talk.Hide(ctx, tx, talk.Ref{Kind: f.Kind, ID: f.Subject}, v.Person, reason)
		if err != nil {
			return nil, err
		}
		events = evs
	}
	cleared, err := s.mark(ctx, tx, v, f.Kind, f.Subject, false)
	return append(events, cleared...), err
}

// decideAll closes every open flag on the thing and writes the record.
func (s *Service) decideAll(ctx context.Context, tx db.Tx, v access.Viewer, f Flag, verdict Verdict, reason string) ([]*event.Event, error) {
	var ids []string
	err := tx.NewRaw(`UPDATE flag SET state = 'decided', decision = ?, answer = ?, decided_by = ?, decided_at = ?
		WHERE kind = ? AND subject = ? AND state = 'open' RETURNING id`,
		verdict, reason, v.Person, tx.Now, f.Kind, f.Subject).Scan(ctx, &ids)
	if err != nil {
		return nil, err
	}
	var events []*event.Event
	for _, id := range ids {
		e := event.Event{Kind: event.FlagDecided, Subject: id, Actor: v.Person}.
			With(map[string]any{"kind": f.Kind, "subject": f.Subject, "decision": verdict})
		events = append(events, &e)
	}
	return events, audit.Write(ctx, tx, audit.Act{Actor: v.Person, Act: "flag." + string(verdict), Kind: f.Kind, Subject: f.Subject,
		Detail: map[string]any{"reason": reason, "flags": len(ids)}})
}

// DecidePost hides a post or a topic, or puts it back, with its line in the record.
func (s *Service) DecidePost(ctx context.Context, v access.Viewer, ref talk.Ref, hide bool, reason string) (seq int64, err error) {
	if !v.CanModerate() {
		return 0, forbidden()
	}
	if hide {
		if reason, err = text.Block("reason", "理由", reason, 2_000); err != nil {
			return 0, err
		}
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		act, change := ref.Kind+".restore", talk.Restore
		if hide {
			if err := mayRead(ctx, tx, v, ref.Kind, ref.ID); err != nil {
				return err
			}
			act = ref.Kind + ".hide"
			change = func(ctx context.Context, tx db.Tx, ref talk.Ref, by string) ([]*event.Event, error) {
				return talk.Hide(ctx, tx, ref, by, reason)
			}
		}
		events, err := change(ctx, tx, ref, v.Person)
		if err != nil || len(events) == 0 {
			return err
		}
		if err := audit.Write(ctx, tx, audit.Act{Actor: v.Person, Act: act, Kind: ref.Kind, Subject: ref.ID,
			Detail: map[string]any{"reason": reason}}); err != nil {
			return err
		}
		err = event.Append(ctx, tx, events...)
		seq = events[len(events)-1].Seq
		return err
	})
	return seq, err
}
