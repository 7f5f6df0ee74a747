package search

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/text"
)

// collectionKind is what a hit is that is a collection (特集).
const collectionKind = "collection"

type collectionRow struct {
	ID, Slug, Title, Lead, Audience string
	Version                         int64
	CreatedAt                       time.Time
}

// Collections gives the documents of those of the collections that can be found: published ones, with the moderators'
// word about each entry as a section. Such a word is for those who may read both, since it tells of the entry.
func (r Rows) Collections(ctx context.Context, ids []string) ([]Document, error) {
	var rows []collectionRow
	q := r.DB.Read().NewRaw(`SELECT id, slug, title, lead, audience, version, created_at FROM collection
		WHERE id IN (?) AND state = 'published'`, bun.List(ids))
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("read collections for the index: %w", err)
	}
	docs := make([]Document, len(rows))
	at := make(map[string]*Document, len(rows))
	for i, row := range rows {
		docs[i] = row.document()
		at[row.ID] = &docs[i]
	}
	return docs, r.addPicks(ctx, ids, at)
}

func (row collectionRow) document() Document {
	d := Document{ID: row.ID, Kind: collectionKind, URL: "/collections/" + row.Slug, Version: row.Version, Title: row.Title,
		Audience: access.Audience{Rung: access.Rung(row.Audience)}, At: row.CreatedAt}
	d.add("lead", "前書き", text.Plain(row.Lead), "")
	return d
}

func (r Rows) addPicks(ctx context.Context, ids []string, docs map[string]*Document) error {
	var rows []struct{ Collection, Entry, Note, Audience, Cohort, Team string }
	err := r.DB.Read().NewRaw(`SELECT i.collection, i.entry, i.note, e.audience, e.cohort, e.team
		FROM collection_item i JOIN entry e ON e.id = i.entry
		WHERE i.collection IN (?) AND i.note <> '' AND e.state IN ('published', 'review')
		ORDER BY i.collection, i.position`, bun.List(ids)).Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("read picks for the index: %w", err)
	}
	for _, row := range rows {
		d := docs[row.Collection]
		if d == nil {
			continue
		}
		entry := access.Audience{Rung: access.Rung(row.Audience), Cohort: row.Cohort, Team: row.Team}
		switch {
		case d.Audience.Rung.Wider(entry.Rung):
		case entry.Rung == access.Cohort || entry.Rung == access.Team:
			continue // a collection of the staff's with another's text: nobody stands on both rungs for sure
		default:
			entry = d.Audience
		}
		d.Sections = append(d.Sections, Section{Key: row.Entry, Label: "特集のひとこと", Text: text.Plain(row.Note), Audience: entry})
	}
	return nil
}

// collections adds the versions of the collections that the viewer may read now, and takes out of the hits the
// words about entries that they may not: an entry may be narrowed without the collection being changed.
func (c *confirming) collections(ctx context.Context, hits []Hit) error {
	var ids []string
	for _, h := range hits {
		if h.Kind == collectionKind {
			ids = append(ids, h.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	rungs := []access.Rung{access.Public}
	if c.viewer.Member {
		rungs = append(rungs, access.Members)
	}
	if c.viewer.Member && c.viewer.Moderator {
		rungs = append(rungs, access.Staff)
	}
	err := c.read(ctx, c.db.Read().NewSelect().TableExpr("collection AS c").Column("c.id", "c.version").
		Where("c.id IN (?)", bun.List(ids)).Where("c.state = 'published'").Where("c.audience IN (?)", bun.List(rungs)))
	if err != nil {
		return fmt.Errorf("ask collections of hits again: %w", err)
	}
	var readable []string
	q := c.db.Read().NewSelect().TableExpr("collection_item AS i").Join("JOIN entry AS e ON e.id = i.entry").
		ColumnExpr("DISTINCT e.id").Where("i.collection IN (?)", bun.List(ids)).Where("e.state IN ('published', 'review')")
	if err := c.viewer.Readable(q, entryColumns).Scan(ctx, &readable); err != nil {
		return fmt.Errorf("ask picks of hits again: %w", err)
	}
	may := map[string]bool{"lead": true}
	for _, id := range readable {
		may[id] = true
	}
	for i := range hits {
		if hits[i].Kind == collectionKind {
			hits[i].keep(func(section string) bool { return may[section] })
		}
	}
	return nil
}
