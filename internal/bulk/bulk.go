// Package bulk brings many entries in at once: years of posters and papers from a list and a folder, and out again.
//
// What stays true: a row has a key, and the same row twice is one entry, whichever list it stands in and however often the
// program was killed in between. Every row gets one answer. Entries come in without authors; the team whose they are
// claims them (archive.Claim). Undoing a list withdraws what it brought in, except what was claimed meanwhile: that is
// somebody's now.
package bulk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/audit"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/file"
)

// Service brings entries in.
type Service struct {
	DB      *db.DB
	Archive *archive.Service
	Files   *file.Service
	Dir     string // where the desk's uploads wait, on this node
}

// States of a list.
const (
	Checked = "checked" // looked at; nothing is brought in yet
	Running = "running"
	Done    = "done"
	Undoing = "undoing"
	Undone  = "undone"
)

// States of a row.
const (
	Waiting = "waiting"
	New     = "new"
	Same    = "same"
	Problem = "problem"
)

// List is one list that was brought in.
type List struct {
	bun.BaseModel `bun:"table:bulk,alias:b"`

	ID         string      `bun:"id,pk"`
	Name       string      `bun:"name"`
	State      string      `bun:"state"`
	Audience   access.Rung `bun:"audience"`
	Total      int         `bun:"total"`
	By         string      `bun:"by"`
	CreatedAt  time.Time   `bun:"created_at"`
	FinishedAt *time.Time  `bun:"finished_at"`
	UndoneBy   string      `bun:"undone_by"`
	UndoneAt   *time.Time  `bun:"undone_at"`

	Answered int `bun:"answered,scanonly"`
}

// Answer is a row and what became of it.
type Answer struct {
	bun.BaseModel `bun:"table:bulk_row,alias:r"`

	Bulk   string          `bun:"bulk,pk"`
	Line   int             `bun:"line,pk"`
	Cells  json.RawMessage `bun:"cells,type:jsonb"`
	State  string          `bun:"state"`
	Detail string          `bun:"detail"`
	Entry  string          `bun:"entry"`
}

// Title is what the row calls its entry.
func (a Answer) Title() string { return a.row().Cells[colTitle] }

func (a Answer) row() Row {
	r := Row{Line: a.Line}
	_ = json.Unmarshal(a.Cells, &r.Cells) // our own writing
	return r
}

// Operator is who has the shell: they may do here what the desk may.
var operator = access.Viewer{Member: true, Moderator: true}

func mayImport(v access.Viewer) error {
	if !v.CanModerate() {
		return apperr.New(apperr.Forbidden, "まとめて取りこめるのは運営の人だけです。必要なときは運営に相談してください。")
	}
	return nil
}

// StartByOperator is Start for the command line.
func (s *Service) StartByOperator(ctx context.Context, name string, data []byte, audience access.Rung) (*List, error) {
	return s.Start(ctx, operator, name, data, audience)
}

// Start keeps a list and its rows. A list that was started before and not undone goes on where it stood; rows that had a
// problem are tried again.
func (s *Service) Start(ctx context.Context, v access.Viewer, name string, data []byte, audience access.Rung) (*List, error) {
	return s.start(ctx, v, name, data, audience, Running)
}

func (s *Service) start(ctx context.Context, v access.Viewer, name string, data []byte, audience access.Rung, state string) (*List, error) {
	if err := mayImport(v); err != nil {
		return nil, err
	}
	rows, err := Read(data)
	if err != nil {
		return nil, err
	}
	if audience != access.Public && audience != access.Cohort {
		audience = access.Members
	}
	sum := sha256.Sum256(append([]byte(v.Person+"\n"+string(audience)+"\n"), data...))
	l := &List{ID: hex.EncodeToString(sum[:5]), Name: file.CleanName(name), State: state, Audience: audience, Total: len(rows), By: v.Person}
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		var before List
		err := tx.NewSelect().Model(&before).Where("id = ?", l.ID).Scan(ctx)
		switch {
		case err == nil && before.State == Undone: // a new beginning
			l.ID = db.NewID()
		case err == nil:
			l = &before
			l.State = state
			return again(ctx, tx, l)
		case !db.IsMissing(err):
			return fmt.Errorf("read list %s: %w", l.ID, err)
		}
		l.CreatedAt = tx.Now
		if _, err := tx.NewInsert().Model(l).Exec(ctx); err != nil {
			return fmt.Errorf("keep list: %w", err)
		}
		answers := make([]Answer, len(rows))
		for i, r := range rows {
			cells, err := json.Marshal(r.Cells)
			if err != nil {
				return err
			}
			answers[i] = Answer{Bulk: l.ID, Line: r.Line, Cells: cells, State: Waiting}
		}
		for len(answers) > 0 {
			n := min(len(answers), 500)
			part := answers[:n]
			if _, err := tx.NewInsert().Model(&part).Exec(ctx); err != nil {
				return fmt.Errorf("keep the rows of a list: %w", err)
			}
			answers = answers[n:]
		}
		return audit.Write(ctx, tx, audit.Act{Actor: v.Person, Act: "bulk.start", Kind: "bulk", Subject: l.ID,
			Detail: map[string]any{"title": l.Name, "rows": l.Total, "audience": l.Audience}})
	})
	return l, err
}

// again lets what could not be brought in before be tried again.
func again(ctx context.Context, tx db.Tx, l *List) error {
	_, err := tx.NewRaw("UPDATE bulk_row SET state = ?, detail = '' WHERE bulk = ? AND state = ?", Waiting, l.ID, Problem).Exec(ctx)
	if err == nil {
		_, err = tx.NewRaw("UPDATE bulk SET state = ? WHERE id = ?", l.State, l.ID).Exec(ctx)
	}
	if err != nil {
		return fmt.Errorf("go on with list %s: %w", l.ID, err)
	}
	return nil
}

// Lists are the last lists that were brought in, newest first.
func (s *Service) Lists(ctx context.Context, v access.Viewer) (list []List, err error) {
	if err := mayImport(v); err != nil {
		return nil, err
	}
	err = s.lists().Order("b.created_at DESC", "b.id").Limit(30).Scan(ctx, &list)
	return list, err
}

// Get reads a list and the answers to its rows.
func (s *Service) Get(ctx context.Context, v access.Viewer, id string) (*List, []Answer, error) {
	if err := mayImport(v); err != nil {
		return nil, nil, err
	}
	l := &List{}
	err := s.lists().Where("b.id = ?", id).Scan(ctx, l)
	if db.IsMissing(err) {
		return nil, nil, apperr.Missing()
	}
	var answers []Answer
	if err == nil {
		err = s.DB.Read().NewSelect().Model(&answers).Where("bulk = ?", id).Order("line").Scan(ctx)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read list %s: %w", id, err)
	}
	return l, answers, nil
}

// AnswersForOperator is Get for the command line.
func (s *Service) AnswersForOperator(ctx context.Context, id string) (*List, []Answer, error) {
	return s.Get(ctx, operator, id)
}

func (s *Service) lists() *bun.SelectQuery {
	return s.DB.Read().NewSelect().TableExpr("bulk AS b").ColumnExpr("b.*").
		ColumnExpr("(SELECT COUNT(*) FROM bulk_row r WHERE r.bulk = b.id AND r.state <> 'waiting') AS answered")
}
