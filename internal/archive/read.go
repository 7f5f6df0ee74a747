package archive

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/db"
)

// View is an entry as one reader may see it: what is not for them is not in it.
type View struct {
	Entry

	Sections  []Section // those the reader may read, in their order
	Themes    []string
	Authors   []Author // their names are for members
	People    int      // how many authors there are
	FollowUps []FollowUp
	Adoptions []Adoption
	Counts    map[Reaction]int
	Mine      map[Reaction]bool
	TeamName  string
	Author    bool // the reader is one of the authors
	Posts     int  // in its discussion, for those who may take part in discussions

	CanEdit, CanModerate, CanFollowUp, CanAdopt bool

	ownTeam bool                // the reader is in the team that its municipality sent to its cohort
	rungs   map[Key]access.Rung // of all sections, those that are not for the reader too
}

// Author is one of an entry's authors.
type Author struct {
	Entry        string `json:"-"`
	Person       string `json:"id"`
	Name         string `json:"name"`
	Municipality string `json:"municipality"`
}

// Thing is what access knows of the entry for this reader.
func (w *View) Thing() access.Thing { return w.Entry.Thing(w.Author) }

// Text is the entry's text as far as the reader may read it.
func (w *View) Text() Text {
	t := Text{Title: w.Title, Summary: w.Summary, Municipality: w.Municipality, Year: w.Year, Course: w.Course,
		Team: w.Team, Themes: w.Themes, Stage: w.Stage, Audience: w.Wanted, Sections: []Written{}}
	for _, s := range w.Sections {
		t.Sections = append(t.Sections, Written{s.Key, s.Body, s.Audience})
	}
	return t
}

