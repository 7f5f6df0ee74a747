package search

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/internal/theme"
)

// What a thing's likeness to the asker is made of (うちと似たまち); together 1. The town says most: what a town of that
// size and kind could do, another can (municipality.Likeness weighs size, kind and place). A theme they have written
// about themselves comes next. How many times their office has taken part tells how far it has come, and the course
// who did it; both are small, since they only part towns that are alike anyway.
const (
	likeTown   = .70
	likeThemes = .15 // whole when two themes are common, a theme and the one above it among them
	likeNth    = .08 // whole when it was their office's as many-eth time, half when one more or less
	likeCourse = .07

	// likeWords is what the words weigh beside likeness: the best hit of a query stands before one that only mentions
	// its words from a town about as alike, but not before one from a much liker town.
	likeWords = .35

	likeFirst = 200 // so many of the first hits are ranked anew; what comes later has little of the words
	likeParts = 4   // of a printed reason
)

// reader is somebody whose likes come first.
type reader struct {
	db      *db.DB
	town    municipality.Municipality
	themes  map[string]bool
	courses map[string]bool
	nth     int // how many times their office had taken part when they did; 0 if it never has
	latest  int // the year of it
	towns   map[string]float64
	years   map[string][]int // when the offices of the first hits took part
}

// readerOf finds who asks for things like theirs; nil when nobody does, or nothing is known to be like.
func readerOf(ctx context.Context, d *db.DB, v access.Viewer, req Request) (*reader, error) {
	town, ok := municipality.Get(v.Municipality)
	if !req.Like || !v.Member || !ok {
		return nil, nil
	}
	r := &reader{db: d, town: town, themes: map[string]bool{}, courses: map[string]bool{}, towns: map[string]float64{}}
	var parts []struct {
		Course, Municipality string
		Year                 int
	}
	err := d.Read().NewRaw(`SELECT c.course, c.year, COALESCE(m.municipality, '') AS municipality FROM participation t
		JOIN cohort c ON c.id = t.cohort LEFT JOIN team m ON m.id = t.team WHERE t.person = ?`, v.Person).Scan(ctx, &parts)
	if err != nil {
		return nil, fmt.Errorf("read where the reader took part: %w", err)
	}
	for _, p := range parts {
		r.courses[p.Course] = true
		if p.Municipality == town.Code {
			r.latest = max(r.latest, p.Year)
		}
	}
	var themes []string
	err = d.Read().NewRaw(`SELECT DISTINCT t.theme FROM entry_theme t JOIN entry_author a ON a.entry = t.entry
		JOIN entry e ON e.id = t.entry WHERE a.person = ? AND e.state <> 'withdrawn'`, v.Person).Scan(ctx, &themes)
	if err != nil {
		return nil, fmt.Errorf("read themes of the reader: %w", err)
	}
	for _, id := range themes {
		for id != "" {
			r.themes[id] = true
			t, _ := theme.Get(id)
			id = t.Parent
		}
	}
	return r, nil
}

// townLikeness is how like the reader's a thing's town is.
func (s *searching) townLikeness(r *row) float64 {
	if r.municipality == "" {
		return 0
	}
	known := s.req.reader.towns
	score, ok := known[r.municipality]
	if !ok {
		if m, is := municipality.Get(r.municipality); is {
			score = municipality.HowLike(&s.req.reader.town, &m)
		}
		known[r.municipality] = score
	}
	return score
}

