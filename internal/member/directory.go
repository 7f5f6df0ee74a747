package member

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/text"
)

// Part is where somebody took part, for people to read.
type Part struct {
	Person       string        `bun:"person"`
	Cohort       string        `bun:"cohort"`
	Year         int           `bun:"year"`
	Course       cohort.Course `bun:"course"`
	Team         string        `bun:"team"`      // id
	TeamName     string        `bun:"team_name"` // may be empty: the municipality's only one
	Municipality string        `bun:"municipality"`
	Role         string        `bun:"role"`
}

// Listed is a member in the directory.
type Listed struct {
	Person
	Parts []Part
}

// Filter narrows the directory.
type Filter struct {
	Words        string // of a name or its reading
	Municipality string // code
	Year         int
	Course       cohort.Course
	After        string // id of the last member that was shown
	Limit        int
}

// Members lists members by reading; the directory is theirs alone. Two queries, whatever the size.
func (s *Service) Members(ctx context.Context, v access.Viewer, f Filter) ([]Listed, error) {
	if !v.Member {
		return nil, apperr.Missing()
	}
	var found []Person
	q := s.db.Read().NewSelect().Model(&found).ExcludeColumn("email", "email_key").Where("p.member")
	if f.Municipality != "" {
		q = q.Where(`(p.municipality = ? OR EXISTS (SELECT 1 FROM participation t JOIN team m ON m.id = t.team
			WHERE t.person = p.id AND m.municipality = ?))`, f.Municipality, f.Municipality)
	}
	if f.Year != 0 || f.Course != "" {
		part := s.db.Read().NewSelect().TableExpr("participation t").ColumnExpr("1").
			Join("JOIN cohort c ON c.id = t.cohort").Where("t.person = p.id")
		if f.Year != 0 {
			part = part.Where("c.year = ?", f.Year)
		}
		if f.Course != "" {
			part = part.Where("c.course = ?", f.Course)
		}
		q = q.Where("EXISTS (?)", part)
	}
	if w := strings.TrimSpace(f.Words); w != "" && text.Storable(w) {
		like := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(text.Cut(w, 50)) + "%"
		q = q.Where(`(p.name LIKE ? ESCAPE '\' OR p.kana LIKE ? ESCAPE '\')`, like, "%"+hiragana(strings.Trim(like, "%"))+"%")
	}
	if f.After != "" {
		q = q.Where("(p.kana, p.id) > (SELECT o.kana, o.id FROM person o WHERE o.id = ?)", f.After)
	}
	if err := q.Order("p.kana", "p.id").Limit(int64(f.Limit)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("list members: %w", err)
	}
	ids := make([]string, len(found))
	for i, p := range found {
		ids[i] = p.ID
	}
	parts, err := s.parts(ctx, ids)
	if err != nil {
		return nil, err
	}
	list := make([]Listed, len(found))
	for i, p := range found {
		list[i] = Listed{p, parts[p.ID]}
	}
	return list, nil
}

// parts reads where people took part, the newest year first.
func (s *Service) parts(ctx context.Context, ids []string) (map[string][]Part, error) {
	out := map[string][]Part{}
	if len(ids) == 0 {
		return out, nil
	}
	var rows []Part
	err := s.db.Read().NewRaw(partQuery+` WHERE t.person IN (?) ORDER BY c.year DESC, c.course, t.role`, bun.List(ids)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read participations: %w", err)
	}
	for _, p := range rows {
		out[p.Person] = append(out[p.Person], p)
	}
	return out, nil
}

const partQuery = `SELECT t.person, t.cohort, c.year, c.course, COALESCE(t.team, '') AS team, COALESCE(m.name, '') AS team_name,
	COALESCE(m.municipality, '') AS municipality, t.role
	FROM participation t JOIN cohort c ON c.id = t.cohort LEFT JOIN team m ON m.id = t.team`

// Profile is a member as members see them.
type Profile struct {
	Person
	Parts []Part   `bun:"-"`
	Staff []string `bun:"-"` // roles over all cohorts
}

