package talk

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
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/internal/theme"
)

// RoomKind is what a room is for.
type RoomKind string

// The kinds of rooms. A session's room is the talk around a poster session and belongs to its page.
const (
	CohortRoom  RoomKind = "cohort"
	TeamRoom    RoomKind = "team"
	RegionRoom  RoomKind = "region"
	ThemeRoom   RoomKind = "theme"
	Practice    RoomKind = "practice" // what is written there is cleared away after a week
	SessionRoom RoomKind = "session"
)

// PracticeKey is the key of the one practice room (練習部屋).
const PracticeKey = string(Practice)

// Room is a place where topics gather, made from the data: nobody opens or closes one. What it has of its own is one
// standing conversation, a topic that is made when somebody first comes in; everything else in it stands elsewhere too
// and gathers here by its audience, its theme or its region.
type Room struct {
	Key      string // cohort-2026-regular, team-ID, region-kyushu, theme-culture, practice
	Kind     RoomKind
	ID       string // of the cohort, team, region or theme
	Name     string
	Audience access.Audience
	Topic    string // of the standing conversation; empty until somebody came in
	Posts    int64  // in the standing conversation
	Unread   int64  // in conversations that belong to the room alone
}

// URL is the address of the room's page.
func (r Room) URL() string { return RoomURL(r.Key) }

// RoomURL is where the room of a key is shown.
func RoomURL(key string) string {
	if id, ok := strings.CutPrefix(key, string(SessionRoom)+"-"); ok {
		return "/sessions/" + id
	}
	return "/rooms/" + key
}

// regions are the names of regions in addresses, in the order of municipality.Regions.
var regions = []string{"hokkaido", "tohoku", "kanto", "hokushinetsu", "chubu", "kansai", "chushikoku", "kyushu"}

func regionOf(name string) string {
	if i := slices.Index(municipality.Regions(), name); i >= 0 {
		return regions[i]
	}
	return ""
}

func roomOfCohort(id string) Room {
	return Room{Key: "cohort-" + id, Kind: CohortRoom, ID: id, Name: cohort.NameOf(id),
		Audience: access.Audience{Rung: access.Cohort, Cohort: id}}
}

func roomOfTeam(id, inCohort, municipality string) Room {
	return Room{Key: "team-" + id, Kind: TeamRoom, ID: id, Name: Place(municipality) + " " + cohort.NameOf(inCohort),
		Audience: access.Audience{Rung: access.Team, Cohort: inCohort, Team: id}}
}

func roomOfRegion(slug string) Room {
	return Room{Key: "region-" + slug, Kind: RegionRoom, ID: slug, Name: municipality.Regions()[slices.Index(regions, slug)],
		Audience: access.Audience{Rung: access.Members}}
}

func roomOfTheme(t theme.Theme) Room {
	return Room{Key: "theme-" + t.ID, Kind: ThemeRoom, ID: t.ID, Name: t.Name, Audience: access.Audience{Rung: access.Members}}
}

func practiceRoom() Room {
	return Room{Key: PracticeKey, Kind: Practice, Name: "練習部屋", Audience: access.Audience{Rung: access.Members}}
}

// Room finds the room of a key for a viewer who may enter it; any other is missing.
func (s *Service) Room(ctx context.Context, v access.Viewer, key string) (Room, error) {
	r, err := s.roomOf(ctx, key)
	if err != nil {
		return Room{}, err
	}
	if !v.CanTalk() || !v.InAudience(r.Audience) {
		return Room{}, apperr.Missing()
	}
	return r, nil
}

func (s *Service) roomOf(ctx context.Context, key string) (Room, error) {
	kind, id, _ := strings.Cut(key, "-")
	switch RoomKind(kind) {
	case CohortRoom:
		ok, err := s.DB.Read().NewSelect().Table("cohort").Where("id = ?", id).Exists(ctx)
		if err != nil {
			return Room{}, fmt.Errorf("look for the cohort of a room: %w", err)
		}
		if ok {
			return roomOfCohort(id), nil
		}
	case TeamRoom:
		teams, err := s.teamRooms(ctx, []string{id})
		if err != nil {
			return Room{}, err
		}
		if len(teams) > 0 {
			return teams[0], nil
		}
	case RegionRoom:
		if slices.Contains(regions, id) {
			return roomOfRegion(id), nil
		}
	case ThemeRoom:
		if t, ok := theme.Get(id); ok && t.Parent == "" {
			return roomOfTheme(t), nil
		}
	case Practice:
		if key == PracticeKey {
			return practiceRoom(), nil
		}
	}
	return Room{}, apperr.Missing()
}

func (s *Service) teamRooms(ctx context.Context, ids []string) ([]Room, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var teams []struct{ ID, Cohort, Municipality string }
	err := s.DB.Read().NewSelect().Table("team").Column("id", "cohort", "municipality").
		Where("id IN (?)", bun.List(ids)).Order("cohort DESC", "id").Scan(ctx, &teams)
	if err != nil {
		return nil, fmt.Errorf("read the teams of rooms: %w", err)
	}
	var rooms []Room
	for _, t := range teams {
		rooms = append(rooms, roomOfTeam(t.ID, t.Cohort, t.Municipality))
	}
	return rooms, nil
}

// Enter is Room with its standing conversation, which is made when nobody has been here before.
func (s *Service) Enter(ctx context.Context, v access.Viewer, key string) (Room, error) {
	r, err := s.Room(ctx, v, key)
	if err != nil {
		return Room{}, err
	}
	err = s.DB.Read().NewSelect().Table("topic").Column("id").Where("room = ?", key).Scan(ctx, &r.Topic)
	if !db.IsMissing(err) {
		return r, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		topic, made, err := EnsureRoom(ctx, tx, r)
		if r.Topic = topic; err != nil || made == nil {
			return err
		}
		made.Actor = v.Person
		return event.Append(ctx, tx, made)
	})
	return r, err
}

// EnsureRoom makes a room's standing conversation unless it is there, and gives its id, and its event when it was made.
func EnsureRoom(ctx context.Context, tx db.Tx, r Room) (topic string, made *event.Event, err error) {
	t := &Topic{ID: db.NewID(), Room: r.Key, Title: r.Title(), State: access.Published, Audience: r.Audience.Rung,
		Cohort: r.Audience.Cohort, Team: r.Audience.Team, CreatedAt: tx.Now, LastAt: tx.Now}
	if _, err := tx.NewInsert().Model(t).On("CONFLICT DO NOTHING").Exec(ctx); err != nil {
		return "", nil, fmt.Errorf("make room %s: %w", r.Key, err)
	}
	if err := tx.NewSelect().Table("topic").Column("id").Where("room = ?", r.Key).Scan(ctx, &topic); err != nil {
		return "", nil, fmt.Errorf("make room %s: %w", r.Key, err)
	}
	if topic != t.ID { // somebody else was first
		return topic, nil, nil
	}
	return topic, &event.Event{Kind: event.RoomMade, Subject: topic, Topic: topic}, nil
}

// Title is what the room's standing conversation is called in lists.
func (r Room) Title() string {
	switch r.Kind {
	case Practice:
		return r.Name
	case SessionRoom:
		return r.Name + "（発表会）"
	case TeamRoom:
		return r.Name + "のチームの部屋"
	}
	return r.Name + "の部屋"
}
