// Package similar is the list of entries that are near another one (近い実践), beside it on its page. It names only what
// the reader may read, and never makes the page fail: without a list there is still the entry.
package similar

import (
	"errors"
	"log/slog"
	"net/http"

	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/municipality"
	"github.com/manetomo/manetomo/search"
	"github.com/manetomo/manetomo/web/page"
	"github.com/manetomo/manetomo/web/ui"
)

// most is how many are named: enough to go on, few enough to read.
const most = 5

// Finder finds them; the zero Finder finds nothing.
type Finder struct {
	DB    *db.DB
	Index *search.Index
}

// To gives links to what is near an entry of a town (its code), for who reads it.
func (f Finder) To(r *http.Request, entry, town string) []ui.Link {
	if f.Index == nil {
		return nil
	}
	ctx := r.Context()
	hits, err := f.Index.Similar(ctx, f.DB, page.Viewer(ctx), entry, most)
	if err != nil {
		if !errors.Is(err, ctx.Err()) {
			slog.ErrorContext(ctx, "what is near an entry was not found", "entry", entry, "err", err)
		}
		return nil
	}
	var links []ui.Link
	for _, h := range hits {
		links = append(links, ui.Link{Text: h.Title, URL: h.URL, Note: note(h, town)})
	}
	return links
}

// note says where it is from; what it is, when that is the same town, whose report and poster are often near.
func note(h search.Hit, town string) string {
	if h.Municipality == town {
		return ui.KindWord(h.Kind)
	}
	if m, ok := municipality.Get(h.Municipality); ok {
		return m.Name
	}
	return ui.KindWord(h.Kind)
}
