package file

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/audit"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/text"
)

const maxTranscript = 50_000

// What becomes of a proposal.
const (
	Open     = "open"
	Approved = "approved"
	Declined = "declined"
)

// Proposal is the text of a page as a reader would have it (書き起こし), and what became of it.
type Proposal struct {
	bun.BaseModel `bun:"table:transcript,alias:tr"`

	ID        string     `bun:"id,pk"`
	File      string     `bun:"file"`
	Number    int        `bun:"number"`
	Before    string     `bun:"before"` // what stood there: when it was proposed, then when it was approved
	Text      string     `bun:"text"`
	State     string     `bun:"state"`
	Reason    string     `bun:"reason"`
	By        string     `bun:"by"`
	DecidedBy string     `bun:"decided_by"`
	DecidedAt *time.Time `bun:"decided_at"`
	CreatedAt time.Time  `bun:"created_at"`

	ByName  string `bun:"by_name,scanonly"`
	Entry   string `bun:"entry,scanonly"`
	Title   string `bun:"title,scanonly"`   // of the entry
	Now     string `bun:"now,scanonly"`     // the page's text at present
	Current string `bun:"current,scanonly"` // the correction that it is
}

// Propose keeps what the viewer would have as the text of a page that they may read, in place of what they proposed
// before and nobody has decided yet.
func (s *Service) Propose(ctx context.Context, v access.Viewer, id string, number int, words string) (seq int64, err error) {
	if !v.CanWrite() {
		return 0, apperr.New(apperr.Forbidden, "書き起こしを直すには、会員としてのログインが必要です。")
	}
	if words, err = text.Block("text", "書き起こし", words, maxTranscript); err != nil {
		return 0, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		var page struct{ Entry, Text string }
		q := tx.NewSelect().TableExpr("page AS p").ColumnExpr("f.entry, p.text").
			Join("JOIN file AS f ON f.id = p.file").Join("JOIN entry AS e ON e.id = f.entry").
			Where("p.file = ?", id).Where("p.number = ?", number).Where("f.state = ?", Ready)
		err := v.Readable(q, readable).Scan(ctx, &page)
		if db.IsMissing(err) {
			return apperr.Missing()
		}
		if err != nil {
			return fmt.Errorf("read page %d of file %s: %w", number, id, err)
		}
		if page.Text == words {
			return apperr.At("text", "いまの書き起こしと同じです。直すところを書きかえてから送ってください。")
		}
		p := &Proposal{ID: db.NewID(), File: id, Number: number, Before: page.Text, Text: words, State: Open, By: v.Person, CreatedAt: tx.Now}
		_, err = tx.NewRaw("DELETE FROM transcript WHERE file = ? AND number = ? AND by = ? AND state = ?", id, number, v.Person, Open).Exec(ctx)
		if err == nil {
			_, err = tx.NewInsert().Model(p).Exec(ctx)
		}
		if err != nil {
			return fmt.Errorf("keep a proposed transcript: %w", err)
		}
		e := event.Event{Kind: event.TranscriptProposed, Subject: p.ID, Actor: v.Person}.With(map[string]string{"entry": page.Entry})
		err = event.Append(ctx, tx, &e)
		seq = e.Seq
		return err
	})
	return seq, err
}

// proposals selects proposals with what is shown of them, as far as the viewer may read their entries.
func (s *Service) proposals(r selecter, v access.Viewer) *bun.SelectQuery {
	q := r.NewSelect().TableExpr("transcript AS tr").ColumnExpr("tr.*").
		ColumnExpr("COALESCE(b.name, '') AS by_name, e.id AS entry, e.title, p.text AS now, p.transcript AS current").
		Join("JOIN file AS f ON f.id = tr.file").Join("JOIN entry AS e ON e.id = f.entry").
		Join("JOIN page AS p ON p.file = tr.file AND p.number = tr.number").
		Join("LEFT JOIN person AS b ON b.id = tr.by")
	return v.Readable(q, readable)
}

// narrow is true for an entry that moderators do not read: it is for a cohort or a team, and nobody asked them to look.
// About a text of it its authors decide; the secretariat, which reads all, may too.
const narrow = "e.audience IN ('cohort', 'team') AND e.state = 'published' AND NOT e.flagged"

// decidable keeps the proposals that the viewer decides about: moderators what they read, authors what is theirs and narrow.
func decidable(q *bun.SelectQuery, v access.Viewer) *bun.SelectQuery {
	if v.CanModerate() {
		return q
	}
	return q.Where(narrow).Where("EXISTS (SELECT 1 FROM entry_author ea WHERE ea.entry = e.id AND ea.person = ?)", v.Person)
}