// Get reads an entry. What is not there or not for the viewer is apperr.Missing; a withdrawn one is apperr.Gone with a
// Tombstone, for those its audience let in.
func (s *Service) Get(ctx context.Context, v access.Viewer, id string) (*View, error) {
	var w *View
	err := s.DB.Snapshot(ctx, func(ctx context.Context, r bun.IDB) (err error) {
		w, err = get(ctx, r, v, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return w, nil
}

func get(ctx context.Context, r bun.IDB, v access.Viewer, id string) (*View, error) {
	w := &View{}
	err := r.NewSelect().Model(&w.Entry).ColumnExpr("e.*").Where("e.id = ?", id).Scan(ctx)
	if db.IsMissing(err) {
		return nil, apperr.Missing()
	}
	if err != nil {
		return nil, fmt.Errorf("read entry %s: %w", id, err)
	}
	if w.Authors, err = authorsOf(ctx, r, id); err != nil {
		return nil, err
	}
	w.People = len(w.Authors)
	w.Author = v.SignedIn() && slices.ContainsFunc(w.Authors, func(a Author) bool { return a.Person == v.Person })
	t := w.Thing()
	if v.CouldRead(t) {
		return nil, gone(&w.Entry)
	} else if !v.CanRead(t) {
		return nil, apperr.Missing()
	}
	w.CanEdit, w.CanModerate = v.CanEdit(t), v.CanModerate()
	if w.People == 0 && len(v.Teams) > 0 {
		w.ownTeam, err = r.NewSelect().Table("team").Where("id IN (?)", bun.List(v.Teams)).
			Where("municipality = ?", w.Municipality).Where("cohort = ?", w.Cohort).Exists(ctx)
		if err != nil {
			return nil, fmt.Errorf("read the teams of %s: %w", v.Person, err)
		}
	}
	visible := w.State == access.Published || w.State == access.Review
	w.CanFollowUp = visible && MayFollowUp(v, &w.Entry, w.Author)
	w.CanAdopt = visible && v.CanWrite() && v.Municipality != w.Municipality
	for _, read := range []func(context.Context, bun.IDB, access.Viewer) error{w.readText, w.readAfter, w.readCounts} {
		if err := read(ctx, r, v); err != nil {
			return nil, err
		}
	}
	if !v.Member {
		w.forVisitors()
	}
	return w, nil
}

func authorsOf(ctx context.Context, r bun.IDB, ids ...string) ([]Author, error) {
	list := []Author{}
	err := r.NewRaw(`SELECT ea.entry, ea.person, p.name, p.municipality FROM entry_author ea JOIN person p ON p.id = ea.person
		WHERE ea.entry IN (?) ORDER BY ea.entry, ea.position`, bun.List(ids)).Scan(ctx, &list)
	if err != nil {
		return nil, fmt.Errorf("read the authors of entries: %w", err)
	}
	return list, nil
}

func (w *View) readText(ctx context.Context, r bun.IDB, v access.Viewer) error {
	sections, err := sectionsOf(ctx, r, w.ID)
	if err != nil {
		return err
	}
	w.rungs = map[Key]access.Rung{}
	for _, s := range sections {
		w.rungs[s.Key] = s.Audience
	}
	w.Sections = slices.DeleteFunc(sections, func(s Section) bool { return !v.CanRead(w.part(s.Audience, w.Author)) })
	w.Themes, err = themesOf(ctx, r, w.ID)
	return err
}

func (w *View) readAfter(ctx context.Context, r bun.IDB, _ access.Viewer) error {
	err := r.NewSelect().Model(&w.FollowUps).ColumnExpr("f.*, p.name AS author_name").
		Join("LEFT JOIN person p ON p.id = f.author").Where("f.entry = ?", w.ID).Scan(ctx)
	if err != nil {
		return fmt.Errorf("read the follow-ups of entry %s: %w", w.ID, err)
	}
	slices.SortFunc(w.FollowUps, func(a, b FollowUp) int {
		return cmp.Or(cmp.Compare(a.When(), b.When()), a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	err = r.NewSelect().Model(&w.Adoptions).ColumnExpr("d.*, p.name AS author_name").
		Join("LEFT JOIN person p ON p.id = d.author").Where("d.entry = ?", w.ID).Order("d.created_at", "d.id").Scan(ctx)
	if err != nil {
		return fmt.Errorf("read the adoptions of entry %s: %w", w.ID, err)
	}
	return nil
}

func (w *View) readCounts(ctx context.Context, r bun.IDB, v access.Viewer) error {
	var rows []struct {
		Reaction Reaction
		N        int
		Mine     int
	}
	err := r.NewRaw(`SELECT reaction, COUNT(*) AS n, MAX(CASE WHEN person = ? THEN 1 ELSE 0 END) AS mine
		FROM entry_reaction WHERE entry = ? GROUP BY reaction`, v.Person, w.ID).Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("count the reactions to entry %s: %w", w.ID, err)
	}
	w.Counts, w.Mine = map[Reaction]int{}, map[Reaction]bool{}
	for _, row := range rows {
		w.Counts[row.Reaction], w.Mine[row.Reaction] = row.N, row.Mine == 1 && v.SignedIn()
	}
	err = r.NewRaw(`SELECT COALESCE((SELECT posts FROM topic WHERE entry = ?), 0), COALESCE((SELECT name FROM team WHERE id = ?), '')`,
		w.ID, w.Team).Scan(ctx, &w.Posts, &w.TeamName)
	if err != nil {
		return fmt.Errorf("read the discussion of entry %s: %w", w.ID, err)
	}
	return nil
}

// forVisitors takes out what is for members: names, and how much is being discussed.
func (w *View) forVisitors() {
	w.Authors, w.Posts, w.TeamName = []Author{}, 0, ""
	for i := range w.FollowUps {
		w.FollowUps[i].Author, w.FollowUps[i].AuthorName = "", ""
	}
	for i := range w.Adoptions {
		w.Adoptions[i].Author, w.Adoptions[i].AuthorName, w.Adoptions[i].Report = "", "", ""
	}
}

// When is the month that a follow-up speaks of, or else that it was written in: 2021-10.
func (f FollowUp) When() string {
	if f.Happened != "" {
		return f.Happened
	}
	return f.CreatedAt.In(cohort.Japan).Format("2006-01")
}