// Profile is one member's page. Who is not a member has one only for themselves and the secretariat.
func (s *Service) Profile(ctx context.Context, v access.Viewer, id string) (*Profile, error) {
	if !v.Member && v.Person != id || !v.SignedIn() {
		return nil, apperr.Missing()
	}
	p, err := s.Person(ctx, id)
	if err != nil {
		return nil, err
	}
	if !p.Member && v.Person != id && !v.Secretariat {
		return nil, apperr.Missing()
	}
	if v.Person != id && !v.Secretariat {
		p.Email, p.EmailKey = "", ""
	}
	out := &Profile{Person: *p}
	parts, err := s.parts(ctx, []string{id})
	if err != nil {
		return nil, err
	}
	out.Parts = parts[id]
	err = s.db.Read().NewSelect().Model((*staffRow)(nil)).Column("role").Where("person = ?", id).Order("role").Scan(ctx, &out.Staff)
	if err != nil {
		return nil, fmt.Errorf("read roles of %s: %w", id, err)
	}
	return out, nil
}

// CohortListed is a cohort with its numbers.
type CohortListed struct {
	Cohort
	Teams  int `bun:"teams"`
	People int `bun:"people"`
}

// Cohorts lists all cohorts, the newest first. There are two a year, so the list stays short.
func (s *Service) Cohorts(ctx context.Context, v access.Viewer) ([]CohortListed, error) {
	if !v.Member {
		return nil, apperr.Missing()
	}
	var list []CohortListed
	err := s.db.Read().NewRaw(`SELECT c.id, c.year, c.course, COUNT(DISTINCT t.team) AS teams, COUNT(DISTINCT t.person) AS people
		FROM cohort c LEFT JOIN participation t ON t.cohort = c.id
		GROUP BY c.id, c.year, c.course ORDER BY c.year DESC, c.course DESC`).Scan(ctx, &list)
	if err != nil {
		return nil, fmt.Errorf("list cohorts: %w", err)
	}
	return list, nil
}

// TeamListed is a team with its people.
type TeamListed struct {
	Team
	People []Named
}

// Named is a person's name with the id of their page and what they were.
type Named struct {
	ID   string `bun:"id"`
	Name string `bun:"name"`
	Role string `bun:"role"`
}

// CohortPage is a cohort with its teams and those who stand beside them.
type CohortPage struct {
	Cohort
	Teams   []TeamListed
	Beside  []Named // 幹事 and 運営委員
	Members int
}

// Cohort is one cohort's page: three queries.
func (s *Service) Cohort(ctx context.Context, v access.Viewer, year int, course cohort.Course) (*CohortPage, error) {
	if !v.Member {
		return nil, apperr.Missing()
	}
	out := new(CohortPage)
	err := s.db.Read().NewSelect().Model(&out.Cohort).Where("id = ?", cohort.ID(year, course)).Scan(ctx)
	if db.IsMissing(err) {
		return nil, apperr.Missing()
	}
	if err != nil {
		return nil, fmt.Errorf("find cohort: %w", err)
	}
	var teams []Team
	if err := s.db.Read().NewSelect().Model(&teams).Where("cohort = ?", out.ID).Order("municipality", "name").Scan(ctx); err != nil {
		return nil, fmt.Errorf("list teams: %w", err)
	}
	var people []struct {
		Named
		Team string `bun:"team"`
	}
	err = s.db.Read().NewRaw(`SELECT p.id, p.name, t.role, COALESCE(t.team, '') AS team FROM participation t
		JOIN person p ON p.id = t.person WHERE t.cohort = ? AND p.member ORDER BY p.kana, p.id`, out.ID).Scan(ctx, &people)
	if err != nil {
		return nil, fmt.Errorf("list people of cohort: %w", err)
	}
	at := map[string]int{}
	for i, t := range teams {
		at[t.ID] = i
		out.Teams = append(out.Teams, TeamListed{Team: t})
	}
	for _, p := range people {
		if i, ok := at[p.Team]; ok && (p.Role == Fellow || p.Role == Alumnus) {
			out.Teams[i].People = append(out.Teams[i].People, p.Named)
		} else {
			out.Beside = append(out.Beside, p.Named)
		}
	}
	out.Members = len(people)
	return out, nil
}

// MyTeams lists the teams that a person may publish for, the newest first.
func (s *Service) MyTeams(ctx context.Context, v access.Viewer) ([]Part, error) {
	parts, err := s.parts(ctx, []string{v.Person})
	if err != nil {
		return nil, err
	}
	var teams []Part
	for _, p := range parts[v.Person] {
		if p.Team != "" {
			teams = append(teams, p)
		}
	}
	return teams, nil
}
