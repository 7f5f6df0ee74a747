package archive

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/internal/text"
	"github.com/manetomo/manetomo/internal/theme"
)

// Change is what an author sends: the fields that are given take the place of what stands, the others stay. Sections
// go by their key; one with an empty body is taken out.
type Change struct {
	Title        *string
	Summary      *string
	Municipality *string // a code, or a name that means one municipality
	Year         *int
	Course       *cohort.Course
	Team         *string
	Themes       *[]string
	Stage        *Stage
	Audience     *access.Rung
	Sections     []Written
	Clearance    *Clearance
	Publish      bool // publish too, in the same act
}

// Clearance is the sending office's word (派遣元確認) that an entry may be public.
type Clearance struct {
	By string    // who in the office
	At time.Time // when; now when zero
}

// ready is a change that was cleaned and rendered, before its transaction begins.
type ready struct {
	Change
	sections []Section
}

// faults gathers what is wrong with the fields of one form.
type faults []apperr.Field

func (f *faults) add(field, detail string) {
	*f = append(*f, apperr.Field{Name: field, Detail: detail})
}

func (f *faults) take(err error) {
	var e *apperr.Error
	if errors.As(err, &e) {
		*f = append(*f, e.All()...)
	}
}

func (f faults) err() error {
	switch len(f) {
	case 0:
		return nil
	case 1:
		return apperr.At(f[0].Name, f[0].Detail)
	}
	return &apperr.Error{Kind: apperr.Invalid, Fields: f,
		Message: fmt.Sprintf("直してほしいところが%dか所あります。書いた内容はそのまま残っています。", len(f))}
}

// prepare cleans a change and renders its sections. Nothing has to be there yet; what is there must be right.
func (c Change) prepare(now time.Time) (ready, error) {
	r := ready{Change: c}
	var wrong faults
	line := func(p *string, field, label string, most int) *string {
		if p == nil {
			return nil
		}
		s, err := text.OptionalLine(field, label, *p, most)
		wrong.take(err)
		return &s
	}
	r.Title = line(c.Title, "title", "題名", text.MaxTitle)
	if c.Summary != nil {
		s, err := text.OptionalBlock("summary", "ひとことで", *c.Summary, text.MaxSummary)
		wrong.take(err)
		r.Summary = &s
	}
	if c.Municipality != nil {
		code, err := municipalityCode("municipality", *c.Municipality)
		wrong.take(err)
		r.Municipality = &code
	}
	if c.Year != nil && *c.Year != 0 {
		if fault := cohort.YearFault(*c.Year, now); fault != "" {
			wrong.add("year", fault)
		}
	}
	if c.Course != nil && *c.Course != "" && !c.Course.Valid() {
		wrong.add("course", "コースは通常部会か管理職部会から選んでください。")
	}
	if c.Stage != nil && *c.Stage != "" && !c.Stage.Valid() {
		wrong.add("stage", "いまの段階を一覧から選んでください。")
	}
	if c.Audience != nil && !c.Audience.Valid() {
		wrong.add("audience", "公開範囲を一覧から選んでください。")
	}
	r.prepareThemes(&wrong)
	r.prepareSections(&wrong)
	r.prepareClearance(now, &wrong)
	return r, wrong.err()
}

func (r *ready) prepareThemes(wrong *faults) {
	if r.Themes == nil {
		return
	}
	themes := slices.Compact(slices.Sorted(slices.Values(*r.Themes)))
	for _, id := range themes {
		if _, ok := theme.Get(id); !ok {
			wrong.add("themes", "テーマを一覧から選んでください。")
			break
		}
	}
	r.Themes = &themes
}

func (r *ready) prepareSections(wrong *faults) {
	seen := map[Key]bool{}
	for _, w := range r.Change.Sections {
		field := "sections." + string(w.Key)
		switch {
		case !w.Key.Valid():
			wrong.add("sections", "知らない項目があります。項目は "+joinKeys()+" です。")
			continue
		case seen[w.Key]:
			wrong.add(field, "「"+w.Key.Label()+"」が二つあります。一つにまとめてください。")
			continue
		case w.Audience != "" && !w.Audience.Valid():
			wrong.add(field, "「"+w.Key.Label()+"」の公開範囲を一覧から選んでください。")
			continue
		}
		seen[w.Key] = true
		body, err := text.OptionalBlock(field, w.Key.Label(), w.Body, text.MaxSection)
		if wrong.take(err); err != nil {
			continue
		}
		r.sections = append(r.sections, Section{Key: w.Key, Body: body, HTML: text.HTML(body),
			Renderer: text.Renderer, Audience: w.Audience})
	}
}

func (r *ready) prepareClearance(now time.Time, wrong *faults) {
	if r.Clearance == nil {
		return
	}
	by, err := text.OptionalLine("cleared_by", "確認した人", r.Clearance.By, 100)
	wrong.take(err)
	at := r.Clearance.At
	if at.IsZero() {
		at = now
	}
	if at.After(now.AddDate(0, 0, 1)) {
		wrong.add("cleared_at", "派遣元が確認した日を、今日までの日付で書いてください。")
	}
	r.Clearance = &Clearance{By: by, At: at.UTC()}
}

// apply sets the fields of the row.
func (r *ready) apply(e *Entry) {
	set(&e.Title, r.Title)
	set(&e.Summary, r.Summary)
	set(&e.Municipality, r.Municipality)
	set(&e.Year, r.Year)
	set(&e.Course, r.Course)
	set(&e.Team, r.Team)
	set(&e.Stage, r.Stage)
	set(&e.Wanted, r.Audience)
	if c := r.Clearance; c != nil {
		e.ClearedBy, e.ClearedAt = c.By, &c.At
		if c.By == "" {
			e.ClearedAt = nil
		}
	}
	e.Cohort = cohort.ID(e.Year, e.Course)
}

func set[T any](field *T, given *T) {
	if given != nil {
		*field = *given
	}
}

// over is the text as it would be had the change met t.
func (r *ready) over(t Text) Text {
	set(&t.Title, r.Title)
	set(&t.Summary, r.Summary)
	set(&t.Municipality, r.Municipality)
	set(&t.Year, r.Year)
	set(&t.Course, r.Course)
	set(&t.Team, r.Team)
	set(&t.Themes, r.Themes)
	set(&t.Stage, r.Stage)
	set(&t.Audience, r.Audience)
	old := t.Sections
	t.Sections = []Written{}
	for _, k := range Keys {
		w := Text{Sections: old}.Section(k)
		for _, s := range r.sections {
			if s.Key == k {
				w = Written{k, s.Body, s.Audience}
			}
		}
		if w.Body != "" {
			t.Sections = append(t.Sections, w)
		}
	}
	return t
}

// municipalityCode turns a code or a name into the code of the one municipality that it means.
func municipalityCode(field, s string) (string, error) {
	s, err := text.OptionalLine(field, "自治体", s, 100)
	if err != nil || s == "" {
		return "", err
	}
	if _, ok := municipality.Get(s); ok {
		return s, nil
	}
	m, ask := municipality.Choose(s)
	if ask != "" {
		return "", apperr.At(field, ask)
	}
	return m.Code, nil
}

func joinKeys() string {
	names := make([]string, len(Keys))
	for i, k := range Keys {
		names[i] = string(k)
	}
	return strings.Join(names, "・")
}
