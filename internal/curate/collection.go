package curate

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/apperr"
	"github.com/manetomo/manetomo/internal/audit"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/text"
)

// maxItems is what one collection holds; a booklet of more is two.
const maxItems = 100

// Collection is a curated, ordered set of entries with an introduction (特集).
type Collection struct {
	bun.BaseModel `bun:"table:collection,alias:c"`

	ID        string       `bun:"id,pk"`
	Slug      string       `bun:"slug"`
	Title     string       `bun:"title"`
	Lead      string       `bun:"lead"`
	HTML      string       `bun:"html"`
	State     access.State `bun:"state"`    // draft or published
	Audience  access.Rung  `bun:"audience"` // public, members or staff
	Front     bool         `bun:"front"`    // on the front page and on ホーム
	Version   int64        `bun:"version"`
	CreatedBy string       `bun:"created_by"`
	CreatedAt time.Time    `bun:"created_at"`
	UpdatedAt time.Time    `bun:"updated_at"`

	Count int `bun:"count,scanonly"` // of entries that the reader may see
}

// Path is where the collection is read.
func (c Collection) Path() string { return "/collections/" + c.Slug }

// Item is one entry of a collection and the moderators' word about it.
type Item struct {
	Entry string `json:"entry"`
	Note  string `json:"note"`
}

// Pick is an item as a reader sees it.
type Pick struct {
	Entry        string
	Kind         string
	Title        string
	Summary      string
	Municipality string
	Year         int
	Course       string
	Note         string
	Audience     access.Rung
	File         string // of the first picture, if there is one
	Colour       string
	Width        float64 // of the first page in points; 0 without one
	Height       float64
}

// Change is what the form of a collection says.
type Change struct {
	Slug, Title, Lead string
	Audience          access.Rung
	Publish           bool
	Front             bool
	Items             []Item
}

var slugForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func (c *Change) check() (err error) {
	if c.Title, err = text.Line("title", "題名", c.Title, text.MaxTitle); err != nil {
		return err
	}
	if c.Lead, err = text.OptionalBlock("lead", "前書き", c.Lead, 5_000); err != nil {
		return err
	}
	if c.Slug == "" {
		c.Slug = db.NewID()
	}
	if len(c.Slug) > 60 || !slugForm.MatchString(c.Slug) {
		return apperr.At("slug", "アドレスは、半角の小文字と数字、ハイフンで60文字までにしてください。例：policy-2026")
	}
	if !slices.Contains([]access.Rung{access.Public, access.Members, access.Staff}, c.Audience) {
		return apperr.At("audience", "公開範囲を選んでください。")
	}
	if len(c.Items) > maxItems {
		return apperr.At("items", fmt.Sprintf("一つの特集にのせられるのは%d件までです。", maxItems))
	}
	for i := range c.Items {
		if c.Items[i].Note, err = text.OptionalBlock("items", "ひとこと", c.Items[i].Note, 1_000); err != nil {
			return err
		}
	}
	return nil
}

// SaveCollection makes a collection (id empty) or changes one, with its items in their order. version is the one that
// the form was opened with; another's change in between is a Conflict.
func (s *Service) SaveCollection(ctx context.Context, v access.Viewer, id string, version int64, c Change) (saved Collection, seq int64, err error) {
	if !v.CanModerate() {
		return saved, 0, forbidden()
	}
	if err := c.check(); err != nil {
		return saved, 0, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		saved = Collection{ID: id}
		act := "collection.change"
		if id == "" {
			act = "collection.create"
			saved.ID, saved.CreatedBy, saved.CreatedAt = db.NewID(), v.Person, tx.Now
		} else if err := tx.NewSelect().Model(&saved).WherePK().Scan(ctx); db.IsMissing(err) {
			return apperr.Missing()
		} else if err != nil {
			return err
		}
		if id != "" && saved.Version != version {
			return &apperr.Error{Kind: apperr.Conflict, Data: map[string]any{"version": saved.Version},
				Message: "この特集は、ほかの画面で直されています。開き直してから、もう一度直してください。"}
		}
		saved.Slug, saved.Title, saved.Lead, saved.HTML = c.Slug, c.Title, c.Lead, text.HTML(c.Lead)
		saved.Audience, saved.Front = c.Audience, c.Front && c.Publish
		saved.State, saved.UpdatedAt = access.Draft, tx.Now
		if c.Publish {
			saved.State = access.Published
		}
		saved.Version++
		if err := saveItems(ctx, tx, &saved, c.Items); err != nil {
			return err
		}
		if err := audit.Write(ctx, tx, audit.Act{Actor: v.Person, Act: act, Kind: "collection", Subject: saved.ID,
			Detail: map[string]any{"title": saved.Title, "state": saved.State, "front": saved.Front, "items": len(c.Items)}}); err != nil {
			return err
		}
		ev := &event.Event{Kind: event.CollectionChanged, Subject: saved.ID, Actor: v.Person}
		err := event.Append(ctx, tx, ev)
		seq = ev.Seq
		return err
	})
	if db.IsDuplicate(err) {
		return saved, 0, apperr.At("slug", "このアドレスは、ほかの特集が使っています。別のものにしてください。")
	}
	return saved, seq, err
}

