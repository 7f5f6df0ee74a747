package search

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
)

// patience is how long a search waits for the index to reach what its asker has just written (contract §4).
const patience = 200 * time.Millisecond

// Find is what pages and the API ask: it waits a moment for the asker's own write, searches, and asks the rows again
// before anything is shown.
func (x *Index) Find(ctx context.Context, d *db.DB, v access.Viewer, req Request, minSeq int64) (Result, error) {
	x.await(ctx, minSeq)
	var err error
	if req.reader, err = readerOf(ctx, d, v, req); err != nil {
		return Result{}, err
	}
	r, err := x.Search(ctx, v, req)
	if err != nil {
		return r, err
	}
	if r.DidYouMean != "" { // what finds nothing either is no help
		other, err := x.Search(ctx, v, Request{Text: r.DidYouMean, Per: 1, Plain: true})
		if err != nil {
			return r, err
		}
		if other.Total == 0 {
			r.DidYouMean = ""
		}
	}
	asked := len(r.Hits)
	if r.Hits, err = Confirm(ctx, d, v, r.Hits); err != nil {
		return r, err
	}
	r.Total -= asked - len(r.Hits) // what is gone counts no more
	return r, nil
}

// await waits a moment until the index has reached minSeq.
func (x *Index) await(ctx context.Context, minSeq int64) {
	if minSeq > x.Seq() {
		short, cancel := context.WithTimeout(ctx, patience)
		x.WaitFor(short, minSeq)
		cancel()
	}
}

// ReadRequest reads a search from an address: the page and the API use the same names. What makes no sense is left out.
func ReadRequest(q url.Values) Request {
	number := func(name string) int {
		n, err := strconv.Atoi(q.Get(name))
		if err != nil {
			return 0
		}
		return n
	}
	req := Request{Text: q.Get("q"), Sort: Sort(q.Get("sort")), Page: number("page"), Per: number("per"),
		Like: q.Get("like") == "1", Filters: map[string][]string{}}
	for _, facet := range FacetNames() {
		if values := q[facet]; len(values) > 0 {
			req.Filters[facet] = values
		}
	}
	return req.normal()
}

// Picture is the first page of a hit's file.
type Picture struct {
	File          string
	Width, Height float64
}

// Pictures gives the pictures of those hits that have one, by id.
func Pictures(ctx context.Context, d *db.DB, hits []Hit) (map[string]Picture, error) {
	var ids []string
	for _, h := range hits {
		if h.Files {
			ids = append(ids, h.ID)
		}
	}
	out := make(map[string]Picture, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	var rows []struct {
		Entry, File   string
		Width, Height float64
	}
	err := d.Read().NewRaw(`SELECT entry, id AS file, cover_width AS width, cover_height AS height FROM file
		WHERE entry IN (?) AND state = 'ready' AND cover_width > 0 ORDER BY entry, position DESC, id DESC`, bun.List(ids)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read pictures of hits: %w", err)
	}
	for _, r := range rows { // the first file comes last
		out[r.Entry] = Picture{r.File, r.Width, r.Height}
	}
	return out, nil
}
