package talk

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/internal/theme"
)

// OwnRooms lists the rooms that are the viewer's by who they are: cohorts and teams, the latest first, the region of
// their municipality, and the practice room. It counts what they have not read there.
func (s *Service) OwnRooms(ctx context.Context, v access.Viewer) ([]Room, error) {
	if !v.CanTalk() {
		return nil, nil
	}
	var rooms []Room
	for _, id := range slices.Backward(v.Cohorts) {
		rooms = append(rooms, roomOfCohort(id))
	}
	teams, err := s.teamRooms(ctx, v.Teams)
	if err != nil {
		return nil, err
	}
	rooms = append(rooms, teams...)
	if m, ok := municipality.Get(v.Municipality); ok && regionOf(m.Region) != "" {
		rooms = append(rooms, roomOfRegion(regionOf(m.Region)))
	}
	rooms = append(rooms, practiceRoom())
	return rooms, s.count(ctx, v, rooms)
}

// OpenRooms lists the rooms that every member may enter: regions from north to south, then themes.
func (s *Service) OpenRooms(ctx context.Context, v access.Viewer) ([]Room, error) {
	if !v.CanTalk() {
		return nil, nil
	}
	var rooms []Room
	for _, slug := range regions {
		rooms = append(rooms, roomOfRegion(slug))
	}
	for _, t := range theme.Top() {
		rooms = append(rooms, roomOfTheme(t))
	}
	return rooms, s.count(ctx, v, rooms)
}

// count fills in how much stands in rooms and how much of it the viewer has not read, in one query. A room counts its
// standing conversation, and a cohort's or team's room the topics opened for that circle; what it only gathers is
// counted where it stands. The practice room counts nothing.
func (s *Service) count(ctx context.Context, v access.Viewer, rooms []Room) error {
	at := map[string]int{}
	var keys, cohorts, teams []string
	for i, r := range rooms {
		at[r.Key] = i
		keys = append(keys, r.Key)
		switch r.Kind {
		case CohortRoom:
			cohorts = append(cohorts, r.ID)
		case TeamRoom:
			teams = append(teams, r.ID)
		}
	}
	if len(rooms) == 0 {
		return nil
	}
	var rows []struct {
		ID, Room, Cohort, Team string
		Audience               access.Rung
		Posts, Unread          int64
	}
	q := s.DB.Read().NewSelect().TableExpr("topic AS t").ColumnExpr("t.id, t.room, t.cohort, t.team, t.audience, t.posts").
		ColumnExpr("t.posts - COALESCE(m.number, 0) AS unread").
		Join("LEFT JOIN read_mark m ON m.topic = t.id AND m.person = ?", v.Person)
	q = readable(v, q).Where("t.state = 'published'").Where("t.entry = ''")
	q = q.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
		q = q.Where("t.room IN (?)", bun.List(keys))
		if len(cohorts) > 0 {
			q = q.WhereOr("(t.cohort IN (?) AND t.cohort <> '')", bun.List(cohorts))
		}
		if len(teams) > 0 {
			q = q.WhereOr("(t.team IN (?) AND t.team <> '')", bun.List(teams))
		}
		return q
	})
	if err := q.Scan(ctx, &rows); err != nil {
		return fmt.Errorf("count what is unread in rooms: %w", err)
	}
	for _, row := range rows {
		key := row.Room
		switch {
		case key != "":
		case row.Audience == access.Cohort:
			key = "cohort-" + row.Cohort
		case row.Audience == access.Team:
			key = "team-" + row.Team
		}
		i, ok := at[key]
		if !ok {
			continue
		}
		if row.Room == key {
			rooms[i].Topic, rooms[i].Posts = row.ID, row.Posts
		}
		if rooms[i].Kind != Practice {
			rooms[i].Unread += max(0, row.Unread)
		}
	}
	return nil
}

// gathered narrows a list of topics to what gathers in a room, without its standing conversation.
func (r Room) gathered(q *bun.SelectQuery) *bun.SelectQuery {
	q = q.Where("t.room <> ?", r.Key)
	switch r.Kind {
	case CohortRoom:
		return q.Where("(t.cohort = ? OR e.cohort = ?)", r.ID, r.ID)
	case TeamRoom:
		return q.Where("(t.team = ? OR e.team = ?)", r.ID, r.ID)
	case RegionRoom:
		var codes []string
		for _, p := range municipality.Prefectures() {
			if regionOf(p.Region) == r.ID {
				codes = append(codes, p.Code[:2])
			}
		}
		return q.Where(`(SUBSTR(e.municipality, 1, 2) IN (?) OR (t.entry = '' AND t.author IN
			(SELECT au.id FROM person au WHERE SUBSTR(au.municipality, 1, 2) IN (?))))`, bun.List(codes), bun.List(codes))
	case ThemeRoom:
		return q.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
			for _, t := range theme.All() {
				if t.ID == r.ID || t.Parent == r.ID {
					q = q.WhereOr("',' || t.themes || ',' LIKE ?", "%,"+t.ID+",%")
				}
			}
			return q
		})
	}
	return q.Where("1 = 0")
}
