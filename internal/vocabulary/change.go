package vocabulary

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/audit"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/text"
	"github.com/manetomo/manetomo/search"
)

// Bounds of the list: all of it is in memory on every node.
const (
	MaxWord  = 60
	maxNear  = 40
	maxAll   = 2000
	maxTyped = 16 << 10
	perPage  = 40
)

// List gives a page of the groups that hold the words typed, changed ones first, and how many there are.
func (s *Service) List(ctx context.Context, v access.Viewer, typed string, page int) (groups []Group, total int, err error) {
	if !v.CanModerate() {
		return nil, 0, forbidden()
	}
	all, err := s.all(ctx)
	if err != nil {
		return nil, 0, err
	}
	if typed = strings.TrimSpace(typed); typed != "" {
		all = slices.DeleteFunc(all, func(g Group) bool {
			return !slices.ContainsFunc(append([]string{g.Term, g.Reading}, g.Near...), func(w string) bool { return search.InWord(w, typed) })
		})
	}
	slices.SortStableFunc(all, func(a, b Group) int { return b.ChangedAt.Compare(a.ChangedAt) })
	from := min(max(page-1, 0)*perPage, len(all))
	return all[from:min(from+perPage, len(all))], len(all), nil
}

// Pages is how many pages a number of groups fills.
func Pages(total int) int { return (total + perPage - 1) / perPage }

// Get finds one group.
func (s *Service) Get(ctx context.Context, v access.Viewer, id string) (Group, error) {
	if !v.CanModerate() {
		return Group{}, forbidden()
	}
	all, err := s.all(ctx)
	if err != nil {
		return Group{}, err
	}
	i := slices.IndexFunc(all, func(g Group) bool { return g.ID == id })
	if i < 0 {
		return Group{}, apperr.Missing()
	}
	return all[i], nil
}

// Change is what a moderator writes.
type Change struct {
	ID            string // empty for a new one
	Version       int64  // the one that was read
	Term, Reading string
	Near, Weak    string // one a line
	Stop, Off     bool
}

// Save keeps a change; the act, its line in the record and its event are one transaction.
func (s *Service) Save(ctx context.Context, v access.Viewer, c Change) (id string, seq int64, err error) {
	if !v.CanModerate() {
		return "", 0, forbidden()
	}
	g, all, err := s.check(ctx, c)
	if err != nil {
		return "", 0, err
	}
	r := &row{ID: g.ID, Kind: kindGroup, Term: g.Term, Reading: g.Reading, Near: strings.Join(g.Near, "\n"), Weak: strings.Join(g.Weak, "\n"),
		Off: c.Off, Version: c.Version + 1, ChangedBy: v.Person}
	if g.Stop {
		r.Kind = kindStop
	}
	act, before := "vocabulary.add", any(nil)
	if i := slices.IndexFunc(all, func(o Group) bool { return o.ID == g.ID }); i >= 0 {
		act, before = "vocabulary.change", told(all[i])
	} else {
		r.ID = db.NewID()
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		r.ChangedAt = tx.Now
		if err := put(ctx, tx, r); err != nil {
			return err
		}
		if err := audit.Write(ctx, tx, audit.Act{Actor: v.Person, Act: act, Kind: "vocabulary", Subject: r.ID,
			Detail: map[string]any{"before": before, "after": told(r.group())}}); err != nil {
			return err
		}
		e := &event.Event{Kind: event.VocabularyChanged, Subject: r.ID, Actor: v.Person}
		if err := event.Append(ctx, tx, e); err != nil {
			return err
		}
		seq = e.Seq
		return nil
	})
	return r.ID, seq, err
}

// put writes the row if it is still the version that was read.
func put(ctx context.Context, tx db.Tx, r *row) error {
	res, err := tx.NewInsert().Model(r).On("CONFLICT (id) DO UPDATE").
		Set("kind = EXCLUDED.kind").Set("term = EXCLUDED.term").Set("reading = EXCLUDED.reading").Set("near = EXCLUDED.near").
		Set("weak = EXCLUDED.weak").Set("off = EXCLUDED.off").Set("version = EXCLUDED.version").
		Set("changed_by = EXCLUDED.changed_by").Set("changed_at = EXCLUDED.changed_at").
		Where("w.version = EXCLUDED.version - 1").Exec(ctx)
	if err != nil {
		return fmt.Errorf("save near words: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		if err != nil {
			return err
		}
		return apperr.New(apperr.Conflict, "同じことばをほかの人が直しています。この画面を開き直して、いまの内容を確かめてください。")
	}
	return nil
}

