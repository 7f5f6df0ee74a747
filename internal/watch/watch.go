// Package watch keeps the searches that people want to be told about (見守り), tells what is new to them, and finds the
// people who may know the answer to a question.
//
// It follows the log on one node at a time. A saved search is asked only about the few things that an event is about, in
// an index of these alone, so that its cost does not grow with the archive; a thing is new to a search once, whatever
// happens to it later, and never to whoever wrote it. What is found is kept as an id: whether the person may still read
// it is asked again when they look.
package watch

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/search"
)

// Bounds of what one person keeps.
const (
	MaxSaved   = 50
	MaxName    = 60
	maxAddress = 16 << 10
)

// Service keeps saved searches and follows for them.
type Service struct {
	DB     *db.DB
	Index  *search.Index                                        // knows words and places; its documents are not asked
	Viewer func(context.Context, string) (access.Viewer, error) // what a person may read now
}

// Saved is a search that a person keeps.
type Saved struct {
	bun.BaseModel `bun:"table:saved_search,alias:s"`

	ID        string    `bun:"id,pk"`
	Person    string    `bun:"person"`
	Name      string    `bun:"name"`
	Address   string    `bun:"address"`
	Since     int64     `bun:"since"`
	CreatedAt time.Time `bun:"created_at"`
}

// Hit is a thing that was new to a saved search.
type Hit struct {
	ID, Kind, Title, Municipality string
	Year                          int
	Unread                        bool
	At                            time.Time // when it was published
}

// Hits selects what was found for saved searches and is still for the viewer, as h, with the entry he or the topic ht
// that it is.
func Hits(d *db.DB, v access.Viewer) *bun.SelectQuery {
	return d.Read().NewSelect().TableExpr("saved_hit AS h").
		Join("LEFT JOIN entry AS he ON he.id = h.thing AND he.state IN ('published', 'review')").
		Join("LEFT JOIN topic AS ht ON ht.id = h.thing AND ht.state = 'published'").
		WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.
				WhereGroup(" OR ", func(q *bun.SelectQuery) *bun.SelectQuery {
					return v.Readable(q, access.Columns{Alias: "he",
						Authors: "EXISTS (SELECT 1 FROM entry_author AS hw WHERE hw.entry = he.id AND hw.person = ?)"})
				}).
				WhereGroup(" OR ", func(q *bun.SelectQuery) *bun.SelectQuery {
					return v.Readable(q, access.Columns{Alias: "ht", Authors: "ht.author = ?"})
				})
		})
}