// Proposals lists what waits for the viewer to decide, oldest first: the desk's, or those about an author's own narrow entries.
func (s *Service) Proposals(ctx context.Context, v access.Viewer) (list []Proposal, err error) {
	if !v.CanWrite() {
		return nil, deskOnly()
	}
	err = decidable(s.proposals(s.DB.Read(), v), v).Where("tr.state = ?", Open).Order("tr.created_at", "tr.id").Limit(50).Scan(ctx, &list)
	if err != nil {
		return nil, fmt.Errorf("list proposed transcripts: %w", err)
	}
	return list, nil
}

// ProposalCount counts what waits for the desk.
func (s *Service) ProposalCount(ctx context.Context, v access.Viewer) (n int, err error) {
	q := s.DB.Read().NewSelect().TableExpr("transcript AS tr").ColumnExpr("COUNT(*)").
		Join("JOIN file AS f ON f.id = tr.file").Join("JOIN entry AS e ON e.id = f.entry").Where("tr.state = ?", Open)
	if err := v.Readable(q, readable).Scan(ctx, &n); err != nil {
		return 0, fmt.Errorf("count proposed transcripts: %w", err)
	}
	return n, nil
}

// History lists what became of a page's text, newest first: what was approved, and all that the viewer proposed.
func (s *Service) History(ctx context.Context, v access.Viewer, id string, number int) (list []Proposal, err error) {
	err = s.proposals(s.DB.Read(), v).Where("tr.file = ?", id).Where("tr.number = ?", number).
		Where("(tr.state = ? OR tr.by = ?)", Approved, v.Person).Order("tr.created_at DESC", "tr.id").Limit(50).Scan(ctx, &list)
	if err != nil {
		return nil, fmt.Errorf("list transcripts of page %d of file %s: %w", number, id, err)
	}
	return list, nil
}

// DecideProposal makes a proposal the text of its page, or declines it with a reason that its proposer reads. seen is
// the correction that the page had when the moderator looked: another one since then must be looked at first.
func (s *Service) DecideProposal(ctx context.Context, v access.Viewer, id string, approve bool, seen, reason string) (seq int64, err error) {
	if !v.CanWrite() {
		return 0, deskOnly()
	}
	clean, state := text.Block, Declined
	if approve {
		clean, state = text.OptionalBlock, Approved
	}
	if reason, err = clean("reason", "理由", reason, 2_000); err != nil {
		return 0, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		var p Proposal
		err := decidable(s.proposals(tx, v), v).Where("tr.id = ?", id).Scan(ctx, &p)
		switch {
		case db.IsMissing(err) && !v.CanModerate():
			return deskOnly() // the same answer, whatever the entry is
		case db.IsMissing(err):
			return apperr.Missing()
		case err != nil:
			return fmt.Errorf("read proposed transcript %s: %w", id, err)
		case p.State != Open:
			return apperr.New(apperr.Conflict, "この直しは、ほかの人がもう決めています。画面を読みこみ直してください。")
		case approve && p.Current != seen:
			return apperr.New(apperr.Conflict, "このページの書き起こしは、そのあと別の直しで変わりました。画面を読みこみ直し、見くらべてから決めてください。")
		}
		return s.decide(ctx, tx, v, p, state, reason, &seq)
	})
	return seq, err
}

// decide writes a decision, the change it makes, its line in the record and its event.
func (s *Service) decide(ctx context.Context, tx db.Tx, v access.Viewer, p Proposal, state, reason string, seq *int64) error {
	res, err := tx.NewRaw(`UPDATE transcript SET state = ?, reason = ?, decided_by = ?, decided_at = ?, before = ?
		WHERE id = ? AND state = ?`, state, reason, v.Person, tx.Now, p.Now, p.ID, Open).Exec(ctx)
	if err != nil {
		return fmt.Errorf("decide transcript %s: %w", p.ID, err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return apperr.New(apperr.Conflict, "この直しは、ほかの人がもう決めています。画面を読みこみ直してください。")
	}
	if state == Approved {
		_, err := tx.NewRaw("UPDATE page SET text = ?, transcript = ?, machine = FALSE WHERE file = ? AND number = ?", p.Text, p.ID, p.File, p.Number).Exec(ctx)
		if err != nil {
			return fmt.Errorf("correct page %d of file %s: %w", p.Number, p.File, err)
		}
	}
	err = audit.Write(ctx, tx, audit.Act{Actor: v.Person, Act: "transcript." + state, Kind: "entry", Subject: p.Entry,
		Detail: map[string]any{"transcript": p.ID, "file": p.File, "page": p.Number, "reason": reason}})
	if err != nil {
		return err
	}
	e := event.Event{Kind: event.TranscriptDecided, Subject: p.ID, Actor: v.Person}.With(map[string]string{"entry": p.Entry})
	err = event.Append(ctx, tx, &e)
	*seq = e.Seq
	return err
}

func deskOnly() error {
	return apperr.New(apperr.Forbidden, "この操作は運営の人だけができます。必要なときは運営に相談してください。")
}