// told is a group as the record keeps it.
func told(g Group) map[string]any {
	return map[string]any{"term": g.Term, "near": g.Near, "weak": g.Weak, "off": g.Off}
}

// Try gives the list as it would be after the change, without keeping it.
func (s *Service) Try(ctx context.Context, v access.Viewer, c Change) (*search.Vocabulary, error) {
	if !v.CanModerate() {
		return nil, forbidden()
	}
	g, all, err := s.check(ctx, c)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(o Group) bool { return o.ID == g.ID })
	return ready(append(all, Group{Group: g, Off: c.Off})), nil
}

// check cleans a change and says everything that is wrong with it.
func (s *Service) check(ctx context.Context, c Change) (search.Group, []Group, error) {
	g := search.Group{ID: c.ID, Stop: c.Stop}
	var faults []apperr.Field
	fault := func(field, sentence string) { faults = append(faults, apperr.Field{Name: field, Detail: sentence}) }
	all, err := s.all(ctx)
	if err != nil {
		return g, nil, err
	}
	known := slices.ContainsFunc(all, func(o Group) bool { return o.ID == c.ID })
	if c.ID != "" && !known {
		return g, nil, apperr.Missing()
	}
	if !known && len(all) >= maxAll {
		return g, nil, apperr.At("term", "ことばが多くなりすぎました。使っていないものを直して使ってください。")
	}
	if g.Term, err = text.Line("term", "ことば", c.Term, MaxWord); err != nil {
		faults = append(faults, apperr.From(err).All()...)
	}
	if g.Reading, err = text.OptionalLine("reading", "よみ", c.Reading, MaxWord); err != nil {
		faults = append(faults, apperr.From(err).All()...)
	}
	for _, o := range all {
		if o.ID != c.ID && o.Stop == c.Stop && g.Term != "" && search.SameWord(o.Term, g.Term) {
			fault("term", "「"+o.Term+"」はもう一覧にあります。そちらを開いて直してください。")
		}
	}
	if !c.Stop {
		weak, err1 := words("weak", c.Weak)
		near, err2 := words("near", c.Near)
		for _, err := range []error{err1, err2} {
			if err != nil {
				faults = append(faults, apperr.From(err).All()...)
			}
		}
		g.Weak, g.Near = weak, near
		for _, w := range weak {
			if !slices.Contains(g.Near, w) {
				g.Near = append(g.Near, w)
			}
		}
		if len(g.Near) == 0 && len(faults) == 0 {
			fault("near", "近いことばを一つ以上書いてください。1行に一つです。")
		}
		if slices.ContainsFunc(g.Near, func(w string) bool { return search.SameWord(w, g.Term) }) {
			fault("near", "見出しの「"+g.Term+"」と同じことばが入っています。その行をはずしてください。")
		}
	}
	if len(faults) > 0 {
		return g, nil, &apperr.Error{Kind: apperr.Invalid, Fields: faults, Message: "直すところがあります。書いた内容は残っています。"}
	}
	return g, all, nil
}

// words reads one word a line, each once.
func words(field, typed string) ([]string, error) {
	if len(typed) > maxTyped {
		return nil, apperr.At(field, "長すぎます。1行に一つ、40行までにしてください。")
	}
	var out []string
	var errs []error
	for line := range strings.Lines(typed) {
		w, err := text.OptionalLine(field, "近いことば", line, MaxWord)
		switch {
		case err != nil:
			errs = append(errs, err)
		case w == "" || slices.Contains(out, w):
		case utf8.RuneCountInString(w) < 2:
			errs = append(errs, apperr.At(field, "「"+w+"」は短すぎます。2文字以上で書いてください。"))
		default:
			out = append(out, w)
		}
	}
	if len(out) > maxNear {
		errs = append(errs, apperr.At(field, fmt.Sprintf("一つのことばに付けられるのは%d個までです。いくつかに分けてください。", maxNear)))
	}
	if len(errs) > 0 {
		return nil, errs[0]
	}
	return out, nil
}
