package member

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
)

// States of a roster line.
const (
	LineNew     = "new"
	LineChanged = "changed"
	LineSame    = "same"
	LineProblem = "problem"
)

// RosterLine is the answer to one row of a roster file.
type RosterLine struct {
	Line   int // as a spreadsheet numbers it; the heading is 1
	State  string
	Detail string // what is wrong, what changes, or what was read otherwise than it stands

	Name, Municipality string
	Course             cohort.Course
	Year               int

	row     rosterRow
	was     *rosterRow
	remarks []string // what was read otherwise than it stands
}

// Roster is the answer to a roster file.
type Roster struct {
	Columns []string // what each column of the file was taken for; empty: not used
	Heading []string
	Lines   []RosterLine
	Seq     int64 // of the import; 0 for a dry run
}

// Count counts the lines in a state.
func (r *Roster) Count(state string) int {
	n := 0
	for _, l := range r.Lines {
		if l.State == state {
			n++
		}
	}
	return n
}

// Reread counts the lines that will be imported otherwise than they stand.
func (r *Roster) Reread() int {
	n := 0
	for _, l := range r.Lines {
		if (l.State == LineNew || l.State == LineChanged) && len(l.remarks) > 0 {
			n++
		}
	}
	return n
}

// PreviewRoster answers every row of a file and writes nothing.
func (s *Service) PreviewRoster(ctx context.Context, v access.Viewer, data []byte) (*Roster, error) {
	if !v.CanAdminister() {
		return nil, notYours()
	}
	return s.PreviewRosterByOperator(ctx, data)
}

// PreviewRosterByOperator is PreviewRoster for the command line.
func (s *Service) PreviewRosterByOperator(ctx context.Context, data []byte) (*Roster, error) {
	r, err := s.read(data)
	if err != nil {
		return nil, err
	}
	return r, r.compare(ctx, s.db.Read())
}

// ImportRoster takes over every row that has no problem, in one transaction, and answers every row.
func (s *Service) ImportRoster(ctx context.Context, v access.Viewer, data []byte) (*Roster, error) {
	if !v.CanAdminister() {
		return nil, notYours()
	}
	return s.importRoster(ctx, v.Person, data)
}

// ImportRosterByOperator is ImportRoster for the command line.
func (s *Service) ImportRosterByOperator(ctx context.Context, data []byte) (*Roster, error) {
	return s.importRoster(ctx, "", data)
}

// read checks every row by itself and against the rows above it.
func (s *Service) read(data []byte) (*Roster, error) {
	t, err := readRoster(data)
	if err != nil {
		return nil, err
	}
	r := &Roster{Heading: t.heading, Columns: make([]string, t.width)}
	for c, i := range t.at {
		if i >= 0 {
			r.Columns[i] = columnNames[c][0]
		}
	}
	if missing := t.missing(); len(missing) > 0 {
		r.refuse(t, missing)
		return r, nil
	}
	first := map[string]int{}
	for _, rec := range t.records {
		c := check(t, rec, s.db.Now())
		key := fmt.Sprintf("%s %d %s", c.row.EmailKey, c.row.Year, c.row.Course)
		if line, twice := first[key]; twice && c.row.EmailKey != "" && c.row.Year != 0 {
			c.problem("%d行目と同じメールアドレス・年度・コースです（大文字と小文字は区別しません）。どちらか一行にしてください。", line)
		} else {
			first[key] = rec.Number
		}
		l := RosterLine{Line: rec.Number, State: LineNew, Name: c.row.Name, Municipality: c.row.Municipality,
			Year: c.row.Year, Course: c.row.Course, row: c.row, remarks: c.remarks, Detail: strings.Join(c.remarks, "")}
		if len(c.problems) > 0 {
			l.State, l.Detail = LineProblem, strings.Join(c.problems, "")
		}
		r.Lines = append(r.Lines, l)
	}
	return r, nil
}

// refuse answers every row of a file whose needed columns are missing.
func (r *Roster) refuse(t *table, missing []string) {
	names := "「" + strings.Join(missing, "」「") + "」"
	r.Lines = append(r.Lines, RosterLine{Line: 1, State: LineProblem,
		Detail: "見出しに" + names + "の列がありません。1行目に列の名前を書いて、もう一度選んでください。"})
	for _, rec := range t.records {
		r.Lines = append(r.Lines, RosterLine{Line: rec.Number, State: LineProblem, Name: t.cell(rec, colName),
			Detail: names + "の列がないため、取りこめません。"})
	}
}

// compare finds which rows stand in the roster already.
func (r *Roster) compare(ctx context.Context, db interface{ NewSelect() *bun.SelectQuery }) error {
	var keys []string
	for _, l := range r.Lines {
		if l.State != LineProblem {
			keys = append(keys, l.row.EmailKey)
		}
	}
	have := map[string]*rosterRow{}
	key := func(o rosterRow) string { return fmt.Sprintf("%s %d %s", o.EmailKey, o.Year, o.Course) }
	for chunk := range slices.Chunk(keys, 500) {
		var rows []*rosterRow
		if err := db.NewSelect().Model(&rows).Where("email_key IN (?)", bun.List(chunk)).Scan(ctx); err != nil {
			return fmt.Errorf("compare with the roster: %w", err)
		}
		for _, o := range rows {
			have[key(*o)] = o
		}
	}
	for i := range r.Lines {
		l := &r.Lines[i]
		if was := have[key(l.row)]; was != nil && l.State != LineProblem {
			l.against(was)
		}
	}
	return nil
}

// against compares a line with the row that stands there.
func (l *RosterLine) against(was *rosterRow) {
	l.was, l.State = was, LineSame
	var changes []string
	for _, f := range []struct{ label, old, new string }{
		{"氏名", was.Name, l.row.Name}, {"ふりがな", was.Kana, l.row.Kana},
		{"自治体", was.Municipality, l.row.Municipality}, {"チーム", was.Team, l.row.Team},
		{"役割", RoleName(was.Role), RoleName(l.row.Role)}, {"所属", was.Section, l.row.Section},
	} {
		if f.old != f.new {
			changes = append(changes, fmt.Sprintf("%sが「%s」から「%s」に変わります。", f.label, f.old, f.new))
		}
	}
	if len(changes) > 0 {
		l.State, l.Detail = LineChanged, strings.Join(changes, "")+l.Detail
	}
}

func (s *Service) importRoster(ctx context.Context, by string, data []byte) (*Roster, error) {
	var out *Roster
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		r, err := s.read(data)
		if err != nil {
			return err
		}
		if err := r.compare(ctx, tx); err != nil {
			return err
		}
		events, err := r.take(ctx, tx, by)
		if db.IsDuplicate(err) {
			return apperr.New(apperr.Conflict, "ほかの画面で同じ名簿が取りこまれました。もう一度ファイルを選んで、内容を確かめてください。")
		}
		if err != nil {
			return err
		}
		if len(events) > 0 {
			if err := event.Append(ctx, tx, events...); err != nil {
				return err
			}
			r.Seq = events[len(events)-1].Seq
		}
		out = r
		return nil
	})
	return out, err
}
