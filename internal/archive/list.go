package archive

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/text"
)

// Summary is an entry in a list.
type Summary struct {
	Entry

	Themes  []string
	Authors []Author // their names are for members
	People  int
	Posts   int    // in its discussion, for members
	Excerpt string // its summary, or the beginning of what the reader may read of it
}

const maxPage = 100 // rows of a list at once

// List lists what has been published, in the order of the log, after the position given. next is the position to go on
// from, 0 at the end.
func (s *Service) List(ctx context.Context, v access.Viewer, after int64, limit int) (list []Summary, next int64, err error) {
	limit = max(1, min(limit, maxPage))
	list, err = s.list(ctx, v, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("e.published_seq > ?", max(after, 0)).Order("e.published_seq").Limit(int64(limit + 1))
	})
	if len(list) > limit {
		list = list[:limit]
		next = list[limit-1].PublishedSeq
	}
	return list, next, err
}

// Filter narrows a list of the newest. Empty fields let everything through.
type Filter struct {
	Kinds        []Kind
	Municipality string
	Among        []string // municipalities, such as those of a prefecture
	Cohort       string
	Person       string // one of the authors
	Before       int64  // go on below this position
	Limit        int    // 20 when 0
}

// Newest lists what has been published, the newest first. next is the position to go on from, 0 at the end.
func (s *Service) Newest(ctx context.Context, v access.Viewer, f Filter) (list []Summary, next int64, err error) {
	if f.Limit <= 0 {
		f.Limit = 20
	}
	f.Limit = min(f.Limit, maxPage)
	list, err = s.list(ctx, v, func(q *bun.SelectQuery) *bun.SelectQuery {
		return f.where(q).Order("e.published_seq DESC").Limit(int64(f.Limit + 1))
	})
	if len(list) > f.Limit {
		list = list[:f.Limit]
		next = list[f.Limit-1].PublishedSeq
	}
	return list, next, err
}

func (f Filter) where(q *bun.SelectQuery) *bun.SelectQuery {
	q = q.Where("e.published_seq > 0")
	if f.Before > 0 {
		q = q.Where("e.published_seq < ?", f.Before)
	}
	if len(f.Kinds) > 0 {
		q = q.Where("e.kind IN (?)", bun.List(f.Kinds))
	}
	if f.Municipality != "" {
		q = q.Where("e.municipality = ?", f.Municipality)
	}
	if len(f.Among) > 0 {
		q = q.Where("e.municipality IN (?)", bun.List(f.Among))
	}
	if f.Cohort != "" {
		q = q.Where("e.cohort = ?", f.Cohort)
	}
	if f.Person != "" {
		q = q.Where("EXISTS (SELECT 1 FROM entry_author fa WHERE fa.entry = e.id AND fa.person = ?)", f.Person)
	}
	return q
}

// Recent lists what everybody may read, the newest first: for the front page.
func (s *Service) Recent(ctx context.Context, limit int, kinds ...Kind) ([]Summary, error) {
	list, _, err := s.Newest(ctx, access.Viewer{}, Filter{Kinds: kinds, Limit: limit})
	return list, err
}

// Some lists the entries with the ids, as far as the viewer may read them, in the order of the ids.
func (s *Service) Some(ctx context.Context, v access.Viewer, ids []string) ([]Summary, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	list, err := s.list(ctx, v, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("e.id IN (?)", bun.List(ids)) })
	slices.SortFunc(list, func(a, b Summary) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	return list, err
}

// Unfinished lists the viewer's own drafts and returned entries, the last changed first.
func (s *Service) Unfinished(ctx context.Context, v access.Viewer) ([]Summary, error) {
	if !v.SignedIn() {
		return nil, nil
	}
	return s.list(ctx, v, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("e.state IN ('draft', 'returned')").Where(authorship, v.Person).
			Order("e.updated_at DESC", "e.id").Limit(maxPage)
	})
}

// list reads the readable entries that narrow picks, with what a list shows of them: five queries, however many.
func (s *Service) list(ctx context.Context, v access.Viewer, narrow func(*bun.SelectQuery) *bun.SelectQuery) ([]Summary, error) {
	var list []Summary
	err := s.DB.Snapshot(ctx, func(ctx context.Context, r bun.IDB) error {
		var rows []Entry
		if err := v.Readable(narrow(r.NewSelect().Model(&rows)), readable).Scan(ctx); err != nil {
			return fmt.Errorf("list entries: %w", err)
		}
		list = make([]Summary, len(rows))
		for i, e := range rows {
			list[i] = Summary{Entry: e, Themes: []string{}, Authors: []Author{}}
		}
		return fill(ctx, r, v, list)
	})
	return list, err
}

// fill adds themes, authors, excerpts and the size of the discussions.
func fill(ctx context.Context, r bun.IDB, v access.Viewer, list []Summary) error {
	if len(list) == 0 {
		return nil
	}
	ids, at := make([]string, len(list)), map[string]*Summary{}
	for i := range list {
		ids[i], at[list[i].ID] = list[i].ID, &list[i]
	}
	var themes []struct{ Entry, Theme string }
	err := r.NewRaw(`SELECT entry, theme FROM entry_theme WHERE entry IN (?) ORDER BY theme`, bun.List(ids)).Scan(ctx, &themes)
	if err != nil {
		return fmt.Errorf("read themes: %w", err)
	}
	for _, t := range themes {
		at[t.Entry].Themes = append(at[t.Entry].Themes, t.Theme)
	}
	authors, err := authorsOf(ctx, r, ids...)
	if err != nil {
		return err
	}
	own := map[string]bool{}
	for _, a := range authors {
		at[a.Entry].People++
		own[a.Entry] = own[a.Entry] || v.SignedIn() && a.Person == v.Person
		if v.Member {
			at[a.Entry].Authors = append(at[a.Entry].Authors, a)
		}
	}
	if v.Member {
		var topics []struct {
			Entry string
			Posts int
		}
		if err := r.NewRaw(`SELECT entry, posts FROM topic WHERE entry IN (?)`, bun.List(ids)).Scan(ctx, &topics); err != nil {
			return fmt.Errorf("read discussions: %w", err)
		}
		for _, t := range topics {
			at[t.Entry].Posts = t.Posts
		}
	}
	return excerpts(ctx, r, v, ids, at, own)
}

const excerptLength = 120 // characters: two lines of a card

// excerpts takes the summary, or else the beginning of the first section that the viewer may read.
func excerpts(ctx context.Context, r bun.IDB, v access.Viewer, ids []string, at map[string]*Summary, own map[string]bool) error {
	var sections []Section
	err := r.NewRaw(`SELECT entry, key, audience, SUBSTR(body, 1, 400) AS body FROM entry_section WHERE entry IN (?)`,
		bun.List(ids)).Scan(ctx, &sections)
	if err != nil {
		return fmt.Errorf("read excerpts: %w", err)
	}
	sortSections(sections)
	for _, s := range at {
		s.Excerpt = text.Cut(text.Plain(s.Summary), excerptLength)
	}
	for _, sec := range sections {
		s := at[sec.Entry]
		if s.Excerpt == "" && v.CanRead(s.part(sec.Audience, own[sec.Entry])) {
			s.Excerpt = text.Cut(text.Plain(sec.Body), excerptLength)
		}
	}
	return nil
}
