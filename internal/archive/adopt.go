package archive

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/text"
)

// Adoption is うちでもやってみた: another municipality took a practice up.
type Adoption struct {
	bun.BaseModel `bun:"table:adoption,alias:d"`

	ID           string    `bun:"id,pk"`
	Entry        string    `bun:"entry"`
	Municipality string    `bun:"municipality"`
	Body         string    `bun:"body"`
	HTML         string    `bun:"html"`
	Result       Result    `bun:"result"`
	Report       string    `bun:"report"` // the entry that tells it in full
	Author       string    `bun:"author"`
	CreatedAt    time.Time `bun:"created_at"`
	AuthorName   string    `bun:"author_name,scanonly"`
}

// NewAdoption is what somebody writes about trying a practice at home.
type NewAdoption struct {
	Municipality string // empty: the writer's own
	Body         string
	Result       Result
	Report       string // may be empty
}

// AddAdoption adds うちでもやってみた. People write for a municipality of their own; moderators for any.
func (s *Service) AddAdoption(ctx context.Context, v access.Viewer, id string, in NewAdoption) (Added, error) {
	var wrong faults
	body, err := text.Block("body", "やってみたこと", in.Body, maxNote)
	wrong.take(err)
	if !in.Result.Valid() {
		wrong.add("result", "どうだったかを、うまくいった・途中・うまくいかなかった、から選んでください。")
	}
	code, err := municipalityCode("municipality", in.Municipality)
	wrong.take(err)
	if code == "" {
		code = v.Municipality
	}
	if code == "" && err == nil {
		wrong.add("municipality", "どの自治体のことかを書いてください。例：静岡県 掛川市")
	}
	if err := wrong.err(); err != nil {
		return Added{}, err
	}
	a := Adoption{ID: db.NewID(), Entry: id, Municipality: code, Body: body, HTML: text.HTML(body), Result: in.Result,
		Report: in.Report, Author: v.Person}
	var out Added
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		h, err := holdVisible(ctx, tx, v, id)
		if err != nil {
			return err
		}
		a := a
		if err := checkAdoption(ctx, tx, v, &h.Entry, &a); err != nil {
			return err
		}
		a.CreatedAt = tx.Now
		if _, err := tx.NewInsert().Model(&a).Exec(ctx); err != nil {
			return fmt.Errorf("add an adoption to entry %s: %w", id, err)
		}
		_, err = tx.NewRaw(`UPDATE entry SET adopted = (SELECT COUNT(DISTINCT municipality) FROM adoption WHERE entry = ?)
			WHERE id = ?`, id, id).Exec(ctx)
		if err != nil {
			return fmt.Errorf("count the adoptions of entry %s: %w", id, err)
		}
		ev := event.Event{Kind: event.AdoptionAdded, Subject: id, Actor: v.Person}.With(map[string]any{"adoption": a.ID})
		seq, err := appendEvents(ctx, tx, []*event.Event{&ev})
		out = Added{a.ID, seq}
		return err
	})
	return out, err
}

func checkAdoption(ctx context.Context, tx db.Tx, v access.Viewer, e *Entry, a *Adoption) error {
	if a.Municipality == e.Municipality {
		return apperr.At("municipality", "同じ自治体のその後は、「その後」に書いてください。")
	}
	if !v.Moderator && a.Municipality != v.Municipality {
		homes, err := homesOf(ctx, tx, v)
		if err != nil {
			return err
		}
		if !slices.Contains(homes, a.Municipality) {
			return &apperr.Error{Kind: apperr.Forbidden, Field: "municipality",
				Message: "書けるのは自分の自治体のことだけです。所属が変わったときは、わたしのページで直せます。"}
		}
	}
	if a.Report != "" {
		if _, err := hold(ctx, tx, v, a.Report); err != nil {
			return apperr.At("report", "そのレポートは見つかりません。番号を確かめるか、空けたままにしてください。")
		}
	}
	return nil
}

// homesOf lists the municipalities of the viewer's teams.
func homesOf(ctx context.Context, tx db.Tx, v access.Viewer) ([]string, error) {
	if len(v.Teams) == 0 {
		return nil, nil
	}
	var homes []string
	err := tx.NewSelect().Table("team").Column("municipality").Where("id IN (?)", bun.List(v.Teams)).Scan(ctx, &homes)
	if err != nil {
		return nil, fmt.Errorf("read the teams of %s: %w", v.Person, err)
	}
	return homes, nil
}