// ranked gives the first n hits in the order that was asked for; with a reader it ranks the first two hundred of them
// anew by likeness. Hits found by a part of the words stay behind the others.
func (s *searching) ranked(hits []hit, n int) ([]hit, error) {
	if s.req.reader == nil {
		return s.order(hits, n), nil
	}
	out := s.order(hits, max(n, likeFirst))
	first := out[:min(len(out), likeFirst)]
	if err := s.req.reader.readYears(s.ctx, s.cols, first); err != nil {
		return nil, err
	}
	best := float32(1e-6)
	for _, h := range first {
		best = max(best, h.score)
	}
	type liked struct {
		hit
		rank float64
	}
	ranks := make([]liked, len(first))
	for i, h := range first {
		score, _ := s.alike(h.doc)
		if s.req.Sort == Relevance && len(s.plans) > 0 {
			score += likeWords * float64(h.score/best)
		}
		ranks[i] = liked{h, score}
	}
	slices.SortStableFunc(ranks, func(a, b liked) int {
		if a, b := a.stage > 1, b.stage > 1; a != b {
			if a {
				return 1
			}
			return -1
		}
		return cmp.Compare(b.rank, a.rank)
	})
	for i, l := range ranks {
		first[i] = l.hit
	}
	return out[:min(len(out), n)], nil
}

// readYears reads in which years the offices of the hits, and the reader's own, have sent somebody.
func (r *reader) readYears(ctx context.Context, cols *columns, hits []hit) error {
	codes := []string{r.town.Code}
	for _, h := range hits {
		if code := cols.rows[h.doc].municipality; code != "" && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	var rows []struct {
		Municipality string
		Year         int
	}
	err := r.db.Read().NewRaw(`SELECT DISTINCT m.municipality, c.year FROM team m JOIN cohort c ON c.id = m.cohort
		WHERE m.municipality IN (?)`, bun.List(codes)).Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("read when municipalities took part: %w", err)
	}
	r.years = make(map[string][]int, len(codes))
	for _, row := range rows {
		r.years[row.Municipality] = append(r.years[row.Municipality], row.Year)
	}
	if r.latest == 0 {
		r.latest = 9999 // they have not been there themselves: all times their office was
	}
	r.nth = timesUntil(r.years[r.town.Code], r.latest)
	return nil
}

func timesUntil(years []int, last int) (n int) {
	for _, y := range years {
		if y <= last {
			n++
		}
	}
	return n
}

// alike scores a document from 0 to 1 by its likeness to the reader's place and work, and says why.
func (s *searching) alike(doc int32) (score float64, why string) {
	reader := s.req.reader
	if reader == nil {
		return 0, ""
	}
	r := s.cols.rows[doc]
	var parts []string
	score = likeTown * s.townLikeness(r)
	if m, ok := municipality.Get(r.municipality); ok {
		parts = municipality.Common(reader.town, m)
	}
	if n, name := reader.common(s.cols, r); n > 0 {
		score += likeThemes * min(1, float64(n)/2)
		parts = append(parts, "テーマ「"+name+"」")
	}
	if nth := reader.timeOf(r); nth > 0 && reader.nth > 0 {
		switch nth - reader.nth {
		case 0:
			score += likeNth
			parts = append(parts, strconv.Itoa(nth)+"回目")
		case 1, -1:
			score += likeNth / 2
		}
	}
	if n := r.values[courseFacet]; n > 0 && reader.courses[s.cols.names[courseFacet][n]] {
		score += likeCourse
		if len(parts) == 0 {
			return score, "" // half of all have the course in common: alone it is no reason
		}
		parts = append(parts, "同じ"+Label("course", s.cols.names[courseFacet][n]))
	}
	return score, strings.Join(parts[:min(len(parts), likeParts)], "・")
}

// common counts the themes that a document has in common with what the reader has written, and names the narrowest.
func (r *reader) common(cols *columns, of *row) (n int, name string) {
	narrow := false
	for _, number := range of.themes {
		id := cols.names[themeFacet][number]
		if !r.themes[id] {
			continue
		}
		n++
		if t, _ := theme.Get(id); name == "" || t.Parent != "" && !narrow {
			name, narrow = theme.Name(id), t.Parent != ""
		}
	}
	return n, name
}

// timeOf tells as which time of its office a document came about, 0 if unknown.
func (r *reader) timeOf(of *row) int {
	year, err := strconv.Atoi(of.year)
	years := r.years[of.municipality]
	if err != nil || !slices.Contains(years, year) {
		return 0
	}
	return timesUntil(years, year)
}
