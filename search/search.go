package search

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/search/query"
)

// Sort is the order of hits.
type Sort string

// The orders of contract §4.
const (
	Relevance Sort = "relevance"
	New       Sort = "new"
	Useful    Sort = "useful"
	Adopted   Sort = "adopted"
)

// Request is what somebody asks for.
type Request struct {
	Text    string
	Filters map[string][]string // by facet name; several values mean or, several facets mean and
	Sort    Sort
	Page    int         // from 1
	Per     int         // 1–100, 20 if 0
	Plain   bool        // only ids, scores and the total: no facets, no texts
	Try     *Vocabulary // near words to try instead of those in use
	Like    bool        // what is from towns like the asker's first; for members who have a municipality

	wall bool // ids and facets, for Wall

	reader *reader // who that is, found by Find
}

// Result is the answer.
type Result struct {
	Preparing  bool // the index is being built: nothing can be said yet
	Total      int
	Hits       []Hit
	Facets     []Facet
	DidYouMean string
	Places     []Place  // what a name in the query can mean, when it is several
	Hints      []string // sentences about what was left out of the query
	Dropped    []Drop   // with no hit: what each filter would give if it were dropped
	Took       time.Duration
	Seq        int64 // the position this node's index has reached

	first []foundHit // for Talkers
}

// Drop tells how many there would be without one filter.
type Drop struct {
	Facet string
	Count int
}

// Hit is a thing that was found.
type Hit struct {
	Document
	Score     float64
	Loose     bool    // found by only a part of the words
	Like      float64 // with Request.Like: from 0 to 1, how like the asker's it is
	LikeWhy   string  // and what is alike, for people
	Snippets  []Snippet
	TitleHTML string // the title with marks
	At        string // what the address needs to open where the words stand; "" for the beginning
}

// Stages: the next is asked only if the ones before found fewer.
const (
	enoughWords = 10 // below this, letters inside of words count too
	enoughExact = 5  // below this, a part of the words is enough
)

// MaxDepth bounds how deep into the hits one can page.
const MaxDepth = 10_000

// ErrPreparing tells that the index cannot answer yet.
var errPreparing = errors.New("the search index is being built")

// Search answers a request for a viewer. It never fails because of what was typed.
func (x *Index) Search(ctx context.Context, viewer access.Viewer, req Request) (Result, error) {
	began := time.Now()
	if err := x.slots.acquire(ctx); err != nil {
		return Result{}, err
	}
	defer x.slots.release()
	snap, done, err := x.snapshot()
	if errors.Is(err, errPreparing) {
		return Result{Preparing: true, Seq: x.Seq(), Took: time.Since(began)}, nil
	}
	if err != nil {
		return Result{}, err
	}
	defer done()
	cols, err := x.columns.of(snap)
	if err != nil {
		return Result{}, err
	}
	e := newEvaluator(ctx, snap, cols, readableFields(viewer))
	defer e.close()
	s := searching{evaluator: e, viewer: viewer, req: req.normal(), vocabulary: x.Vocabulary(), resolve: x.opts.Resolve}
	if req.Try != nil {
		s.vocabulary = req.Try
	}
	q := query.Parse(req.Text)
	s.plans = plan(q, s.vocabulary, s.resolve)
	result, err := s.answer(q)
	if err != nil {
		return Result{}, err
	}
	result.Hints = q.Hints
	if slices.ContainsFunc(s.plans, func(p wordPlan) bool { return p.left }) && len(q.Words) < query.MaxWords {
		result.Hints = append(result.Hints, query.ManyWords)
	}
	result.Places = ambiguous(s.plans)
	result.Seq = x.Seq()
	if !q.Empty() && !req.Plain && onlyLoose(result) {
		result.DidYouMean = x.didYouMean(viewer, q)
	}
	result.Took = time.Since(began)
	return result, nil
}

// answer finds, counts and orders.
func (s *searching) answer(q query.Query) (Result, error) {
	if q.Text == "" && s.justEverything() {
		return s.everythingOf()
	}
	found, err := s.run(q)
	if err != nil {
		return Result{}, err
	}
	return s.result(found)
}

// onlyLoose tells whether nothing was found that has all of the words.
func onlyLoose(r Result) bool {
	return r.Total == 0 || len(r.Hits) > 0 && !slices.ContainsFunc(r.Hits, func(h Hit) bool { return !h.Loose })
}

// normal brings a request into its bounds.
func (req Request) normal() Request {
	if req.Per <= 0 {
		req.Per = 20
	}
	most := 100
	if req.wall {
		most = WallPer
	}
	req.Per = min(req.Per, most)
	req.Page = max(req.Page, 1)
	switch req.Sort {
	case New, Useful, Adopted:
	default:
		req.Sort = Relevance
	}
	return req
}

// ambiguous gives the places of the first name that means several.
func ambiguous(plans []wordPlan) []Place {
	for _, p := range plans {
		if len(p.places) > 1 {
			return p.places
		}
		for _, u := range p.units {
			if len(u.named) > 1 {
				return u.named
			}
		}
	}
	return nil
}