func saveItems(ctx context.Context, tx db.Tx, c *Collection, items []Item) error {
	_, err := tx.NewInsert().Model(c).On("CONFLICT (id) DO UPDATE").
		Set("slug = excluded.slug, title = excluded.title, lead = excluded.lead, html = excluded.html").
		Set("state = excluded.state, audience = excluded.audience, front = excluded.front").
		Set("version = excluded.version, updated_at = excluded.updated_at").Exec(ctx)
	if err != nil {
		return err
	}
	if _, err := tx.NewDelete().Table("collection_item").Where("collection = ?", c.ID).Exec(ctx); err != nil {
		return err
	}
	for i, item := range items {
		res, err := tx.NewRaw(`INSERT INTO collection_item (collection, position, entry, note)
			SELECT ?, ?, id, ? FROM entry WHERE id = ? AND state NOT IN ('draft', 'withdrawn')`, c.ID, i, item.Note, item.Entry).Exec(ctx)
		if db.IsDuplicate(err) {
			return apperr.At("items", "同じ実践が二度入っています。一つにしてください。")
		}
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return apperr.At("items", "見つからない実践があります："+item.Entry)
		}
	}
	return nil
}

// readable is who may read a collection: its audience once published, moderators before.
func readable(q *bun.SelectQuery, v access.Viewer) *bun.SelectQuery {
	rungs := []access.Rung{access.Public}
	if v.Member {
		rungs = append(rungs, access.Members)
	}
	if v.Member && v.Moderator {
		return q
	}
	return q.Where("c.state = 'published' AND c.audience IN (?)", bun.List(rungs))
}

// pickable keeps the entries that the viewer may read.
func pickable(q *bun.SelectQuery, v access.Viewer) *bun.SelectQuery {
	return v.Readable(q, access.Columns{Alias: "e",
		Authors: "EXISTS (SELECT 1 FROM entry_author AS w WHERE w.entry = e.id AND w.person = ?)"})
}

// Collections lists the collections that the viewer may read, the newest first, those of the front page before others.
func (s *Service) Collections(ctx context.Context, v access.Viewer) ([]Collection, error) {
	var list []Collection
	count := pickable(s.DB.Read().NewSelect().TableExpr("collection_item AS i").ColumnExpr("COUNT(*)").
		Join("JOIN entry AS e ON e.id = i.entry").Where("i.collection = c.id"), v)
	q := s.DB.Read().NewSelect().Model(&list).ColumnExpr("c.*").ColumnExpr("(?) AS count", count)
	err := readable(q, v).OrderExpr("c.front DESC, c.created_at DESC, c.id").Limit(200).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list collections: %w", err)
	}
	return list, nil
}

// Front is the collection on the front page that the viewer may read, nil without one.
func (s *Service) Front(ctx context.Context, v access.Viewer) (*Collection, []Pick, error) {
	return s.collection(ctx, v, "c.front AND c.state = 'published'")
}

// Collection is the collection at an address with its entries that the viewer may read.
func (s *Service) Collection(ctx context.Context, v access.Viewer, slug string) (*Collection, []Pick, error) {
	c, picks, err := s.collection(ctx, v, "c.slug = ?", strings.ToLower(slug))
	if err == nil && c == nil {
		err = apperr.Missing()
	}
	return c, picks, err
}

func (s *Service) collection(ctx context.Context, v access.Viewer, which string, args ...any) (*Collection, []Pick, error) {
	var c Collection
	err := readable(s.DB.Read().NewSelect().Model(&c).Where(which, args...), v).
		OrderExpr("c.updated_at DESC").Limit(1).Scan(ctx)
	if db.IsMissing(err) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read collection: %w", err)
	}
	var picks []Pick
	q := s.DB.Read().NewSelect().TableExpr("collection_item AS i").
		ColumnExpr("e.id AS entry, e.kind, e.title, e.summary, e.municipality, e.year, e.course, e.audience, i.note").
		ColumnExpr("COALESCE(f.id, '') AS file, COALESCE(g.colour, '') AS colour").
		ColumnExpr("COALESCE(g.width, 0.0) AS width, COALESCE(g.height, 0.0) AS height").
		Join("JOIN entry AS e ON e.id = i.entry").
		Join("LEFT JOIN file AS f ON f.id = (SELECT id FROM file WHERE entry = e.id AND state = 'ready' ORDER BY position, id LIMIT 1)").
		Join("LEFT JOIN page AS g ON g.file = f.id AND g.number = 1").
		Where("i.collection = ?", c.ID)
	if err := pickable(q, v).OrderExpr("i.position").Scan(ctx, &picks); err != nil {
		return nil, nil, fmt.Errorf("read collection %s: %w", c.ID, err)
	}
	c.Count = len(picks)
	return &c, picks, nil
}
