package watch

import (
	"context"
	"fmt"
	"net/url"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/text"
	"github.com/manetomo/manetomo/search"
)

// Row is a saved search as its person lists it.
type Row struct {
	Saved
	News int // what is new and unread
}

// Save keeps a search under a name; one that is kept already gets the new name. It is no event: nobody else sees it.
func (s *Service) Save(ctx context.Context, v access.Viewer, name string, address url.Values) (id string, err error) {
	if !v.CanWrite() {
		return "", apperr.SignIn()
	}
	if name, err = text.Line("name", "名前", name, MaxName); err != nil {
		return "", err
	}
	query := address.Encode()
	if req := search.ReadRequest(address); req.Text == "" && len(req.Filters) == 0 {
		return "", apperr.At("name", "見守る検索には、ことばか条件を一つ以上入れてください。")
	}
	if len(query) > maxAddress {
		return "", apperr.At("name", "条件が多すぎて見守れません。条件をへらしてから、もう一度お試しください。")
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		// taking the person's row first keeps two saves at once within the bound
		if _, err := tx.NewRaw("UPDATE person SET id = id WHERE id = ?", v.Person).Exec(ctx); err != nil {
			return fmt.Errorf("save search: %w", err)
		}
		n, err := tx.NewSelect().Model((*Saved)(nil)).Where("person = ? AND address <> ?", v.Person, query).Count(ctx)
		if err != nil {
			return fmt.Errorf("count saved searches: %w", err)
		}
		if n >= MaxSaved {
			return apperr.At("name", fmt.Sprintf("見守れる検索は%d件までです。使わなくなったものをはずしてから、もう一度お試しください。", MaxSaved))
		}
		seq, _, err := event.Head(ctx, tx)
		if err != nil {
			return err
		}
		row := &Saved{ID: db.NewID(), Person: v.Person, Name: name, Address: query, Since: seq, CreatedAt: tx.Now}
		err = tx.NewInsert().Model(row).On("CONFLICT (person, address) DO UPDATE").Set("name = EXCLUDED.name").
			Returning("id").Scan(ctx, &id)
		if err != nil {
			return fmt.Errorf("save search: %w", err)
		}
		return nil
	})
	return id, err
}

// List gives a person's saved searches, the newest first, each with how much is new.
func (s *Service) List(ctx context.Context, v access.Viewer) ([]Row, error) {
	if !v.Member {
		return nil, apperr.SignIn()
	}
	var rows []Row
	err := s.DB.Read().NewSelect().TableExpr("saved_search AS s").ColumnExpr("s.*").
		ColumnExpr("(?) AS news", Hits(s.DB, v).ColumnExpr("COUNT(*)").Where("h.search = s.id").Where(unread)).
		Where("s.person = ?", v.Person).OrderExpr("s.created_at DESC, s.id DESC").Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("list saved searches of %s: %w", v.Person, err)
	}
	return rows, nil
}

// unread is true for a hit whose notice was not read yet, or not written yet.
const unread = "NOT EXISTS (SELECT 1 FROM notice AS hn WHERE hn.id = h.notice AND hn.read_at IS NOT NULL)"

// News gives a saved search and what was new to it, the newest first.
func (s *Service) News(ctx context.Context, v access.Viewer, id string) (Saved, []Hit, error) {
	const most = 50
	var one Saved
	if !v.Member {
		return one, nil, apperr.SignIn()
	}
	err := s.DB.Read().NewSelect().Model(&one).Where("s.id = ? AND s.person = ?", id, v.Person).Scan(ctx)
	if db.IsMissing(err) {
		return one, nil, apperr.Missing()
	}
	if err != nil {
		return one, nil, fmt.Errorf("read saved search: %w", err)
	}
	var hits []Hit
	err = Hits(s.DB, v).Where("h.search = ?", id).
		ColumnExpr("h.thing AS id, COALESCE(he.kind, 'topic') AS kind, COALESCE(he.title, ht.title) AS title").
		ColumnExpr("COALESCE(he.municipality, '') AS municipality, COALESCE(he.year, 0) AS year").
		ColumnExpr("COALESCE(he.published_at, ht.created_at) AS at, "+unread+" AS unread").
		OrderExpr("h.seq DESC, h.thing").Limit(most).Scan(ctx, &hits)
	if err != nil {
		return one, nil, fmt.Errorf("read what is new to a saved search: %w", err)
	}
	return one, hits, nil
}

// Rename gives a saved search another name.
func (s *Service) Rename(ctx context.Context, v access.Viewer, id, name string) error {
	name, err := text.Line("name", "名前", name, MaxName)
	if err != nil {
		return err
	}
	return s.change(ctx, v, func(tx db.Tx) (affected, error) {
		return tx.NewUpdate().Model((*Saved)(nil)).Set("name = ?", name).Where("id = ? AND person = ?", id, v.Person).Exec(ctx)
	})
}

// Remove forgets a saved search and what was found for it.
func (s *Service) Remove(ctx context.Context, v access.Viewer, id string) error {
	return s.change(ctx, v, func(tx db.Tx) (affected, error) {
		return tx.NewDelete().Model((*Saved)(nil)).Where("id = ? AND person = ?", id, v.Person).Exec(ctx)
	})
}

type affected interface{ RowsAffected() (int64, error) }

func (s *Service) change(ctx context.Context, v access.Viewer, do func(db.Tx) (affected, error)) error {
	if !v.CanWrite() {
		return apperr.SignIn()
	}
	return s.DB.Write(ctx, func(_ context.Context, tx db.Tx) error {
		res, err := do(tx)
		if err != nil {
			return fmt.Errorf("change saved search: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			if err != nil {
				return err
			}
			return apperr.Missing()
		}
		return nil
	})
}

// searches hands over all saved searches, a part at a time, by key.
func (s *Service) searches(ctx context.Context, use func([]Saved) error) error {
	const part = 500
	for after := ""; ; {
		var rows []Saved
		if err := s.DB.Read().NewSelect().Model(&rows).Where("s.id > ?", after).Order("s.id").Limit(part).Scan(ctx); err != nil {
			return fmt.Errorf("read saved searches: %w", err)
		}
		if len(rows) == 0 {
			return nil
		}
		if err := use(rows); err != nil {
			return err
		}
		after = rows[len(rows)-1].ID
	}
}