// searching is one request on its way.
type searching struct {
	*evaluator
	viewer access.Viewer
	req    Request
	plans  []wordPlan
	strict bool // only the first stage

	vocabulary *Vocabulary
	resolve    func(string) []Place
	marked     []wordPlan // words that were found instead of those of the query: to be marked too
}

// hit is a document found in one of the stages.
type hit struct {
	scored
	stage int32
}

// run asks the stages and gives every document that matches the query and that the viewer may see; filters are
// looked at later, so that facets can count what they leave out.
func (s *searching) run(q query.Query) ([]hit, error) {
	var wanted, unwanted []*wordPlan
	for i := range s.plans {
		if p := &s.plans[i]; p.Exclude {
			unwanted = append(unwanted, p)
		} else {
			wanted = append(wanted, p)
		}
	}
	if q.Text != "" && len(q.Words) == 0 {
		return nil, nil // only signs
	}
	out := map[int32]bool{}
	for _, p := range unwanted {
		docs, err := s.wordExact(*p)
		if err != nil {
			return nil, err
		}
		for _, d := range docs {
			out[d.doc] = true
		}
	}
	found := &finding{out: out, who: s.cols.who, readable: s.cols.readable(s.viewer), seen: map[int32]bool{}}
	if len(wanted) == 0 {
		s.everything(found)
		return found.hits, nil
	}
	return found.hits, s.stages(found, wanted)
}

// stages asks words, then letters, then words that were typed together, then a part of the words, as far as needed.
func (s *searching) stages(found *finding, wanted []*wordPlan) error {
	if err := s.inAll(found, 0, wanted, false); err != nil {
		return err
	}
	if s.strict || len(found.hits) >= enoughWords {
		return nil
	}
	if err := s.inAll(found, 1, wanted, true); err != nil || len(found.hits) >= enoughExact {
		return err
	}
	apart, changed, err := s.cutApart(wanted)
	if err != nil {
		return err
	}
	if changed {
		wanted = apart
		if err := s.inAll(found, 1, wanted, false); err != nil {
			return err
		}
		for _, p := range wanted {
			s.marked = append(s.marked, *p)
		}
		if len(found.hits) >= enoughExact {
			return nil
		}
	}
	return s.loose(found, wanted)
}

// inAll finds what holds all words, as words or by their letters too.
func (s *searching) inAll(found *finding, stage int32, wanted []*wordPlan, letters bool) error {
	count := func(i int) (int, error) { return s.wordCount(wanted[i]) }
	docs, err := s.allOf(len(wanted), count, func(i int) ([]scored, error) {
		words, err := s.word(wanted[i])
		if err != nil || !letters {
			return words, err
		}
		grams, err := s.wordGrams(*wanted[i])
		return s.best(factored{words, 1}, factored{grams, gramFactor}), err
	})
	if err == nil {
		found.add(stage, docs)
	}
	return err
}

// everything finds all documents, for browsing.
func (s *searching) everything(found *finding) {
	found.hits = make([]hit, 0, len(s.cols.rows))
	for doc, head := range s.cols.heads {
		if head == int32(doc) {
			found.one(0, scored{doc: head})
		}
	}
}

// finding gathers hits stage by stage, each document once, and none the viewer may not see.
type finding struct {
	who      []uint32 // by document: its audience
	readable []bool   // by audience
	out      map[int32]bool
	seen     map[int32]bool
	hits     []hit
}

func (f *finding) add(stage int32, docs []scored) {
	f.hits = slices.Grow(f.hits, len(docs))
	for _, d := range docs {
		if stage > 0 && f.seen[d.doc] {
			continue
		}
		f.one(stage, d)
	}
	if len(f.hits) < enoughWords { // only then a later stage asks
		for _, h := range f.hits {
			f.seen[h.doc] = true
		}
	}
}

func (f *finding) one(stage int32, d scored) {
	if f.readable[f.who[d.doc]] && !f.out[d.doc] {
		f.hits = append(f.hits, hit{d, stage})
	}
}

// result filters, counts, orders and loads the page that was asked for.
func (s *searching) result(found []hit) (Result, error) {
	t := newTally(s.cols, s.req.Filters)
	kept := t.sift(found, !s.req.Plain)
	r := Result{Total: len(kept)}
	if !s.req.Plain {
		r.Facets = t.facets()
	}
	if len(kept) == 0 {
		r.Dropped = t.drops()
	}
	if s.req.Page > MaxDepth/s.req.Per {
		return r, nil
	}
	from := (s.req.Page - 1) * s.req.Per
	if from >= len(kept) {
		return r, nil
	}
	first, err := s.ranked(kept, max(from+s.req.Per, talkersFrom))
	if err == nil {
		r.first, err = s.first(first)
	}
	if err == nil {
		r.Hits, err = s.page(first[from:min(len(first), from+s.req.Per)])
	}
	return r, err
}
