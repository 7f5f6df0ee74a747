package member

import (
	"context"
	"fmt"

	"github.com/manetomo/manetomo/internal/cohort"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/text"
)

// Sample is a made-up person of the demo.
type Sample struct {
	Provider, Subject string // the identity that they sign in with
	Name, Kana, Email string
	Municipality      string
	Section, About    string
	Staff             []string
	Parts             []SamplePart
}

// SamplePart is where a sample person took part.
type SamplePart struct {
	Year   int
	Course cohort.Course
	Role   string
	Team   string
}

// AddSamples makes the sample people that are missing, in one transaction, and returns the ids of all by address.
// It can run any number of times beside any number of nodes: the identity's key decides who made somebody.
func (s *Service) AddSamples(ctx context.Context, people []Sample) (map[string]string, error) {
	ids := map[string]string{}
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		var events []*event.Event
		for _, p := range people {
			id, made, err := addSample(ctx, tx, p)
			if err != nil {
				return fmt.Errorf("add sample %s: %w", p.Email, err)
			}
			if ids[p.Email] = id; made {
				events = append(events, &event.Event{Kind: event.PersonRoles, Subject: id})
			}
		}
		if len(events) == 0 {
			return nil
		}
		return event.Append(ctx, tx, events...)
	})
	return ids, err
}

func addSample(ctx context.Context, tx db.Tx, p Sample) (id string, made bool, err error) {
	row := new(identityRow)
	err = tx.NewSelect().Model(row).Where("provider = ?", p.Provider).Where("subject = ?", p.Subject).Scan(ctx)
	if err == nil || !db.IsMissing(err) {
		return row.Person, false, err
	}
	e := &entering{id: Identity{Provider: p.Provider, Subject: p.Subject, Email: p.Email, Label: p.Email}}
	e.person = &Person{ID: db.NewID(), Name: p.Name, Kana: p.Kana, Email: p.Email, EmailKey: text.Key(p.Email),
		Municipality: p.Municipality, Section: p.Section, About: p.About, Member: len(p.Parts)+len(p.Staff) > 0,
		Sample: true, Mail: "now", CreatedAt: tx.Now}
	if _, err := tx.NewInsert().Model(e.person).Exec(ctx); err != nil {
		return "", false, err
	}
	if err := e.attach(ctx, tx); err != nil {
		return "", false, err
	}
	for _, role := range p.Staff {
		if err := grant(ctx, tx, e.person.ID, role); err != nil {
			return "", false, err
		}
	}
	for _, part := range p.Parts {
		row := rosterRow{Year: part.Year, Course: part.Course, Municipality: p.Municipality, Team: part.Team, Role: part.Role}
		t, err := row.part(ctx, tx, e.person.ID)
		if err != nil {
			return "", false, err
		}
		if err := takePart(ctx, tx, t); err != nil {
			return "", false, err
		}
	}
	return e.person.ID, true, nil
}
